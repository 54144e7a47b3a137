package window

import (
	"math/bits"
	"slices"

	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// fire gives the panes of a run of facts, in which no time is in part.
//
// It goes key by key, in each by time: facts that follow one another are of
// different keys, and would each bring the queue of theirs into the caches anew.
// What a fact gives depends on those of its key alone, and its pane has its place.
func (s *slides[K, A, T, P]) fire(run []waiting.Place, told *Told[K, A]) {
	from := len(told.Panes)
	told.Panes = slices.Grow(told.Panes, len(run))[:from+len(run)]
	panes := told.Panes[from:]
	s.link(run)
	for i, k := range s.order {
		if i%slideBlock == 0 && s.rings.bytes > nearCache {
			s.touch(s.order[i:min(i+slideBlock, len(s.order))])
		}
		s.fireKey(k, run, panes)
	}
	if s.set.Sorted {
		for i := 0; i < len(panes); {
			n := i + 1
			for n < len(panes) && panes[n].Time == panes[i].Time {
				n++
			}
			slices.SortStableFunc(panes[i:n], func(x, y Pane[K, A]) int { return s.keys.Compare(x.Key, y.Key) })
			i = n
		}
	}
}

// link chains the places of each key, by time.
func (s *slides[K, A, T, P]) link(run []waiting.Place) {
	s.chain = slices.Grow(s.chain[:0], len(run))[:len(run)]
	s.order = s.order[:0]
	for i := len(run) - 1; i >= 0; i-- {
		k := s.facts.At(run[i].At).key
		q := &s.queues[k]
		if q.first == 0 {
			s.order = append(s.order, k)
		}
		s.chain[i], q.first = q.first, uint32(i+1)
	}
}

// fireKey is fire for the facts of a key. Those of one time see one another, and
// so give the same value.
func (s *slides[K, A, T, P]) fireKey(k uint32, run []waiting.Place, panes []Pane[K, A]) {
	q := &s.queues[k]
	key := s.table.Entries[k].Key
	i := q.first
	q.first = 0
	for i > 0 {
		first, t := i, run[i-1].Time
		s.pass(q, t.Add(-s.plan.size))
		for i > 0 && run[i-1].Time == t {
			s.put(q, t, &s.facts.At(run[i-1].At).fact)
			i = s.chain[i-1]
		}
		p := &panes[first-1]
		s.sum(&p.Value, q)
		s.sign(p, q, key, t)
		for same := uint64(1); s.chain[first-1] != i; same++ {
			first = s.chain[first-1]
			s.again(&panes[first-1], p, same)
		}
	}
}

// again writes the pane of a further fact that has its time and key in common with p.
func (s *slides[K, A, T, P]) again(to, p *Pane[K, A], same uint64) {
	*to = *p
	if s.deep {
		var zero A
		to.Value = zero
		P(&to.Value).Merge(&p.Value)
	}
	to.ID[0], to.ID[1] = slideID(p.ID[0], p.ID[1], same)
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

// sign writes all but the value of the pane of a fact at t.
func (s *slides[K, A, T, P]) sign(p *Pane[K, A], q *slideQueue[A], key K, t watermark.Time) {
	p.Start, p.End = t.Add(1-s.plan.size), t+1
	p.Stamp.Time, p.Kind, p.Forced, p.Revision = t, row.Final, s.forced, 0
	p.ID[0], p.ID[1] = slideID(q.a, q.b, uint64(t))
	p.Key, p.Facts, p.Last = key, int(q.n), t
}

// slideID is keys.Fold of one word, with the lanes as single values, as arrays
// take several times as long.
func slideID(a, b, word uint64) (uint64, uint64) {
	hi, lo := bits.Mul64(b^word, 0x9e3779b97f4a7c15)
	a, b = lo, a^hi
	hi, lo = bits.Mul64(b^word, 0xd2b74407b1ce6e93)
	return lo, a ^ hi
}
