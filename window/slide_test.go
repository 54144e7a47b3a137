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

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// slideRows advances a store and writes the rows that it gives.
func slideRows(s *Store[int, slideTotal, int, *slideTotal], w watermark.Time) (rows []string) {
	s.Advance(w, func(p Pane[int, slideTotal]) {
		rows = append(rows, fmt.Sprintf("%d [%d %d) facts=%d sum=%d", p.Key, p.Start, p.End, p.Facts, p.Value.sum))
	})
	return rows
}

func newSlide(t testing.TB, size time.Duration, set Settings) *Store[int, slideTotal, int, *slideTotal] {
	t.Helper()
	s, err := NewStore[slideTotal, int, int](Slide{Size: size}, set)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantRows(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("rows are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestSlideFiresWhenWIsBeyondTheFactAndNot1nsBefore(t *testing.T) {
	s := newSlide(t, 10, Settings{})
	s.Add(1, 100, 5, nil)
	wantRows(t, slideRows(s, 100))
	s.Add(1, 100, 6, nil) // a fact at W is on time
	wantRows(t, slideRows(s, 101), "1 [91 101) facts=2 sum=11", "1 [91 101) facts=2 sum=11")
	if missed := s.Add(1, 100, 7, nil); !slices.Equal(missed, []Span{{91, 101}}) {
		t.Errorf("a fact 1 ns behind W missed %v", missed)
	}
	if missed := s.Add(1, 101, 7, nil); missed != nil {
		t.Errorf("a fact at W missed %v", missed)
	}
}

func TestSlideReachesBackSizeAndNot1nsMore(t *testing.T) {
	s := newSlide(t, 10, Settings{})
	s.Add(1, 100, 1, nil)
	s.Add(1, 109, 2, nil) // 100 > 109 - 10
	s.Add(1, 110, 4, nil) // 100 is out
	s.Add(1, 120, 8, nil) // and so is all else
	wantRows(t, slideRows(s, 200),
		"1 [91 101) facts=1 sum=1",
		"1 [100 110) facts=2 sum=3",
		"1 [101 111) facts=2 sum=6",
		"1 [111 121) facts=1 sum=8")
}

func TestSlideOf1ns(t *testing.T) {
	s := newSlide(t, 1, Settings{})
	s.Add(1, 100, 1, nil)
	s.Add(1, 101, 2, nil)
	s.Add(1, 101, 4, nil)
	wantRows(t, slideRows(s, 200), "1 [100 101) facts=1 sum=1", "1 [101 102) facts=2 sum=6", "1 [101 102) facts=2 sum=6")
}

// TestSlideFactsOfOneTime see one another, and are in the order of feeding.
func TestSlideFactsOfOneTime(t *testing.T) {
	for _, sorted := range []bool{false, true} {
		s := newSlide(t, 10, Settings{Sorted: sorted})
		for i, key := range []int{3, 1, 3, 2, 1} {
			s.Add(key, 100, 1<<i, nil)
		}
		s.Add(9, 99, 100, nil)
		want := []string{"9 [90 100) facts=1 sum=100", "3 [91 101) facts=2 sum=5", "1 [91 101) facts=2 sum=18", "3 [91 101) facts=2 sum=5", "2 [91 101) facts=1 sum=8", "1 [91 101) facts=2 sum=18"}
		if sorted {
			want = []string{want[0], want[2], want[2], want[4], want[1], want[1]}
		}
		wantRows(t, slideRows(s, 200), want...)
	}
}

// TestSlideIDs are over stage, key, span and the number of the row in it.
func TestSlideIDs(t *testing.T) {
	plan, err := keys.Compile[int]()
	if err != nil {
		t.Fatal(err)
	}
	ids := func(size time.Duration, stage string) (ids []row.ID) {
		s := newSlide(t, size, Settings{Stage: stage})
		for _, at := range []watermark.Time{7, 7, 7, 8} {
			s.Add(1, at, 1, nil)
			s.Add(2, at, 1, nil)
		}
		s.Advance(9, func(p Pane[int, slideTotal]) { ids = append(ids, p.ID) })
		return ids
	}
	got := ids(10, "s")
	if seed := keys.Fold(keys.Seed("s"), 10); got[0] != keys.Fold(plan.ID(seed, 1), 7) || got[3] != keys.Fold(plan.ID(seed, 2), 7, 1) || got[6] != keys.Fold(plan.ID(seed, 1), 8) {
		t.Errorf("IDs are %v", got)
	}
	if again := ids(10, "s"); !slices.Equal(got, again) {
		t.Errorf("IDs are %v, and then %v", got, again)
	}
	all := slices.Concat(got, ids(11, "s"), ids(10, "t"))
	slices.SortFunc(all, func(a, b row.ID) int { return slices.Compare(a[:], b[:]) })
	if n := len(slices.Compact(all)); n != 24 {
		t.Errorf("%d IDs of 24 rows of two sizes and stages", n)
	}
}

// TestSlideRowsOfOneKeyAndTime are in the order of their numbers, sorted or not.
func TestSlideRowsOfOneKeyAndTime(t *testing.T) {
	plan, err := keys.Compile[int]()
	if err != nil {
		t.Fatal(err)
	}
	for _, sorted := range []bool{false, true} {
		s := newSlide(t, 10, Settings{Sorted: sorted})
		for i := range 200 {
			s.Add(i%3, 7, 1, nil)
		}
		seed, next := keys.Fold(keys.Seed(""), 10), [3]uint64{}
		s.Advance(8, func(p Pane[int, slideTotal]) {
			id := keys.Fold(plan.ID(seed, p.Key), 7)
			if n := next[p.Key]; n > 0 {
				id = keys.Fold(id, n)
			}
			if next[p.Key]++; p.ID != id {
				t.Fatalf("sorted %t: row %d of key %d has another ID", sorted, next[p.Key]-1, p.Key)
			}
		})
	}
}

// TestSlideInAnyOrder: facts permuted within the bound give the same rows, as
// long as no two are of one time.
func TestSlideInAnyOrder(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 2))
		play := func(bound int) (rows []string) {
			s := newSlide(t, time.Duration(1+seed*3), Settings{})
			order := make([]int, 500)
			for i := range order {
				order[i] = i
			}
			for i := 0; i+bound <= len(order); i += bound {
				r.Shuffle(bound, func(a, b int) { order[i+a], order[i+b] = order[i+b], order[i+a] })
			}
			greatest := 0
			for _, i := range order {
				greatest = max(greatest, i)
				if missed := s.Add(i*7%5, watermark.Time(i*3), i, nil); missed != nil {
					t.Fatalf("seed %d: fact %d missed %v", seed, i, missed)
				}
				rows = append(rows, slideRows(s, watermark.Time((greatest-bound)*3))...)
			}
			return append(rows, slideRows(s, watermark.Max)...)
		}
		if a, b, c := play(1), play(10), play(100); !slices.Equal(a, b) || !slices.Equal(a, c) || len(a) != 500 {
			t.Fatalf("seed %d: %d, %d and %d rows, not the same", seed, len(a), len(b), len(c))
		}
	}
}

