package peers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
)

// interval is a case of a join of facts that lie within an interval of one
// another. Its query is that of a temporal one.
type interval struct {
	temporal
	in    join.Interval
	outer [2]bool // what met nothing on this side is a row too
}

// intervalJoin runs a case of the kind interval_join.
func intervalJoin(c *Case) error {
	t := &interval{temporal: temporal{c: c}}
	for _, prepare := range []func() error{t.joins, t.query, t.bounds, t.schedule, c.Params.err} {
		if err := prepare(); err != nil {
			return err
		}
	}
	names := map[string]bool{}
	for _, col := range t.columns {
		names[col.name] = true
	}
	want, err := c.expected(t.columns, names)
	if err == nil && c.Mode == "updates" {
		want, err = content(c.ops(), want, nil)
	}
	if err != nil {
		return err
	}
	orders := []order{{"as listed", t.events}}
	if t.orders {
		orders = interleavings(t.events)
	}
	for _, o := range orders {
		pairs, err := everyCut(func(cut int) ([]pair, error) { return t.run(o.events, cut) })
		if err != nil {
			return fmt.Errorf("inputs %s: %w", o.name, err)
		}
		var rows [][]any
		for _, p := range pairs {
			var row []any
			for _, of := range t.of {
				row = append(row, of(p))
			}
			rows = append(rows, row)
		}
		if err := difference("rows, inputs "+o.name, t.columns, rows, want); err != nil {
			return err
		}
	}
	return nil
}

// joins finds out which facts that met nothing are rows.
func (t *interval) joins() error {
	outer, ok := map[string][2]bool{"": {}, "inner": {}, "left": {true, false}, "right": {false, true}, "full": {true, true}, "outer": {true, true}}[t.c.Params.text("join_type")]
	if !ok {
		return unsupported("join_type %q", t.c.Params.text("join_type"))
	}
	t.outer = outer
	if emit := t.c.Params.text("outer_emit"); emit != "" && emit != "on_close" && outer != [2]bool{} {
		return unsupported("outer_emit %q: a fact is told as unmatched once, when it is sure", emit)
	}
	return nil
}

// bounds finds the interval. Their facts have milliseconds.
func (t *interval) bounds() error {
	p := &t.c.Params
	t.in = join.Interval{From: p.need("lower_ms"), To: p.need("upper_ms")}
	if p.is("lower_strict") {
		t.in.From++
	}
	if p.is("upper_strict") {
		t.in.To--
	}
	return nil
}

// schedule finds the events, and how W moves.
func (t *interval) schedule() error {
	c, p := t.c, &t.c.Params
	shift := c.shift()
	if c.Source.System == "Flink" { // whose W is inclusive
		shift = time.Millisecond
	}
	var err error
	if t.events, err = c.events(shift, c.Query.Left, c.Query.Right); err != nil {
		return err
	}
	if slices.ContainsFunc(t.events, func(e event) bool { return e.fact != nil && e.fact.changed() }) {
		return unsupported("changelog input")
	}
	marked := slices.ContainsFunc(t.events, isMark)
	delays := [2]string{"left_watermark_delay_ms", "right_watermark_delay_ms"}
	for side, name := range delays {
		if !p.has(name) {
			delays[side] = "watermark_delay_ms"
		}
	}
	rule := p.text("late_rule")
	switch {
	case rule == "" && (marked || p.has(delays[left]) || p.has(delays[right])), rule == "none" && c.closedOnly():
		rule = "watermark_delay"
	case rule == "" && p.has("grace_ms"):
		rule = "stream_time_max"
	}
	switch rule {
	case "", "none":
		t.events = slices.DeleteFunc(t.events, isMark)
		t.temporal.orders = true
	case "watermark_delay":
		t.temporal.orders = true
		for side, name := range delays {
			marked := slices.ContainsFunc(t.events, func(e event) bool { return e.side == side && e.mark != nil })
			t.sides[side] = schedule{follows: p.has(name) && !marked, delay: p.ms(name)}
		}
	case "stream_time_max":
		t.events = ofAllTime(t.events, p.ms("grace_ms"))
	default:
		return unsupported("late_rule %q of a join", rule)
	}
	return nil
}

// ofAllTime moves the W of both sides with every fact: it is one, the greatest
// time of all less the grace.
func ofAllTime(events []event, grace time.Duration) (all []event) {
	var w time.Time
	for _, e := range events {
		if e.fact == nil {
			continue
		}
		all = append(all, e)
		if at := e.fact.at.Add(-grace); w.IsZero() || at.After(w) {
			w = at
		}
		now := w
		all = append(all, event{side: left, mark: &now}, event{side: right, mark: &now})
	}
	return all
}

// key is that of a fact in the join. One that its condition does not hold for, or
// with a null in the key, meets nobody: it has a key of its own.
func (t *interval) key(side int) func(*fact) string {
	return func(f *fact) string {
		if !t.where[side].holds(f) || slices.ContainsFunc(t.on[side], func(get func(*fact) any) bool { return get(f) == nil }) {
			return fmt.Sprintf("fact %d", f.seq)
		}
		return encodeOf(t.on[side], f)
	}
}

// run plays events through a pipeline, at most cut facts in a Feed.
func (t *interval) run(events []event, cut int) ([]pair, error) {
	var pipe tidemark.Pipeline
	inLeft, lefts := from(&pipe, "left", t.sides[left])
	inRight, rights := from(&pipe, "right", t.sides[right])
	met, noRight, noLeft := tidemark.JoinWithin(tidemark.KeyBy(lefts, t.key(left)), tidemark.KeyBy(rights, t.key(right)), t.in,
		func(l, r *fact) pair { return pair{l, r} })
	rows := []tidemark.Stream[pair]{
		tidemark.Map(noRight, func(m tidemark.Missed[*fact]) pair { return pair{left: m.Fact} }),
		tidemark.Map(noLeft, func(m tidemark.Missed[*fact]) pair { return pair{right: m.Fact} }),
	}
	all := met.Stream
	for side, alone := range rows {
		if outer := t.outer[side]; outer {
			all = tidemark.Merge(all, alone)
		} else {
			tidemark.Collect(alone)
		}
	}
	out := tidemark.Collect(all)
	inputs := [2]*tidemark.Input[*fact]{inLeft, inRight}
	err := play(events, cut, feeder{
		feed:    func(side int, facts []*fact) error { return inputs[side].Feed(facts...) },
		advance: func(side int, w time.Time) error { return inputs[side].Advance(w) },
	})
	if err != nil {
		return nil, err
	}
	var pairs []pair
	if t.c.closedOnly() {
		pairs = out.DrainTo(pairs)
	}
	if err := pipe.Close(context.Background()); err != nil {
		return nil, err
	}
	if !t.c.closedOnly() {
		pairs = out.DrainTo(pairs)
	}
	spurious := map[*fact]bool{}
	for _, p := range pairs {
		if p.left != nil && p.right != nil {
			spurious[p.left], spurious[p.right] = true, true
		}
	}
	for _, p := range pairs {
		if p.left == nil && spurious[p.right] || p.right == nil && spurious[p.left] {
			return nil, fmt.Errorf("%v has met somebody, and is told as unmatched", p)
		}
	}
	return pairs, balanced(&pipe)
}
