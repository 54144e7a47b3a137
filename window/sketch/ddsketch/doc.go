// Package ddsketch has a part of accumulators that answers quantiles at most 1 %
// off from bounded memory, where the exact answer would need all the values.
// It stands beside the parts of package agg, in accumulators of the same shape:
//
//	type load struct {
//		Calls  agg.Count
//		Handle ddsketch.Quantile
//	}
//
//	func (l *load) Add(c Call)    { l.Calls.Add(); l.Handle.Add(c.HandleTime) }
//	func (l *load) Merge(o *load) { l.Calls.Merge(&o.Calls); l.Handle.Merge(&o.Handle) }
//	func (l *load) Bytes() int    { return l.Handle.Bytes() }
//
// What package agg says of its parts holds here too: the zero value is ready,
// Merge leaves its argument as it was and shares nothing with it, any number
// of goroutines may read what nobody changes, and encoding/json writes a part
// as its result. A Quantile owns memory, so it may not be copied by assignment if
// one of the two is then used any further.
//
// The answers depend on the facts alone: not on their order, nor on how they
// were parted among accumulators and merged, nor on the machine. This is exact,
// to the last bit, also where a list of values becomes an array of bins and
// where small values begin to share a bin.
//
// It is made of github.com/DataDog/sketches-go, which a program that does not
// import this package does not compile. That brings the runtime of protocol
// buffers, of which nothing here is used but which cannot be left out: a program
// with one window grows by 4.4 MB, from 3.6 (go build, Go 1.26, linux/amd64).
package ddsketch
