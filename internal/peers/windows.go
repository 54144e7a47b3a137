package peers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// bag is the accumulator of every case: the facts themselves. What is computed
// from them is theirs to choose; which they are is what a case tests.
type bag struct{ facts []*fact }

func (b *bag) Add(f *fact)  { b.facts = append(b.facts, f) }
func (b *bag) Merge(o *bag) { b.facts = append(b.facts, o.facts...) }

// fired is a row as it left the pipeline.
type fired struct {
	row    []any
	forced bool
	batch  *int // the micro-batch that it came after
}

func (f fired) String() string { return encode(f.row, f.forced) }

// windows runs cases of one kind of window; rule makes ours of the settings.
func windows(rule func(p *params) (window.Rule, error)) func(*Case) error {
	return func(c *Case) error {
		r, err := rule(&c.Params)
		if err != nil {
			return err
		}
		p, err := c.plan()
		if err != nil {
			return err
		}
		s, err := c.schedule(p.feeds())
		if err != nil {
			return err
		}
		if end := c.Params.text("window_end"); end != "" && end != lastEvent {
			return unsupported("window_end %q", end)
		}
		if slices.ContainsFunc(s.events, func(e event) bool { return e.fact != nil && e.fact.changed() }) {
			return unsupported("changelog input")
		}
		if err := c.Params.err(); err != nil {
			return err
		}
		rows, err := everyCut(func(cut int) ([]fired, error) { return p.run(r, s, cut) })
		if err != nil {
			return err
		}
		return p.check(rows)
	}
}

// lastEvent is the window_end of windows that end with their last fact.
const lastEvent = "last_event_ts"

// everyCut runs a pipeline with each size of a Feed; the rows must be the same.
func everyCut[T fmt.Stringer](run func(cut int) ([]T, error)) ([]T, error) {
	var first []T
	for i, cut := range cuts {
		rows, err := run(cut)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", feeds(cut), err)
		}
		if i == 0 {
			first = rows
		} else if a, b := fmt.Sprint(rows), fmt.Sprint(first); a != b {
			return nil, fmt.Errorf("%s gives\n  %s\nbut %s gives\n  %s", feeds(cut), a, feeds(cuts[0]), b)
		}
	}
	return first, nil
}

func feeds(cut int) string {
	if cut == 0 {
		return "all facts in one Feed"
	}
	return fmt.Sprintf("%d facts a Feed", cut)
}

// feeds returns what tells whether a fact is fed at all. In Kafka, what does not
// reach the window does not move its time either.
func (p *plan) feeds() func(*fact) bool {
	noKey, noValue := p.c.Params.is("drop_null_key"), p.c.Params.is("drop_null_value")
	first := p.c.rule() == "stream_time_max"
	return func(f *fact) bool {
		return !(noKey && f.key == nil) && !(noValue && f.valueless()) && !(first && !p.where.holds(f))
	}
}

// run plays s through a pipeline of the query, at most cut facts in a Feed.
func (p *plan) run(rule window.Rule, s schedule, cut int) ([]fired, error) {
	type ours = window.Pane[string, bag]
	var pipe tidemark.Pipeline
	in, facts := from(&pipe, "in", s)
	kept := tidemark.Filter(facts, p.where.holds)
	panes, late := tidemark.Window[bag](tidemark.KeyBy(kept, p.key), rule)
	if p.c.Params.is("no_negative_start") {
		panes = tidemark.Filter(panes, func(o ours) bool { return o.Start >= 0 })
	}
	rows := tidemark.FlatMap(panes, func(o ours, emit func([]any)) {
		of := pane{start: ms(o.Start), end: ms(o.End), facts: slices.Clone(o.Value.facts)}
		if p.c.Params.text("window_end") == lastEvent {
			of.end = ms(o.Last)
		}
		for _, row := range p.rows(nil, of) {
			emit(row)
		}
	})
	rows = tidemark.Filter(rows, p.having.holds)
	if p.rank != nil && p.rank.to > 0 { // the best of each partition and window; the order among equals is ours to choose
		best, _ := tidemark.Top(tidemark.KeyBy(rows, p.rank.key), int(p.rank.to), p.rank.compare)
		rows = tidemark.FlatMap(best, func(r window.Ranking[string, []any], emit func([]any)) {
			for _, row := range r.Rows {
				emit(row)
			}
		})
	}
	out := tidemark.Collect(rows)
	missed := tidemark.Collect(late)

	var got []fired
	drain := func(batch *int) {
		for stamp, row := range out.DrainStamped() {
			got = append(got, fired{row, stamp.Forced, batch})
		}
	}
	err := play(s.events, cut, feeder{
		feed:    func(_ int, facts []*fact) error { return in.Feed(facts...) },
		advance: func(_ int, w time.Time) error { return in.Advance(w) },
		ended:   func(batch int) { drain(&batch) },
	})
	if err != nil {
		return nil, err
	}
	drain(nil)
	closed := len(got)
	if err := pipe.Close(context.Background()); err != nil {
		return nil, err
	}
	drain(nil)
	for i, f := range got {
		if f.forced != (i >= closed) {
			return nil, fmt.Errorf("row %v has Forced %t; %d rows came before Close", f, f.forced, closed)
		}
	}
	_, apart := rule.(spaced)
	for m := range missed.Drain() {
		if apart && m.Reason == tidemark.Refused {
			continue
		}
		if m.Reason != tidemark.Late || p.c.rule() == "none" {
			return nil, fmt.Errorf("the fact at %v is missed, %v for %v, W %v", m.Time, m.Reason, m.Spans, m.Watermark)
		}
	}
	return got, balanced(&pipe)
}

func ms(t watermark.Time) int64 { return int64(t.Floor(time.Millisecond, 0)) / int64(time.Millisecond) }

// balanced finds a stage whose ledger does not add up.
func balanced(p *tidemark.Pipeline) error {
	for _, s := range p.Stats().Stages {
		if n := s.Balance(); n != 0 || s.Held != 0 {
			return fmt.Errorf("after Close the ledger of %s is out by %d, %d held", s.Stage, n, s.Held)
		}
	}
	return nil
}
