package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

const (
	delay    = time.Minute    // W = event_time - delay
	lateness = 72 * time.Hour // a day is corrected for so long
	every    = 6 * time.Hour  // previews and corrections

	// A repeat has the time of its hit, so that any horizon would tell it for
	// what it is. But Dedup also says that a hit further behind W is late, and
	// must not say so of one that its day still takes: the first of a day is,
	// at the end of the lateness, a day further behind.
	horizon = lateness + 24*time.Hour
)

// activity is what a day knows of an app.
type activity struct {
	Hits  agg.Count
	Users agg.Distinct[string]
}

// Add takes a hit.
func (a *activity) Add(h Hit) {
	a.Hits.Add()
	a.Users.Add(h.User)
}

// Merge adds what o has.
func (a *activity) Merge(o *activity) {
	a.Hits.Merge(&o.Hits)
	a.Users.Merge(&o.Users)
}

// Bytes is the memory that it owns.
func (a *activity) Bytes() int { return a.Users.Bytes() }

// Row is an app and a day.
type Row struct {
	Day   Day    `json:"day"`
	App   string `json:"app"`
	Hits  int64  `json:"hits"`
	Users int    `json:"users"`
}

func newRow(p window.Pane[string, activity]) Row {
	return Row{Day(p.Start), p.Key, p.Value.Hits.Value(), p.Value.Users.Len()}
}

// missedLine is a hit in the late file.
type missedLine struct {
	Reason    tidemark.Reason `json:"reason"`
	Day       Day             `json:"day"`
	Watermark watermark.Time  `json:"watermark"`
	Hit       json.RawMessage `json:"hit"`
}

func newMissed(m tidemark.Missed[Hit]) missedLine {
	return missedLine{m.Reason, dayOf(m.Fact.At), m.Watermark, json.RawMessage(m.Fact.Original)}
}

// system is the pipeline, with its ends.
type system struct {
	p     tidemark.Pipeline
	hits  *tidemark.Input[Hit]
	table *table
	tally tally
	bad   sink.Sink[badLine]   // nil: not asked for
	final sink.Sink[tableLine] // likewise
}

func newSystem(c config) (*system, error) {
	s := &system{table: newTable(), tally: tally{}}
	in, hits := tidemark.FromNanos(&s.p, "hits", Hit.nanos, watermark.Bounded{Delay: delay})
	s.hits = in

	once, repeats := tidemark.Dedup(tidemark.KeyBy(hits, Hit.key), join.Dedup{Horizon: horizon})
	once = tidemark.Named(once, "once")
	panes, late := tidemark.Window[activity](tidemark.KeyBy(once, Hit.app), window.Calendar{Unit: window.Day},
		window.Lateness(lateness), window.Coalesce(every), window.EarlyEvery(every), window.Sorted)
	panes = tidemark.Named(panes, "day")

	rows := tidemark.Map(panes, newRow)
	tidemark.Into(rows, sink.Sink[Row](s.table))
	if c.out != "" {
		tidemark.Into(rows, file(c.out, "-out", &sink.NDJSON[Row]{Path: c.out, Truncate: true, Stamped: true}))
	}
	missed := tidemark.Map(tidemark.Merge(repeats, late), newMissed)
	tidemark.Into(missed, sink.Func[missedLine](s.tally.takeMissed))
	if c.late != "" {
		tidemark.Into(missed, file(c.late, "-late", &sink.NDJSON[missedLine]{Path: c.late, Truncate: true}))
	}
	if c.bad != "" {
		s.bad = file(c.bad, "-bad", &sink.NDJSON[badLine]{Path: c.bad, Truncate: true})
	}
	if c.table != "" {
		s.final = file(c.table, "-table", &sink.NDJSON[tableLine]{Path: c.table, Truncate: true})
	}
	return s, s.p.Check()
}

// open begins the files, before anything is taken.
func (s *system) open(ctx context.Context) error {
	err := s.p.Flush(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Flush(ctx))
	}
	if s.final != nil {
		err = errors.Join(err, s.final.Flush(ctx))
	}
	return err
}

// close fires what is open, and ends the files.
func (s *system) close(ctx context.Context) error {
	err := s.p.Close(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Close(ctx))
	}
	if s.final != nil {
		err = errors.Join(err, s.final.Write(sink.Batch[tableLine]{Rows: s.table.lines()}), s.final.Close(ctx))
	}
	return err
}
