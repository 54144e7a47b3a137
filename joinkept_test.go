package tidemark_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// joinedPane is what the joins of panes here give.
type joinedPane struct {
	key, facts, by int // by: the key of the join
	start, end     int64
	version        int64 // the time of its version
}

// TestASinkEndsWithTheLastPanesAndTheirVersions: panes that are sent again, in
// joins of every kind, before a Filter and an upsert by ID. Where rows are kept
// long enough the sink ends with what the facts and the versions give, however
// both came. Else each of its rows is the last of its pane, and has a version of
// its key that is not after it.
func TestASinkEndsWithTheLastPanesAndTheirVersions(t *testing.T) {
	n := uint64(1500)
	if testing.Short() {
		n = 300
	}
	shown := 0
	for seed := range n {
		r := rand.New(rand.NewPCG(seed, 23))
		how := anyAsOf(r)
		forever := r.IntN(2) == 0
		if forever {
			how.History = 10000
		}
		var p tidemark.Pipeline
		in, ticks := tidemark.FromNanos(&p, "steps", move.nanos, watermark.Bounded{Delay: time.Duration(r.IntN(5))})
		dim, names := tidemark.FromNanos(&p, "names", move.nanos, watermark.Bounded{Delay: time.Duration(r.IntN(5))})
		options := []window.Option{window.Lateness(40)}
		if r.IntN(2) == 0 {
			options = append(options, window.EarlyEvery(3))
		}
		if r.IntN(2) == 0 {
			options = append(options, window.Coalesce(7))
		}
		panes, late := tidemark.Window[agg.Facts[move]](tidemark.KeyBy(ticks, move.of), window.Tumble{Size: 10}, options...)
		modulo := 1000
		if r.IntN(3) == 0 {
			modulo = 2 // a correction has another key than the row it takes the place of
		}
		by := func(c moves) int {
			if modulo == 2 {
				return c.Facts % 2
			}
			return c.Key
		}
		keyed := tidemark.KeyBy(panes, by)
		if r.IntN(2) == 0 { // what a Filter withdraws, and renews
			keyed = tidemark.Filter(keyed, func(c moves) bool { return c.Facts%4 != 3 })
		}
		rows, lost := tidemark.JoinAsOf(keyed, tidemark.KeyBy(names, move.of), how, func(c moves, v move) joinedPane {
			return joinedPane{c.Key, c.Facts, by(c), int64(c.Start), int64(c.End), v.at}
		})
		filtered := r.IntN(2) == 0
		if filtered {
			rows = tidemark.Filter(rows, func(j joinedPane) bool { return j.facts%3 != 1 })
		}
		last := tidemark.Collect(panes)
		out, missed := tidemark.Collect(rows), tidemark.Collect(lost)
		tidemark.Collect(late)

		sink := &upsert[joinedPane]{rows: map[row.ID]joinedPane{}, revs: map[row.ID]uint32{}}
		final := map[row.ID]moves{}
		reasons := map[tidemark.Reason]int{}
		drain := func() {
			for s, j := range out.DrainStamped() {
				sink.take(s, j)
			}
			for s, c := range last.DrainStamped() {
				final[s.ID] = c
			}
			for m := range missed.Drain() {
				reasons[m.Reason]++
			}
		}
		var versions []move
		now, then := int64(0), int64(0)
		for range 50 {
			var some []move
			for range r.IntN(5) {
				some = append(some, move{r.IntN(3), now - r.Int64N(30)})
				now += r.Int64N(3)
			}
			if err := in.Feed(some...); err != nil {
				t.Fatal(err)
			}
			drain()
			if r.IntN(3) > 0 {
				continue
			}
			then = max(then, now-20) + r.Int64N(6)
			v := move{r.IntN(3), then - r.Int64N(15)}
			versions = append(versions, v)
			if err := dim.Feed(v); err != nil {
				t.Fatal(err)
			}
			drain()
		}
		if err := p.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		drain()
		versionAt := func(key int, t int64) (at int64, ok bool) {
			for _, v := range versions {
				if v.key == key && v.at <= t && (!ok || v.at > at) {
					at, ok = v.at, true
				}
			}
			return at, ok
		}
		want := map[row.ID]joinedPane{}
		for id, c := range final { // order: into a map
			j := joinedPane{c.Key, c.Facts, by(c), int64(c.Start), int64(c.End), 0}
			at, ok := versionAt(j.by, j.end-1)
			if j.version = at; (ok || how.Missing == join.Zero) && (!filtered || c.Facts%3 != 1) {
				want[id] = j
			}
		}
		for id, j := range sink.rows { // order: each by itself
			c, ok := final[id]
			at, has := versionAt(j.by, j.end-1)
			found := j.version == 0 && how.Missing == join.Zero
			for _, v := range versions {
				found = found || v.key == j.by && v.at == j.version && v.at <= j.end-1
			}
			if !ok || !found {
				t.Fatalf("seed %d, %+v: the sink has %+v, which has no such version", seed, how, j)
			}
			if forever && (j.facts != c.Facts || j.version != at || !has && how.Missing != join.Zero) {
				t.Fatalf("seed %d, %+v: the sink has %+v, want %+v", seed, how, j, want[id])
			}
		}
		if len(sink.bad) > 0 {
			t.Fatalf("seed %d, %+v: %v", seed, how, sink.bad)
		}
		filteredBefore := 0
		for id, j := range want { // order: a count
			if _, ok := sink.rows[id]; !ok && j.facts%4 == 3 {
				filteredBefore++
			} else if !ok && forever {
				t.Fatalf("seed %d, %+v: the sink lacks %+v", seed, how, j)
			}
		}
		if forever && reasons[tidemark.Late] > 0 {
			t.Fatalf("seed %d, %+v: %d are missed as late", seed, how, reasons[tidemark.Late])
		}
		shown += len(sink.rows)
		for _, s := range p.Stats().Stages {
			if s.Balance() != 0 || s.Held != 0 {
				t.Fatalf("seed %d, %+v: the ledger of %s is out by %d, %d held", seed, how, s.Stage, s.Balance(), s.Held)
			}
		}
	}
	if shown < 1000 {
		t.Errorf("%d rows: it shows nothing", shown)
	}
}

