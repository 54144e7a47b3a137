package agg

import (
	"cmp"
	"iter"
	"math"
	"math/bits"
	"slices"
	"unsafe"
)

// Histogram counts values by buckets of one width, its step: with a step of 100
// the values from 13,000 to 13,099 are one bucket, and so are those from -100 to
// -1. Only buckets with values are kept, whatever lies between them. Its zero
// value is ready. Counts are exact; of a value nothing is left but its bucket.
//
// The step comes with each value, and should be the same each time. If steps
// differ, in Add or in Merge, the step becomes the least common multiple of all,
// and what was counted moves to the wider buckets, each of which is made of whole
// narrow ones. So the result is the same in whatever order steps and values come.
// A step below 1 counts as 1. A multiple of math.MaxInt64 or more, and such a
// step, leaves two buckets: what is below 0, and the rest.
//
// An Add is one look-up in a hash table, some nanoseconds, whatever the number of
// buckets; what reads them in order costs a sorted copy of them each time. A
// bucket takes 16 bytes in a table of which a quarter to a half is in use. A
// Histogram must not be copied by assignment if one of the two is then used any
// further.
type Histogram struct {
	step    uint64 // 0 until there is a value, boundless if it is beyond all
	inverse uint64 // 2^64 / step, rounded down
	table   []bucket
	n       int   // buckets
	width   uint8 // bits of a slot's number
}

// bucket is a slot of the table, which is free if n is 0. The table is open: a
// bucket lies in the first slot, from its home on, that was free. There is a
// table as soon as there is a step.
type bucket struct {
	at int64 // the start over the step
	n  int64
}

const (
	boundless    = 1 << 63 // the step over which no value is above 0 or below -1
	leastBuckets = 4
)

// Time of an Add as a ratio to that of a map by v/step, and to that of sorted slices
// that are bisected, in the same run of BenchmarkHistogram:
//
//	                                   map   sorted
//	sizes of a web log, 1,771 buckets  0.56    0.11
//	evenly over    16 buckets          0.66    0.17
//	evenly over   300 buckets          0.59    0.09
//	evenly over 10,000 buckets         0.49    0.05

// Add counts v in its bucket of the given step.
func (h *Histogram) Add(step, v int64) { h.AddN(step, v, 1) }

// AddN counts v n times; an n below 0 takes away, which is how a value is taken
// back. A bucket of which all was taken away is gone, and an n of 0 does nothing.
// Counts wrap around as int64 does.
func (h *Histogram) AddN(step, v, n int64) {
	if n == 0 {
		return
	}
	if uint64(step) != h.step || step == 0 {
		h.widen(stepOf(step))
	}
	h.add(h.bucketOf(v), n)
}

// stepOf returns the step that is meant by a given one.
func stepOf(step int64) uint64 {
	if step == math.MaxInt64 {
		return boundless
	}
	return uint64(max(step, 1))
}

// bucketOf returns v / step, rounded down. Below 0 the complement of the
// complement's quotient is just that.
func (h *Histogram) bucketOf(v int64) int64 {
	sign := v >> 63
	u := uint64(v ^ sign)
	q, _ := bits.Mul64(u, h.inverse)         // the quotient, or one less
	q += (h.step - 1 - (u - q*h.step)) >> 63 // one more if the rest is not below the step
	return int64(q) ^ sign
}

// home is where the search for a bucket begins, up to the bits that are too many.
// Buckets in a row, as most are, have slots in a row, and do not collide: a first
// slot that is not the right one is what the processor cannot guess, and costs more
// than all the rest. What lies further apart than there are slots is scattered.
func (h *Histogram) home(at int64) uint64 {
	return uint64(at) + fold(uint64(at>>(h.width&63))^golden, pi)
}

func (h *Histogram) add(at, n int64) {
	table := h.table
	if len(table) == 0 {
		return
	}
	for i := h.home(at); ; i++ {
		b := &table[i&uint64(len(table)-1)]
		if b.n == 0 {
			*b = bucket{at, n}
			h.added()
			return
		}
		if b.at == at {
			if b.n += n; b.n == 0 {
				h.remove(i)
			}
			return
		}
	}
}

// added counts a bucket, and grows a table that is more than half full.
func (h *Histogram) added() {
	if h.n++; 2*h.n > len(h.table) {
		h.rebuild(2*len(h.table), h.step)
	}
}

// remove takes the bucket in slot i, of which n is 0 now, out of the way of
// those after it that could not lie nearer to their home.
func (h *Histogram) remove(i uint64) {
	last := uint64(len(h.table) - 1)
	i &= last
	for j := (i + 1) & last; h.table[j].n != 0; j = (j + 1) & last {
		if (j-h.home(h.table[j].at))&last >= (j-i)&last {
			h.table[i] = h.table[j]
			i = j
		}
	}
	h.table[i] = bucket{}
	h.n--
}

