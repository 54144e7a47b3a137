package tidemark

import (
	"fmt"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Span is a window.Span.
type Span = window.Span

// Missed is a fact that a stage did not count, and why. In the stream of what a
// stage missed, its event time is the later of Time and Watermark.
type Missed[T any] struct {
	Fact      T
	Time      watermark.Time
	Watermark watermark.Time // of the stage, when the fact came
	Stage     string
	Reason    Reason
	Detail    string // "dimension 3 is NaN"
	Spans     []Span // the spans that a late fact missed
}

// goesOn is the event time that the fact has in the stream of what was missed:
// not before W, but before the end of time, where no fact may lie.
func (m *Missed[T]) goesOn() watermark.Time {
	return max(m.Time, min(m.Watermark, watermark.Max-1))
}

// Reason is why a fact was not counted: the columns of the ledger.
type Reason uint8

// The reasons.
const (
	Late      Reason = iota + 1 // all its spans were over, or its version is gone
	Refused                     // its time cannot be taken, or there is no room for it: MaxKeys, MaxFacts
	Duplicate                   // its key was there before
	Unmatched                   // it met nothing in a join
	Invalid                     // a check gave an error
)

// String gives the reason as the ledger writes it.
func (r Reason) String() string {
	if r < Late || r > Invalid {
		return fmt.Sprintf("reason(%d)", uint8(r))
	}
	return [...]string{"late", "refused", "duplicate", "unmatched", "invalid"}[r-1]
}

// MarshalText implements encoding.TextMarshaler: the name of the reason.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
