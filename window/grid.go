package window

import (
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// layout tells how spans that depend on time alone are cut into slices, so that
// a fact is added to one slice only, however many spans hold it.
type layout interface {
	slice(t watermark.Time) Span          // the slice that holds t
	spans(dst []Span, s Span) []Span      // the spans that hold slice s, by End
	first(s Span) watermark.Time          // the End of the first of them
	last(s Span) watermark.Time           // and of the last: W there, a fact for s is late
	next(w watermark.Time) watermark.Time // the least End after w
	ending(end watermark.Time) Span       // the span that ends there
}

// grid is the layout of spans that start or end at even steps. All are cut off
// at the bounds of time.
type grid struct {
	width  time.Duration // of a slice: divides size and every
	size   time.Duration // of a span; the longest, if they grow
	every  time.Duration // from one End to the next
	offset time.Duration // of the starts
	grow   bool          // spans start at multiples of size, and end at all steps: cumulate
}

func (g grid) slice(t watermark.Time) Span {
	start := t.Floor(g.width, g.offset)
	return Span{start, t.Add(g.width - t.Phase(g.width, g.offset))}
}

// ends is the offset of the ends.
func (g grid) ends() time.Duration {
	if g.grow {
		return g.offset
	}
	// The phase of offset+size, of which the sum might overflow.
	return time.Duration(watermark.Time(g.size%g.every).Phase(g.every, -(g.offset % g.every)))
}

func (g grid) next(w watermark.Time) watermark.Time {
	return w.Add(g.every - w.Phase(g.every, g.ends()))
}

func (g grid) first(s Span) watermark.Time { return g.next(s.End.Add(-1)) }

func (g grid) last(s Span) watermark.Time {
	in := s.End.Add(-1) // a time in s that is on no bound
	if g.grow {
		return in.Add(g.size - in.Phase(g.size, g.offset))
	}
	return in.Add(g.size - in.Phase(g.every, g.offset))
}

func (g grid) ending(end watermark.Time) Span {
	if g.grow {
		return Span{end.Add(-1).Floor(g.size, g.offset), end}
	}
	if uint64(end-watermark.Min) <= uint64(g.size) {
		return Span{watermark.Min, end}
	}
	before := end.Add(-1).Add(-g.size) // a span that started here would be over
	return Span{before.Add(g.every - before.Phase(g.every, g.offset)), end}
}

func (g grid) spans(dst []Span, s Span) []Span {
	last := g.last(s)
	for end := g.first(s); ; end = g.next(end) {
		dst = append(dst, g.ending(end))
		if end >= last {
			return dst
		}
	}
}

// single reports whether each slice is a span.
func (g grid) single() bool { return g.width == g.size }
