package window

import (
	"math/bits"

	"github.com/tidemark-go/tidemark/watermark"
)

// calendarCursor gives the spans of a Calendar as span does, at a cost that can
// be paid for each fact: what it has found it keeps, in memory of its own.
//
// At hand are two spans, one after the other, of which the one that holds a fact
// is chosen without a branch: facts that come a little out of order around the
// end of a span alternate in a way that none predicts. Facts that lie further
// apart, days of delay or a backfill beside live facts, find their two by a
// shift in a table. Not safe for concurrent use.
type calendarCursor struct {
	calendarPair
	rule  Calendar
	shift uint                        // a cell of the table has 2^shift ns, hardly more than the shortest span
	kept  [calendarCells]calendarPair // by t >> shift; the cells of all of time share them
}

// calendarCells is a power of two: there is room for the days of seven weeks, or
// the months of four years.
const calendarCells = 64

// calendarPair is two spans that meet, [lo, mid) and [mid, hi). One that is zero
// holds nothing.
type calendarPair struct{ lo, mid, hi watermark.Time }

func newCalendarCursor(c Calendar) calendarCursor {
	days, _, months := c.step()
	if months {
		days *= 28
	}
	const hours23 = 23 * 3600 * 1e9
	length := uint64(min(days, 1<<16)) * hours23 // at most 171 years: no overflow
	return calendarCursor{rule: c, shift: uint(bits.Len64(length)) - 1}
}

// find returns the span that holds t.
func (c *calendarCursor) find(t watermark.Time) Span {
	if t < c.lo || t >= c.hi {
		c.seek(t)
	}
	start, mid, end := c.lo, c.mid, c.hi
	if t >= mid {
		start = mid
	}
	if t < mid {
		end = mid
	}
	return Span{start, end}
}

// seek brings the spans around t to hand.
func (c *calendarCursor) seek(t watermark.Time) {
	cell := t >> c.shift
	k := &c.kept[uint64(cell)%calendarCells]
	if t < k.lo || t >= k.hi {
		s := c.rule.span(cell << c.shift)
		*k = calendarPair{s.Start, s.End, c.rule.span(s.End).End}
		if t >= k.hi { // a place went over the date line: a third span in one cell
			s = c.rule.span(t)
			*k = calendarPair{s.Start, s.Start, s.End}
		}
	}
	c.calendarPair = *k
}
