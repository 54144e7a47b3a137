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

// over runs cases that have a row for each fact over those before it: OVER in
// SQL. A range is a Slide; a number of rows is the last of one without an end.
func over(c *Case) error {
	p, err := c.plan()
	if err != nil {
		return err
	}
	frame := c.Params.text("frame")
	if frame != "" && frame != "range" && frame != "rows" {
		return unsupported("frame %q", frame)
	}
	o := overs{plan: p, size: always}
	if c.Params.has("preceding_ms") && frame != "rows" {
		o.size = c.Params.ms("preceding_ms") + 1 // theirs has both ends
	}
	if o.byRow = frame == "rows"; o.byRow {
		o.rows = c.Params.count("preceding_rows")
	}
	if err := c.Params.err(); err != nil {
		return err
	}
	perKey := c.rule() == "last_fired_row_time_per_partition"
	var s schedule
	if perKey { // late is what lies before what its partition has fired
		events, err := c.events(0, c.Query.From)
		if err != nil {
			return err
		}
		s = schedule{events: events}
	} else if s, err = c.schedule(p.feeds()); err != nil {
		return err
	}
	if slices.ContainsFunc(s.events, func(e event) bool { return e.fact != nil && e.fact.changed() }) {
		return unsupported("changelog input")
	}
	rows, err := everyCut(func(cut int) ([]fired, error) {
		if !perKey {
			return o.run(s, cut)
		}
		var all []fired
		for _, part := range o.partitions(s.events) {
			rows, err := o.run(schedule{events: part}, cut)
			if err != nil {
				return nil, err
			}
			all = append(all, rows...)
		}
		return all, nil
	})
	if err != nil {
		return err
	}
	return p.check(rows)
}

// always is the range of a window that reaches back to the first fact.
const always = 100 * 365 * 24 * time.Hour

type overs struct {
	*plan
	size  time.Duration
	byRow bool
	rows  int // before the row at hand
}

// partitions parts the events by key. W of a partition follows the facts that
// marks have passed, and no further: what lies behind a mark is not late as long
// as nothing at or after it was fired.
func (o *overs) partitions(events []event) (parts [][]event) {
	at := map[string]int{}
	passed := map[string]time.Time{}
	var waiting []*fact
	for _, e := range events {
		if e.fact != nil {
			if !o.where.holds(e.fact) {
				continue
			}
			k := o.key(e.fact)
			if _, ok := at[k]; !ok {
				at[k] = len(parts)
				parts = append(parts, nil)
			}
			parts[at[k]] = append(parts[at[k]], e)
			waiting = append(waiting, e.fact)
			continue
		}
		if e.mark == nil {
			continue
		}
		moved := map[string]bool{}
		waiting = slices.DeleteFunc(waiting, func(f *fact) bool {
			if f.at.After(*e.mark) {
				return false
			}
			if k := o.key(f); !f.at.Before(passed[k]) {
				passed[k], moved[k] = f.at.Add(1), true
			}
			return true
		})
		for _, k := range sortedKeys(moved) {
			w := passed[k]
			parts[at[k]] = append(parts[at[k]], event{mark: &w})
		}
	}
	return parts
}

func sortedKeys(m map[string]bool) (keys []string) {
	for k := range m { // order: sorted below
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// run plays s through a pipeline, at most cut facts in a Feed.
func (o *overs) run(s schedule, cut int) ([]fired, error) {
	var pipe tidemark.Pipeline
	in, facts := from(&pipe, "in", s)
	kept := tidemark.Filter(facts, o.where.holds)
	panes, late := tidemark.Window[bag](tidemark.KeyBy(kept, o.key), window.Slide{Size: o.size})
	out, missed := tidemark.Collect(panes), tidemark.Collect(late)
	var got []fired
	type moment struct {
		key string
		at  watermark.Time
	}
	nth := map[moment]int{} // rows of a key and time come in the order of their facts
	drain := func(batch *int) {
		for stamp, p := range out.DrainStamped() {
			m := moment{p.Key, stamp.Time}
			got = append(got, fired{o.row(p, nth[m]), stamp.Forced, batch})
			nth[m]++
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
	if err := pipe.Close(context.Background()); err != nil {
		return nil, err
	}
	drain(nil)
	for m := range missed.Drain() {
		if m.Reason != tidemark.Late {
			return nil, fmt.Errorf("the fact at %v is missed, %v", m.Time, m.Reason)
		}
	}
	return got, balanced(&pipe)
}

// row is that of the n-th fact of the time at which a pane ends.
func (o *overs) row(p window.Pane[string, bag], n int) []any {
	facts := slices.Clone(p.Value.facts)
	slices.SortFunc(facts, func(a, b *fact) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.seq - b.seq
	})
	first := slices.IndexFunc(facts, func(f *fact) bool { return !f.at.Before(p.End.UTC().Add(-1)) })
	of := pane{start: ms(p.Start), end: ms(p.End), facts: facts, one: facts[first+n]}
	if o.byRow {
		of.facts = facts[max(0, first+n-o.rows) : first+n+1]
	}
	row := make([]any, len(o.columns))
	for i, col := range o.columns {
		if !col.opaque {
			row[i] = col.of(&of)
		}
	}
	return row
}
