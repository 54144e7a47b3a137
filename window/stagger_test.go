package window

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// play feeds a store as a script says: "k@t" is a fact of key k, of which the
// value is its number, "w t" a move of W, "clock t" one of the clock, "close" the
// end. It returns what each step tells, "." for nothing.
func play(t *testing.T, rule Rule, set Settings, script string) (out []string) {
	t.Helper()
	s, err := NewStore[bag, int, int](rule, set)
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range strings.Split(script, ", ") {
		var told Told[int, bag]
		var key int
		var at watermark.Time
		if step == "close" {
			s.Fire(watermark.Max, true, &told)
		} else if n, _ := fmt.Sscanf(step, "w %d", &at); n == 1 {
			s.Fire(at, false, &told)
		} else if n, _ := fmt.Sscanf(step, "clock %d", &at); n == 1 {
			s.Tick(at)
			s.Expire(&told)
		} else if _, err := fmt.Sscanf(step, "%d@%d", &key, &at); err == nil {
			s.AddAll([]int{key}, []watermark.Time{at}, []int{i}, &told)
		} else {
			t.Fatalf("step %q: %v", step, err)
		}
		var words []string
		for j, p := range told.Panes {
			w := fmt.Sprintf("%v/%d %d%s=%v", p.Kind, p.Revision, p.Key, brackets([]Span{p.Span}), sorted(p.Value.vals))
			if p.Forced {
				w += " forced"
			}
			if p.Stamp.Time != p.End-1 {
				w += fmt.Sprintf(" at %d", p.Stamp.Time)
			}
			for _, o := range told.Replaced {
				if o.At == j {
					w += fmt.Sprintf(" for %v/%d=%v", o.Pane.Kind, o.Pane.Revision, sorted(o.Pane.Value.vals))
				}
			}
			words = append(words, w)
		}
		for _, m := range told.Missed {
			words = append(words, []string{Late: "late ", Refused: "refused "}[m.Fate]+brackets(m.Spans)+m.Detail)
		}
		if len(words) == 0 {
			words = []string{"."}
		}
		out = append(out, step+": "+strings.Join(words, "; "))
	}
	return out
}

