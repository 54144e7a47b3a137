package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

// act is an action as a test makes it: ids are JSON as it stands in the line.
type act struct {
	user, article, action string
	at                    time.Time
}

func (a act) line() string {
	return fmt.Sprintf(`{"USER_ID":%s,"ARTICLE_ID":%s,"ACTION":%q,"TIME":%q}`, a.user, a.article, a.action, a.at.Format(time.RFC3339Nano))
}

// known is a version of a user; the zero time is that of loading.
type known struct {
	gender, segment string
	from            time.Time
}

// naive does by maps and by going through all what the program does.
type naive struct {
	users map[string][]known // by time; each has one of loading
	delay time.Duration
	n     int

	took                 int
	w, greatest          time.Time
	open                 map[time.Time]map[[3]string][2]int // by the start of the minute
	out, rates, top, bad strings.Builder
	late                 strings.Builder
}

func (n *naive) take(a act) {
	who := known{"null", "null", time.Time{}}
	missed := ""
	for _, v := range n.users[a.user] {
		if !v.from.After(a.at) {
			who = v
		} else if !v.from.After(n.w) { // no fact as old is expected, so the one before is gone
			missed = "join"
		}
	}
	start := a.at.Truncate(time.Minute)
	if missed == "" && !n.w.Before(start.Add(time.Minute)) {
		missed = "trends"
	}
	if missed != "" {
		fmt.Fprintf(&n.late, `{"stage":%q,"reason":"late","watermark":%q,"fact":%s}`+"\n", missed, n.w.Format(time.RFC3339Nano), a.line())
	} else {
		if n.open[start] == nil {
			n.open[start] = map[[3]string][2]int{}
		}
		key := [3]string{who.gender, who.segment, a.article}
		c := n.open[start][key]
		if a.action == "click" {
			c[1]++
		} else {
			c[0]++
		}
		n.open[start][key] = c
	}
	if a.at.After(n.greatest) {
		n.greatest = a.at
	}
	if n.took++; n.took == 1 { // one alone moves no W; no two are more than an hour apart here
		return
	}
	if w := n.greatest.Add(-n.delay); w.After(n.w) {
		n.advance(w)
	}
}

func (n *naive) advance(w time.Time) {
	n.w = w
	var due []time.Time
	for start := range n.open {
		if !w.Before(start.Add(time.Minute)) {
			due = append(due, start)
		}
	}
	slices.SortFunc(due, time.Time.Compare)
	for _, start := range due {
		n.fire(start, n.open[start])
		delete(n.open, start)
	}
}

// text is what an id is ordered by: null, the text, and strings before integers.
func text(id string) string {
	switch {
	case id == "null":
		return ""
	case id[0] == '"':
		return strings.Trim(id, `"`) + "\x00"
	}
	return id + "\x01"
}

func share(c [2]int) string {
	if c[0] == 0 {
		return "null"
	}
	b, _ := json.Marshal(float64(c[1]) / float64(c[0]))
	return string(b)
}

func (n *naive) fire(start time.Time, groups map[[3]string][2]int) {
	at := start.Format(time.RFC3339)
	segments, stories := map[string][2]int{}, map[string]map[string][2]int{}
	var keys [][3]string
	for k, c := range groups {
		keys = append(keys, k)
		s := segments[k[1]]
		segments[k[1]] = [2]int{s[0] + c[0], s[1] + c[1]}
		if stories[k[1]] == nil {
			stories[k[1]] = map[string][2]int{}
		}
		s = stories[k[1]][k[2]]
		stories[k[1]][k[2]] = [2]int{s[0] + c[0], s[1] + c[1]}
	}
	slices.SortFunc(keys, func(a, b [3]string) int {
		return cmp.Or(strings.Compare(text(a[0]), text(b[0])), strings.Compare(text(a[1]), text(b[1])), strings.Compare(text(a[2]), text(b[2])))
	})
	var order []string // rankings come by the first row of their segment
	for _, k := range keys {
		fmt.Fprintf(&n.out, `{"TIME":%q,"GENDER":%s,"SEGMENT_ID":%s,"ARTICLE_ID":%s,"IMPRESSION":%d,"CLICK":%d}`+"\n", at, k[0], k[1], k[2], groups[k][0], groups[k][1])
		if !slices.Contains(order, k[1]) {
			order = append(order, k[1])
		}
	}
	for _, segment := range order {
		var names []string
		of := stories[segment]
		for name := range of {
			names = append(names, name)
		}
		slices.SortFunc(names, func(a, b string) int {
			return cmp.Or(of[b][1]-of[a][1], of[a][0]-of[b][0], strings.Compare(text(a), text(b)))
		})
		for i, name := range names[:min(n.n, len(names))] {
			fmt.Fprintf(&n.top, `{"TIME":%q,"SEGMENT_ID":%s,"RANK":%d,"ARTICLE_ID":%s,"IMPRESSION":%d,"CLICK":%d,"CLICK_RATE":%s}`+"\n",
				at, segment, i+1, name, of[name][0], of[name][1], share(of[name]))
		}
	}
	slices.SortFunc(order, func(a, b string) int { return strings.Compare(text(a), text(b)) })
	for _, segment := range order {
		c := segments[segment]
		fmt.Fprintf(&n.rates, `{"TIME":%q,"SEGMENT_ID":%s,"IMPRESSION":%d,"CLICK":%d,"CLICK_RATE":%s}`+"\n", at, segment, c[0], c[1], share(c))
	}
}

