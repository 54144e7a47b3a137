// Package waiting holds values back, to be taken out by event time: what a
// stage keeps until the watermark has passed it, and the times at which one has
// something to do.
package waiting

import (
	"math/bits"
	"slices"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/scan"
	"github.com/tidemark-go/tidemark/watermark"
)

// Queue is what is held back, to be taken out by event time and then in
// the order in which it came. Facts come nearly in order, and leave as W passes
// them: so they are kept in leaves, each a piece of time with its facts as they
// came, and only the leaf that W has reached is sorted. That costs no random
// access to memory per fact, as a heap over many does, and no comparison.
type Queue[V any] struct {
	leaves []*leaf[V]           // by time, disjoint, none empty, all after until
	ends   []watermark.Time     // their ends, together: a look for a leaf stays in the cache
	seen   *[directory]*leaf[V] // where a leaf may be found without a look, by time
	width  uint8                // log2 of the time that a new leaf takes
	free   []*leaf[V]

	near   []Place // sorted, from head on: what leaves next
	head   int
	behind heap           // what has come for the time of near since
	vals   []V            // of near and behind
	until  watermark.Time // near and behind have everything before this
	n      int

	merged []Place  // for Take
	taken  []Place  // by the last Take, if they are to be wiped
	counts []uint32 // for sort
	wipe   bool     // values have pointers
}

// leaf is a piece of time and what came for it.
type leaf[V any] struct {
	from  watermark.Time
	span  uint64 // from its start to its end; 0: it is free
	full  int    // values at which it is to be parted
	times []watermark.Time
	vals  []V
}

// Place is where a value is that is taken out.
type Place struct {
	Time watermark.Time
	At   uint32
}

const (
	leafFull  = 4096 // values at which a leaf is parted
	leafSmall = leafFull / 16
	leafWidth = 30  // about a second, to begin with
	directory = 256 // leaves that are found by arithmetic
)

// New returns an empty queue.
func New[V any]() Queue[V] {
	return Queue[V]{until: watermark.Min, width: leafWidth, seen: new([directory]*leaf[V]), wipe: scan.For[V]()}
}

// Len is the number of values held.
func (q *Queue[V]) Len() int { return q.n }

// Size is the room for values that there is.
func (q *Queue[V]) Size() int {
	n := cap(q.vals)
	for _, l := range q.leaves {
		n += cap(l.vals)
	}
	for _, l := range q.free {
		n += cap(l.vals)
	}
	return n
}

// Bytes is the memory of the queue, without what values point to.
func (q *Queue[V]) Bytes() int64 {
	var v V
	n := int64(q.Size()) * int64(unsafe.Sizeof(v))
	for _, l := range q.leaves {
		n += int64(cap(l.times)) * 8
	}
	for _, l := range q.free {
		n += int64(cap(l.times)) * 8
	}
	n += int64(len(q.leaves)+len(q.free)) * int64(unsafe.Sizeof(leaf[V]{}))
	n += int64(cap(q.near)+cap(q.merged)+cap(q.behind)) * int64(unsafe.Sizeof(Place{}))
	return n + int64(cap(q.counts))*4 + int64(cap(q.leaves)+cap(q.ends)+directory)*8
}

// First returns the least time held, Max if there is nothing.
func (q *Queue[V]) First() watermark.Time {
	if q.n == 0 {
		return watermark.Max
	}
	if q.head == len(q.near) && len(q.behind) == 0 {
		q.sort()
	}
	first := watermark.Max
	if q.head < len(q.near) {
		first = q.near[q.head].Time
	}
	if len(q.behind) > 0 {
		first = min(first, q.behind[0].Time)
	}
	return first
}

// Push holds v back.
func (q *Queue[V]) Push(t watermark.Time, v V) { *q.Put(t) = v }

