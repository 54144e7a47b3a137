package main

import (
	"cmp"
	"context"
	"slices"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/sink"
)

// table stands for one in a database, which has the ID as its primary key: a
// sink that upserts, and never goes back in revision. So it may be sent
// everything again, from wherever, and is what it was.
//
//	insert into days … on conflict (id) do update set … where days.revision < excluded.revision
type table struct {
	rows             map[row.ID]*entry
	inserted         uint64
	replaced, behind uint64 // rows, and those that were no newer than what was there
}

// entry is a row of the table.
type entry struct {
	Row
	stamp row.Stamp
	was   []version // what it replaced, one after another
}

// version is what stood in a place of the table.
type version struct {
	kind row.Kind
	hits int64
}

func newTable() *table { return &table{rows: map[row.ID]*entry{}} }

// Write implements sink.Sink.
func (t *table) Write(b sink.Batch[Row]) error {
	for i, r := range b.Rows {
		t.upsert(r, b.Stamps[i])
	}
	return nil
}

func (t *table) upsert(r Row, s row.Stamp) {
	e := t.rows[s.ID]
	switch {
	case e == nil:
		t.rows[s.ID] = &entry{Row: r, stamp: s}
		t.inserted++
	case s.Revision <= e.stamp.Revision:
		t.behind++
	default:
		e.was = append(e.was, version{e.stamp.Kind, e.Hits})
		e.Row, e.stamp = r, s
		t.replaced++
	}
}

// Flush implements sink.Sink.
func (t *table) Flush(context.Context) error { return nil }

// Close implements sink.Sink.
func (t *table) Close(context.Context) error { return nil }

// sorted gives the rows by day and app.
func (t *table) sorted() []*entry {
	all := make([]*entry, 0, len(t.rows))
	for _, e := range t.rows { // order: sorted below
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.App, b.App))
	})
	return all
}

// tableLine is a row in the table file.
type tableLine struct {
	ID       row.ID   `json:"id"`
	Kind     row.Kind `json:"kind"`
	Revision uint32   `json:"revision"`
	Forced   bool     `json:"forced,omitzero"`
	Row
}

func (t *table) lines() (all []tableLine) {
	for _, e := range t.sorted() {
		all = append(all, tableLine{e.stamp.ID, e.stamp.Kind, e.stamp.Revision, e.stamp.Forced, e.Row})
	}
	return all
}
