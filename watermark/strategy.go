package watermark

import (
	"errors"
	"fmt"
	"time"
)

// Strategy is how an input of T finds its watermark: a Bounded, a Percentile,
// or a Punctuated over the same T.
type Strategy[T any] interface {
	Bounded | Percentile | Punctuated[T]
}

// Bounded puts the watermark a fixed delay behind the greatest time taken.
//
// MaxAhead keeps one wrong time from making all others late. With a Clock, a
// fact later than now + MaxAhead is refused. Without one, every fact is taken,
// but the watermark follows the greatest time that is no more than MaxAhead
// beyond the second greatest of its partition, else the second greatest; equal
// times count as two. So one fact alone does not set it, and it depends on the
// facts taken, not on their order.
type Bounded struct {
	Delay     time.Duration // how far a fact may lie behind the newest: Delays suggests it; 0: facts come in order
	MaxAhead  time.Duration // see above; 0: 5 minutes with a Clock, else no bound; negative: no bound
	IdleAfter time.Duration // left out of the minimum after this silence on Pipeline.Clock; 0: never
}

// Punctuated moves the watermark only when a fact says so, or by Input.Advance.
// A mark says that no fact before w comes after this one; it takes effect when
// the fact itself is counted.
type Punctuated[T any] struct {
	Mark      func(T) (w time.Time, ok bool) // nil: by Input.Advance alone
	MaxAhead  time.Duration                  // as in Bounded, for times and marks
	IdleAfter time.Duration                  // as in Bounded
}

// Limits are the settings that all strategies share, as a Group takes them.
type Limits struct {
	Delay     time.Duration
	MaxAhead  time.Duration
	IdleAfter time.Duration
	Clock     bool // somebody tells the time of day: see Group.Tick

	Learn       bool          // the delay is learned as by Percentile, and Delay is not used
	Keep        float64       // as in Percentile, but 0 stands for nothing
	Least, Most time.Duration // as in Percentile
}

// clockAhead is the MaxAhead that 0 stands for where there is a clock.
const clockAhead = 5 * time.Minute

// Limits returns the settings as a Group takes them.
func (b Bounded) Limits() Limits {
	return Limits{Delay: b.Delay, MaxAhead: b.MaxAhead, IdleAfter: b.IdleAfter}
}

// Limits returns the settings as a Group takes them.
func (p Punctuated[T]) Limits() Limits {
	return Limits{MaxAhead: p.MaxAhead, IdleAfter: p.IdleAfter}
}

// String gives the settings that are not 0, as Explain shows them.
func (l Limits) String() string {
	s := fmt.Sprintf("delay %v", l.Delay)
	if l.Learn {
		s = fmt.Sprintf("keep %v", l.Keep)
		if l.Least != 0 {
			s += fmt.Sprintf(", least %v", l.Least)
		}
		if l.Most != 0 {
			s += fmt.Sprintf(", most %v", l.Most)
		}
	}
	if l.MaxAhead != 0 {
		s += fmt.Sprintf(", at most %v ahead", l.MaxAhead)
	}
	if l.IdleAfter != 0 {
		s += fmt.Sprintf(", idle after %v", l.IdleAfter)
	}
	return s
}

// Check returns what is wrong with the settings, all of it.
func (l Limits) Check() error {
	var errs []error
	if l.Delay < 0 {
		errs = append(errs, fmt.Errorf("watermark: Delay is %v: must not be negative", l.Delay))
	}
	if l.Learn {
		errs = append(errs, l.checkLearn())
	}
	if l.IdleAfter < 0 {
		errs = append(errs, fmt.Errorf("watermark: IdleAfter is %v: must not be negative", l.IdleAfter))
	}
	if l.IdleAfter > 0 && !l.Clock {
		errs = append(errs, fmt.Errorf("watermark: IdleAfter is %v but Pipeline.Clock is nil: set the Clock, or call Input.Idle", l.IdleAfter))
	}
	return errors.Join(errs...)
}

// checkLearn is Check for the settings of a Percentile.
func (l Limits) checkLearn() error {
	var errs []error
	if keep := billionths(l.Keep); keep == 0 || keep == billion {
		errs = append(errs, fmt.Errorf("watermark: Keep is %v: must be above 0 and below 1, to nine decimals", l.Keep))
	}
	if l.Least < 0 {
		errs = append(errs, fmt.Errorf("watermark: Least is %v: must not be negative", l.Least))
	}
	if l.Most < 0 {
		errs = append(errs, fmt.Errorf("watermark: Most is %v: must not be negative", l.Most))
	}
	if l.Most > 0 && l.Least > l.Most {
		errs = append(errs, fmt.Errorf("watermark: Least is %v: must not be above Most, which is %v", l.Least, l.Most))
	}
	return errors.Join(errs...)
}

// Ahead returns the latest time that may be taken at now, and Max if there is
// no bound.
func (l Limits) Ahead(now Time) Time {
	switch {
	case !l.Clock || l.MaxAhead < 0:
		return Max
	case l.MaxAhead == 0:
		return now.Add(clockAhead)
	}
	return now.Add(l.MaxAhead)
}
