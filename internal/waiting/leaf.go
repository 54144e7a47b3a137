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

	scanned     int // values of which the following tells
	least, most watermark.Time
	sorted      bool
}

const (
	leafFull  = 64 * chunkLen // values at which a leaf is parted
	leafSmall = leafFull / 16 // leaves that have less are too many, once there are
	leafMany  = 32            // so many
	leafWidth = 30            // about a second, to begin with
	directory = 256           // leaves that are found by arithmetic
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
	if len(q.leaves) > 8*leafMany && q.Len() < len(q.leaves)*leafSmall { // thin facts over a long time
		q.width = min(62, q.width+1)
	}
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
	var l *leaf[V]
	if n := len(q.freeLeaves); n > 0 {
		l, q.freeLeaves = q.freeLeaves[n-1], q.freeLeaves[:n-1]
	} else {
		l = new(leaf[V])
	}
	l.from, l.span = from, uint64(to-from)
	l.begin()
	return l
}

// begin makes a leaf empty.
func (l *leaf[V]) begin() {
	l.n, l.full = 0, leafFull
	l.scanned, l.least, l.most, l.sorted = 0, watermark.Max, watermark.Min, true
}

// part makes two leaves of leaf i, which is full, or lets it grow if all in it is of
// one time.
func (q *Queue[V]) part(i int) {
	a := q.leaves[i]
	a.scan()
	if a.least == a.most {
		a.full *= 2
		return
	}
	mid := a.least + watermark.Time((uint64(a.most-a.least)+1)/2)
	q.width = min(q.width, max(1, log2(a.span))-1)
	b := q.newLeaf(mid, q.ends[i])
	all, n := a.chunks, a.n
	a.begin()
	a.span, q.ends[i], a.chunks = uint64(mid-a.from), mid, all[:0]
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
		i := l.n % chunkLen
		l.tail.times[i], l.tail.nos[i], l.tail.vals[i] = t, c.nos[j], c.vals[j]
		l.n++
	}
	if q.wipe {
		clear(a.tail.vals[(a.n-1)%chunkLen+1:])
	}
	for _, c := range all[len(a.chunks):] {
		if q.wipe {
			clear(c.vals[:])
		}
		q.freeChunks = append(q.freeChunks, c)
	}
	q.insert(i+1, b)
}

// log2 is that of the least power of two that is not less than span.
func log2(span uint64) uint8 { return uint8(bits.Len64(span - 1)) }

// times returns the times of chunk i.
func (l *leaf[V]) times(i int) []watermark.Time {
	return l.chunks[i].times[:min(chunkLen, l.n-i*chunkLen)]
}

// scan looks at the times that have come since it did so last. It returns some of
// what it has brought into the nearer caches: all of the chunks, one after the
// other, as later each of their values would be waited for.
func (l *leaf[V]) scan() (touched byte) {
	for i := (l.scanned + chunkLen - 1) / chunkLen; i < l.n/chunkLen; i++ {
		touched += l.chunks[i].touch()
	}
	for l.scanned < l.n {
		times := l.times(l.scanned / chunkLen)[l.scanned%chunkLen:]
		for _, t := range times {
			l.sorted = l.sorted && t >= l.most
			l.least, l.most = min(l.least, t), max(l.most, t)
		}
		l.scanned += len(times)
	}
	return touched
}
