package window

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// TestFinalSessionsAreDisjoint: whatever comes, even of a function whose ends
// fall as time rises.
func TestFinalSessionsAreDisjoint(t *testing.T) {
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 7))
		gap := time.Duration(1 + r.IntN(20))
		var rule Rule = Session{Gap: gap}
		if seed%3 == 0 {
			a, b := watermark.Time(1+r.IntN(5)), 1+r.IntN(60)
			rule = mergingRule(func(t watermark.Time) Span { return Span{t, t + 1 + t*t/a%7*watermark.Time(b)} })
		}
		s, err := NewStore[sessionBag, int, int](rule, Settings{Lateness: time.Duration(r.IntN(2) * r.IntN(60))})
		if err != nil {
			t.Fatal(err)
		}
		type final struct {
			Span
			facts []int
		}
		finals := map[row.ID]final{}
		now := watermark.Time(0)
		for range 300 {
			at := now + watermark.Time(r.IntN(200)-150)
			s.Add(r.IntN(2), at, int(at), nil)
			now += watermark.Time(r.IntN(8))
			s.Advance(now-watermark.Time(r.IntN(40)), func(p Pane[int, sessionBag]) {
				if p.Key == 0 {
					finals[p.ID] = final{p.Span, p.Value.all()}
				}
			})
		}
		var all []final
		for _, f := range finals { // order: sorted below
			slices.Sort(f.facts)
			all = append(all, f)
		}
		slices.SortFunc(all, func(a, b final) int { return cmp.Compare(a.Start, b.Start) })
		for i, f := range all {
			if i > 0 && f.Start < all[i-1].End {
				t.Fatalf("seed %d: %v overlaps %v", seed, f.Span, all[i-1].Span)
			}
			if _, ok := rule.(Session); ok && i > 0 && f.facts[0]-all[i-1].facts[len(all[i-1].facts)-1] < int(gap) {
				t.Fatalf("seed %d: facts %v and %v are nearer than %v", seed, all[i-1].facts, f.facts, gap)
			}
		}
	}
}

// TestSessionsDoNotDependOnTheOrderOfArrival: as long as nothing is late.
func TestSessionsDoNotDependOnTheOrderOfArrival(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		const delay = 40
		rule := Session{Gap: time.Duration(1 + r.IntN(15))}
		if seed%3 == 0 {
			rule.MaxSpan = time.Duration(1 + r.IntN(40))
		}
		type fed struct {
			key, v, place int
			at            watermark.Time
		}
		var facts []fed
		for i := range 200 {
			facts = append(facts, fed{r.IntN(3), i, i, watermark.Time(i*2 + r.IntN(20))})
		}
		play := func() (rows []string) {
			s := newTotals(t, rule, Settings{Sorted: true})
			greatest := watermark.Min
			for _, f := range facts {
				if missed := s.Add(f.key, f.at, f.v, nil); missed != nil {
					t.Fatalf("seed %d: a fact at %d is late", seed, f.at)
				}
				greatest = max(greatest, f.at)
				s.Advance(greatest-delay, func(p Pane[int, total]) { rows = append(rows, fmt.Sprint(p, p.Last, p.ID)) })
			}
			s.Advance(watermark.Max, func(p Pane[int, total]) { rows = append(rows, fmt.Sprint(p, p.Last, p.ID)) })
			return rows
		}
		want := play()
		for range 3 {
			for i := range facts {
				facts[i].place = facts[i].v + r.IntN(10)
			}
			slices.SortFunc(facts, func(a, b fed) int { return cmp.Compare(a.place, b.place) })
			got := play()
			slices.Sort(got)
			if slices.Sort(want); !slices.Equal(got, want) {
				t.Fatalf("seed %d: %+v gives\n%v, and in another order\n%v", seed, rule, want, got)
			}
		}
	}
}

// TestSessionsAllocateNothing once they have seen their traffic.
func TestSessionsAllocateNothing(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		rule Session
		set  Settings
	}{
		{Session{Gap: 10 * ms}, Settings{}},
		{Session{Gap: 10 * ms}, Settings{Sorted: true, Lateness: 50 * ms, EarlyEvery: 20 * ms}},
		{Session{Gap: 10 * ms}, Settings{Lateness: 50 * ms, Coalesce: 20 * ms}},
		{Session{Gap: 10 * ms, MaxSpan: 30 * ms}, Settings{}},
		{Session{Gap: 10 * ms}, Settings{MaxKeys: MaxKeys{100, true}}},
	} {
		r := rand.New(rand.NewPCG(1, 1))
		s := newTotals(t, c.rule, c.set)
		var told Told[int, total]
		var keys, facts [64]int
		var times [64]watermark.Time
		now := watermark.Time(0)
		round := func() {
			for i := range keys {
				keys[i], facts[i], times[i] = r.IntN(200), 1, now.Add(time.Duration(r.IntN(20))*ms)
			}
			s.AddAll(keys[:], times[:], facts[:], &told)
			now = now.Add(2 * ms)
			s.Fire(now.Add(-40*ms), false, &told)
			told.Reset(true)
		}
		for range 3000 {
			round()
		}
		if n := testing.AllocsPerRun(500, round); n > 0 {
			t.Errorf("%+v %+v: %v allocations for 64 facts", c.rule, c.set, n)
		}
	}
}

func TestHeldIsWhatTheHeapHasOfSessions(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	for _, c := range []struct {
		rule Session
		set  Settings
	}{
		{Session{Gap: 10}, Settings{}},
		{Session{Gap: 10}, Settings{Lateness: 50}},
		{Session{Gap: 10, MaxSpan: 30}, Settings{}},
	} {
		var before, after runtime.MemStats
		s, err := NewStore[sessionBag, int, int](c.rule, c.set)
		if err != nil {
			t.Fatal(err)
		}
		var told Told[int, sessionBag]
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range 200_000 {
			s.AddAll([]int{i % 50_000}, []watermark.Time{watermark.Time(i / 1000)}, []int{i}, &told)
			s.Fire(watermark.Time(i/1000-60), false, &told)
			told.Reset(true)
		}
		told = Told[int, sessionBag]{}
		runtime.GC()
		runtime.ReadMemStats(&after)
		_, _, bytes := s.Held()
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); bytes < grown*3/4 || bytes > grown*5/4 {
			t.Errorf("%+v %+v: Held tells %d bytes, the heap grew by %d", c.rule, c.set, bytes, grown)
		}
		runtime.KeepAlive(s)
	}
}
