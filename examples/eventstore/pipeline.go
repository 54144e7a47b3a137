package main

import (
	"errors"
	"strings"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// ahead is how far one event alone may move W: a clock that is wrong does not make
// all others late.
const ahead = time.Hour

// brokenOf and wrongOf are what the two stages check.
func brokenOf(e event) error { return e.broken }

func wrongOf(e event) error {
	var all []string
	for _, p := range e.wrong {
		all = append(all, p.Text)
	}
	if all == nil {
		return nil
	}
	return errors.New(strings.Join(all, "; "))
}

// quality is what a window knows of the events of a rule.
type quality struct {
	Events, Bad agg.Count
	Rules       agg.TopN[string] // of the metadata that were broken
}

// Add takes an event that was judged.
func (q *quality) Add(e event) {
	q.Events.Add()
	q.Bad.AddIf(e.bad())
	if e.broken != nil {
		q.Rules.Add("standardise")
	}
	for _, p := range e.wrong {
		q.Rules.Add(p.Rule)
	}
}

// Merge adds the events of o.
func (q *quality) Merge(o *quality) {
	q.Events.Merge(&o.Events)
	q.Bad.Merge(&o.Bad)
	q.Rules.Merge(&o.Rules)
}

// Bytes returns the bytes on the heap.
func (q *quality) Bytes() int { return q.Rules.Bytes() }

func (q *quality) share() float64 { return float64(q.Bad.Value()) / float64(q.Events.Value()) }

// system is the pipeline, with its ends.
type system struct {
	p     tidemark.Pipeline
	in    *tidemark.Input[event]
	meta  *meta
	rules []rule
	times last
	tally tally
}

func newSystem(c config) (*system, error) {
	m, err := loadMeta(c.meta)
	if err != nil {
		return nil, err
	}
	rules, err := loadRules(c.rules, m)
	if err != nil {
		return nil, err
	}
	s := &system{p: tidemark.Pipeline{Name: "eventstore"}, meta: m, rules: rules, tally: tally{alarms: map[string]int{}}}
	in, raw := tidemark.FromNanos(&s.p, "events", event.nanos, watermark.Bounded{Delay: c.delay, MaxAhead: ahead})
	s.in = in
	events := tidemark.Map(raw, judge)
	known, broken := tidemark.Validate(events, brokenOf)
	known = tidemark.Named(known, "standardise")
	good, wrong := tidemark.Validate(known, wrongOf)
	good = tidemark.Named(good, "validate")
	bad := tidemark.Map(tidemark.Merge(broken, wrong), newBad)

	keep(raw, newRaw, "-raw", c.raw)
	keep(known, newStored, "-standard", c.standard)
	keep(good, newStored, "-good", c.good)
	keep(bad, itself[badLine], "-bad", c.bad)
	tidemark.Into(bad, sink.Func[badLine](s.tally.bads))
	tidemark.Into(good, sink.Func[event](s.tally.goods))

	timed := tidemark.Named(tidemark.Filter(events, func(e event) bool { return e.Timed }), "timed")
	var alarms []tidemark.Stream[Alarm]
	var lates []tidemark.Stream[lateLine]
	for _, r := range rules {
		alarm, late := r.watch(timed)
		alarms = append(alarms, alarm)
		if c.late != "" {
			lates = append(lates, tidemark.Map(late, r.newLate))
		}
	}
	rings := tidemark.Merge(alarms[0], alarms[1:]...)
	keep(rings, itself[Alarm], "-alarms", c.alarms)
	tidemark.Into(rings, sink.Func[Alarm](s.tally.rings))
	if c.late != "" {
		tidemark.Into(tidemark.Merge(lates[0], lates[1:]...), output.Rows[lateLine]("-late", c.late))
	}
	return s, s.p.Check()
}

// keep writes rows of a stream to the file of a flag, if it is asked for.
func keep[T, R any](of tidemark.Stream[T], row func(T) R, flag, path string) {
	if path != "" {
		tidemark.Into(tidemark.Map(of, row), output.Rows[R](flag, path))
	}
}

func itself[T any](row T) T { return row }

// watch makes the stages of a rule, which is data.
func (r rule) watch(events tidemark.Stream[event]) (tidemark.Stream[Alarm], tidemark.Stream[tidemark.Missed[event]]) {
	of := tidemark.Named(tidemark.Filter(events, func(e event) bool { return r.Type == "" || e.Type == r.Type }), r.Name+": of")
	panes, late := tidemark.Window[quality](tidemark.KeyBy(of, r.key), r.window(), window.Sorted)
	panes = tidemark.Named(panes, r.Name)
	rings := tidemark.Filter(panes, func(p window.Pane[string, quality]) bool {
		return p.Value.Events.Value() >= r.Least && p.Value.share() >= r.Share
	})
	alarms := tidemark.Map(tidemark.Named(rings, r.Name+": rings"), func(p window.Pane[string, quality]) Alarm {
		return Alarm{r.Name, p.Start, p.End, p.Key, p.Value.Events.Value(), p.Value.Bad.Value(), p.Value.share(), p.Value.Rules.Top(3)}
	})
	return alarms, late
}

// key is what has windows of its own.
func (r rule) key(e event) string {
	switch r.By {
	case "type":
		return e.Type
	case "source":
		return e.Source
	}
	return ""
}