// TestWhatAJoinKeepsIsWhatStatsTells: what waits for a first version, and what is
// kept for late ones.
func TestWhatAJoinKeepsIsWhatStatsTells(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	heap := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	for name, how := range map[string]join.AsOf{ // order: each by itself
		"history":   {Wait: join.Live, History: time.Hour},
		"hold":      {Missing: join.Hold(time.Hour)},
		"schedule":  {Wait: join.Schedule{At: []time.Duration{0}, Tolerance: time.Hour}},
		"bootstrap": {Bootstrap: true},
	} {
		const n = 200_000
		var p tidemark.Pipeline
		in, l := tidemark.FromNanos(&p, "calls", ask.nanos, watermark.Bounded{})
		dim, d := tidemark.FromNanos(&p, "orgs", ask.nanos, watermark.Bounded{})
		rows, lost := tidemark.JoinAsOf(tidemark.KeyBy(l, ask.of), tidemark.KeyBy(d, ask.of), how, func(l, d ask) askedOf { return askedOf{l.name, d.name} })
		out := tidemark.Collect(rows)
		if how.History > 0 {
			tidemark.Collect(lost)
			if err := dim.Feed(ask{0, 1, 0}); err != nil {
				t.Fatal(err)
			}
		}
		before := heap()
		facts := make([]ask, 1000)
		for i := 0; i < n; i += len(facts) {
			for k := range facts {
				facts[k] = ask{(i + k) % 5000, 1, int64(i + k)}
				if how.History > 0 {
					facts[k].key = 0
				}
			}
			if err := in.Feed(facts...); err != nil {
				t.Fatal(err)
			}
			for range out.Drain() {
			}
		}
		grown := heap() - before
		s := p.Stats().Stages[0]
		if s.Rows < n {
			t.Errorf("%s: Stats tells %d rows, want %d", name, s.Rows, n)
		}
		if s.Bytes < grown*3/4 || s.Bytes > grown*5/4 {
			t.Errorf("%s: Stats tells %d bytes, the heap grew by %d", name, s.Bytes, grown)
		}
		t.Logf("%s: %.1f MB, the heap grew by %.1f MB", name, float64(s.Bytes)/1e6, float64(grown)/1e6)
		runtime.KeepAlive(in)
	}
}