// played asserts what play gives, a line a step; lines of nothing are left out.
func played(t *testing.T, rule Rule, set Settings, script string, want ...string) {
	t.Helper()
	got := slices.DeleteFunc(play(t, rule, set, script), func(s string) bool { return strings.HasSuffix(s, ": .") })
	if !slices.Equal(got, want) {
		t.Errorf("%+v %+v: %s\ngives\n%s\nwant\n%s", rule, set, script, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestStaggerOpensAtTheFirstFactInEventTime(t *testing.T) {
	played(t, Stagger{Size: 10}, Settings{}, "1@7, 1@3, 1@12, 1@13, w 13, w 14, w 22, w 23",
		"w 13: final/0 1[3 13)=[0 1 2]",
		"w 23: final/0 1[13 23)=[3]")
}

func TestStaggerHoldsAt1ns(t *testing.T) {
	const ns = "late [10 20)"
	for _, c := range []struct {
		name, script string
		want         []string
	}{
		{"a fact at the end opens the next", "1@0, w 1, 1@9, 1@10, close", []string{"close: final/0 1[0 10)=[0 2] forced; final/0 1[10 20)=[3] forced"}},
		{"fires at its end", "1@0, w 9, w 10", []string{"w 10: final/0 1[0 10)=[0]"}},
		{"W at the start does not fix it", "1@5, w 5, 1@5, 1@14, w 6, w 15", []string{"w 15: final/0 1[5 15)=[0 2 3]"}},
		{"a fact behind W opens its own, which takes those that wait", "1@5, w 5, 1@4, w 14, 1@14, w 24", []string{"w 14: final/0 1[4 14)=[0 2]", "w 24: final/0 1[14 24)=[4]"}},
		{"W 1 ns beyond the start fixes it", "1@5, w 6, 1@4, w 15", []string{"1@4: late [4 14)", "w 15: final/0 1[5 15)=[0]"}},
		{"behind W, it may end where a fixed one starts", "1@15, w 16, 2@7, 1@5, 1@6, close", []string{"1@5: late [5 15)", "1@6: late [6 16)", "close: final/0 2[7 17)=[2] forced; final/0 1[15 25)=[0] forced"}},
		{"behind W, it may start where a fired one ends", "1@0, w 12, 1@10, 1@9, w 20", []string{"w 12: final/0 1[0 10)=[0]", "1@9: late [0 10)", "w 20: final/0 1[10 20)=[2]"}},
		{"over at its own end", "2@0, w 19, 1@10, w 20, 3@10, 3@11, close", []string{"w 19: final/0 2[0 10)=[0]", "w 20: final/0 1[10 20)=[2]", "3@10: " + ns, "close: final/0 3[11 21)=[5] forced"}},
		{"a fired span is known until nothing can overlap it", "1@0, w 18, 1@9, w 19, 1@9", []string{"w 18: final/0 1[0 10)=[0]", "1@9: late [0 10)", "1@9: late [9 19)"}},
	} {
		t.Run(c.name, func(t *testing.T) { played(t, Stagger{Size: 10}, Settings{}, c.script, c.want...) })
	}
}

// boxed has all that it is behind a pointer.
type boxed struct{ sum *int }

func (b *boxed) Add(v int) {
	if b.sum == nil {
		b.sum = new(int)
	}
	*b.sum += v
}

func (b *boxed) Merge(o *boxed) {
	if o.sum != nil {
		b.Add(*o.sum)
	}
}

func TestStaggerSharesNothingWithItsPanes(t *testing.T) {
	for _, set := range []Settings{{EarlyEvery: 2}, {Lateness: 100}, {Lateness: 100, Coalesce: 7, EarlyEvery: 3}} {
		s, err := NewStore[boxed, int, int](Stagger{Size: 10}, set)
		if err != nil {
			t.Fatal(err)
		}
		var told Told[int, boxed]
		var sums []int
		for i := range 40 {
			s.AddAll([]int{1}, []watermark.Time{watermark.Time(i * 7 % 10)}, []int{1 + i}, &told)
			s.Fire(watermark.Time(i), false, &told)
			for _, p := range told.Panes[len(sums):] {
				sums = append(sums, *p.Value.sum)
			}
		}
		for i, p := range told.Panes {
			if *p.Value.sum != sums[i] {
				t.Errorf("%+v: pane %d had %d, and now %d", set, i, sums[i], *p.Value.sum)
			}
		}
		for _, r := range told.Replaced {
			if *r.Pane.Value.sum != sums[r.At-1] {
				t.Errorf("%+v: pane %d replaces one of %d, which had %d", set, r.At, *r.Pane.Value.sum, sums[r.At-1])
			}
		}
		if len(told.Replaced) < 3 {
			t.Errorf("%+v: %d rows are replaced", set, len(told.Replaced))
		}
	}
}

// A key is let go when its last span is: a fact at the last time of that could
// have opened one until then.
func TestStaggerLetsGoOfKeys(t *testing.T) {
	s := newTotals(t, Stagger{Size: 10}, Settings{Lateness: 5})
	s.Add(1, 0, 1, nil)
	for _, w := range []watermark.Time{1, 10, 15, 23, 24} {
		s.Advance(w, func(Pane[int, total]) {})
		wantKeys, wantPanes := int64(1), int64(1)
		if w >= 15 {
			wantPanes = 0
		}
		if w >= 24 { // 9 + Size + Lateness
			wantKeys = 0
		}
		if keys, panes, _ := s.Held(); keys != wantKeys || panes != wantPanes {
			t.Errorf("W %d: %d keys, %d panes", w, keys, panes)
		}
	}
}

func TestStaggerIsCorrectedUntilItIsOver(t *testing.T) {
	late := Settings{Lateness: 5}
	played(t, Stagger{Size: 10}, late, "1@0, w 14, 1@9, 1@3, w 15, 1@9, 1@10",
		"w 14: final/0 1[0 10)=[0]",
		"1@9: correction/1 1[0 10)=[0 2] for final/0=[0]",
		"1@3: correction/2 1[0 10)=[0 2 3] for correction/1=[0 2]",
		"1@9: late [0 10)")
	played(t, Stagger{Size: 10}, late, "2@0, w 14, 1@0, 1@3, w 15, 1@0",
		"w 14: final/0 2[0 10)=[0]",
		"1@0: final/0 1[0 10)=[2]", // it is over W already, and comes at once
		"1@3: correction/1 1[0 10)=[2 3] for final/0=[2]",
		"1@0: late [0 10)")
	played(t, Stagger{Size: 10}, late, "w 14, 1@0, w 15, 1@3",
		"1@0: final/0 1[0 10)=[1]",
		"1@3: late [0 10)")
	played(t, Stagger{Size: 10}, Settings{Lateness: 5, Coalesce: 4}, "1@0, w 10, 1@1, 1@2, w 11, w 12, 1@3, w 14, 2@2, 2@3, w 15",
		"w 10: final/0 1[0 10)=[0]",
		"w 12: correction/1 1[0 10)=[0 2 3] for final/0=[0]",
		"2@2: final/0 2[2 12)=[8]",
		"w 15: correction/2 1[0 10)=[0 2 3 6] for correction/1=[0 2 3]") // its state dies; that of 2 has not
	played(t, Stagger{Size: 10}, Settings{Lateness: 5, Coalesce: 100, Sorted: true}, "2@0, w 11, 1@0, 2@1, 1@1, w 15",
		"w 11: final/0 2[0 10)=[0]",
		"1@0: final/0 1[0 10)=[2]",
		"w 15: correction/1 1[0 10)=[2 4] for final/0=[2]; correction/1 2[0 10)=[0 3] for final/0=[0]")
}

func TestStaggerIsPreviewedOnceItIsFixed(t *testing.T) {
	played(t, Stagger{Size: 10}, Settings{EarlyEvery: 4}, "1@3, 1@5, w 3, w 4, 1@9, w 5, w 9, w 12, w 13",
		"w 4: early/0 1[3 13)=[0]",
		"w 9: early/1 1[3 13)=[0 1 4] for early/0=[0]",
		"w 13: final/2 1[3 13)=[0 1 4] for early/1=[0 1 4]")
	played(t, Stagger{Size: 10}, Settings{EarlyEvery: 4, Lateness: 9}, "1@3, w 4, w 13, 1@4",
		"w 4: early/0 1[3 13)=[0]",
		"w 13: final/1 1[3 13)=[0] for early/0=[0]",
		"1@4: correction/2 1[3 13)=[0 3] for final/1=[0]")
}

func TestStaggerHoldsToMaxKeys(t *testing.T) {
	played(t, Stagger{Size: 10}, Settings{MaxKeys: MaxKeys{N: 2}}, "1@0, 2@1, 3@2, 1@3, w 9, 3@9, w 10, 3@10, w 11, 3@12, close",
		"3@2: refused 2 keys are held: must be at most MaxKeys",
		"3@9: refused 2 keys are held: must be at most MaxKeys",
		"w 10: final/0 1[0 10)=[0 3]",
		"w 11: final/0 2[1 11)=[1]",
		"close: final/0 3[10 20)=[7 9] forced")
	played(t, Stagger{Size: 10}, Settings{MaxKeys: MaxKeys{N: 1, Evict: true}}, "1@0, 2@1, 1@1, w 2, 1@1, close",
		"w 2: final/0 1[0 10)=[0] forced; final/0 2[1 11)=[1] forced",
		"close: final/0 1[1 11)=[2 4] forced")
	// A pane of a key and span that was let go has another ID.
	s, _ := NewStore[bag, int, int](Stagger{Size: 10}, Settings{MaxKeys: MaxKeys{N: 1, Evict: true}})
	var told Told[int, bag]
	s.AddAll([]int{1, 2, 1}, []watermark.Time{0, 0, 0}, []int{1, 2, 3}, &told)
	s.Fire(watermark.Max, true, &told)
	if p := told.Panes; len(p) != 3 || p[0].Key != p[2].Key || p[0].Span != p[2].Span || p[0].ID == p[2].ID {
		t.Errorf("panes are %v", p)
	}
}

func TestStaggerHoldsAtTheBoundsOfTime(t *testing.T) {
	for _, size := range []time.Duration{1, 7, time.Second, 1<<63 - 1} {
		for _, late := range []time.Duration{0, 1, 1<<63 - 1} {
			s := newTotals(t, Stagger{Size: size}, Settings{Lateness: late})
			times := []watermark.Time{watermark.Max - 1, watermark.Min + 1, watermark.Min + 2, -1, 0, 1, watermark.Max - 2}
			for _, at := range times {
				if missed := s.Add(1, at, 1, nil); missed != nil {
					t.Errorf("size %d: %d missed %v", size, at, missed)
				}
			}
			facts, last := 0, Span{}
			check := func(p Pane[int, total]) {
				if !p.Contains(p.Last) || facts > 0 && p.Start < last.End || p.End <= p.Start {
					t.Errorf("size %d: pane %v after %v, last fact %d", size, p.Span, last, p.Last)
				}
				facts, last = facts+p.Facts, p.Span
			}
			s.Advance(watermark.Min+1, check)
			s.Advance(watermark.Min+2, check)
			s.Advance(0, check)
			s.Advance(watermark.Max-1, check)
			s.Advance(watermark.Max, check)
			if facts != len(times) {
				t.Errorf("size %d: %d facts in panes, want %d", size, facts, len(times))
			}
			if keys, panes, _ := s.Held(); keys != 0 || panes != 0 {
				t.Errorf("size %d: %d keys, %d panes at the end", size, keys, panes)
			}
		}
	}
}

// arrival plays a history in one order of arrival: each fact, then W, which is
// the greatest time less the delay. No fact is behind W, and those of one time
// keep their order.
func arrival(t *testing.T, r *rand.Rand, rule Rule, set Settings, facts []plainFact, delay, disorder watermark.Time) (rows []string) {
	t.Helper()
	s, err := NewStore[bag, int, int](rule, set)
	if err != nil {
		t.Fatal(err)
	}
	come := map[watermark.Time]watermark.Time{}
	for _, f := range facts {
		come[f.t] = f.t + watermark.Time(r.Int64N(int64(disorder)+1))
	}
	facts = slices.Clone(facts)
	slices.SortStableFunc(facts, func(a, b plainFact) int { return int(come[a.t] - come[b.t]) })
	var told Told[int, bag]
	w := watermark.Min
	for _, f := range facts {
		s.AddAll([]int{f.key}, []watermark.Time{f.t}, []int{f.v}, &told)
		w = max(w, f.t-delay)
		s.Fire(w, false, &told)
	}
	s.Fire(watermark.Max, true, &told)
	if len(told.Missed) > 0 {
		t.Fatalf("within the delay, and missed: %+v", told.Missed)
	}
	for _, p := range told.Panes {
		if set.MaxKeys.Evict { // fired by a fact at which W was another
			p.Stamp.Time = 0
		}
		rows = append(rows, fmt.Sprintf("%s at %d %v", line("W", p, ""), p.Stamp.Time, p.ID))
	}
	slices.Sort(rows)
	return rows
}

// TestStaggerAndCountDoNotDependOnArrival: within the delay, the same rows.
func TestStaggerAndCountDoNotDependOnArrival(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 14))
		var facts []plainFact
		for v := range 60 {
			facts = append(facts, plainFact{r.IntN(4), watermark.Time(r.IntN(200)), v})
		}
		set := Settings{}
		if r.IntN(2) == 0 {
			set.MaxKeys = MaxKeys{1 + r.IntN(3), true}
		} else if r.IntN(2) == 0 {
			set.Lateness = 7
		}
		delay := watermark.Time(r.IntN(60))
		size, count := time.Duration(1+r.IntN(40)), Count{1 + r.IntN(5), time.Duration(r.IntN(60))}
		for _, rule := range []Rule{Stagger{Size: size}, count} {
			if rule == Rule(count) {
				set.Lateness = 0
			}
			want := arrival(t, r, rule, set, facts, delay, 0)
			if got := arrival(t, r, rule, set, facts, delay, delay); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d: %+v %+v, delay %d gives\n%s\nwant\n%s", seed, rule, set, delay, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
}

func TestStaggerAndCountTellMistakes(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		set  Settings
		want string
	}{
		{Stagger{}, Settings{}, "window: Stagger: Size is 0s: must be above 0"},
		{Stagger{Size: -1, Arrival: true}, Settings{}, "window: Stagger: Size is -1ns: must be above 0"},
		{Count{N: 0, MaxWait: -1}, Settings{}, "window: Count: N is 0: must be at least 1\nwindow: Count: MaxWait is -1ns: must not be negative"},
		{Count{N: 1}, Settings{Lateness: 1}, "window: Count: Lateness does not go with it"},
		{Count{N: 1}, Settings{EarlyEvery: 1}, "window: Count: EarlyEvery does not go with it"},
		{Stagger{Size: 1}, Settings{Deadline: 1}, "window: Stagger: Deadline goes with"},
		{Stagger{Size: 1}, Settings{Fill: 1}, "window: Stagger: Fill goes with"},
	} {
		if _, err := NewStore[total, int, int](c.rule, c.set); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%+v %+v: %v, want %s…", c.rule, c.set, err, c.want)
		}
	}
}

