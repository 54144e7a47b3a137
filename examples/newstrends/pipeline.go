package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// minute is the length of a window.
const minute = time.Minute

// ahead is how far one action alone may move W: a clock that is wrong does not make
// all others late.
const ahead = time.Hour

// view is an action, with what is known of the user.
type view struct {
	Action
	gender, segment id
}

func newView(a Action, u User) view { return view{a, u.Gender, u.Segment} }

// group is what actions are counted by.
type group struct{ Gender, Segment, Article id }

func (v view) group() group { return group{v.gender, v.segment, v.Article} }

// counts is what a window knows of a group.
type counts struct{ Impressions, Clicks agg.Count }

// Add takes an action.
func (c *counts) Add(v view) {
	c.Clicks.AddIf(v.Click)
	c.Impressions.AddIf(!v.Click)
}

// Merge adds the actions of o.
func (c *counts) Merge(o *counts) {
	c.Impressions.Merge(&o.Impressions)
	c.Clicks.Merge(&o.Clicks)
}

// rate is the share of impressions that were clicked at; nil: there were none.
func (c *counts) rate() *float64 {
	if c.Impressions.Value() == 0 {
		return nil
	}
	return new(float64(c.Clicks.Value()) / float64(c.Impressions.Value()))
}

// trend is a group in its minute.
type trend = window.Pane[group, counts]

// sums adds up trends.
type sums struct{ counts }

// Add takes a trend.
func (s *sums) Add(t trend) { s.counts.Merge(&t.Value) }

// Merge adds the trends of o.
func (s *sums) Merge(o *sums) { s.counts.Merge(&o.counts) }

// story is an article as a segment sees it.
type story struct{ Segment, Article id }

func storyOf(t trend) story { return story{t.Key.Segment, t.Key.Article} }
func segmentOf(t trend) id  { return t.Key.Segment }

// standing is a story in its minute.
type standing = window.Pane[story, sums]

func readers(s standing) id { return s.Key.Segment }

// mostClicks ranks stories: of equal clicks the one with fewer impressions, then
// the lesser name.
func mostClicks(a, b standing) int {
	return cmp.Or(cmp.Compare(b.Value.Clicks.Value(), a.Value.Clicks.Value()),
		cmp.Compare(a.Value.Impressions.Value(), b.Value.Impressions.Value()),
		a.Key.Article.Compare(b.Key.Article))
}

// system is the pipeline, with its ends.
type system struct {
	p       tidemark.Pipeline
	actions *tidemark.Input[Action]
	users   *tidemark.Input[User]
	bad     lines.BadFile
	tally   tally
}

func newSystem(c config) (*system, error) {
	s := &system{p: tidemark.Pipeline{Name: "newstrends"}, bad: lines.BadFile{Path: c.bad, Exact: true}}
	in, actions := tidemark.FromNanos(&s.p, "actions", Action.nanos, watermark.Bounded{Delay: c.delay, MaxAhead: ahead})
	dim, users := tidemark.FromNanos(&s.p, "users", User.nanos, watermark.Bounded{})
	s.actions, s.users = in, dim

	// A left join: nobody is lost. Nothing waits but for the users to be complete.
	views, forgotten := tidemark.JoinAsOf(tidemark.KeyBy(actions, Action.user), tidemark.KeyBy(users, User.user),
		join.AsOf{Wait: join.Live, Missing: join.Zero, Bootstrap: true}, newView)
	views = tidemark.Named(views, "join")
	trends, late := tidemark.Window[counts](tidemark.KeyBy(views, view.group), window.Tumble{Size: minute}, window.Sorted)
	trends = tidemark.Named(trends, "trends")

	// What is behind a window is on time for the next: nothing is late there.
	stories, _ := tidemark.Window[sums](tidemark.KeyBy(trends, storyOf), window.Tumble{Size: minute})
	best, _ := tidemark.Top(tidemark.KeyBy(tidemark.Named(stories, "stories"), readers), c.n, mostClicks)
	segments, _ := tidemark.Window[sums](tidemark.KeyBy(trends, segmentOf), window.Tumble{Size: minute}, window.Sorted)

	rows := tidemark.Map(trends, newRow)
	rates := tidemark.Map(tidemark.Named(segments, "segments"), newRate)
	tops := tidemark.FlatMap(tidemark.Named(best, "top"), newTops)
	tidemark.Into(rows, sink.Func[Row](s.tally.rows))
	tidemark.Into(rates, sink.Func[Rate](s.tally.rates))
	tidemark.Into(tops, sink.Func[Top](s.tally.tops))
	if c.out != "" {
		tidemark.Into(rows, output.Rows[Row]("-out", c.out))
	}
	if c.rates != "" {
		tidemark.Into(rates, output.Rows[Rate]("-rates", c.rates))
	}
	if c.top != "" {
		tidemark.Into(tops, output.Rows[Top]("-top", c.top))
	}
	if c.late != "" {
		tidemark.Into(tidemark.Merge(
			tidemark.Map(forgotten, func(m tidemark.Missed[Action]) lateLine { return lateLine{m.Stage, m.Reason, m.Watermark, m.Fact} }),
			tidemark.Map(late, func(m tidemark.Missed[view]) lateLine { return lateLine{m.Stage, m.Reason, m.Watermark, m.Fact.Action} }),
		), output.Rows[lateLine]("-late", c.late))
	}
	return s, s.p.Check()
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	return errors.Join(s.p.Close(ctx), s.bad.Close(ctx))
}