func TestSlideKeysAreLetGo(t *testing.T) {
	s := newSlide(t, 10, Settings{MaxKeys: MaxKeys{N: 2}})
	var told Told[int, slideTotal]
	refused := func(key int, at watermark.Time) bool {
		told.Reset(false)
		s.AddAll([]int{key}, []watermark.Time{at}, []int{1}, &told)
		return len(told.Missed) == 1 && told.Missed[0].Fate == Refused && told.Missed[0].Detail == "2 keys are held: must be at most MaxKeys"
	}
	if refused(1, 100) || refused(2, 103) || refused(1, 101) || !refused(3, 100) {
		t.Error("the third key is to be refused, no other")
	}
	slideRows(s, 110) // 101 counts until 110
	if !refused(3, 111) {
		t.Error("a key went 1 ns too early")
	}
	slideRows(s, 111)
	if refused(3, 111) || !refused(1, 111) {
		t.Error("a key went too late")
	}
	if keys, _, _ := s.Held(); keys != 2 {
		t.Errorf("%d keys are held", keys)
	}
	slideRows(s, 200)
	if keys, panes, _ := s.Held(); keys != 0 || panes != 0 {
		t.Errorf("%d keys, %d panes are held", keys, panes)
	}
}

// TestSlideAtTheBoundsOfTime: spans are cut off, and a key whose facts
// count to the end of time stays.
func TestSlideAtTheBoundsOfTime(t *testing.T) {
	const least, most = watermark.Min + 1, watermark.Max - 1
	s := newSlide(t, 1<<63-1, Settings{})
	for i, at := range []watermark.Time{least, least + 1, -1, most - 1, most} {
		s.Add(1, at, 1<<i, nil)
	}
	wantRows(t, slideRows(s, most), // most less Size is -1
		fmt.Sprintf("1 [%d %d) facts=1 sum=1", watermark.Min, least+1),
		fmt.Sprintf("1 [%d %d) facts=2 sum=3", watermark.Min, least+2),
		fmt.Sprintf("1 [%d %d) facts=3 sum=7", watermark.Min+1, 0),
		fmt.Sprintf("1 [%d %d) facts=2 sum=12", -1, most))
	if keys, _, _ := s.Held(); keys != 1 {
		t.Errorf("%d keys are held", keys)
	}
	wantRows(t, slideRows(s, watermark.Max), fmt.Sprintf("1 [%d %d) facts=2 sum=24", 0, watermark.Max))
	if keys, _, _ := s.Held(); keys != 0 {
		t.Errorf("%d keys are held at the end", keys)
	}
	if missed := s.Add(1, most, 1, nil); len(missed) != 1 {
		t.Errorf("after the end, missed %v", missed)
	}
}