func TestStaggerAndCountTellWhatIsOpen(t *testing.T) {
	s := newTotals(t, Stagger{Size: 10}, Settings{})
	s.Add(1, 3, 1, nil)
	s.Add(1, 14, 1, nil)
	look := func(s *Store[int, total, int, *total], key int, at watermark.Time, span Span, facts int, open bool) {
		t.Helper()
		if a, b, c := s.Look(key, at); a != span || b != facts || c != open {
			t.Errorf("key %d at %d: %v %d %t, want %v %d %t", key, at, a, b, c, span, facts, open)
		}
	}
	s.Add(1, 12, 1, nil)
	look(s, 1, 5, Span{3, 13}, 2, true) // they wait
	look(s, 1, 2, Span{2, 12}, 1, true)
	look(s, 1, 20, Span{14, 24}, 1, true)
	look(s, 1, 24, Span{24, 34}, 0, true)
	s.Advance(4, func(Pane[int, total]) {})
	look(s, 1, 5, Span{3, 13}, 2, true)
	look(s, 1, 2, Span{2, 12}, 0, false) // overlaps a fixed one
	look(s, 1, 20, Span{14, 24}, 1, true)
	look(s, 2, 5, Span{5, 15}, 0, true)
	s.Advance(13, func(Pane[int, total]) {})
	look(s, 1, 5, Span{3, 13}, 0, false)
	look(s, 2, 3, Span{3, 13}, 0, false)

	c := newTotals(t, Count{N: 3, MaxWait: 30}, Settings{})
	c.Add(1, 3, 1, nil)
	look(c, 1, 3, Span{3, 4}, 1, true)
	c.Advance(4, func(Pane[int, total]) {})
	c.Add(1, 8, 1, nil)
	c.Add(1, 40, 1, nil)
	look(c, 1, 7, Span{3, 9}, 2, true)
	look(c, 1, 9, Span{3, 10}, 2, true)
	look(c, 1, 33, Span{33, 34}, 0, true)
	look(c, 1, 60, Span{40, 61}, 1, true)
	look(c, 1, 70, Span{70, 71}, 0, true)
	look(c, 1, 2, Span{2, 3}, 0, false)
	look(c, 2, 3, Span{3, 4}, 0, false)
	look(c, 2, 4, Span{4, 5}, 0, true)
}

