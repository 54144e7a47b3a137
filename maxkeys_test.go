package tidemark_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// bounded is a pipeline of posts with a stage that bounds its keys.
type bounded struct {
	t      *testing.T
	p      *tidemark.Pipeline
	in     []*tidemark.Input[post]
	rows   func() []string // since the last call, as for missed
	missed func() []string
}

// feed feeds one post to an input, and compares what comes of it.
func (b *bounded) feed(in int, f post, rows, missed string) {
	b.t.Helper()
	if err := b.in[in].Feed(f); err != nil {
		b.t.Fatal(err)
	}
	b.came(fmt.Sprint(f), rows, missed)
}

func (b *bounded) came(after, rows, missed string) {
	b.t.Helper()
	if got := strings.Join(b.rows(), "; "); got != rows {
		b.t.Errorf("after %s: rows %q, want %q", after, got, rows)
	}
	if got := strings.Join(b.missed(), "; "); got != missed {
		b.t.Errorf("after %s: missed %q, want %q", after, got, missed)
	}
}

// ledger compares what a stage has refused, and that its ledger adds up.
func (b *bounded) ledger(stage string, refused uint64, keys int64) {
	b.t.Helper()
	found := false
	for _, s := range b.p.Stats().Stages {
		if s.Balance() != 0 {
			b.t.Errorf("the ledger of %s is out by %d", s.Stage, s.Balance())
		}
		if s.Stage == stage {
			found = true
			if s.Refused != refused || s.Keys != keys {
				b.t.Errorf("%s has refused %d and holds %d keys, want %d and %d", stage, s.Refused, s.Keys, refused, keys)
			}
		}
	}
	if !found {
		b.t.Errorf("there is no stage %s", stage)
	}
}

func newBounded(t *testing.T, inputs ...string) (*bounded, []tidemark.Keyed[int, post]) {
	b := &bounded{t: t, p: new(tidemark.Pipeline)}
	var streams []tidemark.Keyed[int, post]
	for _, name := range inputs {
		in, posts := tidemark.FromNanos(b.p, name, post.nanos, watermark.Bounded{})
		b.in = append(b.in, in)
		streams = append(streams, tidemark.KeyBy(posts, post.hash))
	}
	return b, streams
}

func drained[R any](s tidemark.Of[R], text func(R) string) func() []string {
	out := tidemark.Collect(s)
	return func() (all []string) {
		for r := range out.Drain() {
			all = append(all, text(r))
		}
		return all
	}
}

func told(m tidemark.Missed[post]) string {
	return fmt.Sprint(m.Fact, " ", m.Reason, ": ", m.Detail)
}

func plainPost(p post) string { return fmt.Sprint(p) }

func TestDedupHoldsToMaxKeys(t *testing.T) {
	for _, earliest := range []bool{false, true} {
		b, in := newBounded(t, "posts")
		unique, missed := tidemark.Dedup(in[0], join.Dedup{Horizon: 10, MaxKeys: 2, Earliest: earliest})
		b.rows, b.missed = drained(unique, plainPost), drained(missed, told)
		if got := b.p.Explain().String(); !strings.Contains(got, "at most 2 keys") {
			t.Errorf("Explain tells %q", got)
		}
		if earliest { // each comes when W has passed it
			b.feed(0, post{1, 0, 100}, "", "")
			b.feed(0, post{2, 1, 101}, "{1 0 100}", "")
			b.feed(0, post{3, 2, 102}, "{2 1 101}", "")
			b.feed(0, post{2, 3, 103}, "", "{3 2 102} refused: 2 keys are remembered: must be at most MaxKeys")
			b.feed(0, post{3, 4, 120}, "", "{2 3 103} duplicate: one of its key is at most 10ns away")
			b.feed(0, post{3, 5, 121}, "", "{3 4 120} refused: 2 keys are remembered: must be at most MaxKeys")
			b.feed(0, post{4, 6, 500}, "{3 5 121}", "") // key 1 is forgotten, 20 after its time and 1 ns
			b.ledger("posts/dedup", 2, 0)
			continue
		}
		b.feed(0, post{1, 0, 100}, "{1 0 100}", "")
		b.feed(0, post{2, 1, 101}, "{2 1 101}", "")
		b.feed(0, post{3, 2, 102}, "", "{3 2 102} refused: 2 keys are remembered: must be at most MaxKeys")
		b.feed(0, post{2, 3, 112}, "{2 3 112}", "") // a key that is there has room
		b.feed(0, post{4, 4, 120}, "", "{4 4 120} refused: 2 keys are remembered: must be at most MaxKeys")
		b.feed(0, post{3, 5, 121}, "", "{3 5 121} refused: 2 keys are remembered: must be at most MaxKeys")
		b.feed(0, post{3, 6, 121}, "{3 6 121}", "") // key 1 was remembered at W 120, and let go at 121
		b.feed(0, post{1, 7, 121}, "", "{1 7 121} refused: 2 keys are remembered: must be at most MaxKeys")
		b.ledger("posts/dedup", 4, 2)
	}
}

