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

// total is an accumulator that shows in which order it was filled.
type total struct{ n, sum int }

func (a *total) Add(v int)      { a.n++; a.sum += v }
func (a *total) Merge(o *total) { a.n += o.n; a.sum += o.sum }

func newTotals(t testing.TB, rule Rule, set Settings) *Store[int, total, int, *total] {
	t.Helper()
	s, err := NewStore[total, int, int](rule, set)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// naive is a map of spans to lists of keys: the reference.
type naive struct {
	size, offset time.Duration
	w            watermark.Time
	spans        []*naiveSpan
}

type naiveSpan struct {
	Span
	panes []*Pane[int, total]
}

func (n *naive) add(key int, t watermark.Time, v int) (missed []Span) {
	start := t.Floor(n.size, n.offset)
	span := Span{start, t.Add(n.size - t.Phase(n.size, n.offset))}
	if n.w >= span.End {
		return []Span{span}
	}
	i := slices.IndexFunc(n.spans, func(s *naiveSpan) bool { return s.Span == span })
	if i < 0 {
		i = len(n.spans)
		n.spans = append(n.spans, &naiveSpan{Span: span})
	}
	s := n.spans[i]
	k := slices.IndexFunc(s.panes, func(p *Pane[int, total]) bool { return p.Key == key })
	if k < 0 {
		k = len(s.panes)
		s.panes = append(s.panes, &Pane[int, total]{Span: span, Key: key, Last: t})
		s.panes[k].Stamp.Time = span.End - 1
	}
	p := s.panes[k]
	p.Facts++
	p.Last = max(p.Last, t)
	p.Value.Add(v)
	return nil
}

// addAll is AddAll that calls missed for each fact missed.
func addAll(s *Store[int, total, int, *total], keys []int, t []watermark.Time, facts []int, missed func(i int, spans []Span)) {
	var told Told[int, total]
	s.AddAll(keys, t, facts, &told)
	for _, m := range told.Missed {
		missed(m.Fact, m.Spans)
	}
}

func (n *naive) advance(w watermark.Time) (fired []Pane[int, total]) {
	n.w = max(n.w, w)
	slices.SortStableFunc(n.spans, func(a, b *naiveSpan) int { return int(a.End.Sub(b.End)) })
	for len(n.spans) > 0 && n.spans[0].End <= n.w {
		for _, p := range n.spans[0].panes {
			fired = append(fired, *p)
		}
		n.spans = n.spans[1:]
	}
	return fired
}

// TestStoreIsTheReference plays random facts and moves of W: in a row, out of
// order, on boundaries, far away on both sides, one by one and in batches.
func TestStoreIsTheReference(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 0))
		rule := Tumble{Size: time.Duration(1 + r.IntN(20)), Offset: time.Duration(r.IntN(41) - 20)}
		s, one := newTotals(t, rule, Settings{}), newTotals(t, rule, Settings{})
		ref := &naive{size: rule.Size, offset: rule.Offset, w: watermark.Min}
		now := watermark.Time(r.IntN(1000) - 500)
		for range 60 {
			if r.IntN(20) == 0 {
				now += watermark.Time(r.IntN(100_000))
			}
			var keys, facts []int
			var times []watermark.Time
			for range r.IntN(40) {
				at := now + watermark.Time(r.IntN(60)-20)
				if r.IntN(30) == 0 { // a slice away from the others
					at += watermark.Time(r.IntN(10_000))
				}
				keys, times, facts = append(keys, r.IntN(8)), append(times, at), append(facts, r.IntN(100))
			}
			missed := make([][]Span, len(keys))
			addAll(s, keys, times, facts, func(i int, spans []Span) { missed[i] = spans })
			for i := range keys {
				want := ref.add(keys[i], times[i], facts[i])
				if got := one.Add(keys[i], times[i], facts[i], nil); !reflect.DeepEqual(got, want) || !reflect.DeepEqual(missed[i], want) {
					t.Fatalf("seed %d: fact at %d under W %d missed %v, in a batch %v, want %v", seed, times[i], ref.w, got, missed[i], want)
				}
			}
			now += watermark.Time(r.IntN(30))
			w := now - watermark.Time(r.IntN(30))
			next := s.Next()
			want := ref.advance(w)
			if w < next && len(want) > 0 {
				t.Fatalf("seed %d: Next is %d, but W %d fires", seed, next, w)
			}
			var got, each []Pane[int, total]
			var told Told[int, total]
			s.Fire(w, false, &told)
			got = told.Panes
			one.Advance(w, func(p Pane[int, total]) { each = append(each, p) })
			for i := range got {
				got[i].ID = [2]uint64{}
			}
			for i := range each {
				each[i].ID = [2]uint64{}
			}
			if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(each, want) {
				t.Fatalf("seed %d: W %d fires\n%v\n%v, want\n%v", seed, w, got, each, want)
			}
		}
	}
}