// Put is Push of the value that the caller writes, whole, to where it points,
// before the next call.
func (q *Queue[V]) Put(t watermark.Time) *V {
	q.n++
	if t < q.until {
		q.behind.push(Place{t, uint32(len(q.vals))})
		q.vals = extend(q.vals)
		return &q.vals[len(q.vals)-1]
	}
	l := q.seen[uint64(t)>>(q.width&63)%directory]
	if l == nil || uint64(t-l.from) >= l.span || len(l.times) >= l.full {
		l = q.leafOf(t)
	}
	n := len(l.times)
	if n == cap(l.times) || n == cap(l.vals) {
		l.times, l.vals = room(l.times), room(l.vals)
	}
	l.times, l.vals = l.times[:n+1], l.vals[:n+1]
	l.times[n] = t
	return &l.vals[n]
}

// extend makes s longer by one, of any value.
func extend[S ~[]E, E any](s S) S {
	if len(s) == cap(s) {
		s = room(s)
	}
	return s[:len(s)+1]
}

// room makes room for more values, for all of a leaf if it is on its way to be full.
func room[S ~[]E, E any](s S) S {
	more := max(8, len(s))
	if len(s) < leafFull {
		more = min(more, leafFull-len(s))
	}
	grown := make(S, len(s), len(s)+more)
	copy(grown, s)
	return grown
}

// leafOf returns the leaf for t, made if need be, with room for a value.
func (q *Queue[V]) leafOf(t watermark.Time) *leaf[V] {
	i := after(q.ends, t)
	if i == len(q.leaves) || q.leaves[i].from > t {
		q.open(i, t)
	}
	for len(q.leaves[i].times) >= q.leaves[i].full {
		q.part(i)
		if t >= q.ends[i] {
			i++
		}
	}
	q.seen[uint64(t)>>(q.width&63)%directory] = q.leaves[i]
	return q.leaves[i]
}

// open makes a leaf for t, at position i.
func (q *Queue[V]) open(i int, t watermark.Time) {
	from := t &^ (1<<q.width - 1)
	to := from + 1<<q.width
	if to < from {
		to = watermark.Max
	}
	from = max(from, q.until)
	if i > 0 {
		from = max(from, q.ends[i-1])
	}
	if i < len(q.leaves) {
		to = min(to, q.leaves[i].from)
	}
	q.leaves, q.ends = slices.Insert(q.leaves, i, q.newLeaf(from, to)), slices.Insert(q.ends, i, to)
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

func (q *Queue[V]) newLeaf(from, to watermark.Time) *leaf[V] {
	l := new(leaf[V])
	if n := len(q.free); n > 0 {
		l, q.free = q.free[n-1], q.free[:n-1]
	}
	l.from, l.span, l.full = from, uint64(to-from), leafFull
	return l
}

// part makes two leaves of leaf i, which is full, or lets it grow if all in it is of
// one time.
func (q *Queue[V]) part(i int) {
	a := q.leaves[i]
	least, most := bounds(a.times)
	if least == most {
		a.full *= 2
		return
	}
	mid := least + watermark.Time((uint64(most-least)+1)/2)
	q.width = min(max(1, q.width)-1, uint8(bits.Len64(a.span)))
	b := q.newLeaf(mid, q.ends[i])
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
	a.span, a.full, q.ends[i] = uint64(mid-a.from), leafFull, mid
	q.leaves, q.ends = slices.Insert(q.leaves, i+1, b), slices.Insert(q.ends, i+1, mid+watermark.Time(b.span))
}

// bounds returns the least and the greatest of times.
func bounds(times []watermark.Time) (least, most watermark.Time) {
	least, most = times[0], times[0]
	for _, t := range times {
		least, most = min(least, t), max(most, t)
	}
	return least, most
}

// Pop takes the first value out.
func (q *Queue[V]) Pop() (t watermark.Time, v V) {
	t = q.First()
	at := uint32(0)
	if q.head < len(q.near) && q.near[q.head].Time == t {
		at = q.near[q.head].At
		q.head++
	} else {
		at = q.behind.pop().At
	}
	q.n--
	v = q.vals[at]
	if q.wipe {
		var zero V
		q.vals[at] = zero
	}
	q.reuse()
	return t, v
}

// reuse begins the values of near anew once all are taken out.
func (q *Queue[V]) reuse() {
	if q.head == len(q.near) && len(q.behind) == 0 {
		q.near, q.vals, q.head = q.near[:0], q.vals[:0], 0
	}
}