func TestTopHoldsToMaxKeys(t *testing.T) {
	b, in := newBounded(t, "posts")
	ranks, missed := tidemark.Top(in[0], 1, func(a, b post) int { return cmp.Compare(a.n, b.n) }, window.MaxKeys{N: 2})
	b.rows = drained(ranks, func(r window.Ranking[int, post]) string { return fmt.Sprint(r.Rows, " of ", r.Of) })
	b.missed = drained(missed, told)
	if got := b.p.Explain().String(); !strings.Contains(got, "top n 1, MaxKeys{N:2}") {
		t.Errorf("Explain tells %q", got)
	}
	b.feed(0, post{1, 0, 100}, "", "")
	b.feed(0, post{2, 1, 100}, "", "")
	b.feed(0, post{3, 2, 100}, "", "{3 2 100} refused: 2 keys are held: must be at most MaxKeys")
	b.feed(0, post{1, 3, 100}, "", "") // the n-th is held
	b.ledger("posts/top", 1, 2)
	b.feed(0, post{2, 4, 101}, "[{1 0 100}] of 2; [{2 1 100}] of 1", "") // of another time of its own, and W lets those of 100 go
	b.feed(0, post{3, 5, 101}, "", "")
	b.feed(0, post{1, 6, 101}, "", "{1 6 101} refused: 2 keys are held: must be at most MaxKeys")
	if err := b.p.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	b.came("Close", "[{2 4 101}] of 1; [{3 5 101}] of 1", "")
	b.ledger("posts/top", 2, 0)
}

func TestJoinWithinHoldsToMaxKeys(t *testing.T) {
	b, in := newBounded(t, "left", "right")
	rows, lefts, rights := tidemark.JoinWithin(in[0], in[1], join.Interval{To: 10, MaxKeys: 2}, func(l, r post) string { return fmt.Sprint(l, " with ", r) })
	b.rows = drained(rows, func(s string) string { return s })
	b.missed = drained(tidemark.Merge(lefts, rights), told)
	if got := b.p.Explain().String(); !strings.Contains(got, "at most 2 keys") {
		t.Errorf("Explain tells %q", got)
	}
	const full = " refused: facts of 2 other keys are kept: must be at most MaxKeys"
	b.feed(0, post{1, 0, 100}, "", "")
	b.feed(1, post{2, 1, 100}, "", "")
	b.feed(0, post{3, 2, 100}, "", "{3 2 100}"+full)
	b.feed(1, post{3, 3, 100}, "", "{3 3 100}"+full)
	b.feed(1, post{1, 4, 101}, "{1 0 100} with {1 4 101}", "") // keys that are there meet
	b.feed(0, post{2, 5, 100}, "{2 5 100} with {2 1 100}", "")
	b.ledger("left/joinwithin", 1, 2)
	b.ledger("left/joinwithin:rights", 1, 0)
	b.feed(1, post{1, 6, 110}, "{1 0 100} with {1 6 110}", "") // W of the right side is at 110: 100 may still be met
	b.feed(0, post{3, 7, 110}, "", "{3 7 110}"+full)
	b.feed(1, post{1, 8, 111}, "", "") // now the left facts of 100 go; the right one of key 2 went with W of the left side
	b.feed(0, post{3, 9, 111}, "", "")
	b.feed(0, post{4, 10, 111}, "", "{4 10 111}"+full)
	b.ledger("left/joinwithin", 3, 2)
}

