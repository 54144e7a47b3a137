package tidemark_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// inquiry is a pipeline with a lookup, whose answers say when they were asked for.
type inquiry struct {
	p     tidemark.Pipeline
	in    *tidemark.Input[blip]
	rows  *tidemark.Output[string]
	lost  *tidemark.Output[tidemark.Missed[blip]]
	asked []int
}

func newInquiry(how join.Cache) *inquiry {
	q := new(inquiry)
	in, all := tidemark.FromNanos(&q.p, "all", blip.nanos, watermark.Bounded{})
	rows, lost := tidemark.Lookup(tidemark.KeyBy(all, blip.who), q.fetch, how, func(b blip, name string) string { return fmt.Sprintf("%d:%s", b.key, name) })
	q.in, q.rows, q.lost = in, tidemark.Collect(rows), tidemark.Collect(lost)
	return q
}

// fetch fails for keys from 100 on, and knows nothing of those below 0.
func (q *inquiry) fetch(key int) (string, bool, error) {
	q.asked = append(q.asked, key)
	if key >= 100 {
		return "half an answer", true, fmt.Errorf("%d is beyond us", key)
	}
	return fmt.Sprint("answer ", len(q.asked)), key >= 0, nil
}

func (q *inquiry) feed(t *testing.T, facts ...blip) (rows []string, lost []string) {
	t.Helper()
	q.asked = nil
	if err := q.in.Feed(facts...); err != nil {
		t.Fatal(err)
	}
	rows = q.rows.DrainTo(rows)
	for m := range q.lost.Drain() {
		lost = append(lost, fmt.Sprintf("%d %v: %s", m.Fact.key, m.Reason, m.Detail))
	}
	return rows, lost
}

func TestLookupAsksOnceForAKey(t *testing.T) {
	q := newInquiry(join.Cache{})
	rows, lost := q.feed(t, blip{key: 1, at: 1}, blip{key: -1, at: 2}, blip{key: 1, at: 3}, blip{key: -1, at: 4}, blip{key: 100, at: 5}, blip{key: 100, at: 6})
	if want := []string{"1:answer 1", "1:answer 1"}; !slices.Equal(rows, want) {
		t.Errorf("rows %q, want %q", rows, want)
	}
	none, wrong := "-1 unmatched: nothing is found for its key", "100 invalid: 100 is beyond us"
	if want := []string{none, none, wrong, wrong}; !slices.Equal(lost, want) {
		t.Errorf("lost %q, want %q", lost, want)
	}
	if want := []int{1, -1, 100}; !slices.Equal(q.asked, want) {
		t.Errorf("asked for %d, want %d", q.asked, want)
	}
	q.feed(t, blip{key: 1, at: 7}, blip{key: -1, at: 8}, blip{key: 100, at: 9})
	if want := []int{100}; !slices.Equal(q.asked, want) {
		t.Errorf("an error is no answer, all else is: asked for %d, want %d", q.asked, want)
	}
	l := q.p.Stats().Stages[0]
	if l.Balance() != 0 || l.Fed != 9 || l.Counted != 3 || l.Unmatched != 3 || l.Invalid != 3 || l.Keys != 2 || l.Bytes == 0 {
		t.Errorf("%+v", l)
	}
	if s := q.p.Explain().String(); !strings.Contains(s, "lookup in a cache of 10000 keys, by event time") {
		t.Error(s)
	}
}

func TestAnswersGrowOldByEventTime(t *testing.T) {
	for _, cut := range []int{1, 100} { // it does not depend on the cut of the calls
		q := newInquiry(join.Cache{TTL: 10})
		var asked []int
		for c := range slices.Chunk([]blip{{key: 1, at: 100}, {key: 1, at: 109}, {key: 1, at: 110}, {key: 1, at: 119}, {key: 2, at: 120}, {key: 1, at: 119}, {key: 2, at: 121}}, cut) {
			q.feed(t, c...)
			asked = append(asked, q.asked...)
		}
		if want := []int{1, 1, 2, 1}; !slices.Equal(asked, want) { // the latest fact was at 120 when the last 1 came
			t.Errorf("asked for %d, want %d", asked, want)
		}
	}
}

