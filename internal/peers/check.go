package peers

import (
	"fmt"
	"maps"
	"slices"
)

// check compares what has left with what is expected.
func (p *plan) check(got []fired) error {
	var rows [][]any
	for _, f := range got {
		if !f.forced || !p.c.closedOnly() {
			rows = append(rows, f.row)
		}
	}
	cols := p.shown()
	want, err := p.c.expected(cols, p.names())
	if err != nil {
		return err
	}
	if p.c.Mode == "updates" {
		if want, err = p.updated(cols, want); err != nil {
			return err
		}
	}
	if err := difference("rows", cols, p.finish(rows), want); err != nil {
		return err
	}
	if p.c.closedOnly() && p.c.rule() == "watermark_per_batch" {
		return p.checkSteps(got)
	}
	return nil
}

// finish ranks rows, where the query does, and cuts them down to what is compared.
func (p *plan) finish(rows [][]any) [][]any {
	if p.rank != nil {
		rows = p.rank.best(rows)
	}
	out := make([][]any, len(rows))
	for i, row := range rows {
		out[i] = p.show(row)
	}
	return out
}

// expected returns their rows in the order of our columns.
func (c *Case) expected(cols []column, names map[string]bool) ([][]any, error) {
	want := make([][]any, len(c.Expected))
	for i, x := range c.Expected {
		row, err := cells(cols, names, x.Row, true)
		if err != nil {
			return nil, err
		}
		want[i] = row
	}
	return want, nil
}

// updated returns what their updates leave behind: we send a row once, when it is
// final.
func (p *plan) updated(cols []column, want [][]any) ([][]any, error) {
	var identity []int
	bound := false
	for _, it := range p.c.Query.items() {
		if it.Win == "" && !slices.Contains(p.grouped, it.Col) {
			continue
		}
		identity = append(identity, slices.IndexFunc(cols, func(c column) bool { return c.name == it.name() }))
		bound = bound || it.Win != ""
	}
	if !bound {
		return nil, unsupported("updates of rows that do not show their window")
	}
	return content(p.c.ops(), want, identity)
}

// ops returns those of the rows expected.
func (c *Case) ops() []string {
	ops := make([]string, len(c.Expected))
	for i, x := range c.Expected {
		ops[i] = x.Op
	}
	return ops
}

// checkSteps compares the rows of each micro-batch.
func (p *plan) checkSteps(got []fired) error {
	cols, last := p.shown(), -1
	for _, s := range p.c.Steps {
		var all, fresh, want [][]any
		for _, f := range got {
			if f.batch == nil || *f.batch > s.After {
				continue
			}
			all = append(all, f.row)
			if *f.batch > last {
				fresh = append(fresh, f.row)
			}
		}
		for _, r := range s.Rows {
			row, err := cells(cols, nil, r, false)
			if err != nil {
				return err
			}
			want = append(want, row)
		}
		name := fmt.Sprintf("after batch %d", s.After)
		asAll := difference(name, cols, p.finish(all), want)
		asNew := difference(name, cols, p.finish(fresh), want)
		switch {
		case s.Check == "CheckAnswer" && asAll != nil:
			return asAll
		case s.Check != "CheckAnswer" && asNew != nil && (s.Check != "" || asAll != nil):
			return asNew
		}
		last = s.After
	}
	return nil
}

// cells puts a row of theirs into the order of our columns. An exact one has
// nothing beside.
func cells(cols []column, names map[string]bool, row record, exact bool) ([]any, error) {
	var out []any
	for _, col := range cols {
		v, ok := row[col.name]
		if !ok {
			return nil, unsupported("a row of theirs without %q", col.name)
		}
		out = append(out, v)
	}
	if exact {
		for _, k := range slices.Sorted(maps.Keys(row)) {
			if !names[k] {
				return nil, unsupported("a row of theirs with %q, which select does not have", k)
			}
		}
	}
	return out, nil
}
