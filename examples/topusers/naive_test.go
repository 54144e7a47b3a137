package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/sketch/hll"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

// naive is a map of maps for each window.
type naive struct {
	zone   *time.Location
	n      int
	w      watermark.Time
	spans  map[string]map[window.Span]map[userID][]int64
	rows   []Row
	missed []missedLine
}

// holding gives the spans that hold a time, by End.
func (n *naive) holding(kind string, at watermark.Time) (spans []window.Span) {
	if kind == "day" {
		y, m, d := at.UTC().In(n.zone).Date()
		start, _ := watermark.Of(time.Date(y, m, d, 0, 0, 0, 0, n.zone))
		end, _ := watermark.Of(time.Date(y, m, d+1, 0, 0, 0, 0, n.zone))
		return []window.Span{{Start: start, End: end}}
	}
	for end := at.Floor(every, 0).Add(every); end.Add(-long) <= at; end = end.Add(every) {
		spans = append(spans, window.Span{Start: end.Add(-long), End: end})
	}
	return spans
}

func (n *naive) take(p Post, delay time.Duration) {
	for _, kind := range kinds {
		counted := false
		for _, span := range n.holding(kind, p.At) {
			if n.w >= span.End {
				continue
			}
			counted = true
			if n.spans[kind] == nil {
				n.spans[kind] = map[window.Span]map[userID][]int64{}
			}
			if n.spans[kind][span] == nil {
				n.spans[kind][span] = map[userID][]int64{}
			}
			n.spans[kind][span][p.User] = append(n.spans[kind][span][p.User], p.Tweet)
		}
		if !counted {
			n.missed = append(n.missed, missedLine{kind, tidemark.Late, n.w, json.RawMessage(p.Original)})
		}
	}
	n.advance(max(n.w, p.At.Add(-delay)))
}

func (n *naive) advance(w watermark.Time) {
	n.w = w
	for _, kind := range kinds {
		var due []window.Span
		for span := range n.spans[kind] {
			if w >= span.End {
				due = append(due, span)
			}
		}
		slices.SortFunc(due, func(a, b window.Span) int { return int(a.End.Sub(b.End) / time.Hour) })
		for _, by := range []string{"exact", "approximate"} {
			for _, span := range due {
				n.rank(kind, by, span)
			}
		}
		for _, span := range due {
			delete(n.spans[kind], span)
		}
	}
}

func (n *naive) rank(kind, by string, span window.Span) {
	var rows []Row
	for user, posts := range n.spans[kind][span] {
		tweets := slices.Clone(posts)
		slices.Sort(tweets)
		tweets = slices.Compact(tweets)
		var sketch hll.Distinct[int64] // of which that package knows if it is right
		for _, id := range tweets {
			sketch.Add(id)
		}
		rows = append(rows, Row{Window: kind, By: by, Start: span.Start, End: span.End, User: user,
			Tweets: len(tweets), Approx: sketch.Len(), Off: sketch.Len() - len(tweets), Posts: len(posts)})
	}
	slices.SortFunc(rows, func(a, b Row) int {
		x, y := a.Tweets, b.Tweets
		if by == "approximate" {
			x, y = a.Approx, b.Approx
		}
		switch {
		case x != y:
			return y - x
		case a.User.Text != b.User.Text:
			return strings.Compare(a.User.Text, b.User.Text)
		case b.User.Number:
			return -1
		}
		return 1
	})
	for i := range rows[:min(n.n, len(rows))] {
		rows[i].Rank = i + 1
		n.rows = append(n.rows, rows[i])
	}
}

