package window

import (
	"errors"
	"fmt"
	"time"
)

// Session joins the facts of a key that are less than Gap apart: two of them
// belong together if their distance is below Gap, not if it is Gap. A span is
// [first fact, last fact + Gap).
//
//	facts of a key                0     2     4           8
//	Session{Gap: 3}              [0  .  2  .  4  .  .)   [8  .  .)
//	Session{Gap: 3, MaxSpan: 4}  [0  .  2  .)[4  .  .)   [8  .  .)
//
// The rule is that of Akidau and others, "The Dataflow Model", VLDB 2015: each
// fact opens [t, t+Gap), and spans of a key that overlap become one. In
// addition, the final spans of a key never overlap: a fact nearer than Gap to one
// of them is late, even if it also reaches a span that is open, and so is one at
// t once W has reached t + Gap + Lateness. With Lateness a fact between the first
// and the last of a final span corrects it; its Start and End stay. An Early row
// whose span changed its Start is sent again as Withdrawn. IDs are over Start.
//
// With MaxSpan facts are held until W reaches them, and taken in order of time,
// those of one time as they were fed; one behind W is late. The first at or after
// Start + MaxSpan opens the next span, and ends the one before if that is not
// over: End is then its time, and the event time of the pane too, as W may have been
// there before that fact. Lateness and EarlyEvery do not go with it, nor does
// MaxKeys.Evict, under which the open span that ends first is let go, of those that
// end together the one that starts first. MaxKeys counts the keys that have open spans, spans that can be
// corrected, or facts that are held.
//
// The state is one accumulator per span that is open, and what remembers a final
// one until W has reached End + Gap + Lateness. A fact costs one probe and a look
// at the spans of its key, from the newest on; a span costs about one timer.
type Session struct {
	Gap     time.Duration // between facts that do not belong together; above 0
	MaxSpan time.Duration // from the first fact of a span to one that is not in it; not negative; 0: no bound
}

var _ Rule = Session{}

// Plan implements Rule.
func (r Session) Plan() (Plan, error) {
	var errs []error
	if r.Gap <= 0 {
		errs = append(errs, fmt.Errorf("window: Session: Gap is %v: must be above 0", r.Gap))
	}
	if r.MaxSpan < 0 {
		errs = append(errs, fmt.Errorf("window: Session: MaxSpan is %v: must not be negative", r.MaxSpan))
	}
	if len(errs) > 0 {
		return Plan{}, errors.Join(errs...)
	}
	return Plan{kind: merging, name: "Session", make: makeSessions, size: r.Gap, most: r.MaxSpan}, nil
}
