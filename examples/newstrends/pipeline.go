package main

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// minute is the length of a window.
const minute = time.Minute

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
		a.Key.Article.compare(b.Key.Article))
}

func (i id) compare(o id) int {
	if c := cmp.Compare(i.Text, o.Text); c != 0 || i.Number == o.Number {
		return c
	}
	if o.Number {
		return -1
	}
	return 1
}

// Row is a group in its minute.
type Row struct {
	Time        watermark.Time `json:"TIME"` // the start of the minute
	Gender      id             `json:"GENDER"`
	Segment     id             `json:"SEGMENT_ID"`
	Article     id             `json:"ARTICLE_ID"`
	Impressions int64          `json:"IMPRESSION"`
	Clicks      int64          `json:"CLICK"`
}

func newRow(t trend) Row {
	return Row{t.Start, t.Key.Gender, t.Key.Segment, t.Key.Article, t.Value.Impressions.Value(), t.Value.Clicks.Value()}
}

// Rate is a segment in its minute.
type Rate struct {
	Time        watermark.Time `json:"TIME"`
	Segment     id             `json:"SEGMENT_ID"`
	Impressions int64          `json:"IMPRESSION"`
	Clicks      int64          `json:"CLICK"`
	Rate        *float64       `json:"CLICK_RATE"` // clicks an impression; nil: no impressions
}

func newRate(p window.Pane[id, sums]) Rate {
	return Rate{p.Start, p.Key, p.Value.Impressions.Value(), p.Value.Clicks.Value(), p.Value.rate()}
}

// Top is one of the best articles of a segment in its minute.
type Top struct {
	Time        watermark.Time `json:"TIME"`
	Segment     id             `json:"SEGMENT_ID"`
	Rank        int            `json:"RANK"`
	Article     id             `json:"ARTICLE_ID"`
	Impressions int64          `json:"IMPRESSION"`
	Clicks      int64          `json:"CLICK"`
	Rate        *float64       `json:"CLICK_RATE"`
}

func newTops(r window.Ranking[id, standing], emit func(Top)) {
	for i, p := range r.Rows {
		emit(Top{p.Start, r.Key, i + 1, p.Key.Article, p.Value.Impressions.Value(), p.Value.Clicks.Value(), p.Value.rate()})
	}
}

// lateLine is an action that was not counted.
type lateLine struct {
	Stage     string          `json:"stage"`
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      Action          `json:"fact"`
}

// badLine is a line that is no fact.
type badLine struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
	Base64 []byte `json:"base64,omitzero"` // the text to the byte, if it is not UTF-8
	File   string `json:"file,omitzero"`   // "users"; "" for the actions
}

// system is the pipeline, with its ends.
type system struct {
	p       tidemark.Pipeline
	actions *tidemark.Input[Action]
	users   *tidemark.Input[User]
	bad     sink.Sink[badLine] // nil: not asked for
	tally   tally
}

func newSystem(c config) (*system, error) {
	s := &system{p: tidemark.Pipeline{Name: "newstrends"}}
	in, actions := tidemark.FromNanos(&s.p, "actions", Action.nanos, watermark.Bounded{Delay: c.delay})
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
		tidemark.Into(rows, file[Row]("-out", c.out))
	}
	if c.rates != "" {
		tidemark.Into(rates, file[Rate]("-rates", c.rates))
	}
	if c.top != "" {
		tidemark.Into(tops, file[Top]("-top", c.top))
	}
	if c.late != "" {
		tidemark.Into(tidemark.Merge(
			tidemark.Map(forgotten, func(m tidemark.Missed[Action]) lateLine { return lateLine{m.Stage, m.Reason, m.Watermark, m.Fact} }),
			tidemark.Map(late, func(m tidemark.Missed[view]) lateLine { return lateLine{m.Stage, m.Reason, m.Watermark, m.Fact.Action} }),
		), file[lateLine]("-late", c.late))
	}
	if c.bad != "" {
		s.bad = file[badLine]("-bad", c.bad)
	}
	return s, s.p.Check()
}

// tell puts a bad line where it belongs.
func (s *system) tell(b badLine) error {
	if s.bad == nil {
		return nil
	}
	return s.bad.Write(sink.Batch[badLine]{Rows: []badLine{b}})
}

// consume takes the feed to its end.
func (s *system) consume(ctx context.Context, c config) error {
	err := s.p.Flush(ctx) // opens the files, before anything is taken
	if s.bad != nil {
		err = errors.Join(err, s.bad.Flush(ctx))
	}
	if err != nil {
		return err
	}
	if err := s.loadUsers(ctx, c); err != nil {
		return err
	}
	var failed error
	r := c.open(func(line int, text []byte, err error) {
		s.tally.lines++
		s.tally.bad++
		failed = errors.Join(failed, s.tell(newBad(line, text, err, "")))
	})
	defer r.Close()
	err = readAll(ctx, "-facts", r, func(batch []Action) error {
		s.tally.lines += len(batch)
		return errors.Join(failed, s.actions.Feed(batch...))
	})
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	return s.actions.Close() // what fires by it is final
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	err := s.p.Close(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Close(ctx))
	}
	return err
}