func TestAnswersGrowOldByTheClock(t *testing.T) {
	q := newInquiry(join.Cache{TTL: time.Minute})
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	q.p.Clock = func() time.Time { return now }
	for _, c := range []struct {
		later time.Duration
		asked int
	}{{0, 1}, {time.Minute - 1, 0}, {1, 1}, {2 * time.Minute, 1}} {
		now = now.Add(c.later)
		q.feed(t, blip{key: 1, at: 100}, blip{key: 1, at: int64(time.Hour)})
		if len(q.asked) != c.asked {
			t.Errorf("%v later: asked %d times, want %d", c.later, len(q.asked), c.asked)
		}
	}
	if s := q.p.Explain().String(); !strings.Contains(s, "TTL 1m0s, by the clock") {
		t.Error(s)
	}
}

func TestLookupOfNothingGivesTheZeroValue(t *testing.T) {
	q := newInquiry(join.Cache{Missing: join.Zero})
	rows, lost := q.feed(t, blip{key: -1}, blip{key: 1}, blip{key: 100})
	if want := []string{"-1:", "1:answer 2"}; !slices.Equal(rows, want) || len(lost) != 1 {
		t.Errorf("rows %q, lost %q", rows, lost)
	}
}

// TestLookupWithdrawsWhatIsFoundNoMore: rows that come again keep their ID, and one
// whose key has no answer any more takes back what was sent.
func TestLookupWithdrawsWhatIsFoundNoMore(t *testing.T) {
	var p tidemark.Pipeline
	in, all := tidemark.FromNanos(&p, "all", blip.nanos, watermark.Bounded{})
	panes, _ := tidemark.Window[tallyOfBlips](tidemark.KeyBy(all, blip.who), window.Tumble{Size: 10}, window.Lateness(100))
	known := true
	rows, lost := tidemark.Lookup(panes, func(int) (string, bool, error) { return "a", known, nil }, join.Cache{TTL: 5}, func(w window.Pane[int, tallyOfBlips], name string) string {
		return fmt.Sprint(w.Value.n.Value(), name)
	})
	out := tidemark.Collect(tidemark.Filter(rows, func(s string) bool { return true }))
	tidemark.Collect(lost)
	for i, at := range []int64{1, 20, 2, 40, 50, 3} {
		known = i < 3
		if err := in.Feed(blip{key: 1, at: at}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	var id row.ID
	for s, r := range out.DrainStamped() {
		if len(got) == 0 {
			id = s.ID
		}
		if s.ID == id {
			got = append(got, s.Kind.String()+" "+r)
		}
	}
	if want := []string{"final 1a", "correction 2a", "withdrawn 2"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := p.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Stats().Stages {
		if s.Balance() != 0 {
			t.Errorf("%+v", s)
		}
	}
}

// TestARowThatIsWithdrawnIsNotMissedByLookup: what a Filter takes back after the
// row was sent goes on, though fetch knows its key no more, or fails.
func TestARowThatIsWithdrawnIsNotMissedByLookup(t *testing.T) {
	for _, down := range []error{nil, errors.New("down")} {
		var p tidemark.Pipeline
		in, all := tidemark.FromNanos(&p, "all", blip.nanos, watermark.Bounded{})
		panes, _ := tidemark.Window[tallyOfBlips](tidemark.KeyBy(all, blip.who), window.Tumble{Size: 10}, window.Lateness(100))
		alone := tidemark.Filter(panes, func(w window.Pane[int, tallyOfBlips]) bool { return w.Facts == 1 })
		asked := 0
		fetch := func(int) (string, bool, error) {
			if asked++; asked == 1 {
				return "a", true, nil
			}
			return "", false, down
		}
		rows, lost := tidemark.Lookup(alone, fetch, join.Cache{TTL: 5}, func(w window.Pane[int, tallyOfBlips], name string) string {
			return fmt.Sprint(w.Key, name)
		})
		out, missed := tidemark.Collect(rows), tidemark.Collect(lost)
		if err := in.Feed(blip{key: 1, at: 1}, blip{key: 2, at: 15}, blip{key: 2, at: 25}, blip{key: 1, at: 2}); err != nil {
			t.Fatal(err)
		}
		var got []string
		for s, r := range out.DrainStamped() {
			got = append(got, s.Kind.String()+" "+r)
		}
		if want := []string{"final 1a", "withdrawn 1"}; !slices.Equal(got, want) {
			t.Errorf("%v: %q, want %q", down, got, want)
		}
		for m := range missed.Drain() {
			if m.Fact.Key == 1 {
				t.Errorf("%v: %+v is missed", down, m)
			}
		}
		for _, s := range p.Stats().Stages {
			if s.Balance() != 0 {
				t.Errorf("%+v", s)
			}
		}
	}
}

// TestARowWhoseKeyWasAnotherIsWithdrawn: fetch fails for the key that it had
// before, so nobody knows what it met, and a Filter withdraws it by its ID.
func TestARowWhoseKeyWasAnotherIsWithdrawn(t *testing.T) {
	var p tidemark.Pipeline
	in, all := tidemark.FromNanos(&p, "all", blip.nanos, watermark.Bounded{})
	panes, _ := tidemark.Window[tallyOfBlips](tidemark.KeyBy(all, blip.who), window.Tumble{Size: 10}, window.Lateness(100))
	down := false
	fetch := func(facts int) (string, bool, error) {
		if down && facts == 1 {
			return "", false, errors.New("down")
		}
		return fmt.Sprint("named ", facts), true, nil
	}
	byFacts := tidemark.KeyBy(panes, func(w window.Pane[int, tallyOfBlips]) int { return int(w.Facts) })
	rows, lost := tidemark.Lookup(byFacts, fetch, join.Cache{Size: 1}, func(_ window.Pane[int, tallyOfBlips], name string) string { return name })
	out, missed := tidemark.Collect(tidemark.Filter(rows, func(name string) bool { return name == "named 1" })), tidemark.Collect(lost)
	if err := in.Feed(blip{key: 1, at: 1}, blip{key: 2, at: 15}); err != nil {
		t.Fatal(err)
	}
	down = true
	if err := in.Feed(blip{key: 1, at: 2}); err != nil {
		t.Fatal(err)
	}
	var got []string
	var ids []row.ID
	for s, r := range out.DrainStamped() {
		got, ids = append(got, s.Kind.String()+" "+r), append(ids, s.ID)
	}
	if want := []string{"final named 1", "withdrawn "}; !slices.Equal(got, want) || ids[0] != ids[1] || missed.Len() > 0 {
		t.Errorf("%q, want %q; %d missed", got, want, missed.Len())
	}
}

func TestMistakesOfLookup(t *testing.T) {
	var p tidemark.Pipeline
	_, all := tidemark.FromNanos(&p, "all", blip.nanos, watermark.Bounded{})
	rows, _ := tidemark.Lookup(tidemark.KeyBy(all, blip.who), (func(int) (int, bool, error))(nil), join.Cache{Size: -1, TTL: -1}, func(blip, int) int { return 0 })
	tidemark.Collect(rows)
	err := p.Check()
	for _, want := range []string{"all/lookup: its function is nil", "Size is -1: must not be negative", "TTL is -1ns: must not be negative"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q in it", err, want)
		}
	}
	var stage *tidemark.StageError
	if !errors.As(err, &stage) || stage.Stage != "all/lookup" {
		t.Errorf("%v names no stage", err)
	}
}
