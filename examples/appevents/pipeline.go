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

// system is the pipeline, with its ends.
type system struct {
	p     tidemark.Pipeline
	hits  *tidemark.Input[Hit]
	table *table
	tally tally
	bad   lines.BadFile
	final sink.Sink[tableLine] // nil: not asked for
}

func newSystem(c config) (*system, error) {
	s := &system{table: newTable(), bad: lines.BadFile{Path: c.bad, Exact: true}}
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
		tidemark.Into(rows, output.Stamped[Row]("-out", c.out))
	}
	missed := tidemark.Map(tidemark.Merge(repeats, late), newMissed)
	tidemark.Into(missed, sink.Func[missedLine](s.tally.takeMissed))
	if c.late != "" {
		tidemark.Into(missed, output.Rows[missedLine]("-late", c.late))
	}
	if c.table != "" {
		s.final = output.Rows[tableLine]("-table", c.table)
	}
	return s, s.p.Check()
}

// open begins the files, before anything is taken.
func (s *system) open(ctx context.Context) error {
	err := errors.Join(s.p.Flush(ctx), s.bad.Flush(ctx))
	if s.final != nil {
		err = errors.Join(err, s.final.Flush(ctx))
	}
	return err
}

// close fires what is open, and ends the files.
func (s *system) close(ctx context.Context) error {
	err := errors.Join(s.p.Close(ctx), s.bad.Close(ctx))
	if s.final != nil {
		err = errors.Join(err, s.final.Write(sink.Batch[tableLine]{Rows: s.table.lines()}), s.final.Close(ctx))
	}
	return err
}