// TestSlidePanesAreTheirOwners: what is done to a pane does not reach the state.
func TestSlidePanesAreTheirOwners(t *testing.T) {
	s, err := NewStore[slideList, int, int](Slide{Size: 40}, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for i := range 300 {
		s.Add(i%2, watermark.Time(i), i, nil)
		s.Advance(watermark.Time(i), func(p Pane[int, slideList]) {
			rows++
			last := int(p.Last)
			for k, v := range p.Value.vals {
				if want := last - 2*(len(p.Value.vals)-1-k); v != want {
					t.Fatalf("row of %d has %v", last, p.Value.vals)
				}
			}
			if len(p.Value.vals) != min(20, last/2+1) {
				t.Fatalf("row of %d has %d values", last, len(p.Value.vals))
			}
			clear(p.Value.vals)
			p.Value.vals = append(p.Value.vals[:0], -1)
		})
	}
	if rows != 299 {
		t.Errorf("%d rows", rows)
	}
}

func TestSlideRefusesWhatItCannotKeep(t *testing.T) {
	for want, c := range map[string]struct {
		rule Slide
		set  Settings
	}{
		"window: Slide: Size is 0s: must be above 0":   {},
		"window: Slide: Size is -1ns: must be above 0": {Slide{-1}, Settings{}},
		"window: Slide: Lateness does not go with it":  {Slide{1}, Settings{Lateness: 1}},
		"window: Slide: EarlyEvery does not go with it": {
			Slide{1}, Settings{EarlyEvery: 1}},
		"window: Slide: MaxKeys.Evict goes with windows": {
			Slide{1}, Settings{MaxKeys: MaxKeys{N: 1, Evict: true}}},
	} {
		if _, err := NewStore[slideTotal, int, int](c.rule, c.set); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v, %+v: %v, want %s", c.rule, c.set, err, want)
		}
	}
}

