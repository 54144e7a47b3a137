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

// bag keeps what it is given: a pane that shared it with the state would change.
type bag struct{ vals []int }

func (b *bag) Add(v int)    { b.vals = append(b.vals, v) }
func (b *bag) Merge(o *bag) { b.vals = append(b.vals, o.vals...) }

// told is a row or a missed fact, as text: what a store tells in one call.
func tell(t *Told[int, bag]) (out []string) {
	given, missed := t.Given, t.Missed
	replaced := t.Replaced
	for i, p := range t.Panes {
		old := ""
		if len(replaced) > 0 && replaced[0].At == i {
			o := replaced[0].Pane
			old = fmt.Sprintf(" for %v/%d %v", o.Kind, o.Revision, sorted(o.Value.vals))
			if o.ID != p.ID || o.Span != p.Span || o.Key != p.Key || o.Facts != len(o.Value.vals) {
				old += " which is another's"
			}
			replaced = replaced[1:]
		}
		by := "W"
		if len(given) > 0 && given[0].Upto == i {
			given = given[1:]
		}
		if len(given) > 0 {
			by = fmt.Sprint(given[0].Fact)
		}
		out = append(out, line(by, p, old))
	}
	for _, m := range missed {
		out = append(out, fmt.Sprintf("missed %d: fate %d %s", m.Fact, m.Fate, brackets(m.Spans)))
	}
	return out
}

func line(by string, p Pane[int, bag], old string) string {
	return fmt.Sprintf("by %s: %v/%d forced=%t key=%d %s last=%d facts=%d %v%s", by, p.Kind, p.Revision, p.Forced, p.Key, brackets([]Span{p.Span}), p.Last, p.Facts, sorted(p.Value.vals), old)
}

func brackets(spans []Span) (s string) {
	for _, x := range spans {
		s += fmt.Sprintf("[%d %d)", x.Start, x.End)
	}
	return s
}

func sorted(v []int) []int { v = slices.Clone(v); slices.Sort(v); return v }

// plain is the obvious store: every span has its facts, and is looked at whole.
type plain struct {
	spans   func(t watermark.Time) []Span      // that hold t, by End
	all     func(lo, hi watermark.Time) []Span // that end in (lo, hi], for Fill
	set     Settings
	changed bool // OnlyChanged
	hold    time.Duration
	w, now  watermark.Time
	reached watermark.Time // w, but for Close
	panes   map[Span]map[int]*plainPane
	opened  map[Span]watermark.Time
	expired map[Span]bool
	known   map[int]int
	emitted map[[2]int]int
	order   int
}

type plainPane struct {
	vals  []int
	last  watermark.Time
	sent  []Pane[int, bag] // as they were
	dirty int              // order in which it became so, 0 if not
}

func (n *plain) fired(s Span) bool { return n.w >= s.End.Add(n.hold) || n.expired[s] }
func (n *plain) over(s Span) bool  { return n.w >= s.End.Add(n.set.Lateness) }

func (n *plain) pane(s Span, key int) *plainPane {
	if n.panes[s] == nil {
		n.panes[s] = map[int]*plainPane{}
	}
	if n.panes[s][key] == nil {
		n.panes[s][key] = &plainPane{}
	}
	return n.panes[s][key]
}

func (n *plain) send(by string, s Span, key int, kind row.Kind, forced bool) string {
	p := n.pane(s, key)
	out := Pane[int, bag]{Span: s, Key: key, Value: bag{slices.Clone(p.vals)}, Facts: len(p.vals), Last: p.last}
	if len(p.vals) == 0 {
		out.Last = s.Start
	}
	out.Kind, out.Forced, out.Revision = kind, forced, uint32(len(p.sent))
	old := ""
	if k := len(p.sent); k > 0 {
		o := p.sent[k-1]
		old = fmt.Sprintf(" for %v/%d %v", o.Kind, o.Revision, sorted(o.Value.vals))
	}
	p.sent = append(p.sent, out)
	p.dirty = 0
	return line(by, out, old)
}

func (n *plain) correct(by string, s Span, key int) string {
	kind := row.Correction
	if len(n.pane(s, key).sent) == 0 {
		kind = row.Final
	}
	return n.send(by, s, key, kind, n.reached < s.End)
}

