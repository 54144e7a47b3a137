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

// plainStagger is the obvious stagger: lists that are looked through from one
// end to the other, and W that moves by one nanosecond at a time.
type plainStagger struct {
	size  time.Duration
	set   Settings
	w     watermark.Time
	waits []plainFact
	spans []*plainSpan // all that ever were
}

type plainFact struct {
	key int
	t   watermark.Time
	v   int
}

type plainSpan struct {
	Span
	key         int
	fired, gone bool // gone: fired by MaxKeys, and let go
	vals        []int
	last        watermark.Time
	sent        []Pane[int, bag]
	dirty       bool
}

func (n *plainStagger) over(x *plainSpan) bool { return n.w >= x.End.Add(n.set.Lateness) }

// at returns the span of a key that overlaps one, nil if there is none.
func (n *plainStagger) at(key int, span Span) *plainSpan {
	for _, x := range n.spans {
		if x.key == key && !x.gone && x.Start < span.End && span.Start < x.End {
			return x
		}
	}
	return nil
}

func (n *plainStagger) send(by string, x *plainSpan, kind row.Kind, forced bool) string {
	out := Pane[int, bag]{Span: x.Span, Key: x.key, Value: bag{slices.Clone(x.vals)}, Facts: len(x.vals), Last: x.last}
	out.Kind, out.Forced, out.Revision = kind, forced, uint32(len(x.sent))
	old := ""
	if k := len(x.sent); k > 0 {
		o := x.sent[k-1]
		old = fmt.Sprintf(" for %v/%d %v", o.Kind, o.Revision, sorted(o.Value.vals))
	}
	x.sent, x.dirty = append(x.sent, out), false
	return line(by, out, old)
}

func (x *plainSpan) add(f plainFact) {
	x.vals, x.last = append(x.vals, f.v), max(x.last, f.t)
	if len(x.vals) == 1 {
		x.last = f.t
	}
}

// busy are the keys that have facts that wait or spans that are not over.
func (n *plainStagger) busy() map[int]bool {
	keys := map[int]bool{}
	for _, f := range n.waits {
		keys[f.key] = true
	}
	for _, x := range n.spans {
		if !x.gone && !n.over(x) {
			keys[x.key] = true
		}
	}
	return keys
}

func (n *plainStagger) open(by string, f plainFact) (out []string) {
	var open []*plainSpan
	for _, x := range n.spans {
		if !x.fired {
			open = append(open, x)
		}
	}
	slices.SortStableFunc(open, func(a, b *plainSpan) int { return byEnd(a.Span, b.Span) })
	if n.set.MaxKeys.Evict && len(open) >= n.set.MaxKeys.N {
		x := open[0]
		out = append(out, n.send(by, x, row.Final, true))
		x.fired, x.gone = true, true
	}
	x := &plainSpan{Span: Span{f.t, f.t.Add(n.size)}, key: f.key}
	x.add(f)
	n.spans = append(n.spans, x)
	return out
}

func (n *plainStagger) add(i int, f plainFact) (out []string, missed string) {
	by := fmt.Sprint(i)
	late := func(s Span) string { return fmt.Sprintf("missed %d: fate %d %s", i, Late, brackets([]Span{s})) }
	refused := func() bool {
		keys := n.busy()
		return n.set.MaxKeys.N > 0 && !n.set.MaxKeys.Evict && !keys[f.key] && len(keys) >= n.set.MaxKeys.N
	}
	x := n.at(f.key, Span{f.t, f.t + 1})
	if x != nil && !x.fired && (f.t < n.w || !n.set.MaxKeys.Evict) {
		x.add(f)
		return nil, ""
	}
	if f.t >= n.w {
		if refused() {
			return nil, fmt.Sprintf("missed %d: fate %d ", i, Refused)
		}
		n.waits = append(n.waits, f)
		return nil, ""
	}
	span := Span{f.t, f.t.Add(n.size)}
	if n.w >= span.End.Add(n.set.Lateness) {
		return nil, late(span)
	}
	if x != nil {
		if n.over(x) {
			return nil, late(x.Span)
		}
		x.add(f)
		if n.set.Coalesce == 0 {
			return []string{n.send(by, x, row.Correction, false)}, ""
		}
		x.dirty = true
		return nil, ""
	}
	if n.at(f.key, span) != nil {
		return nil, late(span)
	}
	if refused() {
		return nil, fmt.Sprintf("missed %d: fate %d ", i, Refused)
	}
	if n.w < span.End {
		return n.open(by, f), ""
	}
	x = &plainSpan{Span: span, key: f.key, fired: true}
	x.add(f)
	n.spans = append(n.spans, x)
	return []string{n.send(by, x, row.Final, false)}, ""
}

