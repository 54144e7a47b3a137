package main

import (
	"context"
	"errors"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// latest is the accumulator of a second: the last regions that came. Of positions
// with the same time they are those of the last fed, which has the others counted;
// agg.Last would keep the first, as regions have no order.
type latest struct {
	spots anomaly.Spots[Position]
	any   bool
}

// Add takes what comes in event-time order.
func (l *latest) Add(s anomaly.Spots[Position]) { l.spots, l.any = s, true }

// Merge takes what came after.
func (l *latest) Merge(o *latest) {
	if o.any && (!l.any || o.spots.Fact.At >= l.spots.Fact.At) {
		*l = *o
	}
}

// system is the pipeline, with its ends.
type system struct {
	p         tidemark.Pipeline
	positions *tidemark.Input[Position]
	bad       lines.BadFile
	tally     tally
}

// hotspots is what the flags say of regions.
func (c config) hotspots() anomaly.Hotspots {
	return anomaly.Hotspots{Records: c.records, Radius: c.radius, Least: c.least}
}

func newSystem(c config) (*system, error) {
	s := &system{bad: lines.BadFile{Path: c.bad}, tally: newTally(c.records)}
	in, all := tidemark.FromNanos(&s.p, "positions", Position.nanos, watermark.Bounded{Delay: c.delay})
	s.positions = in
	spots, late := tidemark.Hotspots(tidemark.KeyBy(all, Position.game), c.hotspots(),
		func(dst []float64, p Position) []float64 { return p.point(dst) })
	spots = tidemark.Named(spots, "hotspots")

	// Nothing is late for the second: regions come in event-time order, behind W.
	panes, _ := tidemark.Window[latest](spots, window.Tumble{Size: time.Second}, window.Sorted)
	rows := tidemark.Map(tidemark.Named(panes, "seconds"), newRow)

	tidemark.Into(spots, sink.Func[anomaly.Spots[Position]](s.tally.take))
	tidemark.Into(rows, sink.Func[Row](s.tally.rows))
	if c.out != "" {
		tidemark.Into(rows, output.Rows[Row]("-out", c.out))
	}
	if c.late != "" {
		tidemark.Into(tidemark.Map(late, newLate), output.Rows[lateLine]("-late", c.late))
	}
	return s, s.p.Check()
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	return errors.Join(s.p.Close(ctx), s.bad.Close(ctx))
}