func (n *plain) add(i, key int, t watermark.Time, v int) (out []string, missed string) {
	spans := n.spans(t)
	var late []Span
	for _, s := range spans {
		if n.over(s) {
			late = append(late, s)
			continue
		}
		if _, ok := n.opened[s]; !ok {
			n.opened[s] = n.now
		}
		p := n.pane(s, key)
		p.vals, p.last = append(p.vals, v), max(p.last, t)
		if len(p.vals) == 1 {
			p.last = t
		}
		if n.fired(s) {
			if n.set.Coalesce == 0 || len(p.sent) == 0 && p.dirty == 0 {
				out = append(out, n.correct(fmt.Sprint(i), s, key))
			} else if p.dirty == 0 {
				n.order++
				p.dirty = n.order
			}
		}
	}
	if n.set.Fill > 0 && len(late) < len(spans) && slices.ContainsFunc(spans, n.fired) {
		n.known[key] = 0
	}
	switch {
	case len(late) == len(spans):
		missed = fmt.Sprintf("missed %d: fate %d %s", i, Late, brackets(late))
	case len(late) > 0:
		missed = fmt.Sprintf("missed %d: fate %d %s", i, Partly, brackets(late))
	}
	return out, missed
}

func (n *plain) keysOf(s Span) (keys []int) {
	for k := range n.panes[s] { // order: sorted below
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (n *plain) inOrder() (spans []Span) {
	for s := range n.panes { // order: sorted below
		spans = append(spans, s)
	}
	slices.SortFunc(spans, byEnd)
	return spans
}

func (n *plain) advance(w watermark.Time, forced bool) (out []string) {
	before := n.w
	n.w = w
	if !forced {
		n.reached = w
	}
	due := n.inOrder()
	if n.set.Fill > 0 {
		due = n.all(before, w)
		if spans := n.inOrder(); w == watermark.Max { // nothing is filled in beyond the last fact
			due = slices.DeleteFunc(due, func(s Span) bool { return len(spans) == 0 || s.End > spans[len(spans)-1].End })
		}
	}
	for _, s := range due {
		if s.End <= before.Add(-n.hold) && before != watermark.Min || s.End.Add(n.hold) > w || n.expired[s] {
			continue
		}
		keys := n.keysOf(s)
		if n.set.Fill > 0 {
			for k := range n.known { // order: sorted below
				if !slices.Contains(keys, k) && n.known[k] < n.set.Fill {
					keys = append(keys, k)
				}
			}
			slices.Sort(keys)
			next := map[int]int{}
			for _, k := range keys {
				if len(n.pane(s, k).vals) == 0 {
					next[k] = n.known[k] + 1
				} else {
					next[k] = 0
				}
			}
			n.known = next
		}
		for _, k := range keys {
			p, grown := n.pane(s, k), [2]int{int(s.Start), k}
			if n.changed && n.emitted[grown] == len(p.vals) && len(p.sent) == 0 {
				continue
			}
			n.emitted[grown] = len(p.vals)
			out = append(out, n.send("W", s, k, row.Final, n.reached < s.End))
		}
	}
	tick := func(step time.Duration) bool { return step > 0 && before < w.Floor(step, 0) }
	type ref struct {
		s     Span
		k, at int
	}
	var dirty []ref
	for _, s := range n.inOrder() {
		for _, k := range n.keysOf(s) {
			if d := n.panes[s][k].dirty; d > 0 && (tick(n.set.Coalesce) || n.over(s)) {
				dirty = append(dirty, ref{s, k, d})
			}
		}
	}
	slices.SortFunc(dirty, func(a, b ref) int {
		if c := byEnd(a.s, b.s); c != 0 {
			return c
		}
		return a.at - b.at
	})
	for _, d := range dirty {
		out = append(out, n.correct("W", d.s, d.k))
	}
	if tick(n.set.EarlyEvery) && w < watermark.Max {
		for _, s := range n.inOrder() {
			for _, k := range n.keysOf(s) {
				p := n.panes[s][k]
				if n.fired(s) || len(p.sent) > 0 && p.sent[len(p.sent)-1].Facts == len(p.vals) {
					continue
				}
				out = append(out, n.send("W", s, k, row.Early, false))
			}
		}
	}
	return out
}

func (n *plain) expire() (out []string) {
	for _, s := range n.inOrder() {
		if n.set.Deadline > 0 && !n.fired(s) && n.opened[s].Add(n.set.Deadline) <= n.now {
			for _, k := range n.keysOf(s) {
				out = append(out, n.send("W", s, k, row.Final, n.reached < s.End))
			}
			n.expired[s] = true
		}
	}
	return out
}

// TestSlicedIsTheReference plays facts and moves of W against rules with any
// settings, in batches and one by one.
func TestSlicedIsTheReference(t *testing.T) {
	rounds := uint64(1000)
	if testing.Short() {
		rounds = 200
	}
	for seed := range rounds {
		r := rand.New(rand.NewPCG(seed, 7))
		rule, spans, all, set := randomRule(r)
		set.Sorted = true
		ref := &plain{spans: spans, all: all, set: set, w: watermark.Min, reached: watermark.Min, panes: map[Span]map[int]*plainPane{}, opened: map[Span]watermark.Time{}, expired: map[Span]bool{}, known: map[int]int{}, emitted: map[[2]int]int{}}
		if c, ok := rule.(Cumulate); ok {
			ref.changed = c.OnlyChanged
		}
		if g, ok := rule.(arrive); ok {
			ref.set.Deadline, ref.hold = g.size, set.Lateness
		}
		batch, err := NewStore[bag, int, int](rule, set)
		if err != nil {
			t.Fatalf("seed %d: %+v %+v: %v", seed, rule, set, err)
		}
		one, _ := NewStore[bag, int, int](rule, set)
		set.Sorted = false
		free1, _ := NewStore[bag, int, int](rule, set)
		free2, _ := NewStore[bag, int, int](rule, set)
		var steps []string
		log := func(a ...any) { steps = append(steps, fmt.Sprintln(a...)) }
		fail := func(what string, got, want []string) {
			t.Helper()
			t.Fatalf("%s\nseed %d: %T%+v %+v: %s gives\n%s\nwant\n%s", strings.Join(steps, ""), seed, rule, rule, set, what, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		now := watermark.Time(r.IntN(300) - 150)
		var w watermark.Time = watermark.Min
		value := 0
		for step := range 25 {
			clock := watermark.Time(step * r.IntN(8))
			clock = max(clock, ref.now)
			ref.now = clock
			for _, s := range []*Store[int, bag, int, *bag]{batch, one, free1, free2} {
				s.Tick(clock)
			}
			want := ref.expire()
			var told, told1 Told[int, bag]
			due, ok := batch.Due()
			if (len(want) > 0) && (!ok || due > clock) {
				t.Fatalf("seed %d: the clock has made panes due at %d, Due says %d %t", seed, clock, due, ok)
			}
			batch.Expire(&told)
			one.Expire(&told1)
			free1.Expire(&Told[int, bag]{})
			free2.Expire(&Told[int, bag]{})
			if got := tell(&told); !reflect.DeepEqual(got, want) {
				fail("Expire", got, want)
			}
			var keys, facts []int
			var times []watermark.Time
			for range r.IntN(12) {
				at := now + watermark.Time(r.IntN(40)-25)
				if r.IntN(40) == 0 {
					at += watermark.Time(r.IntN(400) - 100) // far away
				}
				value++
				keys, times, facts = append(keys, r.IntN(4)), append(times, at), append(facts, value)
			}
			want = nil
			var missed []string
			for i := range keys {
				rows, miss := ref.add(i, keys[i], times[i], facts[i])
				want = append(want, rows...)
				if miss != "" {
					missed = append(missed, miss)
				}
			}
			want = append(want, missed...)
			told.Reset(true)
			log("add", keys, times, "clock", clock)
			batch.AddAll(keys, times, facts, &told)
			if got := tell(&told); !reflect.DeepEqual(got, want) {
				fail(fmt.Sprintf("adding %v at %v under W %d", keys, times, w), got, want)
			}
			for i := range keys {
				one.AddAll(keys[i:i+1], times[i:i+1], facts[i:i+1], &told1)
				free2.AddAll(keys[i:i+1], times[i:i+1], facts[i:i+1], &Told[int, bag]{})
			}
			free1.AddAll(keys, times, facts, &Told[int, bag]{})
			now += watermark.Time(r.IntN(20))
			if r.IntN(30) == 0 {
				now += watermark.Time(r.IntN(500))
			}
			to := now - watermark.Time(r.IntN(25))
			forced := step == 24
			if forced {
				to = watermark.Max
			}
			if to <= w {
				continue
			}
			w = to
			log("W", w)
			next := batch.Next()
			want = ref.advance(w, forced)
			if len(want) > 0 && w < next {
				t.Fatalf("seed %d: Next is %d, but W %d fires", seed, next, w)
			}
			told.Reset(true)
			told1.Reset(true)
			batch.Fire(w, forced, &told)
			one.Fire(w, forced, &told1)
			if got := tell(&told); !reflect.DeepEqual(got, want) {
				fail(fmt.Sprintf("W %d", w), got, want)
			}
			if got, want := tell(&told1), tell(&told); !reflect.DeepEqual(got, want) {
				fail(fmt.Sprintf("one by one W %d", w), got, want)
			}
			var a, b Told[int, bag]
			free1.Fire(w, forced, &a)
			free2.Fire(w, forced, &b)
			if got, want := tell(&a), tell(&b); !reflect.DeepEqual(got, want) {
				fail(fmt.Sprintf("in the order of keys, W %d", w), got, want)
			}
		}
		if keys, panes, _ := batch.Held(); keys != 0 || panes != 0 {
			t.Fatalf("seed %d: %T%+v %+v: %d keys and %d panes are left", seed, rule, rule, set, keys, panes)
		}
	}
}

// odd is a rule of a user's: spans of 10 from each multiple of 7, and of 3 from
// each multiple of 5.
type odd struct{}

func (odd) Plan() (Plan, error) { return Spans(odd{}.spans), nil }

func (odd) spans(dst []Span, t watermark.Time) []Span {
	n := len(dst)
	for from := t.Floor(7, 0); from > t-10; from -= 7 {
		dst = append(dst, Span{from, from + 10})
	}
	if from := t.Floor(5, 0); t < from+3 {
		dst = append(dst, Span{from, from + 3})
	}
	slices.SortFunc(dst[n:], byEnd)
	return dst
}

// arrive is a stagger on the clock.
type arrive struct{ size time.Duration }

func (r arrive) Plan() (Plan, error) {
	return Plan{kind: staggered, name: "Stagger", size: r.size, arrival: true, grid: grid{width: r.size, size: r.size, every: r.size}}, nil
}

func randomRule(r *rand.Rand) (rule Rule, spans func(watermark.Time) []Span, all func(lo, hi watermark.Time) []Span, set Settings) {
	size, offset := 1+r.IntN(20), r.IntN(41)-20
	every := 1 + r.IntN(size)
	d := func(n int) time.Duration { return time.Duration(n) }
	grow := false
	switch r.IntN(6) {
	case 0:
		rule, every = Tumble{Size: d(size), Offset: d(offset)}, size
	case 1, 2:
		rule = Hop{Size: d(size), Every: d(every), Offset: d(offset)}
	case 3:
		size = every * (1 + r.IntN(5))
		rule, grow = Cumulate{Size: d(size), Step: d(every), Offset: d(offset), OnlyChanged: r.IntN(2) == 0}, true
	case 4:
		rule = odd{}
	case 5:
		rule, every, offset = arrive{d(size)}, size, 0
	}
	ending := func(end watermark.Time) (Span, bool) {
		start := end - watermark.Time(size)
		if grow {
			start = (end - 1).Floor(d(size), d(offset))
			return Span{start, end}, (end-start)%watermark.Time(every) == 0
		}
		return Span{start, end}, start.Phase(d(every), d(offset)) == 0
	}
	all = func(lo, hi watermark.Time) (spans []Span) {
		for end := max(lo+1, -3000); end <= min(hi, 20_000); end++ {
			if s, ok := ending(end); ok {
				spans = append(spans, s)
			}
		}
		return spans
	}
	spans = func(t watermark.Time) (out []Span) {
		for _, s := range all(t, t+watermark.Time(size)) {
			if s.Contains(t) {
				out = append(out, s)
			}
		}
		return out
	}
	if _, ok := rule.(odd); ok {
		spans = func(t watermark.Time) []Span { return odd{}.spans(nil, t) }
	}
	_, arrival := rule.(arrive)
	if r.IntN(2) == 0 {
		set.Lateness = d(r.IntN(40))
	}
	if r.IntN(4) == 0 && !arrival {
		set.Deadline = d(1 + r.IntN(20))
	}
	if plan, _ := rule.Plan(); plan.kind == onGrid && !plan.changed && set.Deadline == 0 && r.IntN(3) == 0 {
		set.Fill = 1 + r.IntN(3)
	}
	if (set.Lateness > 0 || set.Deadline > 0 || arrival) && r.IntN(2) == 0 {
		set.Coalesce = d(1 + r.IntN(15))
	}
	if r.IntN(4) == 0 {
		set.EarlyEvery = d(1 + r.IntN(15))
	}
	return rule, spans, all, set
}

// The pane that a late fact corrects is told as it was sent, though the fact has
// opened a slice of it.
func TestTheReplacedPaneHasTheLastFactThatItHad(t *testing.T) {
	s, err := NewStore[bag, int, int](Hop{Size: 10, Every: 5}, Settings{Lateness: 100})
	if err != nil {
		t.Fatal(err)
	}
	s.Add(1, 2, 2, nil)
	s.Advance(20, func(Pane[int, bag]) {})
	var told Told[int, bag]
	s.AddAll([]int{1}, []watermark.Time{7}, []int{7}, &told)
	if len(told.Replaced) != 1 || told.Replaced[0].Pane.Last != 2 {
		t.Errorf("replaced %+v, want one with its last fact at 2", told.Replaced)
	}
}

// A preview looks at spans with facts alone: what Fill knows does not make it go
// through all that lie before a fact far ahead.
func TestPreviewsDoNotGoThroughSpansWithoutFacts(t *testing.T) {
	s, err := NewStore[bag, int, int](Tumble{Size: 1}, Settings{Fill: 1, EarlyEvery: 10})
	if err != nil {
		t.Fatal(err)
	}
	s.Add(1, 9, 9, nil)
	s.Add(1, 1<<60, 1, nil)
	rows := 0
	s.Advance(10, func(p Pane[int, bag]) { rows++ })
	if rows != 2 { // the final one, and the preview of that far ahead
		t.Errorf("%d rows, want 2", rows)
	}
}
