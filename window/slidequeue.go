package window

import (
	"math"
	"math/bits"

	"github.com/tidemark-go/tidemark/watermark"
)

// slideQueue is the facts of a key in reach of the last of them, an entry for all
// of one time: two stacks, of which the sum is known at any time without ever
// subtracting. The front has, in each entry, the sum of it and of all after it up
// to the end of the front; the back has its entries each by itself, and one sum of
// them all. Once the front is used up, the back becomes the front.
//
// Source: Tangwongsan, Hirzel, Schneider: Low-latency sliding-window
// aggregation in worst-case constant time (2017), section 2.
type slideQueue[A any] struct {
	ring []slideEntry[A] // from head on, and round
	slideUse
	block uint32 // entries of the front that get their sums at once: all, if they own no memory
	ready uint32 // entries that have them
	a, b  uint64 // the ID of the key
	back  A      // the sum of the back
}

// slideUse is what of a ring is in use.
type slideUse struct {
	head  uint32
	front uint32 // entries of the front
	n     uint32 // and of both
	facts uint32 // that were put in, ever, as far as 32 bits tell
}

// slideEntry is the facts of a time.
type slideEntry[A any] struct {
	time watermark.Time
	from uint32 // facts that were put in before, as facts of slideUse
	sum  A
}

// at returns the position in a ring of so many of entry i.
func (x slideUse) at(i uint32, size int) uint32 {
	if i += x.head; i >= uint32(size) {
		i -= uint32(size)
	}
	return i
}

// at returns the position in the ring of entry i.
func (q *slideQueue[A]) at(i uint32) uint32 { return q.slideUse.at(i, len(q.ring)) }

// room makes room for an entry.
func (s *slides[K, A, T, P]) room(q *slideQueue[A]) {
	if int(q.n) == len(q.ring) {
		s.rings.move(q, q.n+q.n/8+1, s.deep)
	}
}

// slideFew is the number of entries that are looked at together.
const slideFew = 4

// upTo returns 1 if t is cut or before, else 0.
func upTo(t, cut watermark.Time) uint32 {
	const sign = 1 << 63
	_, after := bits.Sub64(uint64(cut)^sign, uint64(t)^sign, 0)
	return 1 - uint32(after)
}

// pass lets go of what is at cut or before, one by one.
func (s *slides[K, A, T, P]) pass(q *slideQueue[A], cut watermark.Time) {
	flip := false
	for q.n > 0 && q.ring[q.head].time <= cut {
		if s.deep {
			var zero A
			q.ring[q.head].sum = zero
		}
		q.head = q.at(1)
		q.n--
		flip = flip || q.front == 0
		q.front -= min(q.front, 1)
		q.ready -= min(q.ready, 1)
	}
	if flip {
		s.flip(q)
	}
	if s.deep && q.front > 0 && q.ready == 0 {
		s.open(q)
	}
}

// flip makes the back the front.
//
// A sum of accumulators that own memory may be as large as its facts together:
// then not all entries get theirs at once, but each block of them, about the
// square root of their number, when the head comes to it. Until then the first
// of each block has the sum from there on.
func (s *slides[K, A, T, P]) flip(q *slideQueue[A]) {
	if len(q.ring) > 64 && len(q.ring) > 4*int(q.n) {
		s.rings.move(q, 2*q.n, s.deep)
	}
	var zero A
	q.back, q.front, q.block, q.ready = zero, q.n, q.n, 0
	if s.deep && q.n > 0 {
		q.block = uint32(math.Sqrt(float64(q.n)))
		var sum A
		for i := uint32(1); i <= q.n; i++ {
			e := &q.ring[q.at(q.n-i)]
			P(&sum).Merge(&e.sum)
			if i%q.block == 0 {
				e.sum = copyOf[A, T, P](&sum, true)
			}
		}
	} else if q.n > 0 {
		s.open(q)
	}
}

// open gives the entries of the first block of the front their sums.
func (s *slides[K, A, T, P]) open(q *slideQueue[A]) {
	n := q.front % q.block
	if n == 0 {
		n = q.block
	}
	q.ready = n
	last := uint32(0)
	if s.deep && n == q.block {
		last = 1 // the first has its own
	}
	for i := min(n, q.front-1); i > last; i-- {
		P(&q.ring[q.at(i-1)].sum).Merge(&q.ring[q.at(i)].sum)
	}
}

// within returns how many facts have their times in span.
func (q *slideQueue[A]) within(span Span) (n int) {
	for i := range q.n {
		e, after := &q.ring[q.at(i)], q.facts
		if i+1 < q.n {
			after = q.ring[q.at(i+1)].from
		}
		if span.Contains(e.time) {
			n += int(after - e.from)
		}
	}
	return n
}