// A row that takes the place of one whose fact is forgotten is missed, as late: a
// revision that is right cannot be given to it. 1 ns before, it is sent.
func TestACorrectionOfAForgottenRowIsLate(t *testing.T) {
	for _, c := range []struct {
		to   int64
		want string
	}{{9 + 5 + 10 - 1, "correction 1"}, {9 + 5 + 10, ""}} {
		var p tidemark.Pipeline
		in, ticks := tidemark.FromNanos(&p, "steps", move.nanos, watermark.Bounded{})
		other, more := tidemark.FromNanos(&p, "others", move.nanos, watermark.Bounded{})
		dim, names := tidemark.FromNanos(&p, "names", move.nanos, watermark.Bounded{})
		panes, _ := tidemark.Window[agg.Facts[move]](tidemark.KeyBy(ticks, move.of), window.Tumble{Size: 10}, window.Lateness(5))
		others, _ := tidemark.Window[agg.Facts[move]](tidemark.KeyBy(more, move.of), window.Tumble{Size: 10}, window.Lateness(5))
		rows, lost := tidemark.JoinAsOf(tidemark.Merge(panes, others), tidemark.KeyBy(names, move.of), join.AsOf{Wait: join.Live, History: 10}, func(c moves, v move) int { return c.Facts })
		out, missed := tidemark.Collect(rows), tidemark.Collect(lost)
		for _, err := range []error{dim.Feed(move{1, 0}), in.Feed(move{1, 3}), other.Feed(move{1, 0}), in.Feed(move{1, 12}), in.Idle(), other.Advance(time.Unix(0, c.to))} {
			if err != nil {
				t.Fatal(err)
			}
		}
		out.DrainTo(nil)
		if err := in.Feed(move{1, 4}); err != nil { // its own window takes it: W is at 12 there
			t.Fatal(err)
		}
		got := ""
		for s := range out.DrainStamped() {
			got = fmt.Sprintf("%v %d", s.Kind, s.Revision)
		}
		late := missed.Len() == 1
		if got != c.want || late != (c.want == "") {
			t.Errorf("with W at %d: %q, missed %t, want %q", c.to, got, late, c.want)
		}
	}
}

