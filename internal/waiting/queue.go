// Package waiting holds values back, to be taken out by event time: what a
// stage keeps until the watermark has passed it, and the times at which one has
// something to do.
package waiting

import (
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/scan"
	"github.com/tidemark-go/tidemark/watermark"
)

// Queue is values that are held back, each with a number that its owner gives it, to be taken out by event time and then in
// the order in which it came. Facts come nearly in order, and leave as W passes
// them: so they are kept in leaves, each a piece of time with its facts as they
// came, and only the leaf that W has reached is sorted. That costs no random
// access to memory per fact, as a heap over many does, and no comparison.
//
// Make it with New. The cost of a value is constant, as long as times are not
// very uneven within a leaf; else it is that of sorting the leaf.
type Queue[V any] struct {
	leaves []*leaf[V]           // by time, disjoint, none empty, all at until or after
	ends   []watermark.Time     // their ends, together: a look for a leaf stays in the cache
	seen   *[directory]*leaf[V] // where a leaf may be found without a look, by time
	width  uint8                // log2 of the time that a new leaf takes
	n      int                  // values held

	near   []Place // sorted, from head on: what leaves next
	head   int
	behind heap           // what has come since for the time of near
	until  watermark.Time // near and behind have everything before this
	vals   Values[V]      // of near and behind
	put    int            // how many of them, those taken out too

	merged []Place  // for Take
	taken  []Place  // by the last Take, if they are to be wiped
	counts []uint32 // for sort
	wipe   bool     // values have pointers

	freeLeaves []*leaf[V]
	freeChunks []*chunk[V]
	chunks     int // in all

	touched byte // keeps the loads of touch
}

// Timers are numbers alone, each at the time at which something is to be done for it.
type Timers = Queue[struct{}]

// Place is a value that is taken out: its time, where it is, and its number.
type Place struct {
	Time watermark.Time
	At   uint32
	No   uint32
}

// Values are what places lead to.
type Values[V any] []*chunk[V]

// At returns the value at a place.
func (v Values[V]) At(at uint32) *V { return &v[at/chunkLen].vals[at%chunkLen] }

// chunk is values as they came, with their times and numbers. Those that have been
// taken out are written over while they are still in the cache.
type chunk[V any] struct {
	times [chunkLen]watermark.Time
	vals  [chunkLen]V
	nos   [chunkLen]uint32
}

const chunkLen = 64

// New returns an empty queue.
func New[V any]() Queue[V] {
	return Queue[V]{until: watermark.Min, width: leafWidth, seen: new([directory]*leaf[V]), wipe: scan.For[V]()}
}

// Len is the number of values held.
func (q *Queue[V]) Len() int { return q.n }

// Bytes is the memory of the queue, without what values point to.
func (q *Queue[V]) Bytes() int64 {
	n := int64(q.chunks) * int64(unsafe.Sizeof(chunk[V]{}))
	leaves := int64(len(q.leaves) + len(q.freeLeaves))
	n += leaves*int64(unsafe.Sizeof(leaf[V]{})) + int64(q.chunks+cap(q.freeChunks)+cap(q.leaves)+cap(q.ends)+directory)*8
	return n + int64(cap(q.near)+cap(q.merged)+cap(q.behind))*int64(unsafe.Sizeof(Place{})) + int64(cap(q.counts))*4
}

// First returns the least time held, Max if there is nothing.
func (q *Queue[V]) First() watermark.Time {
	if q.n == 0 {
		return watermark.Max
	}
	if q.head == len(q.near) && len(q.behind) == 0 {
		return q.least()
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

// least is the least time of the first leaf. It does not sort it: what comes for
// its time would be behind.
func (q *Queue[V]) least() watermark.Time {
	l := q.leaves[0]
	q.touched = l.scan()
	return l.least
}

// Push holds v back, with a number.
func (q *Queue[V]) Push(t watermark.Time, no uint32, v V) { *q.Put(t, no) = v }

// Put is Push of the value that the caller writes, whole, to where it points,
// before the next call.
func (q *Queue[V]) Put(t watermark.Time, no uint32) *V {
	q.n++
	if t < q.until {
		return q.late(t, no)
	}
	l := q.seen[uint64(t)>>(q.width&63)%directory]
	if l == nil || uint64(t-l.from) >= l.span || l.n%chunkLen == 0 {
		l = q.leafOf(t)
	}
	i := l.n % chunkLen
	l.n++
	l.tail.times[i], l.tail.nos[i] = t, no
	return &l.tail.vals[i]
}

// PutAll is Push of many: a loop for those that come in the usual way.
func (q *Queue[V]) PutAll(times []watermark.Time, nos []uint32, vals []V) {
	nos, vals = nos[:len(times)], vals[:len(times)]
	seen, width, until := q.seen, q.width&63, q.until
	for i, t := range times {
		l := seen[uint64(t)>>width%directory]
		if t < until || l == nil || uint64(t-l.from) >= l.span || l.n%chunkLen == 0 {
			*q.Put(t, nos[i]) = vals[i]
			width = q.width & 63 // of the leaves that are there now
			continue
		}
		k, c := l.n%chunkLen, l.tail
		l.n++
		q.n++
		c.times[k], c.nos[k], c.vals[k] = t, nos[i], vals[i]
	}
}

// late is Put for a time of which all that there was has been sorted.
func (q *Queue[V]) late(t watermark.Time, no uint32) *V {
	if q.put == len(q.vals)*chunkLen {
		q.vals = append(q.vals, q.newChunk())
	}
	at := uint32(q.put)
	q.put++
	q.behind.push(Place{t, at, no})
	return q.vals.At(at)
}

// Pop takes the first value out, of which there must be one.
func (q *Queue[V]) Pop() (p Place, v V) {
	q.reuse()
	if len(q.near) == 0 && len(q.behind) == 0 {
		q.sort()
	}
	if t := q.First(); q.head < len(q.near) && q.near[q.head].Time == t { // those came before
		p = q.near[q.head]
		q.head++
	} else {
		p = q.behind.pop()
	}
	q.n--
	at := q.vals.At(p.At)
	v = *at
	if q.wipe {
		var zero V
		*at = zero
	}
	return p, v
}

// reuse lets go of the values of the last Take, and of what the values of near
// are in, once all are taken out.
func (q *Queue[V]) reuse() {
	if len(q.taken) > 0 {
		var zero V
		for _, p := range q.taken {
			*q.vals.At(p.At) = zero
		}
		q.taken = nil
	}
	if q.head == len(q.near) && len(q.behind) == 0 {
		q.freeChunks = append(q.freeChunks, q.vals...)
		q.near, q.vals, q.head, q.put = q.near[:0], q.vals[:0], 0, 0
	}
}

func (q *Queue[V]) newChunk() *chunk[V] {
	if n := len(q.freeChunks); n > 0 {
		c := q.freeChunks[n-1]
		q.freeChunks = q.freeChunks[:n-1]
		return c
	}
	q.chunks++
	return new(chunk[V])
}