// TestStaggerAndCountAllocateNothing per fact, once they have seen their traffic.
func TestStaggerAndCountAllocateNothing(t *testing.T) {
	for _, c := range []struct {
		rule Rule
		set  Settings
	}{
		{Stagger{Size: 1000}, Settings{}},
		{Stagger{Size: 1000}, Settings{Lateness: 3000, Sorted: true}},
		{Stagger{Size: 1000}, Settings{EarlyEvery: 500}},
		{Stagger{Size: 1000}, Settings{MaxKeys: MaxKeys{20, true}}},
		{Count{N: 7, MaxWait: 500}, Settings{}},
		{Count{N: 7}, Settings{Sorted: true}},
		{Count{N: 7, MaxWait: 900}, Settings{MaxKeys: MaxKeys{20, true}}},
	} {
		s := newTotals(t, c.rule, c.set)
		now, i := watermark.Time(0), 0
		var told Told[int, total]
		keys, times, facts := make([]int, 256), make([]watermark.Time, 256), make([]int, 256)
		feed := func() {
			for range 40 {
				for j := range keys {
					i++
					now += watermark.Time(i % 3)
					keys[j], times[j] = i*7%50, now-watermark.Time(i*31%200)
				}
				s.AddAll(keys, times, facts, &told)
				s.Fire(now-200, false, &told)
				told.Reset(false)
			}
		}
		for range 30 {
			feed()
		}
		if n := testing.AllocsPerRun(10, feed); n > 400 { // of 10,240 facts: a leaf of a queue here and there
			t.Errorf("%+v %+v: %v allocations in 10,240 facts", c.rule, c.set, n)
		}
	}
}

func TestStaggerAndCountHoldWhatTheHeapHas(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	for _, c := range []struct {
		rule Rule
		set  Settings
		keys int
	}{
		{Stagger{Size: 100}, Settings{}, 200_000},
		{Stagger{Size: 10}, Settings{Lateness: 100}, 50_000},
		{Count{N: 100}, Settings{}, 200_000},
		{Count{N: 100}, Settings{}, 3}, // nearly all wait
	} {
		var before, after runtime.MemStats
		s := newTotals(t, c.rule, c.set)
		runtime.GC()
		runtime.ReadMemStats(&before)
		for k := range 200_000 {
			s.Add(k%c.keys, watermark.Time(k/5000), 1, nil)
			s.Advance(watermark.Time(k/5000-10), func(Pane[int, total]) {})
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		_, _, bytes := s.Held()
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); bytes < grown*3/4 || bytes > grown*5/4 {
			t.Errorf("%+v %+v: Held tells %d bytes, the heap grew by %d", c.rule, c.set, bytes, grown)
		}
		runtime.KeepAlive(s)
	}
}