// rebuild moves the buckets, which were of the given step, to a table of so many slots.
func (h *Histogram) rebuild(slots int, was uint64) {
	old := h.table
	h.table, h.n = make([]bucket, slots), 0
	h.width = uint8(bits.Len(uint(slots - 1)))
	for _, b := range old {
		if b.n != 0 {
			h.add(moved(b.at, was, h.step), b.n)
		}
	}
}

// widen makes the step a multiple of the given one too.
func (h *Histogram) widen(step uint64) {
	was := h.step
	if wide := multiple(was, step); wide != was {
		h.step, h.inverse = wide, math.MaxUint64/wide
		h.rebuild(max(leastBuckets, len(h.table)), was)
	}
}

// multiple returns the least common multiple of two steps, 0 being that of an
// empty Histogram.
func multiple(a, b uint64) uint64 {
	if a == 0 || b == 0 {
		return a + b
	}
	g, r := a, b
	for r != 0 {
		g, r = r, g%r
	}
	hi, lo := bits.Mul64(a/g, b)
	if hi > 0 || lo >= math.MaxInt64 {
		return boundless
	}
	return lo
}

// moved returns the bucket of a wider step that bucket at becomes a piece of.
func moved(at int64, step, wide uint64) int64 {
	sign := at >> 63
	switch wide {
	case step:
		return at
	case boundless:
		return sign
	}
	return ((at ^ sign) / int64(wide/step)) ^ sign
}

// Merge adds the counts of o.
func (h *Histogram) Merge(o *Histogram) {
	if h.step == 0 {
		*h = *o
		h.table = slices.Clone(o.table)
		return
	}
	h.widen(multiple(h.step, o.step))
	// Buckets come in the order of their homes: without room for them they would
	// crowd at the one end before the table grows, each search longer than the last.
	if len(h.table) < len(o.table) {
		h.rebuild(len(o.table), h.step)
	}
	for _, b := range o.table {
		if b.n != 0 {
			h.add(moved(b.at, o.step, h.step), b.n)
		}
	}
}

// Step returns the width of a bucket, 0 if there was no value, and math.MaxInt64
// if there are but two.
func (h *Histogram) Step() int64 { return int64(min(h.step, math.MaxInt64)) }

// Count returns the number of values.
func (h *Histogram) Count() (n int64) {
	for _, b := range h.table {
		n += b.n
	}
	return n
}

// Buckets returns the number of buckets with values.
func (h *Histogram) Buckets() int { return h.n }

// All gives the start of each bucket with values and their count, in ascending
// order. A bucket that would start below math.MinInt64 starts there.
func (h *Histogram) All() iter.Seq2[int64, int64] {
	return func(yield func(int64, int64) bool) {
		for _, b := range h.sorted() {
			if start, _ := h.bounds(b.at); !yield(start, b.n) {
				return
			}
		}
	}
}

// Quantile returns the bounds, both inclusive, of the bucket which holds the
// value that a share of q lies below: of n values in ascending order the one of
// index q*(n-1), rounded down. So 0 gives the least value, 0.5 the (lower) median
// and 1 the greatest; beyond these, q counts as 0 or 1, and a NaN as 0. The bounds
// are 0 if there is no value. No count may be below 0. This is the lower quantile of
// Masson, Rim and Lee, "DDSketch", PVLDB 12, 2019, but for the approximation.
func (h *Histogram) Quantile(q float64) (least, most int64) {
	n := h.Count()
	if n <= 0 {
		return 0, 0
	}
	rank := int64(0)
	if q > 0 {
		// Where float64 rounds a count beyond 2^53, the product may be one of n.
		rank = int64(min(float64(min(q, 1)*float64(n-1)), 0x1p62))
		rank = min(rank, n-1)
	}
	for _, b := range h.sorted() {
		least, most = h.bounds(b.at)
		if rank -= b.n; rank < 0 {
			break
		}
	}
	return least, most
}

// sorted returns the buckets by their start.
func (h *Histogram) sorted() []bucket {
	all := make([]bucket, 0, h.n)
	for _, b := range h.table {
		if b.n != 0 {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b bucket) int { return cmp.Compare(a.at, b.at) })
	return all
}

// bounds returns the least and the greatest int64 in a bucket.
func (h *Histogram) bounds(at int64) (least, most int64) {
	switch s := int64(h.step); {
	case h.step == boundless && at < 0:
		return math.MinInt64, -1
	case h.step == boundless:
		return 0, math.MaxInt64
	case at >= 0:
		least = at * s
		return least, least + min(s-1, math.MaxInt64-least)
	case at < math.MinInt64/s:
		return math.MinInt64, (at+1)*s - 1
	default:
		return at * s, (at+1)*s - 1
	}
}

// Bytes returns the bytes on the heap that h owns.
func (h *Histogram) Bytes() int { return cap(h.table) * int(unsafe.Sizeof(bucket{})) }
