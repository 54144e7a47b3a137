package tidemark_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
)

type post struct {
	key, n int
	ns     int64
}

func (p post) nanos() int64 { return p.ns }
func (p post) hash() int    { return p.key }

// dedupes plays facts through Dedup, in calls of at most cut facts.
func dedupes(t *testing.T, how join.Dedup, facts []post, delay, cut int) (rows []post, missed []string) {
	t.Helper()
	var p tidemark.Pipeline
	in, posts := tidemark.FromNanos(&p, "posts", post.nanos, watermark.Bounded{Delay: time.Duration(delay)})
	unique, again := tidemark.Dedup(tidemark.KeyBy(posts, post.hash), how)
	out, lost := tidemark.Collect(unique), tidemark.Collect(again)
	for c := range slices.Chunk(facts, cut) {
		if err := in.Feed(c...); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	for m := range lost.Drain() {
		missed = append(missed, fmt.Sprint(m.Fact, m.Reason))
	}
	for _, s := range p.Stats().Stages {
		if s.Balance() != 0 || s.Held != 0 {
			t.Fatalf("the ledger of %s is out by %d, %d held", s.Stage, s.Balance(), s.Held)
		}
	}
	return out.DrainTo(nil), missed
}

// TestDedupIsTheReference: of all that was let through each is looked at.
func TestDedupIsTheReference(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 4))
		delay := r.IntN(20)
		how := join.Dedup{Horizon: time.Duration(r.IntN(10)), Earliest: r.IntN(2) == 0}
		var facts []post
		now := int64(0)
		for i := range 150 {
			facts = append(facts, post{r.IntN(4), i, now - r.Int64N(30)})
			now += r.Int64N(4)
		}
		var kept, want []post
		var wantMissed []string
		w := int64(watermark.Min)
		judge := func(f post, w int64) {
			if w != int64(watermark.Min) && f.ns < w-int64(how.Horizon) {
				wantMissed = append(wantMissed, fmt.Sprint(f, tidemark.Late))
				return
			}
			for _, k := range kept {
				if d := f.ns - k.ns; k.key == f.key && max(d, -d) <= int64(how.Horizon) {
					wantMissed = append(wantMissed, fmt.Sprint(f, tidemark.Duplicate))
					return
				}
			}
			kept, want = append(kept, f), append(want, f)
		}
		var waits []post
		pass := func(to int64) {
			slices.SortStableFunc(waits, func(a, b post) int { return int(a.ns - b.ns) })
			for len(waits) > 0 && waits[0].ns < to {
				judge(waits[0], int64(watermark.Min))
				waits = waits[1:]
			}
		}
		greatest := int64(watermark.Min)
		for _, f := range facts {
			if how.Earliest && f.ns >= w {
				waits = append(waits, f)
			} else {
				judge(f, w)
			}
			if f.ns > greatest {
				greatest = f.ns
				w = greatest - int64(delay)
				pass(w)
			}
		}
		pass(int64(watermark.Max))
		for _, cut := range []int{1, 7, 1000} {
			rows, missed := dedupes(t, how, facts, delay, cut)
			if !reflect.DeepEqual(rows, want) || !reflect.DeepEqual(missed, wantMissed) {
				t.Fatalf("seed %d, %+v, delay %d, %d facts a Feed:\n%v\n%v, want\n%v\n%v", seed, how, delay, cut, rows, missed, want, wantMissed)
			}
		}
	}
}

// TestEarliestDoesNotDependOnTheOrder: what is kept within the bound is the same
// however the facts arrive.
func TestEarliestDoesNotDependOnTheOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var facts []post
	for i := range 200 {
		facts = append(facts, post{r.IntN(3), 0, int64(i / 2)})
	}
	how := join.Dedup{Horizon: 5, Earliest: true}
	want, _ := dedupes(t, how, facts, 1000, 1)
	for range 20 {
		r.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		rows, _ := dedupes(t, how, facts, 1000, 10)
		slices.SortFunc(rows, func(a, b post) int { return int(a.ns-b.ns)*10 + a.key - b.key })
		slices.SortFunc(want, func(a, b post) int { return int(a.ns-b.ns)*10 + a.key - b.key })
		if !reflect.DeepEqual(rows, want) {
			t.Fatalf("%v, want %v", rows, want)
		}
	}
}