func TestJoinAsOfHoldsToMaxKeys(t *testing.T) {
	const refused = " refused: versions of 2 other keys are kept, MaxKeys, and of some keys they were refused"
	for _, missing := range []join.Missing{nil, join.Zero, join.Hold(1000)} {
		for _, history := range []time.Duration{0, 50} {
			b, in := newBounded(t, "posts", "versions")
			how := join.AsOf{Wait: join.Live, Missing: missing, MaxKeys: 2, History: history}
			rows, missed := tidemark.JoinAsOf(in[0], in[1], how, func(l, v post) string { return fmt.Sprint(l, " with ", v) })
			b.rows, b.missed = drained(rows, func(s string) string { return s }), drained(missed, told)
			if got := b.p.Explain().String(); !strings.Contains(got, "versions of at most 2 keys") {
				t.Errorf("Explain tells %q", got)
			}
			b.feed(1, post{1, 0, 100}, "", "")
			b.feed(1, post{2, 1, 100}, "", "")
			switch missing { // nothing has been refused yet
			case nil:
				b.feed(0, post{3, 2, 100}, "", "{3 2 100} unmatched: no version of its key is as old")
			case join.Zero:
				b.feed(0, post{3, 2, 100}, "{3 2 100} with {0 0 0}", "")
			default:
				b.feed(0, post{3, 2, 100}, "", "")
			}
			if _, holds := missing.(join.Hold); holds { // the version that it waits for is refused
				b.feed(1, post{3, 3, 100}, "", "{3 2 100}"+refused)
			} else {
				b.feed(1, post{3, 3, 100}, "", "")
			}
			b.feed(1, post{2, 4, 101}, "", "") // a key that is there has room
			b.feed(0, post{2, 5, 101}, "{2 5 101} with {2 4 101}", "")
			b.feed(0, post{3, 6, 101}, "", "{3 6 101}"+refused)
			b.feed(0, post{4, 7, 101}, "", "{4 7 101}"+refused) // nobody knows whether a version of it was refused
			switch missing {
			case nil: // what a key that is there has not is unmatched, as ever
				b.feed(0, post{1, 8, 99}, "", "{1 8 99} unmatched: no version of its key is as old")
			case join.Zero:
				b.feed(0, post{1, 8, 99}, "{1 8 99} with {0 0 0}", "")
			}
			for _, s := range b.p.Stats().Stages {
				if s.Stage == "posts/join:versions" && (s.Fed != 4 || s.Counted != 3 || s.Refused != 1) || s.Balance() != 0 {
					t.Errorf("the ledger of %s: %+v", s.Stage, s)
				}
			}
			if err := b.p.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			b.came("Close", "", "")
		}
	}
}