// ordered are the spans of which want holds, in the order of panes.
func (n *plainStagger) ordered(want func(*plainSpan) bool) (spans []*plainSpan) {
	for _, x := range n.spans {
		if want(x) {
			spans = append(spans, x)
		}
	}
	slices.SortStableFunc(spans, func(a, b *plainSpan) int {
		if c := byEnd(a.Span, b.Span); c != 0 || !n.set.Sorted {
			return c
		}
		return a.key - b.key
	})
	return spans
}

func (n *plainStagger) advance(w watermark.Time, forced bool) (out []string) {
	before := n.w
	from, to := before, w
	for _, f := range n.waits { // where anything can be
		if before == watermark.Min {
			from = min(max(from, -1000), f.t)
		}
	}
	if w == watermark.Max {
		to = 2000
	}
	for n.w = max(from, -1000) + 1; n.w <= to; n.w++ {
		waits := n.waits
		n.waits = nil
		for _, f := range waits {
			if f.t >= n.w {
				n.waits = append(n.waits, f)
			} else if x := n.at(f.key, Span{f.t, f.t + 1}); x != nil {
				x.add(f)
			} else {
				out = append(out, n.open("W", f)...)
			}
		}
		for _, x := range n.ordered(func(x *plainSpan) bool { return !x.fired && n.w >= x.End }) {
			out = append(out, n.send("W", x, row.Final, forced))
			x.fired = true
		}
	}
	n.w = w
	tick := func(step time.Duration) bool { return step > 0 && before < w.Floor(step, 0) }
	for _, x := range n.ordered(func(x *plainSpan) bool { return x.dirty && (tick(n.set.Coalesce) || n.over(x)) }) {
		out = append(out, n.send("W", x, row.Correction, false))
	}
	if tick(n.set.EarlyEvery) && w < watermark.Max {
		for _, x := range n.ordered(func(x *plainSpan) bool { return !x.fired }) {
			if k := len(x.sent); k == 0 || x.sent[k-1].Facts != len(x.vals) {
				out = append(out, n.send("W", x, row.Early, false))
			}
		}
	}
	return out
}

// randomStagger is a size with any settings that go with it.
func randomStagger(r *rand.Rand) (size time.Duration, set Settings) {
	size = time.Duration(1 + r.IntN(30))
	set.Sorted = r.IntN(2) == 0
	switch r.IntN(4) {
	case 0:
		set.Lateness = time.Duration(1 + r.IntN(60))
		if r.IntN(2) == 0 {
			set.Coalesce = time.Duration(1 + r.IntN(30))
		}
	case 1:
		set.MaxKeys = MaxKeys{1 + r.IntN(3), true}
		return size, set
	}
	if r.IntN(3) == 0 {
		set.EarlyEvery = time.Duration(1 + r.IntN(20))
	}
	if r.IntN(4) == 0 {
		set.MaxKeys.N = 1 + r.IntN(3)
	}
	return size, set
}

// ids asserts that an ID names the pane of one key and span, and that its
// revisions rise.
type ids map[row.ID]string

