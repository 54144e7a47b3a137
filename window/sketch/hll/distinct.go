package hll

import (
	"unsafe"

	"github.com/axiomhq/hyperloglog"

	"github.com/tidemark-go/tidemark/window/agg"
)

// Distinct counts distinct values: exactly up to 1,024 of them, and nearly so
// from there on, in at most 17 kB. Its zero value is ready. It has the face of
// agg.Distinct, but that it cannot tell which values there were.
//
// Two values are the same as they are for agg.Distinct: if == says so, or if
// both are NaN and T is float32 or float64.
//
// Up to 1,024 values it keeps a hash of 64 bits of each, in 16 to 30 bytes.
// So exact means exact but for two values with one hash, of which there is a
// pair in one of 2^45 sets of 1,024. From then on it is a HyperLogLog of 2^14
// registers: Flajolet, Fusy, Gandouet and Meunier, "HyperLogLog: the analysis of a
// near-optimal cardinality estimation algorithm", AofA 2007; Heule, Nunkesser and
// Hall, "HyperLogLog in Practice", EDBT 2013. Its standard error is 0.6 % at
// first and 0.81 % from some 200,000 values on: Len is within 1 % of the number
// in three of four sets at least, and within 3 % in all but a few of ten thousand.
//
// Len depends on the set of values alone, also where exact ends: not on the
// order of values, how often each came, or how parts of it were merged. The
// hash is the same in every process, on every machine, in all versions. It
// has no secret, so it is no defence against someone who picks values to
// mislead the count.
//
// T may be a float, or be made of integers, strings, bools, network addresses of
// net/netip, and arrays and structs of these. Any other T has no hash that holds
// beyond this process, or none that agrees with ==: one with a pointer, a uintptr,
// an interface or a channel in it, a complex number, a time.Time, a float within
// an array or a struct. It is counted by an agg.Distinct: exactly, whatever memory
// that takes.
//
// Add takes some 10 ns for a number and 20 ns for a short string, once all is in
// the caches, and allocates while the first 1,024 values come.
type Distinct[T comparable] struct {
	hash  *hasher[T]           // nil if there was no value
	few   agg.Distinct[uint64] // hashes, until there are too many
	many  *hyperloglog.Sketch  // from then on
	exact *agg.Distinct[T]     // instead of both, of a T without a hash
}

// exactly is up to how many hashes are kept: their table is then as large as
// the registers.
const exactly = 1024

// Add counts v, if it is new.
func (d *Distinct[T]) Add(v T) {
	if d.hash == nil {
		d.hash = hasherOf[T]()
	}
	switch h, ok := d.hash.of(v); {
	case !ok:
		if d.exact == nil {
			d.exact = new(agg.Distinct[T])
		}
		d.exact.Add(v)
	case d.many != nil:
		d.many.InsertHash(h)
	default:
		d.few.Add(h)
		if d.few.Len() > exactly {
			d.condense()
		}
	}
}

// condense goes over from hashes to registers.
func (d *Distinct[T]) condense() {
	d.many = newRegisters()
	d.insert(&d.few)
	d.few = agg.Distinct[uint64]{}
}

// insert adds hashes to the registers.
func (d *Distinct[T]) insert(hashes *agg.Distinct[uint64]) {
	for h := range hashes.Values() {
		d.many.InsertHash(h)
	}
}

// Merge adds the values of o. It costs some 10 µs if o has more than 1,024, and
// else about as much as to add them.
func (d *Distinct[T]) Merge(o *Distinct[T]) {
	if o.hash == nil {
		return
	}
	d.hash = o.hash
	switch {
	case o.exact != nil:
		if d.exact == nil {
			d.exact = new(agg.Distinct[T])
		}
		d.exact.Merge(o.exact)
	case o.many != nil && d.many != nil:
		if err := d.many.Merge(o.many); err != nil {
			panic(err) // bug: all sketches here have the same number of registers
		}
	case o.many != nil:
		d.many = o.many.Clone()
		d.insert(&d.few)
		d.few = agg.Distinct[uint64]{}
	case d.many != nil:
		d.insert(&o.few)
	default:
		d.few.Merge(&o.few)
		if d.few.Len() > exactly {
			d.condense()
		}
	}
}

// Len returns the number of distinct values, as well as it is known. It costs
// nothing while Exact, and then some 10 µs.
func (d *Distinct[T]) Len() int {
	switch {
	case d.exact != nil:
		return d.exact.Len()
	case d.many != nil:
		return max(estimate(d.many), exactly+1) // so many were seen
	}
	return d.few.Len()
}

// Exact reports whether Len is exact.
func (d *Distinct[T]) Exact() bool { return d.many == nil }

// Bytes returns the bytes on the heap that d owns.
func (d *Distinct[T]) Bytes() int {
	n := d.few.Bytes()
	if d.many != nil {
		n += registersBytes
	}
	if d.exact != nil {
		n += int(unsafe.Sizeof(*d.exact)) + d.exact.Bytes()
	}
	return n
}
