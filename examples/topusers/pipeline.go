package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/tidemark-go/tidemark"
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

// Row is one user in a ranking.
type Row struct {
	Window string         `json:"window"` // day or hop
	By     string         `json:"by"`     // what the ranking goes by: exact or approximate
	Start  watermark.Time `json:"window_start"`
	End    watermark.Time `json:"window_end"`
	Rank   int            `json:"rank"`
	User   userID         `json:"user_id"`
	Tweets int            `json:"tweets"` // distinct tweet_id
	Approx int            `json:"approx_tweets"`
	Off    int            `json:"difference"` // approx_tweets - tweets
	Posts  int            `json:"posts"`      // those that came twice too
}

// newRow makes a row, as yet without rank, of a pane: what it counted is enough.
func newRow(kind string, p window.Pane[userID, reach]) Row {
	r := Row{Window: kind, Start: p.Start, End: p.End, User: p.Key, Posts: p.Facts, Tweets: p.Value.Exact.Len(), Approx: p.Value.Approx.Len()}
	r.Off = r.Approx - r.Tweets
	return r
}

// Users of equal numbers are ranked by their names.
func byExact(a, b Row) int  { return cmp.Or(cmp.Compare(b.Tweets, a.Tweets), a.User.compare(b.User)) }
func byApprox(a, b Row) int { return cmp.Or(cmp.Compare(b.Approx, a.Approx), a.User.compare(b.User)) }

// all is the key of those that are ranked together: everybody.
type all struct{}

// missedLine is a post that a window did not count.
type missedLine struct {
	Stage     string          `json:"stage"`
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      json.RawMessage `json:"fact"`
}

func newMissed(m tidemark.Missed[Post]) missedLine {
	return missedLine{m.Stage, m.Reason, m.Watermark, json.RawMessage(m.Fact.Original)}
}

// badLine is a line that is no post.
type badLine struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
}

// system is the pipeline, with its ends.
type system struct {
	p     tidemark.Pipeline
	posts *tidemark.Input[Post]
	bad   sink.Sink[badLine] // nil: not asked for
	tally tally
}

func newSystem(c config) (*system, error) {
	s := &system{tally: tally{newest: watermark.Min, rows: map[string]int{}, apart: map[string]int{}, last: map[string][]ranking{}}}
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
		tidemark.Into(rows, file[Row]("-out", c.out))
	}
	if c.missed != "" {
		tidemark.Into(tidemark.Map(tidemark.Merge(late1, late2), newMissed), file[missedLine]("-missed", c.missed))
	}
	if c.bad != "" {
		s.bad = file[badLine]("-bad", c.bad)
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

// consume takes the feed to its end.
func (s *system) consume(ctx context.Context, c config) error {
	if err := s.p.Flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	if s.bad != nil {
		if err := s.bad.Flush(ctx); err != nil {
			return err
		}
	}
	var failed error
	bad := func(line int, text []byte, err error) {
		s.tally.lines++
		s.tally.bad++
		if s.bad != nil && failed == nil {
			failed = s.bad.Write(sink.Batch[badLine]{Rows: []badLine{{line, reason(err), string(text)}}})
		}
	}
	err := c.read(ctx, bad, func(batch []Post) error {
		s.tally.lines += len(batch)
		for i := range batch {
			s.tally.newest = max(s.tally.newest, batch[i].At)
		}
		return errors.Join(failed, s.posts.Feed(batch...))
	})
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	return s.posts.Close() // what fires by it is final
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	err := s.p.Close(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Close(ctx))
	}
	return err
}