// TestManyKeys: tables beyond the nearer caches are read ahead, and grow.
func TestManyKeys(t *testing.T) {
	s := newTotals(t, Tumble{Size: 10}, Settings{})
	for round := range 3 {
		want := map[int]total{}
		const n = 60_000
		var keys, facts []int
		var times []watermark.Time
		for i := range n {
			k := i * 7 % 40_009
			keys, facts, times = append(keys, k), append(facts, i), append(times, watermark.Time(round*10+i%10))
			w := want[k]
			w.Add(i)
			want[k] = w
		}
		for i := 0; i < n; i += 1000 {
			addAll(s, keys[i:i+1000], times[i:i+1000], facts[i:i+1000], func(i int, _ []Span) { t.Fatalf("fact %d is late", i) })
		}
		got := map[int]total{}
		s.Advance(watermark.Time(round*10+10), func(p Pane[int, total]) { got[p.Key] = p.Value })
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("round %d: %d panes are not the reference's %d", round, len(got), len(want))
		}
		late := 0
		addAll(s, keys[:300], times[:300], facts[:300], func(i int, _ []Span) {
			if i != late {
				t.Fatalf("fact %d is told as %d", late, i)
			}
			late++
		})
		if late != 300 {
			t.Errorf("round %d: %d of 300 facts are late", round, late)
		}
	}
}

func TestStoreHoldsAtTheBoundsOfTime(t *testing.T) {
	for _, size := range []time.Duration{1, 7, time.Second, 1<<63 - 1} {
		for _, offset := range []time.Duration{0, 3, -1 << 63, 1<<63 - 1} {
			s := newTotals(t, Tumble{Size: size, Offset: offset}, Settings{})
			times := []watermark.Time{watermark.Min + 1, watermark.Min + 2, -1, 0, 1, watermark.Max - 2, watermark.Max - 1}
			for _, at := range times {
				if missed := s.Add(1, at, 1, nil); missed != nil {
					t.Errorf("size %d offset %d: %d missed %v", size, offset, at, missed)
				}
			}
			facts, last := 0, Span{}
			s.Advance(watermark.Max, func(p Pane[int, total]) {
				if !p.Contains(p.Last) || p.Start < last.End && last != (Span{}) || p.End <= p.Start {
					t.Errorf("size %d offset %d: pane %v after %v, last fact %d", size, offset, p.Span, last, p.Last)
				}
				facts, last = facts+p.Facts, p.Span
			})
			if facts != len(times) {
				t.Errorf("size %d offset %d: %d facts in panes, want %d", size, offset, facts, len(times))
			}
		}
	}
}

func TestSpansFireAtTheirEndAndNot1nsBefore(t *testing.T) {
	s := newTotals(t, Tumble{Size: 10}, Settings{})
	for _, at := range []watermark.Time{-1, 0, 9, 10} {
		s.Add(1, at, 1, nil)
	}
	fired := func(w watermark.Time) (out []string) {
		s.Advance(w, func(p Pane[int, total]) { out = append(out, fmt.Sprintf("%d-%d:%d", p.Start, p.End, p.Facts)) })
		return out
	}
	for _, c := range []struct {
		w    watermark.Time
		want []string
	}{{-1, nil}, {0, []string{"-10-0:1"}}, {9, nil}, {10, []string{"0-10:2"}}, {10, nil}, {5, nil}, {20, []string{"10-20:1"}}} {
		if got := fired(c.w); !reflect.DeepEqual(got, c.want) {
			t.Errorf("W %d fires %v, want %v", c.w, got, c.want)
		}
	}
}

func TestSortedGivesPanesByKey(t *testing.T) {
	s := newTotals(t, Tumble{Size: 10}, Settings{Sorted: true})
	for i, k := range []int{5, -3, 9, 0, 5} {
		s.Add(k, watermark.Time(i), 1, nil)
	}
	var got []int
	s.Advance(10, func(p Pane[int, total]) { got = append(got, p.Key) })
	if !slices.Equal(got, []int{-3, 0, 5, 9}) {
		t.Errorf("keys come as %v", got)
	}
}

