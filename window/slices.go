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

// cell is the state of one key in one slice.
type cell[A any] struct {
	facts int64
	last  time.Duration // from the start of the slice to its last fact: the zero cell needs no mark of being new
	value A
}

// slice is a piece of time and what came for it, by key.
type slice[K comparable, A any] struct {
	Span
	table table.Table[K, cell[A]]
}

// bytes is the memory of the slice, without what accumulators own.
func (s *slice[K, A]) bytes() int64 {
	return int64(cap(s.table.Entries))*int64(unsafe.Sizeof(table.Entry[K, cell[A]]{})) + int64(s.table.Slots())*4
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
	last  int  // entries of the slice closed last: room to make beforehand
	large bool // and its index was beyond the nearer caches
}

func newOpen[K comparable, A any](p Plan) open[K, A] {
	w := uint64(p.width)
	return open[K, A]{near: near[K, A]{slices: new([wide]*slice[K, A]), width: w, inverse: ^uint64(0) / w}}
}

// find returns the slice of t if there is one.
func (o *open[K, A]) find(t watermark.Time) *slice[K, A] {
	if s := o.near.at(t); s != nil {
		return s
	}
	i, ok := slices.BinarySearchFunc(o.all, t, func(s *slice[K, A], t watermark.Time) int {
		switch {
		case t < s.Start:
			return 1
		case t >= s.End:
			return -1
		}
		return 0
	})
	if !ok {
		return nil
	}
	return o.all[i]
}

// add opens the slice of span.
func (o *open[K, A]) add(span Span, rehash func(K) uint64) *slice[K, A] {
	var s *slice[K, A]
	if n := len(o.free); n > 0 {
		s, o.free = o.free[n-1], o.free[:n-1]
	} else {
		s = new(slice[K, A])
	}
	s.Span = span
	s.table.Reserve(o.last, rehash)
	s.table.Grow(o.last)
	i, _ := slices.BinarySearchFunc(o.all, span.Start, func(s *slice[K, A], t watermark.Time) int { return cmp.Compare(s.Start, t) })
	o.all = slices.Insert(o.all, i, s)
	o.aim(span)
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
		if d := uint64(s.Start - n.from); d < n.reach && uint64(s.End-s.Start) == n.width {
			n.slices[d/n.width] = s
		}
	}
}

// close takes the earliest slice away. Its memory is kept for the next.
func (o *open[K, A]) close(wipe bool) {
	s := o.all[0]
	if d := uint64(s.Start - o.near.from); d < o.near.reach {
		o.near.slices[d/o.near.width] = nil
	}
	o.all = slices.Delete(o.all, 0, 1)
	n := s.table.Len()
	o.last = n
	o.large = s.table.Large()
	s.table.Reset(wipe)
	o.free = append(o.free, s)
}
