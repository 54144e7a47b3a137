package watermark

import (
	"errors"
	"fmt"
	"time"
)

// Strategy is how an input of T finds its watermark: a Bounded, or a
// Punctuated over the same T.
type Strategy[T any] interface {
	Bounded | Punctuated[T]
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
	Delay     time.Duration // how far a fact may lie behind the newest; 0: facts come in order
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
	if l.IdleAfter < 0 {
		errs = append(errs, fmt.Errorf("watermark: IdleAfter is %v: must not be negative", l.IdleAfter))
	}
	if l.IdleAfter > 0 && !l.Clock {
		errs = append(errs, fmt.Errorf("watermark: IdleAfter is %v but Pipeline.Clock is nil: set the Clock, or call Input.Idle", l.IdleAfter))
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
