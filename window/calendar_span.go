package window

import (
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

const (
	daySeconds = 24 * 60 * 60
	// farthest is how far from UTC a place may be, in seconds: a day starts that
	// much before or after that of UTC. Zone data has room for no more in a rule.
	farthest = 7 * daySeconds
	// leastSecond and mostSecond are the first and the last whole second within the bounds of time.
	leastSecond, mostSecond = int64(watermark.Min) / 1e9, int64(watermark.Max) / 1e9
)

// span returns the span that holds t. It is a pure function, and costs some
// hundred nanoseconds: what is asked for each fact is a calendarCursor.
//
// Spans are numbered in order, 0 from the origin on. The date at t gives a
// number, which is that of the span but for two cases: the date has been later
// before t, or the span has no instant.
func (c Calendar) span(t watermark.Time) Span {
	t = min(t, watermark.Max-1) // where no fact lies; a span must end after t
	sec := floorDiv(int64(t), 1e9)
	offset, _ := c.zone(sec)
	n := c.number(floorDiv(sec+offset, daySeconds))
	s := Span{c.start(n), c.start(n + 1)}
	for s.Start > t { // package time told two offsets for t, see zone
		n--
		s = Span{c.start(n), s.Start}
	}
	for s.End <= t {
		n++
		s = Span{s.End, c.start(n + 1)}
	}
	return s
}

// start returns where span n starts, cut off at the bounds of time. It never
// falls as n rises, so that spans leave no gap and do not overlap.
func (c Calendar) start(n int64) watermark.Time {
	midnight := c.first(n) * daySeconds // as a clock that shows UTC reads it
	at := midnight - farthest           // too early at any place
	offset, end := c.zone(at)
	for midnight-offset >= end { // the clocks are changed before they show it
		at = end
		offset, end = c.zone(at)
	}
	switch sec := max(at, midnight-offset); { // at: if a change skipped midnight
	case sec < leastSecond:
		return watermark.Min
	case sec > mostSecond:
		return watermark.Max
	default:
		return watermark.Time(sec * 1e9)
	}
}

// zone returns how far the clocks are ahead of UTC at sec, and up to where that
// holds; both in seconds.
//
// If zone data has seen a change this year and goes on by a yearly rule, package
// time may apply that rule to the months before the change as well, but only if
// it is asked for a time within them (the cache of a Location).
func (c Calendar) zone(sec int64) (offset, end int64) {
	if c.Location == nil {
		return 0, 1<<63 - 1
	}
	t := time.Unix(sec, 0).In(c.Location)
	_, ahead := t.Zone()
	_, until := t.ZoneBounds()
	if until.IsZero() {
		return int64(ahead), 1<<63 - 1
	}
	end = until.Unix()
	if end <= sec {
		// Package time ends the rule of a year after 365 days. On the last day of
		// a leap year the end lies behind; that rule holds to the end of the day.
		end = (floorDiv(sec, daySeconds) + 1) * daySeconds
	}
	return int64(ahead), end
}

// step returns how many days or months a span has, and the origin: the first day
// or month of span 0, counted from 1970-01-01.
func (c Calendar) step() (size, origin int64, months bool) {
	// 2^20 of any unit are more than all of time has, and no product overflows.
	n := min(max(int64(c.N), 1), 1<<20)
	switch c.Unit {
	case Week: // 1970-01-01 was a Thursday
		return 7 * n, -int64((time.Thursday - c.WeekStart + 7) % 7), false
	case Month:
		return n, 0, true
	case Quarter:
		return 3 * n, 0, true
	case Year:
		return 12 * n, -1970 * 12, true
	}
	return n, 0, false
}

// number returns the number of the span that has the day, which is counted from 1970-01-01.
func (c Calendar) number(day int64) int64 {
	size, origin, months := c.step()
	if months {
		year, month, _ := time.Unix(day*daySeconds, 0).UTC().Date()
		day = int64(year-1970)*12 + int64(month-time.January)
	}
	return floorDiv(day-origin, size)
}

// first returns the first day of span n, counted from 1970-01-01.
func (c Calendar) first(n int64) int64 {
	size, origin, months := c.step()
	first := origin + n*size
	if months {
		first = time.Date(1970, time.January+time.Month(first), 1, 0, 0, 0, 0, time.UTC).Unix() / daySeconds
	}
	return first
}

// floorDiv returns a/b rounded down; b is positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if q*b > a {
		q--
	}
	return q
}
