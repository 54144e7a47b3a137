package window

import (
	"errors"
	"fmt"
	"time"
)

// Unit is what a Calendar counts in. Its zero is none of them, and refused.
type Unit uint8

// The units. A Day begins at midnight, the others with the midnight of their
// first day. A Quarter is three months from January, April, July or October on.
const (
	Day Unit = iota + 1
	Week
	Month
	Quarter
	Year
)

// String gives it as it is written in Go.
func (u Unit) String() string {
	switch u {
	case Day:
		return "Day"
	case Week:
		return "Week"
	case Month:
		return "Month"
	case Quarter:
		return "Quarter"
	case Year:
		return "Year"
	}
	return fmt.Sprintf("Unit(%d)", uint8(u))
}

// Calendar cuts time into spans of N days, weeks, months, quarters or years of
// a place, one after the other without a gap; a fact is in exactly one. A day
// has 23 or 25 hours where the clocks of the place are changed.
//
//	facts, by the clocks of the place             Sat 23:59  Sun 00:00  Sun 23:59  Mon 00:00
//	Calendar{Unit: Day}                           Sat 23:59][Sun 00:00  Sun 23:59][Mon 00:00
//	Calendar{Unit: Week}                          Sat 23:59][Sun 00:00  Sun 23:59  Mon 00:00
//	Calendar{Unit: Week, WeekStart: time.Monday}  Sat 23:59  Sun 00:00  Sun 23:59][Mon 00:00
//
// Spans of more than one unit are counted from where one starts:
//
//	Day      1970-01-01
//	Week     the WeekStart on or before 1970-01-01
//	Month    January 1970: N of 3 is a quarter, of 12 a year
//	Quarter  the first of 1970: N of 2 is the half of a year
//	Year     the year 0: the years that N divides, N of 10 is a decade
//
// A span starts at the first instant at which the clocks show its first day, or a
// later one. So it starts at 01:00 where they go forward at midnight. Where they go
// back over midnight, so that they show a day, the one before, and the day again,
// it starts when they show its first day for the first time, and the piece of the
// day before that comes after is in it too. A day that a place left out (Apia,
// 2011-12-30) has no span: those before and after it meet. The first and the last
// span are cut off at the bounds of time. Dates are those of the Gregorian
// calendar, also before it came into use.
//
// The spans depend on the zone data that Location was loaded from: a later
// edition may know of other changes of the clocks. With time.Local, they depend
// on the machine.
//
// The state is one accumulator per key and open span. A new span costs up to some
// microseconds, in which the clocks of the place are looked up.
type Calendar struct {
	Unit      Unit           // Day, Week, Month, Quarter or Year; must be given
	N         int            // units a span; not negative; 0: 1
	Location  *time.Location // the place, at most a week from UTC at any time; nil: UTC
	WeekStart time.Weekday   // first day of a Week, other units do not read it; 0: Sunday
}

// check returns all that is wrong with the fields. It looks at all changes of
// the clocks from 1677 to 2262.
func (c Calendar) check() error {
	var mistakes []error
	wrong := func(format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("window: Calendar: "+format, args...))
	}
	if c.Unit < Day || c.Unit > Year {
		wrong("Unit is %v: must be Day, Week, Month, Quarter or Year", c.Unit)
	}
	if c.N < 0 {
		wrong("N is %d: must not be negative", c.N)
	}
	if c.WeekStart < time.Sunday || c.WeekStart > time.Saturday {
		wrong("WeekStart is %d: must be from 0, Sunday, to 6, Saturday", int(c.WeekStart))
	}
	for sec := leastSecond - farthest; sec < mostSecond+farthest; {
		offset, end := c.zone(sec)
		if offset < -farthest || offset > farthest {
			wrong("Location is %v, %d s from UTC: must be at most %d s, a week", c.Location, offset, farthest)
			break
		}
		sec = end
	}
	return errors.Join(mistakes...)
}
