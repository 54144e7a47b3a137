package window

import (
	"errors"
	"fmt"
	"time"
)

// Hop gives a span of Size at each Every: a fact is in all that hold it. Spans
// start at Offset and at all multiples of Every from there, before 1970 too.
//
//	facts                     0  1  2  3  4  5
//	Hop{Size: 4, Every: 2}   [0  1  2  3]
//	                               [2  3  4  5]
//
// Size need not be a multiple of Every. A fact is added once, to the slice of
// the greatest common divisor of both that holds it; its cost does not depend on
// how many spans hold it. A fact that is late for some spans counts in the
// others; it takes at most some log2 of their number of adds. The state is one
// accumulator per key and open slice, up to twice that with Lateness, and as many as
// such a fact takes adds for each key and slice of them. A pane costs two Merges,
// however many slices it has; where such facts came, up to log2 of their number more.
type Hop struct {
	Size   time.Duration // of a span; above 0
	Every  time.Duration // from one span to the next; above 0, at most Size
	Offset time.Duration // moves all spans; any value, also negative; 0: a span starts at 1970-01-01T00:00:00Z
}

var _ Rule = Hop{}

// Plan implements Rule.
func (r Hop) Plan() (Plan, error) {
	var errs []error
	if r.Size <= 0 {
		errs = append(errs, fmt.Errorf("window: Hop: Size is %v: must be above 0", r.Size))
	}
	if r.Every <= 0 {
		errs = append(errs, fmt.Errorf("window: Hop: Every is %v: must be above 0", r.Every))
	} else if r.Size > 0 && r.Every > r.Size {
		errs = append(errs, fmt.Errorf("window: Hop: Every is %v: must be at most Size, %v, or the facts between two spans would be in none", r.Every, r.Size))
	}
	if len(errs) > 0 {
		return Plan{}, errors.Join(errs...)
	}
	width := gcd(r.Size, r.Every)
	return Plan{kind: onGrid, name: "Hop", grid: grid{width: width, size: r.Size, every: r.Every, offset: r.Offset}}, nil
}

// gcd is the greatest common divisor of what is above 0.
func gcd(a, b time.Duration) time.Duration {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