func (m ids) check(t *testing.T, panes []Pane[int, bag]) {
	t.Helper()
	for _, p := range panes {
		name := fmt.Sprintf("%d %v", p.Key, p.Span)
		last, ok := m[p.ID]
		if ok && (p.Revision == 0 || last != fmt.Sprint(name, p.Revision-1)) || !ok && p.Revision != 0 {
			t.Fatalf("ID %v of %s revision %d is that of %q", p.ID, name, p.Revision, last)
		}
		m[p.ID] = fmt.Sprint(name, p.Revision)
	}
}

// TestStaggerIsTheReference plays facts in any order and moves of W, with any
// settings, in batches and one by one.
func TestStaggerIsTheReference(t *testing.T) {
	rounds := uint64(800)
	if testing.Short() {
		rounds = 200
	}
	kinds := map[row.Kind]int{}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(seed, 12))
		size, set := randomStagger(r)
		ref := &plainStagger{size: size, set: set, w: watermark.Min}
		batch, err := NewStore[bag, int, int](Stagger{Size: size}, set)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		one, _ := NewStore[bag, int, int](Stagger{Size: size}, set)
		var steps []string
		compare := func(what string, got, want []string) {
			t.Helper()
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%s\nseed %d: size %d %+v: %s gives\n%s\nwant\n%s", strings.Join(steps, "\n"), seed, size, set, what, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		names, value := ids{}, 0
		now, w := watermark.Time(r.IntN(300)-150), watermark.Min
		for step := range 30 {
			var told Told[int, bag]
			var b columns[int, int]
			var want, wantMissed, each, eachMissed []string
			for i := range r.IntN(8) {
				value++
				f := plainFact{r.IntN(4), now + watermark.Time(r.IntN(80)-50), value}
				steps = append(steps, fmt.Sprintf("add %+v", f))
				b.keys, b.times, b.facts = append(b.keys, f.key), append(b.times, f.t), append(b.facts, f.v)
				out, missed := ref.add(i, f)
				want = append(want, out...)
				if missed != "" {
					wantMissed = append(wantMissed, missed)
				}
				var told Told[int, bag]
				one.AddAll(b.keys[i:], b.times[i:], b.facts[i:], &told)
				for j := range told.Given {
					told.Given[j].Fact = i
				}
				for j := range told.Missed {
					told.Missed[j].Fact = i
				}
				lines := tell(&told)
				each, eachMissed = append(each, lines[:len(told.Panes)]...), append(eachMissed, lines[len(told.Panes):]...)
			}
			batch.AddAll(b.keys, b.times, b.facts, &told)
			want = append(want, wantMissed...)
			compare("AddAll", tell(&told), want)
			compare("AddAll of one each", append(each, eachMissed...), want)
			names.check(t, told.Panes)
			if r.IntN(3) == 0 {
				now += watermark.Time(r.IntN(60))
			}
			if r.IntN(4) > 0 {
				w = max(w, now-watermark.Time(r.IntN(30)))
			}
			if step == 29 {
				w = watermark.Max
			}
			if w <= ref.w {
				continue
			}
			steps = append(steps, fmt.Sprintf("W %d", w))
			want = ref.advance(w, step == 29)
			told = Told[int, bag]{}
			if next := batch.Next(); w < next {
				t.Fatalf("seed %d: Next is %d, W %d", seed, next, w)
			}
			batch.Fire(w, step == 29, &told)
			compare("Fire", tell(&told), want)
			names.check(t, told.Panes)
			for _, p := range told.Panes {
				kinds[p.Kind]++
			}
			told = Told[int, bag]{}
			one.Fire(w, step == 29, &told)
			compare("Fire of one each", tell(&told), want)
			if keys, panes, _ := batch.Held(); w == watermark.Max && (keys != 0 || panes != 0) {
				t.Fatalf("seed %d: %d keys and %d panes are held at the end", seed, keys, panes)
			}
		}
	}
	if kinds[row.Final] < 100 || kinds[row.Correction] < 100 || kinds[row.Early] < 100 {
		t.Errorf("rows by kind: %v: the histories are poor", kinds)
	}
}
