package window

import (
	"slices"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// fire gives the panes of a run of facts, in which no time is in part.
func (s *slides[K, A, T, P]) fire(run []waiting.Place, facts waiting.Values[slideFact[T]], forced bool, told *Told[K, A]) {
	from := len(told.Panes)
	told.Panes = slices.Grow(told.Panes, len(run))[:from+len(run)]
	panes := told.Panes[from:]
	ahead := len(run)
	if s.rings.bytes > nearCache {
		ahead = 0
	}
	for i := 0; i < len(run); {
		if i >= ahead {
			ahead = min(i+slideBlock, len(run))
			s.touch(run[i:ahead], facts)
		}
		t, n := run[i].Time, 1
		for i+n < len(run) && run[i+n].Time == t {
			n++
		}
		if n > 1 {
			s.fireTime(run[i:i+n], facts, panes[i:i+n], forced)
		} else {
			f := facts.At(run[i].At)
			q := &s.queues[f.key]
			q.same = 0
			s.take(q, t, t.Add(-s.plan.size), &f.fact)
			s.write(&panes[i], q, s.span(t), f.key, forced)
		}
		i += n
	}
}

const (
	// slideBlock is the number of facts of which touch brings in what they need:
	// it has to stay in the nearest cache.
	slideBlock = 64
	// nearCache is what the nearer caches hold in any case.
	nearCache = 1 << 19
)

// fireTime is fire for several facts of one time, which see one another.
func (s *slides[K, A, T, P]) fireTime(run []waiting.Place, facts waiting.Values[slideFact[T]], panes []Pane[K, A], forced bool) {
	t := run[0].Time
	cut, span := t.Add(-s.plan.size), s.span(t)
	for _, p := range run {
		f := facts.At(p.At)
		q := &s.queues[f.key]
		q.same = 0
		s.take(q, t, cut, &f.fact)
	}
	for i, p := range run {
		k := facts.At(p.At).key
		q := &s.queues[k]
		s.write(&panes[i], q, span, k, forced)
		q.same++
	}
	if s.set.Sorted {
		slices.SortStableFunc(panes, func(x, y Pane[K, A]) int { return s.keys.Compare(x.Key, y.Key) })
	}
}

// write writes the pane of a fact, over all that was there.
func (s *slides[K, A, T, P]) write(p *Pane[K, A], q *slideQueue[A], span Span, k uint32, forced bool) {
	p.Span = span
	t := span.End - 1
	p.Stamp.Time, p.Kind, p.Forced, p.Revision = t, row.Final, forced, 0
	p.Last = t
	p.Facts = int(q.n)
	p.Key = s.table.Entries[k].Key
	a, b := q.a, q.b
	if q.same > 0 {
		same := uint64(q.same)
		a, b = s.words.Lanes(a, b, &same)
	}
	end := uint64(span.End)
	p.ID[0], p.ID[1] = s.words.Lanes(a, b, &end)
	s.sum(&p.Value, q)
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

// touch brings in the queues of facts, and the entries that they will read and
// write: in loops of their own the loads overlap.
func (s *slides[K, A, T, P]) touch(run []waiting.Place, facts waiting.Values[slideFact[T]]) {
	x := watermark.Time(0)
	for _, p := range run {
		x += watermark.Time(s.queues[facts.At(p.At).key].n)
	}
	for _, p := range run {
		q := &s.queues[facts.At(p.At).key]
		if q.n > 2 { // one or two may go before its turn comes
			next := &q.ring[q.at(2)]
			x += q.ring[q.head].time + next.time + watermark.Time(peek(&next.sum))
		}
		if n := uint32(len(q.ring)); q.n < n {
			last := &q.ring[q.at(q.n)]
			x += last.time + watermark.Time(peek(&last.sum))
		}
	}
	s.touched = x
}

// peek reads the last of v.
func peek[A any](v *A) byte { return *(*byte)(unsafe.Add(unsafe.Pointer(v), unsafe.Sizeof(*v)-1)) }
