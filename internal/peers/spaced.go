package peers

import (
	"time"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// spaced is a hop whose spans lie apart, which Hop refuses: facts between two
// spans are in none, and are refused one by one.
type spaced struct{ size, every, offset time.Duration }

// Plan implements window.Rule.
func (r spaced) Plan() (window.Plan, error) { return window.Spans(r.spans), nil }

func (r spaced) spans(dst []window.Span, t watermark.Time) []window.Span {
	s := window.Span{Start: t.Floor(r.every, r.offset)}
	if s.End = s.Start.Add(r.size); s.Contains(t) {
		dst = append(dst, s)
	}
	return dst
}
