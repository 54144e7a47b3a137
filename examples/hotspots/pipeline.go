package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Row is the regions of a game after the last position of a second.
type Row struct {
	Game    int64          `json:"game"`
	At      watermark.Time `json:"event_time"`
	Regions []Region       `json:"regions"`
}

// Region is a region as rows have it.
type Region struct {
	XMin    float64 `json:"x_min"`
	XMax    float64 `json:"x_max"`
	YMin    float64 `json:"y_min"`
	YMax    float64 `json:"y_max"`
	Points  int     `json:"points"`
	Density float64 `json:"density"`
}

func newRow(p window.Pane[int64, latest]) Row {
	r := Row{p.Key, p.Value.spots.Fact.At, []Region{}} // [] in JSON, not null
	for _, g := range p.Value.spots.Regions {
		r.Regions = append(r.Regions, Region{g.Low[0], g.High[0], g.Low[1], g.High[1], g.Points, g.Density})
	}
	return r
}

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

// lateLine is a position that was not counted.
type lateLine struct {
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      json.RawMessage `json:"fact"`
}

func newLate(m tidemark.Missed[Position]) lateLine {
	return lateLine{m.Reason, m.Watermark, json.RawMessage(m.Fact.Original)}
}

// badLine is a line that is no position.
type badLine struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
}

// system is the pipeline, with its ends.
type system struct {
	p         tidemark.Pipeline
	positions *tidemark.Input[Position]
	bad       sink.Sink[badLine] // nil: not asked for
	tally     tally
}

// hotspots is what the flags say of regions.
func (c config) hotspots() anomaly.Hotspots {
	return anomaly.Hotspots{Records: c.records, Radius: c.radius, Least: c.least}
}

func newSystem(c config) (*system, error) {
	s := &system{tally: newTally(c.records)}
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
		tidemark.Into(rows, file[Row]("-out", c.out))
	}
	if c.late != "" {
		tidemark.Into(tidemark.Map(late, newLate), file[lateLine]("-late", c.late))
	}
	if c.bad != "" {
		s.bad = file[badLine]("-bad", c.bad)
	}
	return s, s.p.Check()
}

// consume takes the feed to its end.
func (s *system) consume(ctx context.Context, c config) error {
	if err := s.p.Flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	if s.bad != nil {
		if err := s.bad.Flush(ctx); err != nil {
			return err
		}
	}
	var failed error
	bad := func(line int, text []byte, err error) {
		s.tally.lines++
		s.tally.bad++
		if s.bad != nil && failed == nil {
			failed = s.bad.Write(sink.Batch[badLine]{Rows: []badLine{{line, reason(err), string(text)}}})
		}
	}
	err := c.read(ctx, bad, func(batch []Position) error {
		s.tally.lines += len(batch)
		return errors.Join(failed, s.positions.Feed(batch...))
	})
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	return s.positions.Close() // what fires by it is final
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	err := s.p.Close(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Close(ctx))
	}
	return err
}
