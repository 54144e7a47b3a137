package window

import (
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Rule is a window: what assigns spans to facts. Tumble is a rule.
type Rule interface {
	// Plan returns the mechanism, or what is wrong with the fields.
	Plan() (Plan, error)
}

// Plan is the mechanism behind a Rule. Only this package makes them.
//
// Spans of one size end at Offset + n*every. They are cut into slices of width,
// which divides every and size, so that a fact is added to one slice only,
// however many spans hold it.
type Plan struct {
	width  time.Duration // of a slice
	size   time.Duration // of a span
	every  time.Duration // from one span to the next
	offset time.Duration
}

// slice returns the slice that holds t, cut off at the bounds of time.
func (p Plan) slice(t watermark.Time) Span {
	in := p.width
	start := t.Floor(in, p.offset)
	return Span{start, t.Add(in - t.Phase(in, p.offset))}
}

// next returns the least W after w at which a span ends.
func (p Plan) next(w watermark.Time) watermark.Time {
	return w.Add(p.every - w.Phase(p.every, p.offset))
}

// last returns the end of the last span that holds the slice s: once W is
// there, a fact for s is late.
func (p Plan) last(s Span) watermark.Time { return s.End.Add(p.size - p.width) }

// spans appends the spans that hold the slice s, by End.
func (p Plan) spans(dst []Span, s Span) []Span {
	if p.size == p.width { // one, cut off at the bounds of time as the slice is
		return append(dst, s)
	}
	first := p.next(s.End.Add(-1))
	for end, last := first, p.last(s); ; end = end.Add(p.every) {
		if end >= last {
			end = last
		}
		dst = append(dst, Span{end.Add(-p.size), end})
		if end == last {
			return dst
		}
	}
}
