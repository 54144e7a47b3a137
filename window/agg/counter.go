package agg

import (
	"cmp"
	"iter"
	"slices"
	"time"
	"unsafe"

	"github.com/tidemark-go/tidemark/watermark"
)

// Counter is what a monitoring counter counted: one that only rises, but begins
// again from 0 when what it is in starts again. Its readings may come in any order;
// they count in that of event time. Its zero value is ready.
//
// Between two readings in a row, a counter that did not fall has increased by the
// difference; one that fell was reset, and has increased by all it shows. So the
// increase is at most what the counter truly counted from its first reading to its
// last: what came between a reading and a reset nobody saw. This is how Prometheus
// takes resets into account in increase and rate, but nothing is extrapolated to
// the ends of the span: integers stay integers. What came between the last reading
// of one span and the first of the next is in neither; to merge the two counts it.
//
// Every reading has to be kept, as one that comes late between any two can show a
// reset: 8 bytes and an N for each time in the span, in a slice of which half or
// more is in use. Of several readings of one time the greatest counts. An Add of the
// latest time is a comparison; any other moves the readings after it. A Counter must
// not be copied by assignment if one of the two is then used any further.
type Counter[N Number] struct{ readings []reading[N] } // by time, one of each

type reading[N Number] struct {
	at watermark.Time
	v  N
}

// Add takes a reading of v as of at; a time that a watermark.Time cannot hold
// counts as the nearest it can.
func (c *Counter[N]) Add(at time.Time, v N) {
	t, _ := watermark.Of(at)
	c.AddAt(t, v)
}

// AddAt is Add without the conversion of the time.
func (c *Counter[N]) AddAt(at watermark.Time, v N) {
	if n := len(c.readings); n == 0 || at > c.readings[n-1].at {
		c.readings = append(c.readings, reading[N]{at, v})
		return
	}
	i, found := slices.BinarySearchFunc(c.readings, at, func(r reading[N], at watermark.Time) int { return cmp.Compare(r.at, at) })
	if found {
		c.readings[i].v = max(c.readings[i].v, v)
	} else {
		c.readings = slices.Insert(c.readings, i, reading[N]{at, v})
	}
}

// Merge takes the readings of o. It costs about as much as to copy both, or to
// copy o if that is the later one.
func (c *Counter[N]) Merge(o *Counter[N]) {
	a, b := c.readings, o.readings
	if len(a) == 0 || len(b) == 0 || a[len(a)-1].at < b[0].at {
		c.readings = append(a, b...)
		return
	}
	all := make([]reading[N], 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].at < b[0].at:
			all, a = append(all, a[0]), a[1:]
		case a[0].at > b[0].at:
			all, b = append(all, b[0]), b[1:]
		default:
			all, a, b = append(all, reading[N]{a[0].at, max(a[0].v, b[0].v)}), a[1:], b[1:]
		}
	}
	c.readings = append(append(all, a...), b...)
}

// Increase returns how much was counted from the first reading to the last, 0 if
// there are not two. It goes through all readings. Floats are summed as in Sum.
func (c *Counter[N]) Increase() N {
	var s Sum[N]
	for i := 1; i < len(c.readings); i++ {
		v, before := c.readings[i].v, c.readings[i-1].v
		if v < before {
			s.Add(v)
		} else {
			s.Add(v - before)
		}
	}
	return s.Value()
}

// Rate returns Increase per second of the time from the first reading to the last,
// 0 if there are not two.
func (c *Counter[N]) Rate() float64 {
	n := len(c.readings)
	if n < 2 {
		return 0
	}
	seconds := float64(c.readings[n-1].at.Sub(c.readings[0].at)) / 1e9
	return float64(c.Increase()) / seconds
}

// Resets returns the number of resets from the first reading to the last.
func (c *Counter[N]) Resets() (n int) {
	for i := 1; i < len(c.readings); i++ {
		if c.readings[i].v < c.readings[i-1].v {
			n++
		}
	}
	return n
}

// Len returns the number of readings, of which each has a time of its own.
func (c *Counter[N]) Len() int { return len(c.readings) }

// All gives the readings and their times, the earliest first.
func (c *Counter[N]) All() iter.Seq2[watermark.Time, N] {
	return func(yield func(watermark.Time, N) bool) {
		for _, r := range c.readings {
			if !yield(r.at, r.v) {
				return
			}
		}
	}
}

// Bytes returns the bytes on the heap that c owns.
func (c *Counter[N]) Bytes() int { return cap(c.readings) * int(unsafe.Sizeof(reading[N]{})) }
