package peers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
)

// The sides of a join, as inputs of the pipeline.
const (
	left  = 0
	right = 1
)

// version is a fact of the right side; that of the zero value is nil.
type version struct{ fact *fact }

// Deleted implements join.Tombstone.
func (v version) Deleted() bool { return v.fact != nil && v.fact.dead }

// pair is a left fact and what it met.
type pair struct {
	left  *fact // nil: the right one met nothing
	right *fact // nil: nothing
}

func (p pair) String() string {
	if p.left == nil {
		return fmt.Sprintf("-%d", p.right.seq)
	}
	if p.right == nil {
		return fmt.Sprintf("%d-", p.left.seq)
	}
	return fmt.Sprintf("%d-%d", p.left.seq, p.right.seq)
}

// temporal is a case of a join with the version as of a time.
type temporal struct {
	c       *Case
	on      [2][]func(*fact) any
	version []func(*fact) any // the key of the versioned table
	where   [2]condition[*fact]
	outer   bool
	columns []column
	of      []func(pair) any

	how    join.AsOf
	events []event
	sides  [2]schedule // how W moves
	orders bool        // the inputs may be interleaved as one likes
}

// temporalJoin runs a case of the kind temporal_join.
func temporalJoin(c *Case) error {
	t := &temporal{c: c}
	for _, prepare := range []func() error{t.joins, t.query, t.schedule, t.versions, c.Params.err} {
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
	orders, hows := []order{{"as listed", t.events}}, []join.AsOf{t.how}
	if t.orders {
		orders, hows = interleavings(t.events), t.alike()
	}
	for _, o := range orders {
		for _, t.how = range hows {
			pairs, err := everyCut(func(cut int) ([]pair, error) { return t.run(o.events, cut) })
			if err != nil {
				return fmt.Errorf("inputs %s, %+v: %w", o.name, t.how, err)
			}
			rows, err := t.rows(pairs)
			if err == nil {
				err = difference(fmt.Sprintf("rows, inputs %s, %+v", o.name, t.how), t.columns, rows, want)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// alike are the settings that end with the same rows, however the inputs are
// interleaved: Strict, and those that correct what they gave before a version
// was known.
func (t *temporal) alike() []join.AsOf {
	strict, live, boot := t.how, t.how, t.how
	live.Wait, live.History = join.Live, 1<<62
	boot.Bootstrap = true
	within := live
	within.Wait, within.Bootstrap = join.Within(time.Second), true
	return []join.AsOf{strict, boot, live, within}
}

// last is what rows leave that are sent again, by ID: of each the last, unless it
// is withdrawn. Without History it is all of them.
func (t *temporal) last(out *tidemark.Output[pair], pairs []pair) []pair {
	if t.how.History == 0 {
		return out.DrainTo(pairs)
	}
	at := map[row.ID]int{}
	gone := map[int]bool{}
	for s, p := range out.DrainStamped() {
		i, ok := at[s.ID]
		if !ok {
			i = len(pairs)
			at[s.ID], pairs = i, append(pairs, p)
		}
		pairs[i], gone[i] = p, s.Kind == row.Withdrawn
	}
	kept := pairs[:0]
	for i, p := range pairs {
		if !gone[i] {
			kept = append(kept, p)
		}
	}
	return kept
}

// run plays events through a pipeline, at most cut facts in a Feed.
func (t *temporal) run(events []event, cut int) ([]pair, error) {
	var pipe tidemark.Pipeline
	inLeft, lefts := from(&pipe, "left", t.sides[left])
	inRight, rights := from(&pipe, "right", t.sides[right])
	versions := tidemark.Map(rights, func(f *fact) version { return version{f} })
	key := func(side int) func(*fact) string {
		return func(f *fact) string { return encodeOf(t.on[side], f) }
	}
	var wrong error
	rows, unmatched := tidemark.JoinAsOf(
		tidemark.KeyBy(lefts, key(left)),
		tidemark.KeyBy(versions, func(v version) string { return key(right)(v.fact) }),
		t.how,
		func(l *fact, v version) pair {
			if bad := v.fact == nil && !t.outer || v.fact != nil && (v.fact.dead || v.fact.at.After(l.at)); bad && wrong == nil {
				wrong = fmt.Errorf("the left fact at %v met %+v, which is no version as of then", l.at, v.fact)
			}
			if v.fact == nil || !t.where[left].holds(l) || !t.where[right].holds(v.fact) {
				return pair{left: l}
			}
			return pair{l, v.fact}
		})
	out := tidemark.Collect(tidemark.Filter(rows, func(p pair) bool { return t.outer || p.right != nil }))
	missed := tidemark.Collect(unmatched)

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
		pairs = t.last(out, pairs)
	}
	if err := pipe.Close(context.Background()); err != nil {
		return nil, err
	}
	if !t.c.closedOnly() {
		pairs = t.last(out, pairs)
	}
	for m := range missed.Drain() {
		if m.Reason != tidemark.Unmatched || t.outer {
			return nil, fmt.Errorf("the left fact at %v is missed: %v, %s", m.Time, m.Reason, m.Detail)
		}
	}
	return pairs, errors.Join(wrong, balanced(&pipe))
}

func encodeOf(of []func(*fact) any, f *fact) string {
	vals := make([]any, len(of))
	for i, get := range of {
		vals[i] = get(f)
	}
	return encode(vals...)
}

// rows are what pairs leave in the table they are written to: changes of left
// facts are carried through to it, by the key of the fact.
func (t *temporal) rows(pairs []pair) ([][]any, error) {
	pairs = slices.Clone(pairs)
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(a.left.at.Compare(b.left.at), cmp.Compare(a.left.seq, b.left.seq))
	})
	if slices.ContainsFunc(t.events, func(e event) bool { return e.side == left && e.fact != nil && e.fact.changed() }) {
		var table []pair
		for _, p := range pairs {
			if p.left.key == nil {
				return nil, unsupported("changelog input without a key")
			}
			table = slices.DeleteFunc(table, func(o pair) bool { return encode(o.left.key) == encode(p.left.key) })
			if p.left.op == "+I" || p.left.op == "+U" {
				table = append(table, p)
			}
		}
		pairs = table
	}
	rows := make([][]any, len(pairs))
	for i, p := range pairs {
		for _, of := range t.of {
			rows[i] = append(rows[i], of(p))
		}
	}
	return rows, nil
}
