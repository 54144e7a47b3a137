package keys

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

// Keys come in batches, from so many that the processor cannot learn by heart
// how long the next one is.
const batch, manyKeys = 256, 4096

func benchHash[K comparable](b *testing.B, name string, key func(r *rand.Rand, i int) K) {
	p, err := Compile[K]()
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	keys, dst := make([]K, manyKeys), make([]uint64, manyKeys)
	for i := range keys {
		keys[i] = key(r, i)
	}
	seed := Seed("bench")
	run := func(of string, f func(i int)) {
		b.Run(of+"/"+name, func(b *testing.B) {
			for i := range b.N {
				f(i % manyKeys)
			}
		})
	}
	b.Run("Hash/"+name, func(b *testing.B) {
		for n := 0; n < b.N; n += batch { // ns/op is per key
			at := n % manyKeys
			p.Hash(dst[at:at+batch], keys[at:at+batch])
		}
	})
	run("Hash1", func(i int) { dst[i] = p.Hash1(keys[i]) })
	run("ID", func(i int) { dst[i] = p.ID(seed, keys[i])[0] })
	run("Compare", func(i int) { dst[i] = uint64(p.Compare(keys[i], keys[manyKeys-1-i])) })
	var buf []byte
	run("Append", func(i int) { buf = p.Append(buf[:0], keys[i]) })
}

func text(n int, r *rand.Rand) string {
	return strings.Repeat("k", n/2) + fmt.Sprintf("%0*d", n-n/2, r.IntN(1000))[:n-n/2]
}

func BenchmarkKeys(b *testing.B) {
	benchHash(b, "int8", func(r *rand.Rand, i int) int8 { return int8(r.Int()) })
	benchHash(b, "uint16", func(r *rand.Rand, i int) uint16 { return uint16(r.Int()) })
	benchHash(b, "int32", func(r *rand.Rand, i int) int32 { return r.Int32() })
	benchHash(b, "int", func(r *rand.Rand, i int) int { return r.Int() })
	benchHash(b, "string8", func(r *rand.Rand, i int) string { return text(8, r) })
	benchHash(b, "string16", func(r *rand.Rand, i int) string { return text(16, r) })
	benchHash(b, "string24", func(r *rand.Rand, i int) string { return text(24, r) })
	benchHash(b, "string8to24", func(r *rand.Rand, i int) string { return text(8+r.IntN(17), r) })
	benchHash(b, "string0to40", func(r *rand.Rand, i int) string { return text(r.IntN(41), r) })
	benchHash(b, "string128", func(r *rand.Rand, i int) string { return text(128, r) })
	type two struct{ A, B int }
	benchHash(b, "two words", func(r *rand.Rand, i int) two { return two{r.Int(), r.Int()} })
	type four struct{ A, B, C, D int64 }
	benchHash(b, "four words", func(r *rand.Rand, i int) four { return four{r.Int64(), r.Int64(), 1, 2} })
	type packed struct {
		A uint32
		B uint16
		C bool
	}
	benchHash(b, "uint32+uint16+bool", func(r *rand.Rand, i int) packed { return packed{r.Uint32(), 3, true} })
	benchHash(b, "[6]byte", func(r *rand.Rand, i int) [6]byte { return [6]byte{byte(i), 3, byte(r.Int())} })
	benchHash(b, "[16]byte", func(r *rand.Rand, i int) [16]byte { return [16]byte{byte(i), 3, byte(r.Int())} })
	type mixed struct {
		Org  int32
		Name string
	}
	benchHash(b, "int32+string16", func(r *rand.Rand, i int) mixed { return mixed{r.Int32(), text(16, r)} })
	benchHash(b, "netip.Addr v4", func(r *rand.Rand, i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(i), byte(r.Int())}) })
	benchHash(b, "netip.Addr v6", func(r *rand.Rand, i int) netip.Addr { return netip.AddrFrom16([16]byte{32, 1, byte(i), byte(r.Int())}) })
}
