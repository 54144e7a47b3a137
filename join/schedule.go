package join

import (
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Schedule is for a dimension that is brought up to date at announced times, and
// waits near those alone: a fact within Tolerance after one of them, both ends
// included, waits until one of these holds:
//
//   - its key has a version at or after the announced time;
//   - the dimension's input has been told Advance to the announced time or a later
//     one, on all its partitions;
//   - the dimension's W is beyond the fact, so that nothing it could join is expected;
//   - the facts' own W has reached the fact's time plus Tolerance.
//
// A version of another key ends no waiting by itself: when the versions of a
// refresh are fed, the first would let go all facts that wait for the others. So
// feed a refresh, then Advance to its time, for the keys that did not change. A
// dimension that is idle ends no waiting either: between refreshes it always is.
//
//	announced, Tolerance                06:00|---------|              18:00|---------|
//	facts                            x       x    x        x     x         x
//	                              joins   wait  waits   joins joins      waits
//
// Times are by the clocks of the place, on days of 23 and 25 hours too. One that
// the clocks show twice is announced twice; one that they leave out is announced
// where they go forward over it.
type Schedule struct {
	At        []time.Duration // times of day, by the clock since midnight, each less than 24 hours; at least one
	Location  *time.Location  // the place; nil: UTC
	Tolerance time.Duration   // how long after such a time facts wait, and how long at most; must be positive
}

const day = 24 * time.Hour

func (s Schedule) wait() error {
	var mistakes []error
	if len(s.At) == 0 {
		mistakes = append(mistakes, errors.New("join: Schedule: At is empty: must have at least one time of day"))
	}
	for _, at := range s.At {
		if at < 0 || at >= day {
			mistakes = append(mistakes, fmt.Errorf("join: Schedule: At has %v: must be from 0 to less than 24h", at))
		}
	}
	if s.Tolerance <= 0 {
		mistakes = append(mistakes, fmt.Errorf("join: Schedule: Tolerance is %v: must be positive", s.Tolerance))
	}
	return errors.Join(mistakes...)
}

// String gives the times of day, the place and the tolerance.
func (s Schedule) String() string {
	place := s.Location
	if place == nil {
		place = time.UTC
	}
	return fmt.Sprintf("Schedule(at %v in %v, tolerance %v)", s.At, place, s.Tolerance)
}

// Timetable finds the announced times of a Schedule, and keeps those that it
// found last, so that a look at a time near them costs two comparisons, and one
// at another day less than a microsecond for each At. Make it with
// NewTimetable. Not safe for concurrent use.
type Timetable struct {
	s           Schedule
	from, until watermark.Time // between these, the last announced time is
	last        watermark.Time // this one; Min: there is none
}

// NewTimetable returns that of s, which must pass the Check of an AsOf.
func NewTimetable(s Schedule) *Timetable {
	if s.Location == nil {
		s.Location = time.UTC
	}
	return &Timetable{s: s, last: watermark.Min}
}

// Last returns the newest announced time at or before t; ok is false if time
// does not go back so far.
func (c *Timetable) Last(t watermark.Time) (at watermark.Time, ok bool) {
	if t < c.from || t >= c.until {
		c.find(t)
	}
	return c.last, c.last != watermark.Min
}

// Near returns the announced time within whose Tolerance t lies; ok is false if
// there is none.
func (c *Timetable) Near(t watermark.Time) (at watermark.Time, ok bool) {
	at, ok = c.Last(t)
	return at, ok && t <= at.Add(c.s.Tolerance)
}

// find looks for the announced times around t. Between two changes of the clocks
// what they show runs as time does, so that a time of day is a matter of
// rounding down; at a change they may leave times out.
func (c *Timetable) find(t watermark.Time) {
	c.from, c.until, c.last = t, watermark.Max, watermark.Min
	for at, first := t, true; ; first = false {
		start, end, ahead := c.zone(at)
		best := watermark.Min
		for _, of := range c.s.At {
			found := at.Add(ahead).Floor(day, of).Add(-ahead)
			if found > at { // before the beginning of time
				found = watermark.Min
			}
			if first {
				c.until = min(c.until, found.Add(day), end)
			}
			if found >= start {
				best = max(best, found)
			}
		}
		if best == watermark.Min && start > watermark.Min+1 && c.skipped(start, ahead) {
			best = start
		}
		if best != watermark.Min {
			c.last, c.from = best, best
			return
		}
		if start <= watermark.Min+1 {
			return
		}
		at = start - 1
	}
}

// skipped reports whether the clocks, which are ahead of UTC by so much from
// start on, left an announced time out there.
func (c *Timetable) skipped(start watermark.Time, ahead time.Duration) bool {
	_, _, before := c.zone(start - 1)
	for _, of := range c.s.At {
		if shown := (start - 1).Add(ahead).Floor(day, of); shown >= start.Add(before) {
			return true
		}
	}
	return false
}

// zone returns how far the clocks of the place are ahead of UTC at t, and between
// which times that is so.
func (c *Timetable) zone(t watermark.Time) (start, end watermark.Time, ahead time.Duration) {
	at := t.UTC().In(c.s.Location)
	_, seconds := at.Zone()
	from, to := at.ZoneBounds()
	start, end = watermark.Min, watermark.Max
	if !from.IsZero() {
		start, _ = watermark.Of(from)
	}
	if !to.IsZero() {
		end, _ = watermark.Of(to)
	}
	return start, end, time.Duration(seconds) * time.Second
}
