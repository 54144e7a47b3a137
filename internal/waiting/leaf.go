package waiting

import (
	"math/bits"
	"slices"

	"github.com/tidemark-go/tidemark/watermark"
)

// leaf is a piece of time and what came for it.
type leaf[V any] struct {
	from   watermark.Time
	span   uint64 // from its start to its end; 0: it is free
	n      int    // values
	full   int    // values at which it is to be parted
	tail   *chunk[V]
	chunks Values[V] // all are full but the last
}

const (
	leafFull  = 64 * chunkLen // values at which a leaf is parted
	leafSmall = leafFull / 16 // leaves that have less are too many, once there are
	leafEven  = leafFull / 8
	leafMany  = 32  // so many
	leafWidth = 30  // about a second, to begin with
	directory = 256 // leaves that are found by arithmetic
)

// leafOf returns the leaf for t, made if need be, with room for a value.
func (q *Queue[V]) leafOf(t watermark.Time) *leaf[V] {
	i := after(q.ends, t)
	if i == len(q.leaves) || q.leaves[i].from > t {
		q.open(i, t)
	}
	for q.leaves[i].n >= q.leaves[i].full {
		q.part(i)
		if t >= q.ends[i] {
			i++
		}
	}
	l := q.leaves[i]
	q.seen[uint64(t)>>(q.width&63)%directory] = l
	if l.n == len(l.chunks)*chunkLen {
		l.tail = q.newChunk()
		l.chunks = append(l.chunks, l.tail)
	}
	return l
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
	q.insert(i, q.newLeaf(from, to))
}

func (q *Queue[V]) insert(i int, l *leaf[V]) {
	q.leaves = slices.Insert(q.leaves, i, l)
	q.ends = slices.Insert(q.ends, i, l.from+watermark.Time(l.span))
}

func (q *Queue[V]) newLeaf(from, to watermark.Time) *leaf[V] {
	l := new(leaf[V])
	if n := len(q.freeLeaves); n > 0 {
		l, q.freeLeaves = q.freeLeaves[n-1], q.freeLeaves[:n-1]
	}
	l.from, l.span, l.full = from, uint64(to-from), leafFull
	return l
}

// part makes two leaves of leaf i, which is full, or lets it grow if all in it is of
// one time.
func (q *Queue[V]) part(i int) {
	a := q.leaves[i]
	least, most, _ := a.bounds()
	if least == most {
		a.full *= 2
		return
	}
	mid := least + watermark.Time((uint64(most-least)+1)/2)
	q.width = min(q.width, max(1, log2(a.span))-1)
	b := q.newLeaf(mid, q.ends[i])
	all, n := a.chunks, a.n
	a.n, a.span, a.full, q.ends[i] = 0, uint64(mid-a.from), leafFull, mid
	a.chunks = all[:0]
	for k := range n {
		c, j := all[k/chunkLen], k%chunkLen
		t, l := c.times[j], a
		if t >= mid {
			l = b
		}
		if l.n == len(l.chunks)*chunkLen {
			if l == a { // its own, which has been read so far
				l.tail = all[len(l.chunks)]
			} else {
				l.tail = q.newChunk()
			}
			l.chunks = append(l.chunks, l.tail)
		}
		l.tail.times[l.n%chunkLen], l.tail.vals[l.n%chunkLen] = t, c.vals[j]
		l.n++
	}
	for _, c := range all[len(a.chunks):] {
		q.freeChunks = append(q.freeChunks, c)
	}
	q.insert(i+1, b)
}

// log2 is that of the least power of two that is not less than span.
func log2(span uint64) uint8 { return uint8(bits.Len64(span - 1)) }

// parts calls f for the times of each chunk, of which the first is number at.
func (l *leaf[V]) parts(f func(at int, times []watermark.Time) bool) {
	for i, c := range l.chunks {
		if !f(i*chunkLen, c.times[:min(chunkLen, l.n-i*chunkLen)]) {
			return
		}
	}
}

// bounds returns the least and the greatest of the times, and whether they are in order.
func (l *leaf[V]) bounds() (least, most watermark.Time, sorted bool) {
	least, most, sorted = watermark.Max, watermark.Min, true
	for _, times := range l.parts {
		for _, t := range times {
			sorted = sorted && t >= most
			least, most = min(least, t), max(most, t)
		}
	}
	return least, most, sorted
}