func TestSlideAllocatesNothingOnceWarm(t *testing.T) {
	for name, c := range map[string]struct {
		keys, live int // in all, and at a time
		back       int64
		set        Settings
	}{
		"steady keys":         {keys: 30, live: 30, back: 20_000},
		"facts of one time":   {keys: 3, live: 3, back: 5, set: Settings{Sorted: true}},
		"keys come and go":    {keys: 1 << 30, live: 20, back: 20_000},
		"a fact at each rise": {keys: 30, live: 30, back: 0},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := NewStore[slideTotal, int, int](Slide{Size: 100_000}, c.set)
			if err != nil {
				t.Fatal(err)
			}
			r := rand.New(rand.NewPCG(5, 0))
			var told Told[int, slideTotal]
			key, times, vals := make([]int, 100), make([]watermark.Time, 100), make([]int, 100)
			now := watermark.Time(0)
			step := func() {
				for range 20 {
					for i := range key {
						now += watermark.Time(r.Int64N(200))
						key[i] = (int(now/100_000) + r.IntN(c.live)) % c.keys
						times[i] = now - watermark.Time(r.Int64N(c.back+1))
						if c.back == 0 {
							s.AddAll(key[i:i+1], times[i:i+1], vals[i:i+1], &told)
							s.Fire(now, false, &told)
						}
					}
					if c.back > 0 {
						s.AddAll(key, times, vals, &told)
						s.Fire(now-watermark.Time(c.back), false, &told)
					}
					if len(told.Missed) > 0 {
						t.Fatal("facts were missed")
					}
					told.Reset(false)
				}
			}
			for range 400 {
				step()
			}
			if n := testing.AllocsPerRun(50, step); n > 0 {
				t.Errorf("2,000 facts cost %v allocations", n)
			}
		})
	}
}

// TestSlideHeldIsWhatTheHeapHas: with facts that wait, with long queues, and
// with many keys that have a fact each.
func TestSlideHeldIsWhatTheHeapHas(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	t.Run("facts", func(t *testing.T) { slideHeap[slideTotal](t, 50, 200_000, 100_000) })
	t.Run("queues", func(t *testing.T) { slideHeap[slideTotal](t, 50, 200_000, 0) })
	t.Run("keys", func(t *testing.T) { slideHeap[slideTotal](t, 100_000, 100_000, 0) })
	t.Run("lists", func(t *testing.T) { slideHeap[slideList](t, 5, 1000, 100) })
}

func slideHeap[A any, P Accumulator[A, int]](t *testing.T, keys, facts, waits int) {
	var before, after runtime.MemStats
	s, err := NewStore[A, int, int, P](Slide{Size: time.Duration(facts + 1)}, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&before)
	var told Told[int, A]
	for i := range facts {
		s.AddAll([]int{i % keys}, []watermark.Time{watermark.Time(i)}, []int{i % 1000}, &told)
		if i%1000 == 0 {
			s.Fire(watermark.Time(i-waits), false, &told)
			told.Reset(true)
		}
	}
	s.Fire(watermark.Time(facts-waits), false, &told)
	told = Told[int, A]{}
	runtime.GC()
	runtime.ReadMemStats(&after)
	held, _, bytes := s.Held()
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	if held != int64(keys) {
		t.Errorf("%d keys", held)
	}
	if bytes < grown*3/4 || bytes > grown*5/4 {
		t.Errorf("Held tells %d bytes, the heap grew by %d", bytes, grown)
	}
	runtime.KeepAlive(s)
}

// TestSlideMemoryGoesWithTheFacts: a burst does not leave its memory with its key.
func TestSlideMemoryGoesWithTheFacts(t *testing.T) {
	s := newSlide(t, 100_000, Settings{})
	for i := range 50_000 {
		s.Add(1, watermark.Time(i), 1, nil)
	}
	slideRows(s, 50_000)
	at := watermark.Time(50_000)
	for range 5 {
		at += 60_000
		s.Add(1, at, 1, nil)
		slideRows(s, at+1)
	}
	m := s.mechanism.(*slides[int, slideTotal, int, *slideTotal])
	if n := len(m.queues[0].ring); n > 64 {
		t.Errorf("a queue of 2 facts has a ring for %d", n)
	}
	if m.rings.bytes > 1<<17 {
		t.Errorf("rings have %d bytes", m.rings.bytes)
	}
}

