package window

import (
	"math/bits"

	"github.com/tidemark-go/tidemark/watermark"
)

// slideQueue is the facts of a key in reach of the last of them: two stacks, of
// which the sum is known at any time without ever subtracting. The front has, in
// each place, the sum of a fact and of all after it up to the end of the front;
// the back has its facts each by itself, and one sum of them all. Once the front
// is used up, the back becomes the front.
//
// Source: Tangwongsan, Hirzel, Schneider: Low-latency sliding-window
// aggregation in worst-case constant time (2017), section 2.
type slideQueue[A any] struct {
	ring  []slideEntry[A] // from head on, and round
	head  uint32
	front uint32 // facts of the front
	n     uint32 // and of both
	same  uint32 // panes of the time at hand
	a, b  uint64 // what the IDs of the key begin with
	back  A      // the sum of the back
}

// slideEntry is a fact in its queue.
type slideEntry[A any] struct {
	time watermark.Time
	sum  A
}

// at returns the position in the ring of fact i.
func (q *slideQueue[A]) at(i uint32) uint32 {
	if i += q.head; i >= uint32(len(q.ring)) {
		i -= uint32(len(q.ring))
	}
	return i
}

// take puts a fact at t into the queue, which then reaches back to cut, without it.
func (s *slides[K, A, T, P]) take(q *slideQueue[A], t, cut watermark.Time, fact *T) {
	if q.n > 0 && (s.deep || !q.pass(cut)) {
		s.passAll(q, cut)
	}
	if int(q.n) == len(q.ring) {
		s.rings.move(q, q.n+q.n/8+1, s.deep)
	}
	i := q.at(q.n)
	q.n++
	var zero A
	e := &q.ring[i]
	e.time, e.sum = t, zero
	P(&e.sum).Add(*fact)
	P(&q.back).Merge(&e.sum)
}

// pass lets go of what is at cut or before, and reports whether that was all of
// it: nearly always it is a few facts of the front. How many is hard to guess, so
// it is found without a branch.
func (q *slideQueue[A]) pass(cut watermark.Time) bool {
	const few = 4
	if q.front <= few || int(q.head)+few > len(q.ring) {
		return false
	}
	e := q.ring[q.head:][:few]
	n := upTo(e[0].time, cut) + upTo(e[1].time, cut) + upTo(e[2].time, cut) + upTo(e[3].time, cut)
	q.front -= n
	q.n -= n
	q.head = q.at(n)
	return n < few
}

// upTo returns 1 if t is cut or before, else 0.
func upTo(t, cut watermark.Time) uint32 {
	const sign = 1 << 63
	_, after := bits.Sub64(uint64(cut)^sign, uint64(t)^sign, 0)
	return 1 - uint32(after)
}

// passAll is pass without exception.
func (s *slides[K, A, T, P]) passAll(q *slideQueue[A], cut watermark.Time) {
	var zero A
	for q.n > 0 && q.ring[q.head].time <= cut {
		if q.front == 0 {
			s.flip(q, cut)
			return
		}
		if s.deep {
			q.ring[q.head].sum = zero
		}
		q.head = q.at(1)
		q.front--
		q.n--
	}
}

// flip makes the back the front, without what is at cut or before.
func (s *slides[K, A, T, P]) flip(q *slideQueue[A], cut watermark.Time) {
	var zero A
	for q.n > 0 && q.ring[q.head].time <= cut {
		if s.deep {
			q.ring[q.head].sum = zero
		}
		q.head = q.at(1)
		q.n--
	}
	q.back, q.front = zero, q.n
	if len(q.ring) > 64 && len(q.ring) > 4*int(q.n) {
		s.rings.move(q, 2*q.n, s.deep)
	}
	for i := q.n; i > 1; i-- {
		P(&q.ring[q.at(i-2)].sum).Merge(&q.ring[q.at(i-1)].sum)
	}
}

// within returns how many facts have their times in span.
func (q *slideQueue[A]) within(span Span) (n int) {
	for i := range q.n {
		if span.Contains(q.ring[q.at(i)].time) {
			n++
		}
	}
	return n
}
