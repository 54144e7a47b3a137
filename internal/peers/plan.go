package peers

import (
	"encoding/json"
	"slices"
	"strings"
)

// pane is what the columns of a row are computed from: a window of one group,
// its bounds in milliseconds.
type pane struct {
	start, end int64
	facts      []*fact // in the order in which they came
	one        *fact   // the fact of the row, where each has one
}

// column is one of a row. Those behind the visible ones are there for having and
// rank alone.
type column struct {
	name      string
	of        func(*pane) any
	opaque    bool // by a function of theirs: left out of what is compared
	unordered bool
}

// plan is what a query computes, for every kind of window.
type plan struct {
	c       *Case
	group   []func(*fact) any
	grouped []string
	where   condition[*fact]
	having  condition[[]any]
	columns []column
	visible int
	rank    *ranking
}

// windowColumns are the names by which SQL knows the bounds of a window.
var windowColumns = map[string]string{"window_start": "start", "window_end": "end", "window_time": "time"}

// bounds are what win may say.
var bounds = map[string]func(*pane) any{
	"start": func(p *pane) any { return p.start },
	"end":   func(p *pane) any { return p.end },
	"time":  func(p *pane) any { return p.end - 1 },
}

func (c *Case) plan() (*plan, error) {
	q := &c.Query
	if len(q.strange) > 0 {
		return nil, unsupported("query.%s", q.strange[0])
	}
	p := &plan{c: c}
	var err error
	if err = p.groupBy(); err != nil {
		return nil, err
	}
	p.where, err = compile("where", q.Where.any, func(f any) (func(*fact) any, error) {
		name, ok := f.(string)
		if !ok {
			return nil, unsupported("where has the field %s", encode(f))
		}
		return c.field(q.From, name)
	})
	if err != nil {
		return nil, err
	}
	if len(q.items()) == 0 {
		return nil, unsupported("a query without select")
	}
	for _, it := range q.items() {
		col, err := p.column(it)
		if err != nil {
			return nil, err
		}
		p.columns = append(p.columns, col)
	}
	p.visible = len(p.columns)
	p.having, err = compile("having", q.Having.any, func(f any) (func([]any) any, error) {
		at, err := p.find(f)
		return func(row []any) any { return row[at] }, err
	})
	if err == nil && q.Rank != nil {
		p.rank, err = p.ranking(q.Rank)
	}
	return p, err
}

// groupBy finds the fields of the key. Kafka's windows are per key, whether the
// query says so or not; that rows are per window goes without saying.
func (p *plan) groupBy() error {
	names := slices.Concat(p.c.Query.GroupBy, p.c.Query.Partition)
	if len(names) == 0 && strings.HasPrefix(p.c.Source.System, "Kafka") {
		names = []string{"key"}
	}
	for _, name := range names {
		get, err := p.c.field(p.c.Query.From, name)
		if err != nil {
			if windowColumns[name] != "" {
				continue
			}
			return err
		}
		p.group, p.grouped = append(p.group, get), append(p.grouped, name)
	}
	return nil
}

// key is that of a fact: its group, as a text, as keys hold no null.
func (p *plan) key(f *fact) string {
	vals := make([]any, len(p.group))
	for i, get := range p.group {
		vals[i] = get(f)
	}
	return encode(vals...)
}

// column finds what an item computes.
func (p *plan) column(it item) (column, error) {
	col := column{name: it.name(), unordered: it.Unordered}
	if len(it.strange) > 0 {
		return col, unsupported("select has %s", it.strange[0])
	}
	if strings.HasPrefix(it.Agg, "opaque:") {
		col.opaque = true
		return col, nil
	}
	from := p.c.Query.From
	switch {
	case it.Agg != "":
		agg, err := p.c.aggregate(from, it)
		col.of = func(p *pane) any { return agg(p.facts) }
		return col, err
	case it.Win != "":
		if col.of = bounds[it.Win]; col.of == nil {
			return col, unsupported("win %q", it.Win)
		}
		return col, nil
	case p.c.Query.Rank != nil && it.Col == rowNumber:
		col.of = func(*pane) any { return nil } // the ranking fills it in
		return col, nil
	}
	get, err := p.c.field(from, it.Col)
	switch {
	case err != nil && windowColumns[it.Col] != "":
		col.of = bounds[windowColumns[it.Col]]
		return col, nil
	case err != nil:
		return col, err
	case p.perFact():
		col.of = func(p *pane) any { return get(p.one) }
	case slices.Contains(p.grouped, it.Col):
		col.of = func(p *pane) any { return get(p.facts[0]) }
	default:
		return col, unsupported("the column %q, neither grouped nor aggregated", it.Col)
	}
	return col, nil
}

// perFact reports whether there is a row for each fact in each window.
func (p *plan) perFact() bool {
	q := &p.c.Query
	return q.AssignOnly || q.Select == nil && q.Rank != nil || p.c.Kind == "over_sliding"
}

// find returns the place of a column by its name, or of one that is not selected.
func (p *plan) find(field any) (int, error) {
	it := item{}
	switch f := field.(type) {
	case string:
		if i := slices.IndexFunc(p.columns, func(c column) bool { return c.name == f }); i >= 0 {
			return i, nil
		}
		it.Col = f
		for _, s := range p.c.Query.Select { // where outsel left it out
			if s.name() == f {
				it = s
			}
		}
	case map[string]any:
		b, err := json.Marshal(f)
		if err == nil {
			err = decode(b, &it)
		}
		if err != nil {
			return 0, err
		}
	default:
		return 0, unsupported("the field %s", encode(field))
	}
	col, err := p.column(it)
	p.columns = append(p.columns, col)
	return len(p.columns) - 1, err
}

// rows appends the rows of a pane.
func (p *plan) rows(dst [][]any, of pane) [][]any {
	slices.SortFunc(of.facts, func(a, b *fact) int { return a.seq - b.seq })
	ones := []*fact{nil}
	if p.perFact() {
		ones = of.facts
	}
	for _, of.one = range ones {
		row := make([]any, len(p.columns))
		for i, col := range p.columns {
			if !col.opaque {
				row[i] = col.of(&of)
			}
		}
		dst = append(dst, row)
	}
	return dst
}

// shown returns the columns that are compared.
func (p *plan) shown() (cols []column) {
	for _, col := range p.columns[:p.visible] {
		if !col.opaque {
			cols = append(cols, col)
		}
	}
	return cols
}

// show cuts a row down to those.
func (p *plan) show(row []any) (cells []any) {
	for i, col := range p.columns[:p.visible] {
		if !col.opaque {
			cells = append(cells, row[i])
		}
	}
	return cells
}

// names returns the names that their rows may have.
func (p *plan) names() map[string]bool {
	names := map[string]bool{}
	for _, col := range p.columns[:p.visible] {
		names[col.name] = true
	}
	return names
}
