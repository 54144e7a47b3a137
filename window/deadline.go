package window

import (
	"slices"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// clocked is a span with facts, and when the first of them came by the clock.
type clocked struct {
	Span
	since watermark.Time
	fired bool
}

// begin notes the spans whose first fact has come.
func (s *sliced[K, A, T, P]) begin(spans []Span) {
	for _, span := range spans {
		i, ok := slices.BinarySearchFunc(s.clock, span, func(c clocked, span Span) int { return byEnd(c.Span, span) })
		if !ok && s.w < span.End.Add(s.hold) {
			s.clock = slices.Insert(s.clock, i, clocked{span, s.now, false})
		}
	}
}

// expired reports whether the clock has fired a span.
func (s *sliced[K, A, T, P]) expired(span Span) bool {
	i, ok := slices.BinarySearchFunc(s.clock, span, func(c clocked, span Span) int { return byEnd(c.Span, span) })
	return ok && s.clock[i].fired
}

// due is the time of the clock at which the next span is to fire.
func (s *sliced[K, A, T, P]) due() watermark.Time {
	t := watermark.Max
	for _, c := range s.clock {
		if !c.fired && s.w < c.End.Add(s.hold) {
			t = min(t, c.since.Add(s.set.Deadline))
		}
	}
	return t
}

// expire fires the spans that the clock has made due, by their ends.
func (s *sliced[K, A, T, P]) expire(told *Told[K, A]) {
	for i := range s.clock {
		c := &s.clock[i]
		if c.fired || s.w >= c.End.Add(s.hold) || c.since.Add(s.set.Deadline) > s.now {
			continue
		}
		n := len(told.Panes)
		cells := s.peek(c.Span)
		for j := range cells.Entries {
			if e := &cells.Entries[j]; e.Value.facts > 0 {
				told.Panes = append(told.Panes, s.pane(c.Span, e.Key, &e.Value, row.Final, s.reached < c.End, 0))
			}
		}
		s.sort(told.Panes[n:])
		if x := s.sentOf(c.Span, false); x != nil {
			s.revise(x, n, told)
		}
		c.fired = true
	}
	s.seal()
}
