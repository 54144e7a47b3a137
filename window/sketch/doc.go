// Package sketch has no code of its own. Below it are parts of accumulators that
// answer nearly right from bounded memory, where the exact answer would need all
// the values. Each is made of a library and has a package to itself, so that a
// program compiles no library but those of the parts that it has:
//
//   - ddsketch.Quantile tells quantiles, each at most 1 % off, from up to 49.4 kB,
//     or 256 bytes for up to 64 values. It brings github.com/DataDog/sketches-go
//     and with it google.golang.org/protobuf: a program grows by 4.4 MB.
//   - hll.Distinct counts distinct values, exactly up to 1,024 of them and then
//     with a standard error of 0.8 %, from up to 16.5 kB. It brings
//     github.com/axiomhq/hyperloglog and with it github.com/kamstrup/intmap and
//     github.com/dgryski/go-metro: a program grows by 0.4 MB.
//
// So much go build adds to a program with one window, which has 3.6 MB without
// (with symbols, Go 1.26, linux/amd64). Both together add 5.7 MB: reflection in
// the one keeps code in that nothing calls. Package agg has the exact parts, which
// need none of these libraries.
package sketch
