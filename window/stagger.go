package window

import (
	"fmt"
	"time"
)

// Stagger gives each key spans of its own: one opens at the first fact of the
// key, lasts Size, and the next fact of the key at or after its end opens the
// next. So keys do not fire all at once, and what belongs together is not cut at
// a multiple of Size.
//
//	facts of one key      0  1        4  5  6
//	Stagger{Size: 3}     [0  1    ]  [4  5  6]
//	Tumble{Size: 3}      [0  1    ][  4  5][6
//
// The first fact is that of event time, not of arrival: facts wait until W has
// passed them, but those that fall into a span which W has seen open are counted
// at once. Within the delay of the watermark the order of arrival makes no
// difference.
//
// A fact behind W counts in the span that holds it, if that has not fired.
// Else it opens one of its own, [t, t+Size), if that is not over and does not
// overlap another of its key; facts that wait and lie in it then count in it.
// Else it is late. With Lateness, a fact for a span that has fired corrects it
// until W reaches its end and Lateness beyond, and the first row of a span that
// a late fact opens when W has passed its end is Final and comes at once.
//
// With Arrival the spans are those of Tumble{Size: Size}, by event time, but it
// is Pipeline.Clock that fires them, Size after their first fact arrived; what
// comes later makes Corrections until W reaches the end of the span and Lateness
// beyond. If W gets there first, that fires the span.
//
// The state is one accumulator per key that has an open span, the facts that W
// has not passed and that are in no open span, and the times of the spans that
// fired within the last Size (and Lateness): a late fact may not overlap them.
// A late fact costs a step for each later span of its key. EarlyEvery previews
// the spans that W has seen open.
//
// For MaxKeys a key counts while it has facts that wait or a span that is not
// over. With Evict those keys count that have an open span: it is when W passes
// the first fact of a new one that the oldest span fires, so that arrival makes
// no difference here either. A key that was let go opens its next span at its
// next fact, wherever that lies.
//
// Source: the stagger windows of Amazon Kinesis Data Analytics for SQL, which
// went by arrival; by event time the result can be had again.
type Stagger struct {
	Size    time.Duration // of a span; above 0
	Arrival bool          // the clock fires spans of the grid; false: the first fact of a key opens its span
}

var _ Rule = Stagger{}

// Plan implements Rule.
func (r Stagger) Plan() (Plan, error) {
	if r.Size <= 0 {
		return Plan{}, fmt.Errorf("window: Stagger: Size is %v: must be above 0", r.Size)
	}
	p := Plan{kind: staggered, name: "Stagger", make: makeStaggers, size: r.Size, arrival: r.Arrival}
	if r.Arrival {
		p.make = nil // the spans are those of a grid
		p.grid = grid{width: r.Size, size: r.Size, every: r.Size}
	}
	return p, nil
}