// TestRowsAreThoseOfALoop: all files of random feeds, to the byte.
func TestRowsAreThoseOfALoop(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	lates := map[string]int{}
	for range 40 {
		n := &naive{users: map[string][]known{}, delay: time.Duration(r.IntN(50_000)) * time.Millisecond, n: 1 + r.IntN(4), open: map[time.Time]map[[3]string][2]int{}}
		var users, actions []string
		for _, user := range []string{`"a"`, `"b"`, `17`, `"17"`} {
			from := time.Time{}
			for range 1 + r.IntN(3) {
				v := known{pick(`"f"`, `"m"`, "null"), pick("1", `"1"`, "2", "null"), from}
				line := fmt.Sprintf(`{"USER_ID":%s,"GENDER":%s,"SEGMENT_ID":%s,"TIME":%q}`, user, v.gender, v.segment, from.Format(time.RFC3339Nano))
				if from.IsZero() {
					line = strings.Replace(line, `,"TIME":"0001-01-01T00:00:00Z"`, "", 1)
					from = begin
				}
				n.users[user] = append(n.users[user], v)
				users = append(users, line)
				from = from.Add(time.Duration(1+r.IntN(100)) * time.Second)
			}
		}
		at := begin
		for range r.IntN(300) {
			at = at.Add(time.Duration(r.IntN(3000)) * time.Millisecond)
			a := act{pick(`"a"`, `"b"`, `17`, `"17"`, `"nobody"`), pick(`"x"`, `"y"`, "7", `"7"`, `"z"`), pick("impression", "impression", "click"), at}
			if r.IntN(2) == 0 {
				a.at = at.Add(-time.Duration(r.Int64N(int64(n.delay) + 1)))
			}
			if r.IntN(20) == 0 {
				a.at = at.Add(-time.Duration(r.IntN(150)) * time.Second)
			}
			actions = append(actions, a.line())
			n.take(a)
		}
		n.advance(begin.Add(24 * time.Hour))
		dir := t.TempDir()
		path := func(name string) string { return filepath.Join(dir, name) }
		try(t, 0, "-facts", clitest.Write(t, dir, "facts", actions), "-users", clitest.Write(t, dir, "users", users), "-delay", n.delay.String(), "-n", fmt.Sprint(n.n),
			"-out", path("out"), "-rates", path("rates"), "-top", path("top"), "-late", path("late"), "-bad", path("bad"))
		for _, f := range []struct {
			name string
			want *strings.Builder
		}{{"out", &n.out}, {"rates", &n.rates}, {"top", &n.top}, {"late", &n.late}, {"bad", &n.bad}} {
			if got := clitest.Read(t, path(f.name)); got != f.want.String() {
				t.Fatalf("users\n%s\nactions, delay %v\n%s\n%s has\n%s\nwant\n%s", strings.Join(users, "\n"), n.delay, strings.Join(actions, "\n"), f.name, got, f.want)
			}
		}
		for _, stage := range []string{"join", "trends"} {
			lates[stage] += strings.Count(n.late.String(), `"stage":"`+stage)
		}
	}
	if lates["join"] == 0 || lates["trends"] == 0 {
		t.Errorf("late are %v: of both stages there must be some", lates)
	}
}

func TestCountsKeepTheLaws(t *testing.T) {
	windowtest.Check[counts](t, func(r *rand.Rand) view { return view{Action: Action{Click: r.IntN(2) == 0}} })
	windowtest.Check[sums](t, func(r *rand.Rand) (p trend) {
		for range r.IntN(5) {
			p.Value.Add(view{Action: Action{Click: r.IntN(2) == 0}})
		}
		return p
	})
}
