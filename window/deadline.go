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

// begin notes the spans whose first fact has come, with that of slice at.
func (s *sliced[K, A, T, P]) begin(at *slice[K, A]) {
	spans := at.spans
	if s.lay != nil {
		spans = s.lay.spans(nil, at.Span)
	}
	for _, span := range spans {
		i, ok := slices.BinarySearchFunc(s.clock, span, func(c clocked, span Span) int { return byEnd(c.Span, span) })
		if !ok && s.w < span.End.Add(s.hold) {
			s.clock = slices.Insert(s.clock, i, clocked{span, s.now, false})
			s.soonest = min(s.soonest, s.now.Add(s.set.Deadline))
		}
	}
}

// expired reports whether the clock has fired a span.
func (s *sliced[K, A, T, P]) expired(span Span) bool {
	i, ok := slices.BinarySearchFunc(s.clock, span, func(c clocked, span Span) int { return byEnd(c.Span, span) })
	return ok && s.clock[i].fired
}

// due is the time of the clock at which the next span is to fire. It is asked for
// in each call, so what it says is kept, and found anew when a span has fired.
func (s *sliced[K, A, T, P]) due() watermark.Time { return s.soonest }

// passes reports whether a span with facts ends in (from, to].
func (s *sliced[K, A, T, P]) passes(from, to watermark.Time) bool {
	i, _ := slices.BinarySearchFunc(s.clock, from, endsAfter)
	return i < len(s.clock) && s.clock[i].End <= to
}

// endsAfter is for a search of the first span that ends after t.
func endsAfter(c clocked, t watermark.Time) int {
	if c.End > t {
		return 1
	}
	return -1
}

// settleDue finds what due says. It costs as much as there are spans with facts.
func (s *sliced[K, A, T, P]) settleDue() {
	s.soonest = watermark.Max
	for _, c := range s.clock {
		if !c.fired && s.w < c.End.Add(s.hold) {
			s.soonest = min(s.soonest, c.since.Add(s.set.Deadline))
		}
	}
}

// expire fires the spans that the clock has made due, by their ends. A slice opens all
// spans that hold it at once, so many of a hop are due together: as previews are, they
// are put together at the cost of a few merges each.
func (s *sliced[K, A, T, P]) expire(told *Told[K, A]) {
	var due []int
	for i, c := range s.clock {
		if !c.fired && s.w < c.End.Add(s.hold) && c.since.Add(s.set.Deadline) <= s.now {
			due = append(due, i)
		}
	}
	look := s.overlaps(len(due))
	sealed := watermark.Min
	for _, i := range due {
		c := &s.clock[i]
		n := len(told.Panes)
		cells := look.peek(c.Span)
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
		s.sealSpan(c.Span, sealed)
		sealed = c.End
	}
	look.end()
	s.settleDue()
}

// sealSpan seals the slices of a span that the clock has fired. Those before t that it
// has have been sealed with the span before: spans that overlap share nearly all.
func (s *sliced[K, A, T, P]) sealSpan(span Span, t watermark.Time) {
	if s.lay == nil {
		for _, at := range s.open.all {
			if slices.Contains(at.spans, span) {
				s.open.seal(at)
			}
		}
		return
	}
	for i := s.open.from(max(span.Start, t)); i < len(s.open.all) && s.open.all[i].Start < span.End; i++ {
		if at := s.open.all[i]; !at.sealed {
			s.open.seal(at)
		}
	}
}
