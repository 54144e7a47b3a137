package window

import (
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// behind takes a fact behind W, for which no span is open: it corrects the span
// that holds it, or opens one, or is late. Its key is at n, or at none.
func (s *staggers[K, A, T, P]) behind(i int, n uint, key K, hash uint64, t watermark.Time, fact T, told *Told[K, A]) {
	span := Span{t, t.Add(s.size)}
	if s.w >= span.End.Add(s.set.Lateness) { // so is a span that holds it, and may be forgotten
		told.miss(i, Late, []Span{span}, "")
		return
	}
	older, newer := int32(0), int32(0)
	if n != none {
		older, newer = s.around(s.table.Entries[n].Value.newest, t)
	}
	switch {
	case older != 0 && s.span(older).Contains(t):
		s.revise(i, older, t, fact, told)
		return
	case newer != 0 && s.spans[newer].start < span.End:
		told.miss(i, Late, []Span{span}, "")
		return
	}
	if n = s.admit(i, n, key, hash, told); n == none {
		return
	}
	if s.w < span.End {
		at := s.begin(int32(n), t, newer, told)
		addFact[A, T, P](&s.spans[at].cell, 0, fact)
		return
	}
	at := s.insert(int32(n), t, newer)
	s.spans[at].state = staggerFired
	addFact[A, T, P](&s.spans[at].cell, 0, fact)
	s.send(at, row.Final, false, told)
	s.fired.Put(t, uint32(at))
	s.wake = min(s.wake, span.End.Add(s.set.Lateness))
}

// revise counts a fact in a span that has fired, if that is not over.
func (s *staggers[K, A, T, P]) revise(i int, at int32, t watermark.Time, fact T, told *Told[K, A]) {
	if s.spans[at].state == staggerOver {
		told.miss(i, Late, []Span{s.span(at)}, "")
		return
	}
	s.soil(at)
	addFact[A, T, P](&s.spans[at].cell, t.Sub(s.spans[at].start), fact)
	if s.set.Coalesce == 0 {
		s.correct(at, told)
	}
}

// evict fires the oldest of the open spans and lets it go.
func (s *staggers[K, A, T, P]) evict(told *Told[K, A]) {
	p, _ := s.open.Pop()
	at := int32(p.No)
	s.send(at, row.Final, true, told)
	s.parts = true
	s.done(at)
	s.forget(at)
}
