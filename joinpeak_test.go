package tidemark_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// TestAPeakOfFactsThatWaitIsGivenBack: many wait for a version of their key, most
// of them go, and then a few at a time come and go. The memory of the peak is given
// back while some still wait, which lose nothing by it.
func TestAPeakOfFactsThatWaitIsGivenBack(t *testing.T) {
	const peak, keys, left, wave = 40_000, 100, 10, 100
	for name, how := range map[string]join.AsOf{ // order: each by itself
		"hold":     {Wait: join.Live, Missing: join.Hold(1 << 50)},
		"schedule": {Wait: join.Schedule{At: []time.Duration{0}, Tolerance: 12 * time.Hour}},
	} {
		r := rand.New(rand.NewPCG(3, 4))
		x := newAsOfs(how, 1<<50)
		feed := func(side int, facts ...ask) {
			t.Helper()
			if err := x.in[side].Feed(facts...); err != nil {
				t.Fatal(err)
			}
		}
		drain := func() (n int) {
			for m := range x.rows.Drain() {
				n++
				if m.n%keys+1 != m.name && m.name != 0 {
					t.Fatalf("%s: %+v", name, m)
				}
			}
			for range x.even.Drain() {
			}
			return n
		}
		version := func(key int) ask { return ask{key, key%keys + 1, 0} } // some are tombstones
		live := func(key int) int {
			if d := version(key); d.Deleted() {
				return 0
			}
			return 1
		}
		want := 0
		for i := range peak {
			feed(0, ask{i % keys, i, r.Int64N(peak)})
			if i%keys >= left {
				want += live(i % keys)
			}
		}
		full := x.p.Stats().Stages[0].Bytes
		for k := left; k < keys; k++ {
			feed(1, version(k))
		}
		if n := drain(); n != want {
			t.Fatalf("%s: %d rows, want %d", name, n, want)
		}
		for i := range 3 * peak / wave {
			key, some := keys+i, make([]ask, wave)
			for k := range some {
				some[k] = ask{key, key, r.Int64N(peak)}
			}
			feed(0, some...)
			if i%4 == 0 && x.p.Stats().Stages[0].Held != peak*left/keys+wave {
				t.Fatalf("%s: %d wait", name, x.p.Stats().Stages[0].Held)
			}
			feed(1, version(key))
			if n := drain(); n != wave*live(key) {
				t.Fatalf("%s, wave %d: %d rows, want %d", name, i, n, wave*live(key))
			}
		}
		if now := x.p.Stats().Stages[0].Bytes; now > full/3 {
			t.Errorf("%s: %d bytes, after %d at the peak", name, now, full)
		}
		want = 0
		for k := range left {
			want += peak / keys * live(k)
			feed(1, version(k))
		}
		if n := drain(); n != want {
			t.Errorf("%s: %d rows of those that waited through it all, want %d", name, n, want)
		}
		s := x.p.Stats().Stages[0]
		if s.Held != 0 || s.Balance() != 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// TestAPeakOfRowsKeptForLateVersionsIsGivenBack: and those that are kept through it
// are still changed by late versions, and by the facts of their window.
func TestAPeakOfRowsKeptForLateVersionsIsGivenBack(t *testing.T) {
	const peak, history, lateness = 40_000, 2000, 3000
	var p tidemark.Pipeline
	in, ticks := tidemark.FromNanos(&p, "steps", move.nanos, watermark.Bounded{})
	dim, names := tidemark.FromNanos(&p, "names", move.nanos, watermark.Bounded{})
	panes, late := tidemark.Window[agg.Facts[move]](tidemark.KeyBy(ticks, move.of), window.Tumble{Size: 1}, window.Lateness(lateness))
	one := tidemark.KeyBy(panes, func(moves) int { return 0 })
	rows, lost := tidemark.JoinAsOf(one, tidemark.KeyBy(names, func(move) int { return 0 }), join.AsOf{Wait: join.Live, History: history}, func(c moves, v move) string {
		return fmt.Sprintf("%d at %d, %d of them, version %d", c.Key, c.Start, c.Facts, v.at)
	})
	out, missed := tidemark.Collect(rows), tidemark.Collect(lost)
	tidemark.Collect(late)
	feed := func(in *tidemark.Input[move], facts ...move) {
		t.Helper()
		if err := in.Feed(facts...); err != nil {
			t.Fatal(err)
		}
	}
	ids := map[row.ID]string{}
	revisions := map[row.ID]uint32{}
	drain := func() (kinds map[row.Kind]int) {
		kinds = map[row.Kind]int{}
		for s, text := range out.DrainStamped() {
			if rev, ok := revisions[s.ID]; ok && s.Revision != rev+1 || !ok && s.Revision != 0 {
				t.Fatalf("%s has revision %d after %d", text, s.Revision, rev)
			}
			ids[s.ID], revisions[s.ID] = text, s.Revision
			kinds[s.Kind]++
		}
		return kinds
	}
	join := func() tidemark.StageStats {
		for _, s := range p.Stats().Stages {
			if s.Stage == "steps/window/join" {
				return s
			}
		}
		t.Fatalf("%+v", p.Stats().Stages)
		return tidemark.StageStats{}
	}
	feed(dim, move{0, 0})
	facts := make([]move, peak)
	for i := range facts {
		facts[i] = move{i, int64(1 + i%10)}
	}
	feed(in, facts...)
	now := int64(12)
	feed(in, move{0, now})
	if n := drain()[row.Final]; n != peak {
		t.Fatalf("%d rows of %d", n, peak)
	}
	full := join()
	for i := range 3 * peak / 10 {
		now += 20 // so that 250 times of 10 keys are kept
		facts = facts[:0]
		for k := range 10 {
			facts = append(facts, move{k, now})
		}
		feed(in, facts...)
		drain()
		if was := len(ids); i > 100 && i%10 == 0 { // a fact that comes late for a pane that has its row
			feed(in, move{i % 3, now - 1000})
			if got := drain(); len(ids) != was || len(got) != 1 || got[row.Correction] != 1 {
				t.Fatalf("round %d: a fact that comes late for its pane: %v", i, got)
			}
		}
	}
	s := join()
	if s.Rows > 4000 || s.Bytes > full.Bytes/3 {
		t.Errorf("%d rows in %d bytes, after %d in %d", s.Rows, s.Bytes, full.Rows, full.Bytes)
	}
	t.Logf("%d rows in %d bytes, after %d in %d", s.Rows, s.Bytes, full.Rows, full.Bytes)
	was := len(ids)
	feed(dim, move{0, now - 2000}) // the panes of now have not fired
	if got := drain(); len(ids) != was || len(got) != 1 || got[row.Correction] != 10*100 {
		t.Errorf("a late version: %v", got)
	}
	if missed.Len() > 0 || join().Balance() != 0 {
		t.Errorf("%d are missed, %+v", missed.Len(), join())
	}
}

// TestAPeakOfStampsIsGivenBack: panes that wait by time keep their IDs through it.
func TestAPeakOfStampsIsGivenBack(t *testing.T) {
	const peak = 20_000
	var p tidemark.Pipeline
	in, ticks := tidemark.FromNanos(&p, "steps", move.nanos, watermark.Bounded{})
	dim, names := tidemark.FromNanos(&p, "names", move.nanos, watermark.Bounded{})
	panes, late := tidemark.Window[agg.Facts[move]](tidemark.KeyBy(ticks, move.of), window.Tumble{Size: 1})
	one := tidemark.KeyBy(panes, func(moves) int { return 0 })
	rows, lost := tidemark.JoinAsOf(one, tidemark.KeyBy(names, func(move) int { return 0 }), join.AsOf{Wait: join.Within(1000)}, func(c moves, _ move) moves { return c })
	out, direct := tidemark.Collect(rows), tidemark.Collect(panes)
	tidemark.Collect(lost)
	tidemark.Collect(late)
	ids := map[row.ID]int64{}
	feed := func(some ...move) (n int) {
		t.Helper()
		if err := in.Feed(some...); err != nil {
			t.Fatal(err)
		}
		for s, c := range direct.DrainStamped() {
			ids[s.ID] = int64(c.Start)<<20 + int64(c.Key)
		}
		for s, c := range out.DrainStamped() {
			if ids[s.ID] != int64(c.Start)<<20+int64(c.Key) {
				t.Fatalf("%d at %d has the ID of another", c.Key, c.Start)
			}
			n++
		}
		return n
	}
	if err := dim.Feed(move{0, 0}); err != nil {
		t.Fatal(err)
	}
	bytes := func() int64 { return p.Stats().Stages[1].Bytes }
	given := 0
	for i := range peak {
		given += feed(move{i, int64(i / 100)})
	}
	full := bytes()
	now := int64(peak / 100)
	for range 3 * peak / 10 { // ten at a time, so that some hundred wait
		now += 50
		for k := range 10 {
			given += feed(move{k, now})
		}
	}
	if held := p.Stats().Stages[1].Held; int(held)+given < peak*4-10 || held > 1000 {
		t.Errorf("%d rows, %d wait", given, held)
	}
	// What waits is in chunks that are kept for others; of the room for stamps half and more goes.
	if least := int64(peak) * 20; full-bytes() < least {
		t.Errorf("%d bytes, after %d at the peak", bytes(), full)
	}
}