// compare runs the program on a feed, and compares its files.
func compare(t *testing.T, lines []string, n int, place string, delay time.Duration) {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	try(t, 0, "-facts", clitest.Write(t, dir, "facts", lines), "-n", fmt.Sprint(n), "-zone", place, "-delay", delay.String(), "-out", path("out"), "-missed", path("missed"))
	zone, err := time.LoadLocation(place)
	if err != nil {
		t.Fatal(err)
	}
	ref := naive{zone: zone, n: n, w: watermark.Min, spans: map[string]map[window.Span]map[userID][]int64{}}
	for _, line := range lines {
		var p Post
		if decode([]byte(line), &p) == nil {
			ref.take(p, delay)
		}
	}
	ref.advance(watermark.Max)
	for _, f := range []struct{ name, want string }{{"out", clitest.NDJSON(ref.rows)}, {"missed", clitest.NDJSON(ref.missed)}} {
		got, want := strings.SplitAfter(clitest.Read(t, path(f.name)), "\n"), strings.SplitAfter(f.want, "\n")
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Fatalf("%s: has %d lines, want %d; line %d:\n%s\nwant\n%s", f.name, len(got)-1, len(want)-1, i+1,
					strings.Join(got[min(i, len(got)):min(i+1, len(got))], ""), strings.Join(want[min(i, len(want)):min(i+1, len(want))], ""))
			}
		}
	}
}

func TestRowsOfTheMadeFeedAreTheNaiveOnes(t *testing.T) {
	if testing.Short() {
		t.Skip("it is long")
	}
	compare(t, strings.Split(strings.TrimSuffix(madePosts(1), "\n"), "\n"), 10, "Asia/Kolkata", 10*time.Minute)
}

// TestRowsAreTheNaiveOnes: few users and tweets, over days of 23 and 25 hours.
func TestRowsAreTheNaiveOnes(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	users := []string{`"a"`, `"b"`, `17`, `"17"`, `"é"`}
	for range 20 {
		place := []string{"UTC", "Europe/Berlin", "America/New_York"}[r.IntN(3)]
		at := time.Date(2026, []time.Month{3, 10, 11}[r.IntN(3)], 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
		disorder := time.Duration(1+r.IntN(48)) * time.Hour
		var lines []string
		for range r.IntN(150) {
			at = at.Add(time.Duration(r.IntN(120)) * time.Minute)
			when := at.Add(-time.Duration(r.Int64N(int64(disorder)))).Truncate(time.Hour / 2)
			if r.IntN(4) == 0 {
				when = when.Add(time.Duration(r.IntN(3) - 1))
			}
			lines = append(lines, fmt.Sprintf(`{"user_id":%s,"tweet_id":%d,"approx_post_time":%q}`,
				users[r.IntN(len(users))], r.IntN(30)-9, when.Format(time.RFC3339Nano)))
		}
		compare(t, lines, 1+r.IntN(5), place, time.Duration(r.IntN(180))*time.Minute)
	}
}

func TestReachIsAnAccumulator(t *testing.T) {
	windowtest.Check[reach](t, func(r *rand.Rand) Post { return Post{Tweet: r.Int64N(50)} })
}

// TestBothRankingsGoByTheirOwnNumbers: users of nearly equal numbers, so many that
// the estimates put them in another order.
func TestBothRankingsGoByTheirOwnNumbers(t *testing.T) {
	var lines []string
	for user := range 4 {
		for n := range 1200 + user {
			lines = append(lines, fmt.Sprintf(`{"user_id":%d,"tweet_id":%d,"approx_post_time":"2026-11-20T23:30:00"}`, user, user*10000+n))
		}
	}
	compare(t, lines, 10, "UTC", 0)
	out := filepath.Join(t.TempDir(), "out")
	try(t, 0, "-facts", clitest.Write(t, t.TempDir(), "facts", lines), "-out", out)
	orders := map[string]string{}
	for line := range strings.Lines(clitest.Read(t, out)) {
		var r struct {
			Window, By string
			User       int `json:"user_id"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		orders[r.Window+" "+r.By] += fmt.Sprint(r.User)
	}
	for _, kind := range kinds {
		if orders[kind+" exact"] == orders[kind+" approximate"] {
			t.Errorf("%s: both rankings have the order %s: the test shows nothing", kind, orders[kind+" exact"])
		}
	}
}
