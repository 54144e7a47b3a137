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
	delay = 4 * time.Second // W = EventTime - delay
	size  = 5 * time.Second // of a window
)

// load is what a window knows of the calls of an organisation.
type load struct {
	Calls  agg.Count
	Agents agg.Distinct[int64]
	Handle agg.Extent[float64]
	Wait   agg.Extent[float64]
}

// Add takes a call.
func (l *load) Add(c Call) {
	l.Calls.AddIf(c.Queued)
	if c.Agent.OK {
		l.Agents.Add(c.Agent.V)
	}
	if c.Handle.OK {
		l.Handle.Add(c.Handle.V)
	}
	if c.Wait.OK {
		l.Wait.Add(c.Wait.V)
	}
}

// Merge adds the calls of o.
func (l *load) Merge(o *load) {
	l.Calls.Merge(&o.Calls)
	l.Agents.Merge(&o.Agents)
	l.Handle.Merge(&o.Handle)
	l.Wait.Merge(&o.Wait)
}

// system is the pipeline, with its ends.
type system struct {
	p     tidemark.Pipeline
	calls *tidemark.Input[Call]
	orgs  *tidemark.Input[Org]
	bad   lines.BadFile
	tally tally
}

func newSystem(c config) (*system, error) {
	s := &system{bad: lines.BadFile{Path: c.bad, Exact: true}, tally: tally{show: "Prem Hub"}}
	if c.org != "" {
		s.tally.show = c.org
	}
	in, calls := tidemark.FromNanos(&s.p, "calls", Call.nanos, watermark.Bounded{Delay: delay})
	dim, orgs := tidemark.FromNanos(&s.p, "orgs", Org.nanos, watermark.Bounded{})
	s.calls, s.orgs = in, dim

	panes, late := tidemark.Window[load](tidemark.KeyBy(calls, Call.orgID), window.Tumble{Size: size}, window.Sorted)
	panes = tidemark.Named(panes, "queue")

	// All versions are there before the first call, so that there is nothing to
	// wait for; and a window never fires behind W, so that none is pruned too
	// early: nobody is missed.
	all, _ := tidemark.JoinAsOf(panes, tidemark.KeyBy(orgs, Org.orgID), join.AsOf{Wait: join.Live, Missing: join.Zero}, newRow)
	all = tidemark.Named(all, "active_call_queue")
	if c.out != "" {
		rows := all
		if c.org != "" {
			rows = tidemark.Named(tidemark.Filter(all, func(r Row) bool { return r.OrgName == c.org }), "chosen")
		}
		tidemark.Into(rows, output.Rows[Row]("-out", c.out))
	}
	tidemark.Into(all, sink.Func[Row](s.tally.take))
	if c.late != "" {
		tidemark.Into(tidemark.Map(late, newLate), output.Rows[lateLine]("-late", c.late))
	}
	return s, s.p.Check()
}

// flush returns when all rows so far are safe in their files.
func (s *system) flush(ctx context.Context) error {
	return errors.Join(s.p.Flush(ctx), s.bad.Flush(ctx))
}

// close fires what is open, and ends the files.
func (s *system) close(ctx context.Context) error {
	return errors.Join(s.p.Close(ctx), s.bad.Close(ctx))
}