// TestSlideListsAreNotAllKept: of accumulators that own memory, a queue has the
// sums of a block of facts and of the starts of the others, not of all.
func TestSlideListsAreNotAllKept(t *testing.T) {
	s, err := NewStore[slideList, int, int](Slide{Size: 1000}, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2500 {
		s.Add(1, watermark.Time(i), i, nil)
		s.Advance(watermark.Time(i), func(Pane[int, slideList]) {})
	}
	m := s.mechanism.(*slides[int, slideList, int, *slideList])
	q := &m.queues[0]
	vals, all := 0, 0
	for i := range q.n {
		vals += len(q.ring[q.at(i)].sum.vals)
	}
	for _, e := range q.ring {
		all += len(e.sum.vals)
	}
	if vals > 70_000 { // of 1000 facts there would be up to 500,000
		t.Errorf("1,000 facts have sums of %d values in all", vals)
	}
	if all != vals {
		t.Errorf("%d values of facts that have gone are kept", all-vals)
	}
	s.Advance(5000, func(Pane[int, slideList]) {}) // the key is let go
	for _, rings := range m.rings.free {
		for _, ring := range rings {
			for _, e := range ring {
				if e.sum.vals != nil {
					t.Fatal("a free ring keeps values")
				}
			}
		}
	}
	if len(m.rings.free) == 0 {
		t.Error("no ring is free")
	}
}

func TestSlideRingSizes(t *testing.T) {
	last, lastSize := -1, uint32(0)
	for n := uint32(1); n < 5000; n++ {
		class, size := ringClass(n)
		if size < n || n > 8 && size-n > n/8 || class < last || class > last+1 || class == last && size != lastSize {
			t.Fatalf("%d facts: class %d of %d, after class %d of %d", n, class, size, last, lastSize)
		}
		if again, same := ringClass(size); again != class || same != size {
			t.Fatalf("a ring of %d is of class %d of %d", size, again, same)
		}
		last, lastSize = class, size
	}
}

func TestSlideLookCountsWhatWaits(t *testing.T) {
	s := newSlide(t, 10, Settings{})
	for _, at := range []watermark.Time{100, 105, 109, 110, 120} {
		s.Add(1, at, 1, nil)
	}
	slideRows(s, 106)
	for at, want := range map[watermark.Time]int{105: -1, 106: 2, 109: 3, 110: 3, 114: 3, 115: 2, 200: 0} {
		span, facts, open := s.Look(1, at)
		if span != (Span{at - 9, at + 1}) || open != (want >= 0) || facts != max(0, want) {
			t.Errorf("at %d: %v, %d facts, open %t, want %d", at, span, facts, open, want)
		}
	}
	if got, _, _ := s.Look(2, 110); !reflect.DeepEqual(got, Span{101, 111}) {
		t.Error(got)
	}
}

// TestSlideDoesNotPartATime: many facts are given in pieces, those of one time never.
func TestSlideDoesNotPartATime(t *testing.T) {
	s, err := NewStore[slideTotal, int, int](Slide{Size: 10}, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	const n = 5000
	keys, times, vals := make([]int, n), make([]watermark.Time, n), make([]int, n)
	for i := range keys {
		keys[i], times[i], vals[i] = i%3, watermark.Time(100+i/2500), 1
	}
	var told Told[int, slideTotal]
	s.AddAll(keys, times, vals, &told)
	s.Fire(200, false, &told)
	if len(told.Panes) != n {
		t.Fatalf("%d panes, want %d", len(told.Panes), n)
	}
	want := [2][3]int{}
	for i := range keys {
		for late := range want {
			if int(times[i]) <= 100+late {
				want[late][keys[i]]++
			}
		}
	}
	for i, p := range told.Panes {
		if p.Key != keys[i] || p.Last != times[i] || p.Facts != want[times[i]-100][keys[i]] {
			t.Fatalf("pane %d is %v, want %d facts of key %d at %d", i, p, want[times[i]-100][keys[i]], keys[i], times[i])
		}
	}
}