func TestIDsNameAPaneForGood(t *testing.T) {
	ids := func(stage string) map[[2]uint64]string {
		s := newTotals(t, Tumble{Size: 10}, Settings{Stage: stage})
		out := map[[2]uint64]string{}
		for k := range 100 {
			for i := range 10 {
				s.Add(k, watermark.Time(i*10), 1, nil)
			}
		}
		s.Advance(watermark.Max, func(p Pane[int, total]) { out[p.ID] = fmt.Sprint(p.Key, p.Span) })
		return out
	}
	a, b, c := ids("x"), ids("x"), ids("y")
	if len(a) != 1000 || !reflect.DeepEqual(a, b) {
		t.Errorf("%d IDs of 1000 panes, the same in two runs: %t", len(a), reflect.DeepEqual(a, b))
	}
	for id := range c {
		if _, ok := a[id]; ok {
			t.Errorf("ID %v names panes of two stages", id)
		}
	}
}

func TestMistakesNameTheFieldAndTheRule(t *testing.T) {
	if _, err := NewStore[total, int, int](Tumble{}, Settings{}); err == nil || err.Error() != "window: Tumble: Size is 0s: must be above 0" {
		t.Errorf("no size: %v", err)
	}
	if _, err := NewStore[total, int, int](nil, Settings{}); err == nil {
		t.Error("a nil rule is taken")
	}
	if _, err := NewStore[total, int, float64](Tumble{Size: 1}, Settings{}); err == nil {
		t.Error("a float is taken for a key")
	}
	if _, err := Apply(Order(7)); err == nil {
		t.Error("an order of no meaning is taken")
	}
	if _, err := Apply(nil); err == nil {
		t.Error("a nil option is taken")
	}
}

func TestAllMistakesAreTold(t *testing.T) {
	set, err := Apply(Order(7), nil, Sorted, Order(0))
	if want := "window: order 7: must be Sorted\nwindow: an option is nil: leave it out\nwindow: Order(0): the option is given twice"; err == nil || err.Error() != want || !set.Sorted {
		t.Errorf("options: %+v, %v, want\n%s", set, err, want)
	}
	for rule, want := range map[Rule]string{
		nil:      "window: the rule is nil: give Tumble or another\nwindow: key type float64: ",
		Tumble{}: "window: Tumble: Size is 0s: must be above 0\nwindow: key type float64: ",
	} {
		s, err := NewStore[total, int, float64](rule, Settings{})
		if s != nil || err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("rule %v: %v, want\n%s…", rule, err, want)
		}
	}
	if _, err := Apply(Sorted); err != nil {
		t.Error(err)
	}
}

func TestPanesAndOrdersAreWritten(t *testing.T) {
	p := Pane[string, total]{Span: Span{0, 5e9}, Key: "org-7", Value: total{3, 8}, Facts: 3}
	const want = "final org-7 [1970-01-01T00:00:00Z 1970-01-01T00:00:05Z) facts=3 value={3 8}"
	if got := fmt.Sprint(p); got != want || fmt.Sprint(&p) != want {
		t.Errorf("a pane is written\n%s, want\n%s", got, want)
	}
	if got := fmt.Sprint(Sorted, Order(7)); got != "Sorted Order(7)" {
		t.Errorf("orders are written %s", got)
	}
}

// TestHeldIsWhatTheHeapHas: Stats tells the truth about memory.
func TestHeldIsWhatTheHeapHas(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	var before, after runtime.MemStats
	s := newTotals(t, Tumble{Size: 10}, Settings{})
	runtime.GC()
	runtime.ReadMemStats(&before)
	for k := range 200_000 {
		s.Add(k, watermark.Time(k%20), 1, nil)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	keys, panes, bytes := s.Held()
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	if keys != 200_000 || panes != 200_000 {
		t.Errorf("%d keys, %d panes", keys, panes)
	}
	if bytes < grown*3/4 || bytes > grown*5/4 {
		t.Errorf("Held tells %d bytes, the heap grew by %d", bytes, grown)
	}
	runtime.KeepAlive(s)
}

func TestLookTellsWhatIsOpen(t *testing.T) {
	s := newTotals(t, Tumble{Size: 10}, Settings{})
	s.Add(1, 5, 1, nil)
	s.Advance(3, func(Pane[int, total]) {})
	if span, facts, open := s.Look(1, 9); span != (Span{0, 10}) || facts != 1 || !open {
		t.Error(span, facts, open)
	}
	if _, facts, open := s.Look(2, 9); facts != 0 || !open {
		t.Error(facts, open)
	}
	if _, facts, open := s.Look(1, -1); facts != 0 || open {
		t.Error(facts, open)
	}
}
