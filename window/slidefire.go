package window

import (
	"math/bits"
	"slices"

	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/row"
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
	each := len(run) / max(1, len(s.order)) // facts of a key, about
	for i, k := range s.order {
		if i%slideBlock == 0 && s.rings.bytes > nearCache {
			s.touch(s.order[i:min(i+slideBlock, len(s.order))], each)
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
		k := run[i].No
		first := &s.first[k]
		if *first == 0 {
			s.order = append(s.order, k)
		}
		s.chain[i], *first = *first, uint32(i+1)
	}
}

// fireKey is fire for the facts of a key. Those of one time see one another: they
// are one entry of the queue, and give the same value.
func (s *slides[K, A, T, P]) fireKey(k uint32, run []waiting.Place, panes []Pane[K, A]) {
	q, key, chain := &s.queues[k], s.table.Entries[k].Key, s.chain[:len(run)]
	x, ring, size := q.slideUse, q.ring, s.plan.size // in registers
	i := s.first[k]
	s.first[k] = 0
	for i > 0 {
		place, t := i-1, run[i-1].Time
		cut, gone := t.Add(-size), uint32(slideFew)
		if h := int(x.head); x.front > slideFew && h+slideFew < len(ring) && !s.deep {
			// Nearly always a few entries of the front are to go. How many is hard to
			// guess, so it is found without a branch.
			e := ring[h:][:slideFew]
			gone = upTo(e[0].time, cut) + upTo(e[1].time, cut) + upTo(e[2].time, cut) + upTo(e[3].time, cut)
			x.head, x.n, x.front = x.head+gone, x.n-gone, x.front-gone
		}
		if gone == slideFew || int(x.n) == len(ring) {
			q.slideUse = x
			s.pass(q, cut)
			s.room(q)
			x, ring = q.slideUse, q.ring
		}
		e := &ring[x.at(x.n, len(ring))]
		x.n++
		var zero A
		e.time, e.from, e.sum = t, x.facts, zero
		for {
			P(&e.sum).Add(*s.facts.At(run[i-1].At))
			x.facts++
			if i = chain[i-1]; i == 0 || run[i-1].Time != t {
				break
			}
		}
		P(&q.back).Merge(&e.sum)

		p, first := &panes[place], &ring[x.head]
		sum := &q.back
		if x.front > 0 {
			sum = &first.sum
		}
		if p.Value = *sum; s.deep {
			p.Value = copyOf[A, T, P](sum, true)
		}
		if x.front > 0 {
			P(&p.Value).Merge(&q.back)
		}
		p.Start, p.End = t.Add(1-size), t+1
		p.Stamp.Time, p.Kind, p.Forced, p.Revision = t, row.Final, s.forced, 0
		p.ID[0], p.ID[1] = slideID(q.a, q.b, uint64(t))
		p.Key, p.Facts, p.Last = key, int(x.facts-first.from), t
		for same := uint64(1); chain[place] != i; same++ {
			place = chain[place] - 1
			s.again(&panes[place], p, same)
		}
	}
	q.slideUse = x
}

// again writes the pane of a further fact that has its time and key in common with p.
func (s *slides[K, A, T, P]) again(to, p *Pane[K, A], same uint64) {
	*to = *p
	if s.deep {
		to.Value = copyOf[A, T, P](&p.Value, true)
	}
	to.ID[0], to.ID[1] = slideID(p.ID[0], p.ID[1], same)
}

// slideID is keys.Fold of one word, with the lanes as single values, as arrays
// take several times as long.
func slideID(a, b, word uint64) (uint64, uint64) {
	hi, lo := bits.Mul64(b^word, 0x9e3779b97f4a7c15)
	a, b = lo, a^hi
	hi, lo = bits.Mul64(b^word, 0xd2b74407b1ce6e93)
	return lo, a ^ hi
}
