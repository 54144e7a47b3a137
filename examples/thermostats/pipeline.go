package main

import (
	"context"
	"errors"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// all is the key of what is not told apart.
type all struct{}

// mean is what a span knows of readings.
type mean struct{ Inefficiency agg.Mean[float64] }

// Add takes a reading.
func (m *mean) Add(r Row) { m.Inefficiency.Add(r.Pct) }

// Merge takes the readings of o.
func (m *mean) Merge(o *mean) { m.Inefficiency.Merge(&o.Inefficiency) }

// fleet is what a day knows of the days of the devices: each counts once, whatever
// its readings.
type fleet struct {
	Avg      agg.Mean[float64]
	Readings agg.Sum[int]
}

// Add takes the day of a device.
func (f *fleet) Add(d Daily) {
	f.Avg.Add(d.Avg)
	f.Readings.Add(d.Readings)
}

// Merge takes the days of o.
func (f *fleet) Merge(o *fleet) {
	f.Avg.Merge(&o.Avg)
	f.Readings.Merge(&o.Readings)
}

// hour is all readings of an hour, for the charts.
type hour = window.Pane[all, mean]

// ahead is how far one reading alone may move W: a clock that is wrong does not
// make all others late.
const ahead = 24 * time.Hour

// system is the pipeline, with its ends.
type system struct {
	p        tidemark.Pipeline
	readings *tidemark.Input[Reading]
	settings *tidemark.Input[Setting]
	bad      lines.BadFile
	tally    tally
}

func newSystem(c config) (*system, error) {
	s := &system{bad: lines.BadFile{Path: c.bad}}
	in, readings := tidemark.FromNanos(&s.p, "readings", Reading.nanos, watermark.Bounded{Delay: c.delay, MaxAhead: ahead})
	dim, settings := tidemark.FromNanos(&s.p, "settings", Setting.nanos, watermark.Bounded{})
	s.readings, s.settings = in, dim

	// A reading that comes again has its time again: no horizon is needed. So a
	// reading behind W is late here, and nothing behind W reaches what follows.
	once, again := tidemark.Dedup(tidemark.KeyBy(readings, Reading.uuid), join.Dedup{})
	once = tidemark.Named(once, "once")

	// A reading waits until W has reached it: then all settings up to its time are
	// there, whether they came beside the readings or before all of them. That is
	// why live rows and those of a batch are equal; with join.Live they would not be.
	rows, unknown := tidemark.JoinAsOf(tidemark.KeyBy(once, Reading.device), tidemark.KeyBy(settings, Setting.device), join.AsOf{}, newRow)
	rows = tidemark.Named(rows, "rows")
	live := tidemark.Named(tidemark.Filter(rows, func(r Row) bool { return r.Pct > c.threshold }), "live")

	day := window.Calendar{Unit: window.Day}
	ofDevices, _ := tidemark.Window[mean](rows, day, window.Sorted)
	daily := tidemark.Map(tidemark.Named(ofDevices, "daily"), newDaily)
	together := tidemark.KeyBy(daily, func(Daily) all { return all{} })
	ofFleet, _ := tidemark.Window[fleet](together, day)
	days := tidemark.Map(tidemark.Named(ofFleet, "days"), newFleet)

	anyRow := tidemark.KeyBy(rows, func(Row) all { return all{} })
	ofEvents, _ := tidemark.Window[peaks](anyRow, day)
	hours, _ := tidemark.Window[mean](anyRow, window.Tumble{Size: time.Hour})
	worst, _ := tidemark.Top(together, mostInefficient, inefficient)
	most, _ := tidemark.Top(together, mostActive, active)
	tops := tidemark.Merge(
		tidemark.FlatMap(tidemark.Named(worst, byDay), newTops(byDay)),
		tidemark.FlatMap(tidemark.Named(ofEvents, byEvent), newPeaks),
		tidemark.FlatMap(tidemark.Named(most, byActivity), newTops(byActivity)),
	)

	tidemark.Into(live, sink.Func[Row](s.tally.live))
	tidemark.Into(daily, sink.Func[Daily](s.tally.device))
	tidemark.Into(days, sink.Func[Fleet](s.tally.day))
	tidemark.Into(tidemark.Named(hours, "hours"), sink.Func[hour](s.tally.hour))
	tidemark.Into(tops, sink.Func[Top](s.tally.top))
	into(rows, "-out", c.out)
	into(live, "-live", c.live)
	into(daily, "-daily", c.daily)
	into(days, "-fleet", c.days)
	into(tops, "-top", c.top)
	if c.missed != "" {
		into(tidemark.Map(tidemark.Merge(again, unknown), newMissed), "-missed", c.missed)
	}
	return s, s.p.Check()
}

// into gives rows to the file that a flag names, if it does.
func into[R any](rows tidemark.Of[R], flag, path string) {
	if path != "" {
		tidemark.Into(rows, output.Rows[R](flag, path))
	}
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	return errors.Join(s.p.Close(ctx), s.bad.Close(ctx))
}
