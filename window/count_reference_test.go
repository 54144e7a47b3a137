package window

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// plainCount is the obvious count: lists that are looked through from one end to
// the other.
type plainCount struct {
	rule  Count
	set   Settings
	w     watermark.Time
	waits []plainFact
	open  []*plainCounted // as they began
	begun int
}

type plainCounted struct {
	key, begun  int
	first, last watermark.Time
	vals        []int
}

func (n *plainCount) add(i int, f plainFact) (missed string) {
	if f.t < n.w {
		return fmt.Sprintf("missed %d: fate %d %s", i, Late, brackets([]Span{{f.t, f.t + 1}}))
	}
	held := map[int]bool{}
	for _, x := range n.waits {
		held[x.key] = true
	}
	for _, x := range n.open {
		held[x.key] = true
	}
	if most := n.set.MaxKeys; most.N > 0 && !most.Evict && !held[f.key] && len(held) >= most.N {
		return fmt.Sprintf("missed %d: fate %d ", i, Refused)
	}
	n.waits = append(n.waits, f)
	return ""
}

type plainShut struct {
	*plainCounted
	Span
	time   watermark.Time
	forced bool
}

func (n *plainCount) advance(w watermark.Time, forced bool) (out []string) {
	var shut []plainShut
	before := n.w
	n.w = w
	close := func(i int, at watermark.Time, forced bool) {
		x := n.open[i]
		n.open = slices.Delete(n.open, i, i+1)
		shut = append(shut, plainShut{x, Span{x.first, x.last + 1}, max(x.last, at), forced})
	}
	expire := func(t watermark.Time) {
		for n.rule.MaxWait > 0 && len(n.open) > 0 && n.open[0].first.Add(n.rule.MaxWait) <= t {
			close(0, n.open[0].first.Add(n.rule.MaxWait-1), forced)
		}
	}
	slices.SortStableFunc(n.waits, func(a, b plainFact) int { return int(a.t - b.t) })
	for len(n.waits) > 0 && n.waits[0].t < w {
		f := n.waits[0]
		n.waits = n.waits[1:]
		expire(f.t)
		i := slices.IndexFunc(n.open, func(x *plainCounted) bool { return x.key == f.key })
		if i < 0 {
			if n.set.MaxKeys.Evict && len(n.open) >= n.set.MaxKeys.N {
				close(0, before, true)
			}
			i = len(n.open)
			n.begun++
			n.open = append(n.open, &plainCounted{key: f.key, begun: n.begun, first: f.t})
		}
		x := n.open[i]
		x.last, x.vals = f.t, append(x.vals, f.v)
		if len(x.vals) == n.rule.N {
			close(i, f.t, forced)
		}
	}
	expire(w)
	for w == watermark.Max && len(n.open) > 0 {
		close(0, before, forced)
	}
	slices.SortFunc(shut, func(a, b plainShut) int {
		if c := byEnd(a.Span, b.Span); c != 0 {
			return c
		}
		if n.set.Sorted && a.key != b.key {
			return a.key - b.key
		}
		return a.begun - b.begun
	})
	for _, x := range shut {
		p := Pane[int, bag]{Span: x.Span, Key: x.key, Value: bag{x.vals}, Facts: len(x.vals), Last: x.last}
		p.Stamp.Time, p.Forced = x.time, x.forced
		out = append(out, timed(p))
	}
	return out
}

// timed is line with the event time.
func timed(p Pane[int, bag]) string { return fmt.Sprintf("%s at %d", line("W", p, ""), p.Stamp.Time) }

func allTimed(panes []Pane[int, bag]) (out []string) {
	for _, p := range panes {
		out = append(out, timed(p))
	}
	return out
}

func randomCount(r *rand.Rand) (rule Count, set Settings) {
	rule.N = 1 + r.IntN(5)
	if r.IntN(2) == 0 {
		rule.MaxWait = time.Duration(1 + r.IntN(60))
	}
	set.Sorted = r.IntN(2) == 0
	if r.IntN(3) == 0 {
		set.MaxKeys = MaxKeys{1 + r.IntN(3), r.IntN(2) == 0}
	}
	return rule, set
}

// TestCountIsTheReference plays facts in any order and moves of W, in batches
// and one by one.
func TestCountIsTheReference(t *testing.T) {
	rounds := uint64(600)
	if testing.Short() {
		rounds = 200
	}
	same := 0
	for seed := range rounds {
		r := rand.New(rand.NewPCG(seed, 13))
		rule, set := randomCount(r)
		ref := &plainCount{rule: rule, set: set, w: watermark.Min}
		batch, err := NewStore[bag, int, int](rule, set)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		one, _ := NewStore[bag, int, int](rule, set)
		var steps []string
		compare := func(what string, got, want []string) {
			t.Helper()
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%s\nseed %d: %+v %+v: %s gives\n%s\nwant\n%s", strings.Join(steps, "\n"), seed, rule, set, what, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		names, spans := map[row.ID]bool{}, map[string]bool{}
		value, wide := 0, 1+r.IntN(60)
		now, w := watermark.Time(r.IntN(300)-150), watermark.Min
		for step := range 30 {
			var told, told1 Told[int, bag]
			var b columns[int, int]
			var want, each []string
			for i := range r.IntN(12) {
				value++
				f := plainFact{r.IntN(4), now + watermark.Time(r.IntN(wide)-wide/2), value}
				steps = append(steps, fmt.Sprintf("add %+v", f))
				b.keys, b.times, b.facts = append(b.keys, f.key), append(b.times, f.t), append(b.facts, f.v)
				if missed := ref.add(i, f); missed != "" {
					want = append(want, missed)
				}
				n := len(told1.Missed)
				one.AddAll(b.keys[i:], b.times[i:], b.facts[i:], &told1)
				if len(told1.Missed) > n {
					told1.Missed[n].Fact = i
				}
			}
			batch.AddAll(b.keys, b.times, b.facts, &told)
			each = tell(&told1)
			compare("AddAll", tell(&told), want)
			compare("AddAll of one each", each, want)
			now += watermark.Time(r.IntN(40))
			if r.IntN(4) > 0 {
				w = max(w, now-watermark.Time(r.IntN(wide)))
			}
			if step == 29 {
				w = watermark.Max
			}
			if w <= ref.w {
				continue
			}
			steps = append(steps, fmt.Sprintf("W %d", w))
			before := ref.w
			want = ref.advance(w, step == 29)
			told, told1 = Told[int, bag]{}, Told[int, bag]{}
			batch.Fire(w, step == 29, &told)
			one.Fire(w, step == 29, &told1)
			compare("Fire", allTimed(told.Panes), want)
			compare("Fire of one each", allTimed(told1.Panes), want)
			for i, p := range told.Panes {
				if names[p.ID] || told1.Panes[i].ID != p.ID {
					t.Fatalf("seed %d: ID %v of %v is not its own", seed, p.ID, p)
				}
				names[p.ID] = true
				if s := fmt.Sprint(p.Key, p.Span); spans[s] {
					same++
				} else {
					spans[s] = true
				}
				if p.Stamp.Time < before {
					t.Fatalf("seed %d: the event time of %v is %d, behind W %d (rule 22)", seed, p, p.Stamp.Time, before)
				}
			}
			if keys, panes, _ := batch.Held(); w == watermark.Max && (keys != 0 || panes != 0) {
				t.Fatalf("seed %d: %d keys and %d panes are held at the end", seed, keys, panes)
			}
		}
	}
	if same < 100 {
		t.Errorf("%d panes have the span of another of their key: the histories are poor", same)
	}
}
