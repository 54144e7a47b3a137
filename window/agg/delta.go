package agg

import (
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Delta is the change of something that rises and falls, as a temperature or a
// queue: its latest value less its earliest, by event time. Its zero value is
// ready. Of several values of one time the least counts as the earliest and the
// greatest as the latest, as First and Last have it. Integers wrap around as N
// does. For what only rises, and is reset, use a Counter.
type Delta[N Number] struct {
	first First[N]
	last  Last[N]
}

// Add takes v as of at; a time that a watermark.Time cannot hold counts as the
// nearest it can.
func (d *Delta[N]) Add(at time.Time, v N) {
	t, _ := watermark.Of(at)
	d.AddAt(t, v)
}

// AddAt is Add without the conversion of the time.
func (d *Delta[N]) AddAt(at watermark.Time, v N) {
	d.first.AddAt(at, v)
	d.last.AddAt(at, v)
}

// Merge takes the values of o.
func (d *Delta[N]) Merge(o *Delta[N]) {
	d.first.Merge(&o.first)
	d.last.Merge(&o.last)
}

// Value returns the change, 0 if there were not two values.
func (d *Delta[N]) Value() N { return d.last.v - d.first.v }

// Empty reports whether there was no value.
func (d *Delta[N]) Empty() bool { return d.first.Empty() }
