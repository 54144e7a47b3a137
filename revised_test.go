package tidemark_test

import (
	"context"
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

type move struct {
	key int
	at  int64
}

func (f move) nanos() int64 { return f.at }
func (f move) of() int      { return f.key }

type moves = window.Pane[int, agg.Facts[move]]

// upsert is a sink as the doc of row.Stamp wants it: it never goes back in
// revision, and deletes what is withdrawn.
type upsert[R any] struct {
	rows map[row.ID]R
	revs map[row.ID]uint32
	bad  []string
}

func (u *upsert[R]) take(s row.Stamp, r R) {
	if last, ok := u.revs[s.ID]; ok && s.Revision < last {
		u.bad = append(u.bad, fmt.Sprintf("%v: revision %d after %d", r, s.Revision, last))
		return
	}
	u.revs[s.ID] = s.Revision
	if s.Kind == row.Withdrawn {
		delete(u.rows, s.ID)
		return
	}
	u.rows[s.ID] = r
}

// TestWhatASinkHasInTheEndIsWhatTheFactsGive: through filters, branches that
// meet and joins that wait, an upsert by ID ends with the rows that a loop over
// all facts gives, and no revision goes back.
func TestWhatASinkHasInTheEndIsWhatTheFactsGive(t *testing.T) {
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 9))
		var p tidemark.Pipeline
		in, ticks := tidemark.FromNanos(&p, "steps", move.nanos, watermark.Bounded{Delay: time.Duration(r.IntN(5))})
		dim, names := tidemark.FromNanos(&p, "names", move.nanos, watermark.Bounded{})
		options := []window.Option{window.Lateness(40)}
		if r.IntN(2) == 0 {
			options = append(options, window.EarlyEvery(3))
		}
		if r.IntN(2) == 0 {
			options = append(options, window.Coalesce(7))
		}
		var rule window.Rule = window.Tumble{Size: 10}
		if r.IntN(2) == 0 {
			rule = window.Hop{Size: 10, Every: 5}
		}
		panes, late := tidemark.Window[agg.Facts[move]](tidemark.KeyBy(ticks, move.of), rule, options...)
		keep := func(n int) bool { return n%3 != 1 }
		var kept tidemark.Keyed[int, moves]
		switch r.IntN(3) {
		case 0: // a row goes from one branch to the other
			few := tidemark.Filter(panes, func(c moves) bool { return keep(c.Facts) && c.Facts < 4 })
			many := tidemark.Filter(panes, func(c moves) bool { return keep(c.Facts) && c.Facts >= 4 })
			kept = tidemark.Merge(many, few)
		case 1:
			wait := []join.Wait{join.Live, join.Within(0), join.Within(8), join.Strict}[r.IntN(4)]
			joined, _ := tidemark.JoinAsOf(panes, tidemark.KeyBy(names, move.of), join.AsOf{Wait: wait}, func(c moves, _ move) moves { return c })
			kept = tidemark.KeyBy(tidemark.Filter(joined, func(c moves) bool { return keep(c.Facts) }), func(c moves) int { return c.Key })
		default:
			kept = tidemark.Filter(panes, func(c moves) bool { return keep(c.Facts) })
		}
		rows := tidemark.Map(kept, func(c moves) [4]int64 { return [4]int64{int64(c.Key), int64(c.Start), int64(c.End), int64(c.Facts)} })
		out, lost := tidemark.Collect(rows), tidemark.Collect(late)
		tidemark.Collect(tidemark.Map(names, move.of))

		var versions []move
		for k := range 3 {
			versions = append(versions, move{k, -1000})
		}
		if err := dim.Feed(versions...); err != nil {
			t.Fatal(err)
		}
		sink := &upsert[[4]int64]{rows: map[row.ID][4]int64{}, revs: map[row.ID]uint32{}}
		drain := func() {
			for s, r := range out.DrainStamped() {
				sink.take(s, r)
			}
		}
		var facts []move
		now := int64(0)
		for range 40 {
			var some []move
			for range r.IntN(6) {
				some = append(some, move{r.IntN(3), now - r.Int64N(30)})
				now += r.Int64N(3)
			}
			facts = append(facts, some...)
			if err := in.Feed(some...); err != nil {
				t.Fatal(err)
			}
			drain()
		}
		if err := p.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		drain()
		if lost.Len() > 0 {
			t.Fatalf("seed %d: %d facts are late", seed, lost.Len())
		}
		want := map[[3]int64]int64{}
		for _, f := range facts {
			plan := []int64{10, 10}
			if _, ok := rule.(window.Hop); ok {
				plan[1] = 5
			}
			for start := watermark.Time(f.at).Floor(time.Duration(plan[1]), 0); int64(start) > f.at-plan[0]; start = start.Add(-time.Duration(plan[1])) {
				want[[3]int64{int64(f.key), int64(start), int64(start) + plan[0]}]++
			}
		}
		n := 0
		for _, facts := range want {
			if keep(int(facts)) {
				n++
			}
		}
		for _, got := range sink.rows {
			if want[[3]int64{got[0], got[1], got[2]}] != got[3] || !keep(int(got[3])) {
				t.Errorf("seed %d: the sink has %v, the facts give %d", seed, got, want[[3]int64{got[0], got[1], got[2]}])
			}
		}
		if len(sink.rows) != n || len(sink.bad) > 0 {
			t.Fatalf("seed %d: %d rows in the sink, want %d; %v", seed, len(sink.rows), n, sink.bad)
		}
		for _, s := range p.Stats().Stages {
			if s.Balance() != 0 {
				t.Fatalf("seed %d: the ledger of %s is out by %d", seed, s.Stage, s.Balance())
			}
		}
	}
}
