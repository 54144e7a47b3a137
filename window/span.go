package window

import (
	"fmt"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// Span is the piece of time [Start, End).
type Span struct{ Start, End watermark.Time }

// Contains reports whether t lies in the span.
func (s Span) Contains(t watermark.Time) bool { return s.Start <= t && t < s.End }

// String gives the span as [Start End) with both times as RFC 3339.
func (s Span) String() string { return fmt.Sprintf("[%v %v)", s.Start, s.End) }

// Pane is one key in one span, and the row that it gives. It belongs to whom it is sent.
type Pane[K comparable, A any] struct {
	Span                     // Start and End; the pane's own event time is End - 1 ns
	row.Stamp                // event time, kind, revision, identity
	Key       K              //
	Value     A              // what the facts were folded into
	Facts     int            // number of facts in Value
	Last      watermark.Time // time of the last fact, in event time
}

// String gives kind, key, span, number of facts and value, the key and the value
// as %v does.
func (p Pane[K, A]) String() string {
	return fmt.Sprintf("%v %v %v facts=%d value=%v", p.Kind, p.Key, p.Span, p.Facts, p.Value)
}
