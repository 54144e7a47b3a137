package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

const hours24 = 24 * time.Hour

// files are what a run writes.
type files struct{ stdout, out, table, late, bad string }

// runFiles runs the program on lines, in batches of so many.
func runFiles(t *testing.T, hits string, batch int) (f files) {
	t.Helper()
	dir := t.TempDir()
	c := config{hits: clitest.Write(t, dir, "hits", []string{hits}), out: dir + "/out", table: dir + "/table", late: dir + "/late", bad: dir + "/bad", batch: batch}
	var b strings.Builder
	if err := c.work(t.Context(), &b); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	return files{b.String(), clitest.Read(t, c.out), clitest.Read(t, c.table), clitest.Read(t, c.late), clitest.Read(t, c.bad)}
}

// naively counts by hand: the rows of the table without their stamps, and the
// missed hits as reason and line.
func naively(hits string) (table, missed []string) {
	type hit struct {
		App, User, Event, Hit_ID string
		Event_Time               time.Time
	}
	type cell struct{ day, app string }
	var w time.Time
	seen := map[hit]bool{}
	in := map[cell][]string{} // users
	for line := range strings.Lines(hits) {
		var h hit
		line = strings.TrimSpace(line)
		if json.Unmarshal([]byte(line), &h) != nil || h.App == "" || h.User == "" || h.Event == "" || h.Event_Time.IsZero() || strings.Contains(line, "\xff") {
			continue
		}
		h.Event_Time = h.Event_Time.UTC()
		day := h.Event_Time.Truncate(hours24)
		switch forgotten := h.Event_Time.Add(96 * time.Hour).Before(w); {
		case seen[h] && !forgotten:
			missed = append(missed, "duplicate "+line)
		case forgotten || !w.Before(day.Add(hours24+72*time.Hour)):
			missed = append(missed, "late "+line)
		default:
			c := cell{day.Format(time.DateOnly), h.App}
			in[c] = append(in[c], h.User)
		}
		seen[h] = true
		if at := h.Event_Time.Add(-time.Minute); at.After(w) {
			w = at
		}
	}
	for c, users := range in { // order: sorted below
		hits := len(users)
		slices.Sort(users)
		table = append(table, fmt.Sprintf(`"day":%q,"app":%q,"hits":%d,"users":%d}`, c.day, c.app, hits, len(slices.Compact(users))))
	}
	slices.Sort(table)
	return table, missed
}

// compare holds the files of a run against the naive count, and the rows against
// the order in which kinds and revisions must come.
func compare(t *testing.T, hits string, f files) {
	t.Helper()
	wantTable, wantMissed := naively(hits)
	var table, missed []string
	last := map[row.ID]string{}
	for line := range strings.Lines(f.table) {
		var r struct{ ID row.ID }
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		_, value, _ := strings.Cut(strings.TrimSpace(line), `"day":`)
		table = append(table, `"day":`+value)
		last[r.ID] = "{\"day\":" + value
	}
	if !slices.Equal(table, wantTable) {
		t.Fatalf("the table is\n%s\nwant\n%s", strings.Join(table, "\n"), strings.Join(wantTable, "\n"))
	}
	for line := range strings.Lines(f.late) {
		var m struct {
			Reason string
			Hit    json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		missed = append(missed, m.Reason+" "+string(m.Hit))
	}
	if !slices.Equal(missed, wantMissed) {
		t.Fatalf("missed are\n%s\nwant\n%s", strings.Join(missed, "\n"), strings.Join(wantMissed, "\n"))
	}
	type sent struct {
		ID       row.ID
		Kind     row.Kind
		Revision uint32
		Row      json.RawMessage
	}
	now := map[row.ID]sent{}
	early := map[row.ID]int{}
	for line := range strings.Lines(f.out) {
		var s sent
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatal(err)
		}
		was, again := now[s.ID]
		switch {
		case !again && s.Revision != 0, again && s.Revision != was.Revision+1:
			t.Fatalf("%s: comes after revision %d", line, was.Revision)
		case s.Kind == row.Early && again && was.Kind != row.Early, s.Kind == row.Final && again && was.Kind != row.Early,
			s.Kind == row.Correction && (!again || was.Kind == row.Early):
			t.Fatalf("%s: comes after %v", line, was.Kind)
		}
		if s.Kind == row.Early {
			early[s.ID]++
		}
		now[s.ID] = s
	}
	for id, s := range now { // order: each by itself
		if string(s.Row) != last[id] || s.Kind == row.Early {
			t.Errorf("%v: the last row is %v %s, the table has %s", id, s.Kind, s.Row, last[id])
		}
		if early[id] > 5 {
			t.Errorf("%v: has %d previews", id, early[id])
		}
	}
	if len(now) != len(last) {
		t.Errorf("%d rows were sent, the table has %d", len(now), len(last))
	}
}

func TestTheTableIsTheCountOfDistinctHitsNotTooLate(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 30 {
		var b strings.Builder
		var all []string
		now := begin
		for n := range r.IntN(500) {
			now = now.Add(time.Duration(r.Int64N(int64(6 * time.Hour))))
			if r.IntN(80) == 0 {
				now = now.Add(time.Duration(r.IntN(120)) * time.Hour)
			}
			at := now.Add(-time.Duration(r.Int64N(int64(time.Duration(1+r.IntN(130)) * time.Hour))))
			if r.IntN(4) == 0 { // the edges of the day, and of what is late
				at = now.Truncate(hours24).Add(time.Duration(r.IntN(6)-5)*hours24 + time.Duration(r.IntN(3)-1) + time.Duration(r.IntN(3)-1)*time.Minute)
			}
			line := fmt.Sprintf(`{"app":"a%d","user":"u%d","event":"e","hit_id":"%d","event_time":%q}`+"\n", r.IntN(3), r.IntN(9), n%50, at.Format(time.RFC3339Nano))
			if len(all) > 0 && r.IntN(5) == 0 {
				line = all[r.IntN(len(all))]
			}
			all = append(all, line)
			b.WriteString(line)
		}
		compare(t, b.String(), runFiles(t, b.String(), 1+r.IntN(100)))
	}
}

// TestTheMadeFeed has all that there is, and gives the same bytes on every run
// and however it is cut.
func TestTheMadeFeed(t *testing.T) {
	for seed := range uint64(4) {
		hits := madeHits(seed)
		want := runFiles(t, hits, 1024)
		compare(t, hits, want)
		for _, word := range []string{`"reason":"late"`, `"reason":"duplicate"`} {
			if !strings.Contains(want.late, word) {
				t.Errorf("seed %d: the feed has nothing with %s", seed, word)
			}
		}
		if want.bad == "" || !strings.Contains(want.out, `"kind":"correction"`) {
			t.Errorf("seed %d: the feed has no bad lines or no corrections", seed)
		}
		for _, batch := range []int{1, 7, 1024, 1 << 20} {
			if got := runFiles(t, hits, batch); got != want {
				t.Errorf("seed %d: batches of %d give something else", seed, batch)
			}
		}
	}
}

func TestActivityIsAnAccumulator(t *testing.T) {
	windowtest.Check[activity](t, func(r *rand.Rand) Hit { return Hit{User: fmt.Sprint(r.IntN(50))} })
}