// Rows that late versions send again would count twice: Check refuses what would
// count them, also behind another join, and names the remedy; not without
// History, and not what was missed, which is told once.
func TestRowsThatLateVersionsSendAgainAreRefused(t *testing.T) {
	type asks = tidemark.Keyed[int, ask]
	for _, history := range []time.Duration{0, 1} {
		for name, count := range map[string]func(s, d asks, lost tidemark.Stream[tidemark.Missed[ask]]){ // order: each by itself
			"Window counts rows": func(s, _ asks, _ tidemark.Stream[tidemark.Missed[ask]]) {
				p, _ := tidemark.Window[agg.Facts[ask]](s, window.Tumble{Size: 10})
				tidemark.Collect(p)
			},
			"InOrder puts rows in order of time": func(s, d asks, _ tidemark.Stream[tidemark.Missed[ask]]) {
				again, _ := tidemark.JoinAsOf(s, d, join.AsOf{}, func(l, _ ask) ask { return l })
				o, _ := tidemark.InOrder(again)
				tidemark.Collect(o)
			},
			"a version is what it is from its time on": func(s, d asks, _ tidemark.Stream[tidemark.Missed[ask]]) {
				r, _ := tidemark.JoinAsOf(d, tidemark.Filter(s, func(ask) bool { return true }), join.AsOf{}, func(l, _ ask) ask { return l })
				tidemark.Collect(r)
			},
			"": func(s, _ asks, lost tidemark.Stream[tidemark.Missed[ask]]) {
				tidemark.Collect(s)
				o, _ := tidemark.InOrder(lost)
				tidemark.Collect(o)
			},
		} {
			var p tidemark.Pipeline
			_, l := tidemark.FromNanos(&p, "calls", ask.nanos, watermark.Bounded{})
			_, d := tidemark.FromNanos(&p, "orgs", ask.nanos, watermark.Bounded{})
			dims := tidemark.KeyBy(d, ask.of)
			rows, lost := tidemark.JoinAsOf(tidemark.KeyBy(l, ask.of), dims, join.AsOf{History: history}, func(l, _ ask) ask { return l })
			count(rows, dims, lost)
			err := p.Check()
			want := fmt.Sprintf("%s, and calls/join sends rows again, as Corrections by late versions: a row would count twice. Leave History out there, or build this stage on a second JoinAsOf of the same facts without it", name)
			if refused := err != nil && strings.Contains(err.Error(), want); refused != (history > 0 && name != "") || err != nil && !refused {
				t.Errorf("history %v, %q: %v", history, name, err)
			}
			if again := p.Check(); fmt.Sprint(again) != fmt.Sprint(err) {
				t.Errorf("asked again Check says %v", again)
			}
		}
	}
}

// A History for good behind a window with lateness, and behind another join, is
// one for good: the sum of both is no less than each.
func TestHistoryForGoodBehindLateness(t *testing.T) {
	var p tidemark.Pipeline
	in, ticks := tidemark.FromNanos(&p, "steps", move.nanos, watermark.Bounded{})
	dim, names := tidemark.FromNanos(&p, "names", move.nanos, watermark.Bounded{})
	panes, _ := tidemark.Window[agg.Facts[move]](tidemark.KeyBy(ticks, move.of), window.Tumble{Size: 10}, window.Lateness(50))
	how := join.AsOf{History: math.MaxInt64}
	by := func(c moves) int { return c.Key }
	once, _ := tidemark.JoinAsOf(tidemark.KeyBy(panes, by), tidemark.KeyBy(names, move.of), how, func(c moves, v move) joinedPane {
		return joinedPane{key: c.Key, start: int64(c.Start), version: v.at}
	})
	rows, lost := tidemark.JoinAsOf(tidemark.KeyBy(once, func(j joinedPane) int { return j.key }), tidemark.KeyBy(names, move.of), how, func(j joinedPane, v move) joinedPane {
		j.by = int(v.at)
		return j
	})
	out, missed := tidemark.Collect(rows), tidemark.Collect(lost)
	for _, err := range []error{
		dim.Feed(move{1, 1}), in.Feed(move{1, 5}, move{1, 100}), dim.Feed(move{1, 2}, move{1, 90}),
		in.Feed(move{1, 55}), p.Close(t.Context()),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	last := map[int64]joinedPane{}
	for _, j := range out.DrainStamped() {
		last[j.start] = j
	}
	for m := range missed.Drain() {
		t.Errorf("missed as %v, %s: %+v", m.Reason, m.Detail, m.Fact)
	}
	for start, version := range map[int64]int64{0: 2, 50: 2, 100: 90} { // order: each by itself
		if j := last[start]; j.version != version || int64(j.by) != version {
			t.Errorf("the pane from %d ends as %+v, want both versions of %d", start, j, version)
		}
	}
}
