package tidemark

import (
	"cmp"
	"math/bits"
	"slices"
	"sort"

	"github.com/tidemark-go/tidemark/watermark"
)

// waiting is what a stage holds back, to be taken out by event time and then in
// the order in which it came. Facts come nearly in order, and leave as W passes
// them: so they are kept in leaves, each a piece of time with its facts as they
// came, and only the leaf that W has reached is sorted. That costs no random
// access to memory per fact, as a heap over many does.
type waiting[V any] struct {
	leaves []*leaf[V]       // by time, disjoint, none empty, all after near
	ends   []watermark.Time // their ends, together: a look for a leaf stays in the cache
	near   []place          // sorted, from head on: what leaves next
	head   int
	vals   []V            // of near
	until  watermark.Time // near has everything before this
	last   int            // the leaf that was pushed to last
	width  uint8          // log2 of the time that a new leaf takes
	n      int
	free   []*leaf[V]
}

// leaf is a piece of time [from, to) and what came for it.
type leaf[V any] struct {
	from, to watermark.Time
	times    []watermark.Time
	vals     []V
}

// place is where a value of near is.
type place struct {
	t watermark.Time
	i uint32
}

const (
	leafFull  = 512 // facts at which a leaf is parted
	leafSmall = 32
	leafWidth = 30 // about a second, to begin with
)

func newWaiting[V any]() waiting[V] { return waiting[V]{until: watermark.Min, width: leafWidth} }

// len is the number of values held.
func (q *waiting[V]) len() int { return q.n }

// size is the room for values that there is.
func (q *waiting[V]) size() int {
	n := cap(q.vals)
	for _, l := range q.leaves {
		n += cap(l.vals)
	}
	for _, l := range q.free {
		n += cap(l.vals)
	}
	return n
}

// first returns the least time held, Max if there is nothing.
func (q *waiting[V]) first() watermark.Time {
	if q.n == 0 {
		return watermark.Max
	}
	if q.head == len(q.near) {
		q.sort()
	}
	return q.near[q.head].t
}

// push holds v back.
func (q *waiting[V]) push(t watermark.Time, v V) {
	q.n++
	if t < q.until {
		q.vals = append(q.vals, v)
		p := place{t, uint32(len(q.vals) - 1)}
		rest := q.near[q.head:]
		i := len(rest)
		if i > 0 && t < rest[i-1].t {
			i = sort.Search(len(rest), func(i int) bool { return rest[i].t > t }) // after those of its time
		}
		q.near = slices.Insert(q.near, q.head+i, p)
		return
	}
	if q.last >= len(q.leaves) || t < q.leaves[q.last].from || t >= q.leaves[q.last].to {
		q.last = q.leafOf(t)
	}
	l := q.leaves[q.last]
	l.times, l.vals = append(l.times, t), append(l.vals, v)
	if len(l.times) >= leafFull && uint64(l.to-l.from) > 1 {
		q.part(q.last)
	}
}

// leafOf returns the position of the leaf for t, made if need be.
func (q *waiting[V]) leafOf(t watermark.Time) int {
	i := after(q.ends, t)
	if i < len(q.leaves) && q.leaves[i].from <= t {
		return i
	}
	from := t &^ (1<<q.width - 1)
	to := from + 1<<q.width
	if to < from {
		to = watermark.Max
	}
	from = max(from, q.until)
	if i > 0 {
		from = max(from, q.leaves[i-1].to)
	}
	if i < len(q.leaves) {
		to = min(to, q.leaves[i].from)
	}
	q.leaves, q.ends = slices.Insert(q.leaves, i, q.newLeaf(from, to)), slices.Insert(q.ends, i, to)
	return i
}

// after returns the position of the first of ends that is beyond t. Times come
// as they like: a branch on each step would be guessed wrong every other time.
func after(ends []watermark.Time, t watermark.Time) int {
	const sign = 1 << 63
	i, n := uint64(0), uint64(len(ends))
	for n > 0 {
		half := (n + 1) / 2
		_, before := bits.Sub64(uint64(t)^sign, uint64(ends[i+half-1])^sign, 0) // 1 if t < end
		i += half & (before - 1)
		n -= half
	}
	return int(i)
}

func (q *waiting[V]) newLeaf(from, to watermark.Time) *leaf[V] {
	l := new(leaf[V])
	if n := len(q.free); n > 0 {
		l, q.free = q.free[n-1], q.free[:n-1]
	}
	l.from, l.to = from, to
	return l
}

// part makes two leaves of leaf i, unless all of it falls on one side.
func (q *waiting[V]) part(i int) {
	a := q.leaves[i]
	mid := a.from + watermark.Time(uint64(a.to-a.from)/2)
	q.width = max(1, q.width) - 1
	b := q.newLeaf(mid, a.to)
	n := 0
	for k, t := range a.times {
		if t >= mid {
			b.times, b.vals = append(b.times, t), append(b.vals, a.vals[k])
			continue
		}
		a.times[n], a.vals[n] = t, a.vals[k]
		n++
	}
	clear(a.vals[n:])
	a.times, a.vals = a.times[:n], a.vals[:n]
	switch {
	case len(b.times) == 0:
		a.to, q.ends[i] = mid, mid
		q.free = append(q.free, b)
	case n == 0:
		q.leaves[i] = b
		q.free = append(q.free, a)
	default:
		a.to, q.ends[i] = mid, mid
		q.leaves, q.ends = slices.Insert(q.leaves, i+1, b), slices.Insert(q.ends, i+1, b.to)
	}
}

// sort makes the first leaf the near one, which is used up.
func (q *waiting[V]) sort() {
	l := q.leaves[0]
	q.leaves, q.ends = slices.Delete(q.leaves, 0, 1), slices.Delete(q.ends, 0, 1)
	q.last = max(1, q.last) - 1
	if len(l.times) < leafSmall && len(q.leaves) > leafSmall && q.width < 62 {
		q.width++
	}
	q.near, q.head = q.near[:0], 0
	sorted := true
	for i, t := range l.times {
		sorted = sorted && (i == 0 || t >= l.times[i-1])
		q.near = append(q.near, place{t, uint32(i)})
	}
	if !sorted {
		slices.SortFunc(q.near, func(a, b place) int {
			if a.t != b.t {
				return cmp.Compare(a.t, b.t)
			}
			return cmp.Compare(a.i, b.i)
		})
	}
	q.until = q.near[len(q.near)-1].t + 1
	q.vals, l.vals = l.vals, q.vals[:0] // all taken out
	l.times = l.times[:0]
	q.free = append(q.free, l)
}

// pop takes the first value out.
func (q *waiting[V]) pop() (t watermark.Time, v V) {
	t = q.first()
	p := &q.near[q.head]
	var zero V
	v, q.vals[p.i] = q.vals[p.i], zero
	q.head++
	q.n--
	if q.head == len(q.near) {
		q.near, q.vals, q.head = q.near[:0], q.vals[:0], 0
	}
	return t, v
}

// slab keeps what some of the values that wait have beside them, by slot.
type slab[V any] struct {
	vals []V
	free []uint32
}

// put keeps v, and returns its slot.
func (s *slab[V]) put(v V) uint32 {
	if n := len(s.free); n > 0 {
		slot := s.free[n-1]
		s.free = s.free[:n-1]
		s.vals[slot] = v
		return slot
	}
	s.vals = append(s.vals, v)
	return uint32(len(s.vals) - 1)
}

// take gives what a slot has, and the slot away.
func (s *slab[V]) take(slot uint32) V {
	s.free = append(s.free, slot)
	return s.vals[slot]
}
