package window

import (
	"cmp"
	"math/bits"
	"slices"
	"time"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/watermark"
)

// cells is the state of the keys of a piece of time.
type cells[K comparable, A any] = table.Table[K, cell[A]]

// slice is a piece of time and what came for it, by key.
type slice[K comparable, A any] struct {
	Span
	table cells[K, A]

	sealed bool     // a span that holds it has fired: its facts take the careful path
	spans  []Span   // that hold it, where the rule is a function of time
	hand   int      // the entry that is the oldest
	parts  []uint64 // by entry: the ordinals of panes of keys that were let go and came again
}

func bytesOfTable[K comparable, A any](t *cells[K, A]) int64 {
	return int64(cap(t.Entries))*int64(unsafe.Sizeof(table.Entry[K, cell[A]]{})) + int64(t.Slots())*4
}

// wide is the number of slices in a row that are found by arithmetic alone.
const wide = 64

// near finds the slice of a fact by one multiplication: facts that come a little
// out of order alternate between slices in a way that no branch predicts. It is
// small, and has all that the look-up reads, so that a loop over facts can keep
// it in registers.
type near[K comparable, A any] struct {
	slices  *[wide]*slice[K, A] // by (t - from) / width; nil where there is none
	from    watermark.Time      // start of slices[0]
	width   uint64
	inverse uint64 // 2^64 / width, rounded down
	reach   uint64 // length of slices in time; 0 while there are none
}

// at returns the slice of t if it is near, else nil.
func (o *near[K, A]) at(t watermark.Time) *slice[K, A] {
	d := uint64(t - o.from) // beyond reach if t lies before from
	if d >= o.reach {
		return nil
	}
	n, _ := bits.Mul64(d, o.inverse)           // the quotient, or one less
	n += (o.width - 1 - (d - n*o.width)) >> 63 // one more if the rest is not below width
	return o.slices[n&(wide-1)]
}

// open is the set of slices that hold facts, by time. Slices away from the
// others (a backfill beside live facts) are found by bisection.
type open[K comparable, A any] struct {
	all  []*slice[K, A] // by Start
	free []*slice[K, A] // cleared, to be used again

	near  near[K, A]
	even  bool // all slices have one width
	hint  int  // where find has been last
	last  int  // entries of the slice closed last: room to make beforehand
	large bool // and its index was beyond the nearer caches
}

// newOpen makes an empty set for slices of width, 0 if they have none in common.
func newOpen[K comparable, A any](width time.Duration) open[K, A] {
	w := uint64(max(1, width))
	return open[K, A]{near: near[K, A]{slices: new([wide]*slice[K, A]), width: w, inverse: ^uint64(0) / w}, even: width > 0}
}

// find returns the slice of t if there is one.
func (o *open[K, A]) find(t watermark.Time) *slice[K, A] {
	if s := o.near.at(t); s != nil {
		return s
	}
	for i := o.hint; i >= 0 && i < len(o.all) && i > o.hint-2; i-- { // facts alternate between two
		if o.all[i].Contains(t) {
			return o.all[i]
		}
	}
	i := o.guess(t)
	if i < 0 {
		if i = o.from(t); i == len(o.all) || o.all[i].Start != t {
			if i--; i < 0 || !o.all[i].Contains(t) {
				return nil
			}
		}
	}
	if i > o.hint || i < o.hint-1 {
		o.hint = i
	}
	return o.all[i]
}

// guess returns the position of the slice of t where each piece of time before it has
// one, as is the rule, else -1.
func (o *open[K, A]) guess(t watermark.Time) int {
	if !o.even || len(o.all) == 0 || t < o.all[0].Start {
		return -1
	}
	i := uint64(t-o.all[0].Start) / o.near.width
	if i >= uint64(len(o.all)) || !o.all[i].Contains(t) {
		return -1
	}
	return int(i)
}

// from returns the position of the first slice that starts at t or later.
func (o *open[K, A]) from(t watermark.Time) int {
	i, _ := slices.BinarySearchFunc(o.all, t, func(s *slice[K, A], t watermark.Time) int { return cmp.Compare(s.Start, t) })
	return i
}

// add opens the slice of span.
func (o *open[K, A]) add(span Span, sealed bool, rehash func(K) uint64) *slice[K, A] {
	var s *slice[K, A]
	if n := len(o.free); n > 0 {
		s, o.free = o.free[n-1], o.free[:n-1]
	} else {
		s = new(slice[K, A])
	}
	s.Span, s.sealed = span, sealed
	if !sealed { // as large as the last; what comes late is little
		s.table.Reserve(o.last, rehash)
		s.table.Grow(o.last)
	}
	i := o.from(span.Start)
	o.all = slices.Insert(o.all, i, s)
	if o.even && !s.sealed {
		o.aim(span)
	}
	return s
}

// aim lays near around span, which has just been opened.
func (o *open[K, A]) aim(span Span) {
	n := &o.near
	if uint64(span.End-span.Start) != n.width { // cut off at a bound of time
		return
	}
	if d := uint64(span.Start - n.from); d >= n.reach {
		// Later slices are more likely than earlier ones.
		from := span.Start
		for range wide / 4 {
			if b := from - watermark.Time(n.width); b < from && b > watermark.Min {
				from = b
			}
		}
		reach := n.width * wide
		if hi, lo := bits.Mul64(n.width, wide); hi > 0 || lo > uint64(watermark.Max-from) {
			reach = uint64(watermark.Max-from) / n.width * n.width
		}
		n.from, n.reach = from, reach
	}
	clear(n.slices[:])
	for _, s := range o.all {
		if d := uint64(s.Start - n.from); d < n.reach && uint64(s.End-s.Start) == n.width && !s.sealed {
			n.slices[d/n.width] = s
		}
	}
}

// seal takes a slice out of the reach of the loop over facts.
func (o *open[K, A]) seal(s *slice[K, A]) {
	s.sealed = true
	if d := uint64(s.Start - o.near.from); d < o.near.reach && o.near.slices[d/o.near.width] == s {
		o.near.slices[d/o.near.width] = nil
	}
}

// close takes slice i away. Its memory is kept for the next.
func (o *open[K, A]) close(i int, wipe bool) {
	s := o.all[i]
	o.seal(s)
	o.all = slices.Delete(o.all, i, i+1)
	if i <= o.hint {
		o.hint--
	}
	if n := s.table.Len(); n > 0 {
		o.last = n
		o.large = s.table.Large()
	}
	s.table.Reset(wipe)
	s.spans, s.parts, s.hand = s.spans[:0], s.parts[:0], 0
	o.free = append(o.free, s)
}
