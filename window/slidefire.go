package window

import (
	"math/bits"
	"slices"

	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// fire gives the panes of a run of facts, in which no time is in part.
func (s *slides[K, A, T, P]) fire(run []waiting.Place, told *Told[K, A]) {
	from := len(told.Panes)
	told.Panes = slices.Grow(told.Panes, len(run))[:from+len(run)]
	panes := told.Panes[from:]
	for i := 0; i < len(run); {
		if s.near <= 0 {
			s.near = slideBlock
			if s.rings.bytes > nearCache {
				s.touch(run[i:])
			}
		}
		n := 1
		for i+n < len(run) && run[i+n].Time == run[i].Time {
			n++
		}
		if n == 1 {
			s.fireOne(run[i], &panes[i])
		} else {
			s.fireMany(run[i:i+n], panes[i:i+n])
		}
		i += n
		s.near -= n
	}
}

// fireOne is fire for a fact that is alone in its time.
func (s *slides[K, A, T, P]) fireOne(at waiting.Place, p *Pane[K, A]) {
	f := s.facts.At(at.At)
	q := &s.queues[f.key]
	cut := at.Time.Add(-s.plan.size)
	ring, h, n, front := q.ring, q.head, q.n, q.front
	if front > slideFew && int(h)+slideFew < len(ring) && int(n) < len(ring) && !s.deep {
		// Nearly always a few facts of the front are to go. How many is hard to
		// guess, so it is found without a branch, and all is kept in registers.
		e := ring[h:][:slideFew]
		gone := upTo(e[0].time, cut) + upTo(e[1].time, cut) + upTo(e[2].time, cut) + upTo(e[3].time, cut)
		if gone < slideFew {
			last := h + n
			if last >= uint32(len(ring)) {
				last -= uint32(len(ring))
			}
			q.head, q.n, q.front = h+gone, n-gone+1, front-gone
			put[A, T, P](q, &ring[last], at.Time, &f.fact)
			p.Value = ring[h+gone].sum
			P(&p.Value).Merge(&q.back)
			s.sign(p, at.Time, f.key, n-gone+1)
			return
		}
	}
	s.take(q, at.Time, cut, &f.fact)
	s.sum(&p.Value, q)
	s.sign(p, at.Time, f.key, q.n)
}

// fireMany is fire for the facts of one time, which see one another.
func (s *slides[K, A, T, P]) fireMany(run []waiting.Place, panes []Pane[K, A]) {
	t := run[0].Time
	cut := t.Add(-s.plan.size)
	for _, at := range run {
		f := s.facts.At(at.At)
		q := &s.queues[f.key]
		q.same = 0
		s.take(q, t, cut, &f.fact)
	}
	for i, at := range run {
		p, k := &panes[i], s.facts.At(at.At).key
		q := &s.queues[k]
		s.sum(&p.Value, q)
		s.sign(p, t, k, q.n)
		if q.same > 0 {
			p.ID[0], p.ID[1] = slideID(p.ID[0], p.ID[1], uint64(q.same))
		}
		q.same++
	}
	if s.set.Sorted {
		slices.SortStableFunc(panes, func(x, y Pane[K, A]) int { return s.keys.Compare(x.Key, y.Key) })
	}
}

// sum writes to v what is in the queue, and shares nothing with it.
func (s *slides[K, A, T, P]) sum(v *A, q *slideQueue[A]) {
	first := &q.back
	if q.front > 0 {
		first = &q.ring[q.head].sum
	}
	if s.deep {
		var zero A
		*v = zero
		P(v).Merge(first)
	} else {
		*v = *first
	}
	if q.front > 0 {
		P(v).Merge(&q.back)
	}
}

// sign writes all but the value of the pane of a fact at t, of key k, that sees n facts.
func (s *slides[K, A, T, P]) sign(p *Pane[K, A], t watermark.Time, k, n uint32) {
	p.Span = s.span(t)
	p.Stamp.Time, p.Kind, p.Forced, p.Revision = t, row.Final, s.forced, 0
	p.ID[0], p.ID[1] = slideID(s.queues[k].a, s.queues[k].b, uint64(t))
	p.Key = s.table.Entries[k].Key
	p.Facts, p.Last = int(n), t
}

// slideID is keys.Fold of one word, with the lanes as single values, as arrays
// take several times as long.
func slideID(a, b, word uint64) (uint64, uint64) {
	hi, lo := bits.Mul64(b^word, 0x9e3779b97f4a7c15)
	a, b = lo, a^hi
	hi, lo = bits.Mul64(b^word, 0xd2b74407b1ce6e93)
	return lo, a ^ hi
}
