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

// Row is a row of active_call_queue.
type Row struct {
	Start     watermark.Time `json:"window_start"`
	End       watermark.Time `json:"window_end"`
	OrgID     int64
	OrgName   string
	Calls     int64    `json:"CallsInQueue"`
	Agents    int      `json:"Agent_cnt"`
	MaxHandle *float64 `json:"max_handle_time"` // nil: no call has told one
	MinHandle *float64 `json:"min_handle_time"`
	MaxWait   *float64 `json:"max_wait_time"`
	MinWait   *float64 `json:"min_wait_time"`
}

func newRow(p window.Pane[int64, load], o Org) Row {
	r := Row{Start: p.Start, End: p.End, OrgID: p.Key, OrgName: o.Name, Calls: p.Value.Calls.Value(), Agents: p.Value.Agents.Len()}
	r.MaxHandle, r.MinHandle = bounds(&p.Value.Handle)
	r.MaxWait, r.MinWait = bounds(&p.Value.Wait)
	return r
}

func bounds(e *agg.Extent[float64]) (most, least *float64) {
	if e.Empty() {
		return nil, nil
	}
	return new(e.Max()), new(e.Min())
}

// lateLine is a late fact in the late file.
type lateLine struct {
	Start     watermark.Time  `json:"window_start"`
	End       watermark.Time  `json:"window_end"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      json.RawMessage `json:"fact"`
}

func newLate(m tidemark.Missed[Call]) lateLine {
	missed := m.Spans[0] // of a tumble there is one
	return lateLine{missed.Start, missed.End, m.Watermark, json.RawMessage(m.Fact.Original)}
}

// badLine is a line in the bad file.
type badLine struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
	Base64 []byte `json:"base64,omitzero"` // the text to the byte, if it is not UTF-8
	File   string `json:"file,omitzero"`   // "orgs"; "" for the facts
}

// system is the pipeline, with its ends.
type system struct {
	p     tidemark.Pipeline
	calls *tidemark.Input[Call]
	orgs  *tidemark.Input[Org]
	bad   sink.Sink[badLine] // nil: not asked for
	tally tally
}

func newSystem(c config) (*system, error) {
	s := &system{tally: tally{show: "Prem Hub"}}
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
		tidemark.Into(rows, file[Row]("-out", c.out))
	}
	tidemark.Into(all, sink.Func[Row](s.tally.take))
	if c.late != "" {
		tidemark.Into(tidemark.Map(late, newLate), file[lateLine]("-late", c.late))
	}
	if c.bad != "" {
		s.bad = file[badLine]("-bad", c.bad)
	}
	return s, s.p.Check()
}

// tell puts a bad line where it belongs.
func (s *system) tell(b badLine) error {
	if s.bad == nil {
		return nil
	}
	return s.bad.Write(sink.Batch[badLine]{Rows: []badLine{b}})
}

// flush returns when all rows so far are safe in their files.
func (s *system) flush(ctx context.Context) error {
	err := s.p.Flush(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Flush(ctx))
	}
	return err
}

// close fires what is open, and ends the files.
func (s *system) close(ctx context.Context) error {
	err := s.p.Close(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Close(ctx))
	}
	return err
}