// What MaxKeys cannot mean is told by Check, with the remedy.
func TestMistakesOfMaxKeys(t *testing.T) {
	b, in := newBounded(t, "left", "right")
	better := func(a, b post) int { return 0 }
	var all []tidemark.Stream[tidemark.Missed[post]]
	for _, options := range [][]window.Option{{window.MaxKeys{N: 1, Evict: true}}, {window.Sorted}, {window.MaxKeys{}}, {window.MaxKeys{N: 1}, window.Lateness(time.Second)}} {
		ranks, missed := tidemark.Top(in[0], 1, better, options...)
		tidemark.Collect(ranks)
		all = append(all, missed)
	}
	unique, missed := tidemark.Dedup(in[0], join.Dedup{Horizon: -1, MaxKeys: -1})
	pairs, _, _ := tidemark.JoinWithin(in[0], in[1], join.Interval{MaxKeys: -1}, func(l, r post) post { return l })
	rows, _ := tidemark.JoinAsOf(in[0], in[1], join.AsOf{MaxKeys: -1}, func(l, r post) post { return l })
	for _, s := range append(all, missed) {
		tidemark.Collect(s)
	}
	tidemark.Collect(unique)
	tidemark.Collect(pairs)
	tidemark.Collect(rows)
	err := b.p.Check()
	if err == nil {
		t.Fatal("nothing is told")
	}
	for _, want := range []string{
		"Top: MaxKeys{N:1 Evict:true}: a ranking of part of the rows is none; leave Evict out",
		"Top: an option is not MaxKeys: it has no other; give it to the Window before",
		"window: MaxKeys: N is 0: must be at least 1",
		"join: Dedup: Horizon is -1ns: must not be negative",
		"join: Dedup: MaxKeys is -1: must not be negative",
		"join: Interval: MaxKeys is -1: must not be negative",
		"join: MaxKeys is -1: must not be negative",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not told: %s, but:\n%v", want, err)
		}
	}
}

// TestDedupWithMaxKeysIsTheReference: all that was let through is looked at, and
// the calls are cut anyhow.
func TestDedupWithMaxKeysIsTheReference(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 20))
		how := join.Dedup{Horizon: time.Duration(r.IntN(10)), MaxKeys: 1 + r.IntN(4)}
		var facts, kept, want []post
		var wantMissed []string
		now, w := int64(0), int64(watermark.Min)
		for i := range 150 {
			f := post{r.IntN(6), i, now - r.Int64N(20)}
			facts = append(facts, f)
			held, same := map[int]bool{}, false
			for _, k := range kept {
				if k.ns+2*int64(how.Horizon) >= w {
					held[k.key] = true
				}
				d := f.ns - k.ns
				same = same || k.key == f.key && max(d, -d) <= int64(how.Horizon)
			}
			switch {
			case w != int64(watermark.Min) && f.ns < w-int64(how.Horizon):
				wantMissed = append(wantMissed, fmt.Sprint(f, tidemark.Late))
			case !held[f.key] && len(held) >= how.MaxKeys:
				wantMissed = append(wantMissed, fmt.Sprint(f, tidemark.Refused))
			case same:
				wantMissed = append(wantMissed, fmt.Sprint(f, tidemark.Duplicate))
			default:
				kept, want = append(kept, f), append(want, f)
			}
			w = max(w, f.ns-5)
			now += r.Int64N(4)
		}
		for _, cut := range []int{1, 7, 1000} {
			rows, missed := dedupes(t, how, facts, 5, cut)
			if !slices.Equal(rows, want) || !slices.Equal(missed, wantMissed) {
				t.Fatalf("seed %d, %+v, %d facts a Feed:\n%v\n%v, want\n%v\n%v", seed, how, cut, rows, missed, want, wantMissed)
			}
		}
	}
}

// The earliest of a bounded number of keys do not depend on the order of arrival.
func TestEarliestWithMaxKeysDoesNotDependOnTheOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 20))
	var facts []post
	for i := range 200 {
		facts = append(facts, post{r.IntN(6), i, int64(i)})
	}
	how := join.Dedup{Horizon: 3, Earliest: true, MaxKeys: 3}
	want, _ := dedupes(t, how, facts, 1, 1)
	for range 20 {
		r.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		if rows, _ := dedupes(t, how, facts, 1000, 10); !slices.Equal(rows, want) {
			t.Fatalf("%v, want %v", rows, want)
		}
	}
}
