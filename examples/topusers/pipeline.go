package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
	"github.com/tidemark-go/tidemark/window/sketch/hll"
)

const (
	long  = 24 * time.Hour // the hop
	every = time.Hour
)

// reach is what a window knows of the posts of a user: the distinct tweets,
// counted in both ways.
type reach struct {
	Exact  agg.Distinct[int64]
	Approx hll.Distinct[int64]
}

// Add takes a post.
func (r *reach) Add(p Post) {
	r.Exact.Add(p.Tweet)
	r.Approx.Add(p.Tweet)
}

// Merge adds the posts of o.
func (r *reach) Merge(o *reach) {
	r.Exact.Merge(&o.Exact)
	r.Approx.Merge(&o.Approx)
}

// Bytes returns the bytes on the heap.
func (r *reach) Bytes() int { return r.Exact.Bytes() + r.Approx.Bytes() }

// Users of equal numbers are ranked by their names.
func byExact(a, b Row) int  { return cmp.Or(cmp.Compare(b.Tweets, a.Tweets), a.User.Compare(b.User)) }
func byApprox(a, b Row) int { return cmp.Or(cmp.Compare(b.Approx, a.Approx), a.User.Compare(b.User)) }

// all is the key of those that are ranked together: everybody.
type all struct{}

// system is the pipeline, with its ends.
type system struct {
	p     tidemark.Pipeline
	posts *tidemark.Input[Post]
	bad   lines.BadFile
	tally tally
}

func newSystem(c config) (*system, error) {
	s := &system{bad: lines.BadFile{Path: c.bad}, tally: tally{newest: watermark.Min, rows: map[string]int{}, apart: map[string]int{}, last: map[string][]ranking{}}}
	in, posts := tidemark.FromNanos(&s.p, "posts", Post.nanos, watermark.Bounded{Delay: c.delay})
	s.posts = in
	posts = tidemark.Named(tidemark.Filter(posts, func(p Post) bool { return c.table == "" || p.Table == c.table }), "table")
	byUser := tidemark.KeyBy(posts, Post.user)

	day, late1 := tidemark.Window[reach](byUser, window.Calendar{Unit: window.Day, Location: c.zone})
	hop, late2 := tidemark.Window[reach](byUser, window.Hop{Size: long, Every: every})
	rows := tidemark.Merge(
		top(day, "day", "exact", c.n, byExact), top(day, "day", "approximate", c.n, byApprox),
		top(hop, "hop", "exact", c.n, byExact), top(hop, "hop", "approximate", c.n, byApprox),
	)
	tidemark.Into(rows, sink.Func[Row](s.tally.take))
	if c.out != "" {
		tidemark.Into(rows, output.Rows[Row]("-out", c.out))
	}
	if c.missed != "" {
		tidemark.Into(tidemark.Map(tidemark.Merge(late1, late2), newMissed), output.Rows[missedLine]("-missed", c.missed))
	}
	return s, s.p.Check()
}

// top ranks the panes of each span, and makes rows of the first n. No pane comes
// behind W, so that none is late.
func top(panes tidemark.Keyed[userID, window.Pane[userID, reach]], kind, by string, n int, compare func(a, b Row) int) tidemark.Stream[Row] {
	counts := tidemark.Map(tidemark.Named(panes, kind), func(p window.Pane[userID, reach]) Row { return newRow(kind, p) })
	ranking, _ := tidemark.Top(tidemark.KeyBy(counts, func(Row) all { return all{} }), n, compare)
	ranking = tidemark.Named(ranking, kind+" "+by)
	return tidemark.FlatMap(ranking, func(r window.Ranking[all, Row], emit func(Row)) {
		for i, row := range r.Rows {
			row.By, row.Rank = by, i+1
			emit(row)
		}
	})
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	return errors.Join(s.p.Close(ctx), s.bad.Close(ctx))
}
