package window

import (
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Rule is a window: what assigns spans to facts. Tumble, Hop, Stagger, Session,
// Slide, Cumulate, Count and Calendar are rules; a rule of your own is a type
// with a method Plan that returns Spans(f) or Merging(f).
type Rule interface {
	// Plan returns the mechanism, or what is wrong with the fields.
	Plan() (Plan, error)
}

// Plan is the mechanism behind a Rule. Only this package makes them: each rule
// its own, and Spans and Merging those of rules from elsewhere.
type Plan struct {
	kind kind
	name string              // of the rule, as errors have it
	make func(maker any) any // the mechanism; nil: sliced

	grid     grid                                      // onGrid
	calendar Calendar                                  // onCalendar
	spans    func(dst []Span, t watermark.Time) []Span // byTime
	span     func(t watermark.Time) Span               // merging
	size     time.Duration                             // of a span: stagger, slide; the gap of sessions
	most     time.Duration                             // of a span: sessions; the wait of counts; 0: no bound
	changed  bool                                      // cumulate: only what has changed is sent
	n        int                                       // of facts: counts
	arrival  bool                                      // the clock fires, size after the first fact came
}

// kind is the mechanism that a plan is for.
type kind uint8

const (
	onGrid     kind = iota + 1 // spans of a grid share slices: tumble, hop, cumulate
	onCalendar                 // spans follow one another, of uneven sizes
	byTime                     // a function of time gives the spans
	merging                    // spans per key: facts in reach of one another become one
	staggered                  // spans per key: the first fact opens one
	sliding                    // a span per fact
	counting                   // spans per key: a number of facts
)

// perKey reports whether spans depend on the facts of a key.
func (k kind) perKey() bool { return k >= merging }

// Spans is a plan for spans that depend on time alone: f appends to dst the
// spans that hold t, by End. It must be a pure function, and give each span
// that it gives for any time to all times in the span. Facts that share all
// their spans share an accumulator; f is called once per fact.
func Spans(f func(dst []Span, t watermark.Time) []Span) Plan {
	return Plan{kind: byTime, name: "Spans", spans: f}
}

// Merging is a plan for spans per key: f gives the span that a fact at t opens,
// which must hold t and start at it, and spans of a key that overlap become one.
// What reaches a span that has fired is late, as in a Session, which is Merging
// with f giving [t, t+Gap). f must be a pure function. Where the ends that it gives
// fall as t rises, a fact before a span that is forgotten is late, whatever its key.
func Merging(f func(t watermark.Time) Span) Plan {
	return Plan{kind: merging, name: "Merging", make: makeSessions, span: f}
}

// check returns what is wrong with a plan from elsewhere.
func (p Plan) check() error {
	switch {
	case p.kind == 0:
		return fmt.Errorf("window: the plan is a zero value: make it with Spans or Merging")
	case p.kind == byTime && p.spans == nil, p.kind == merging && p.span == nil && p.size == 0:
		return fmt.Errorf("window: %s: its function is nil", p.name)
	}
	return nil
}
