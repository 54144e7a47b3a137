package join

import (
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Interval pairs a left fact at t with the right facts of its key that lie in
// [t+From, t+To], both inclusive. Either bound may be negative: with From -5
// minutes and To 0 a left fact meets what came in the five minutes before it.
//
//	From -1, To 2    lefts        5              9
//	                 meet     |4-----7|      |8-----11|
//	                 rights  3 4     7         10      12
type Interval struct {
	From, To time.Duration // From must not be greater than To
	MaxFacts int           // facts kept of each side; one that comes beyond them is missed, as Refused, and meets nobody; 0: no bound
	MaxKeys  int           // keys of which facts are kept, of both sides together; one of another key is missed, as Refused; 0: no bound
}

// Check returns all that is wrong with the settings, a mistake a line.
func (in Interval) Check() error {
	var bounds, most, keys error
	if in.From > in.To {
		bounds = fmt.Errorf("join: Interval: From is %v and To is %v: From must not be greater than To", in.From, in.To)
	}
	if in.MaxFacts < 0 {
		most = fmt.Errorf("join: Interval: MaxFacts is %d: must not be negative", in.MaxFacts)
	}
	if in.MaxKeys < 0 {
		keys = fmt.Errorf("join: Interval: MaxKeys is %d: must not be negative", in.MaxKeys)
	}
	return errors.Join(bounds, most, keys)
}

// String gives the bounds.
func (in Interval) String() string {
	s := fmt.Sprintf("[%v, %v]", in.From, in.To)
	if in.MaxFacts > 0 {
		s += fmt.Sprintf(", at most %d facts a side", in.MaxFacts)
	}
	if in.MaxKeys > 0 {
		s += fmt.Sprintf(", at most %d keys", in.MaxKeys)
	}
	return s
}

// rights is where the right facts lie that a left one at t meets. No fact lies on
// the bounds of time, so saturated sums part those that meet from the others as
// the true ones would.
func (in Interval) rights(t watermark.Time) (lo, hi watermark.Time) {
	return t.Add(in.From), t.Add(in.To)
}

// lefts is where the left facts lie that a right one at t meets.
func (in Interval) lefts(t watermark.Time) (lo, hi watermark.Time) {
	return minus(t, in.To), minus(t, in.From)
}

// leftsFrom is the least time of a left fact that can meet a right one at or
// after W; rightsFrom is that of a right fact.
func (in Interval) leftsFrom(w watermark.Time) watermark.Time {
	if w == watermark.Max {
		return w
	}
	return minus(max(w, watermark.Min+1), in.To)
}

func (in Interval) rightsFrom(w watermark.Time) watermark.Time {
	if w == watermark.Max {
		return w
	}
	return max(w, watermark.Min+1).Add(in.From)
}

// minus is t less d, saturated.
func minus(t watermark.Time, d time.Duration) watermark.Time {
	if d == -1<<63 { // which has no opposite
		return t.Add(1<<63 - 1).Add(1)
	}
	return t.Add(-d)
}
