package window

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// slideCase is a fact of the tests.
type slideCase struct {
	key int
	t   watermark.Time
	v   int
}

// slideTotal shows the facts it was filled with, but for their order.
type slideTotal struct {
	n, sum, squares int
	least, greatest int
}

func (a *slideTotal) Add(v int) { a.Merge(&slideTotal{1, v, v * v, v, v}) }

func (a *slideTotal) Merge(o *slideTotal) {
	switch {
	case o.n == 0:
	case a.n == 0:
		*a = *o
	default:
		*a = slideTotal{a.n + o.n, a.sum + o.sum, a.squares + o.squares, min(a.least, o.least), max(a.greatest, o.greatest)}
	}
}

// slideList owns memory, and has all values in their order.
type slideList struct{ vals []int }

func (a *slideList) Add(v int) { a.vals = insertInt(a.vals, v) }

func (a *slideList) Merge(o *slideList) {
	for _, v := range o.vals {
		a.Add(v)
	}
}

func (a *slideList) Bytes() int { return cap(a.vals) * 8 }

func insertInt(s []int, v int) []int {
	i, _ := slices.BinarySearch(s, v)
	return slices.Insert(s, i, v)
}

// slideNaive keeps all facts for good, and looks through them for each row.
type slideNaive[A any, P Accumulator[A, int]] struct {
	size  time.Duration
	set   Settings
	w     watermark.Time
	facts []slideCase
	fired []bool
}

// holds reports whether a key has a fact that can still count.
func (n *slideNaive[A, P]) holds(key int) bool {
	return slices.ContainsFunc(n.facts, func(f slideCase) bool { return f.key == key && f.t.Add(n.size) > n.w })
}

// keys is the number of keys held.
func (n *slideNaive[A, P]) keys() int {
	seen := map[int]bool{}
	for _, f := range n.facts {
		if f.t.Add(n.size) > n.w && n.w < watermark.Max {
			seen[f.key] = true
		}
	}
	return len(seen)
}

func (n *slideNaive[A, P]) add(f slideCase) Fate {
	switch most := n.set.MaxKeys.N; {
	case f.t < n.w:
		return Late
	case most > 0 && !n.holds(f.key) && n.keys() >= most:
		return Refused
	}
	n.facts, n.fired = append(n.facts, f), append(n.fired, false)
	return 0
}

// advance returns the rows of the facts before w, by their times, then as they
// were fed, or by key.
func (n *slideNaive[A, P]) advance(w watermark.Time, forced bool) (rows []Pane[int, A]) {
	n.w = w
	for i, f := range n.facts {
		if n.fired[i] || f.t >= w {
			continue
		}
		n.fired[i] = true
		p := Pane[int, A]{Span: Span{f.t.Add(1 - n.size), f.t + 1}, Key: f.key, Last: f.t}
		p.Stamp = row.Stamp{Time: f.t, Kind: row.Final, Forced: forced}
		for _, g := range n.facts {
			if g.key == f.key && p.Contains(g.t) {
				P(&p.Value).Add(g.v)
				p.Facts++
			}
		}
		rows = append(rows, p)
	}
	slices.SortStableFunc(rows, func(a, b Pane[int, A]) int {
		switch {
		case a.End < b.End:
			return -1
		case a.End > b.End:
			return 1
		case n.set.Sorted:
			return a.Key - b.Key
		}
		return 0
	})
	return rows
}

// slidePlay plays facts and moves of W into three stores, in batches into one, one
// by one into another, and into the third so that it settles now and then, and
// compares them with the reference.
type slidePlay[A any, P Accumulator[A, int]] struct {
	t          testing.TB
	name       string
	batch, one *Store[int, A, int, P]
	naive      slideNaive[A, P]
	ids        map[row.ID]bool
	rows       int

	put  *Store[int, A, int, P]
	told Told[int, A] // by put, to be settled
	owed Told[int, A] // what that will give
}

func newSlidePlay[A any, P Accumulator[A, int]](t testing.TB, name string, size time.Duration, set Settings) *slidePlay[A, P] {
	t.Helper()
	p := &slidePlay[A, P]{t: t, name: name, naive: slideNaive[A, P]{size: size, set: set, w: watermark.Min}, ids: map[row.ID]bool{}}
	for _, s := range []**Store[int, A, int, P]{&p.batch, &p.one, &p.put} {
		var err error
		if *s, err = NewStore[A, int, int, P](Slide{Size: size}, set); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *slidePlay[A, P]) add(facts []slideCase) {
	p.t.Helper()
	var keys, vals []int
	var times []watermark.Time
	var want []MissedFact
	for i, f := range facts {
		keys, times, vals = append(keys, f.key), append(times, f.t), append(vals, f.v)
		fate := p.naive.add(f)
		switch fate {
		case Late:
			want = append(want, MissedFact{i, Late, []Span{{f.t.Add(1 - p.naive.size), f.t + 1}}, ""})
		case Refused:
			want = append(want, MissedFact{i, Refused, nil, fmt.Sprintf("%d keys are held: must be at most MaxKeys", p.naive.set.MaxKeys.N)})
		}
		var told Told[int, A]
		p.one.AddAll(keys[i:], times[i:], vals[i:], &told)
		if (fate != 0) != (len(told.Missed) == 1) || fate != 0 && (told.Missed[0].Fate != fate || !reflect.DeepEqual(told.Missed[0].Spans, want[len(want)-1].Spans)) || len(told.Panes) > 0 {
			p.t.Fatalf("%s: W %d, fact %v: %+v, want fate %d", p.name, p.naive.w, f, told, fate)
		}
	}
	var told Told[int, A]
	p.batch.AddAll(keys, times, vals, &told)
	if len(told.Panes) > 0 || len(told.Given) > 0 || !reflect.DeepEqual(told.Missed, want) {
		p.t.Fatalf("%s: W %d: missed %+v, want %+v", p.name, p.naive.w, told.Missed, want)
	}
	if p.put.AddAll(keys, times, vals, &p.told); !reflect.DeepEqual(p.told.Missed, want) {
		p.t.Fatalf("%s: W %d, not settled: missed %+v, want %+v", p.name, p.naive.w, p.told.Missed, want)
	}
	p.told.Missed = nil
}

func (p *slidePlay[A, P]) advance(w watermark.Time, forced bool) {
	p.t.Helper()
	if p.batch.Next() != p.naive.w.Add(1) {
		p.t.Fatalf("%s: Next is %d at W %d", p.name, p.batch.Next(), p.naive.w)
	}
	want := p.naive.advance(w, forced)
	var got, one Told[int, A]
	p.batch.Fire(w, forced, &got)
	p.one.Fire(w, forced, &one)
	if !reflect.DeepEqual(got, one) {
		p.t.Fatalf("%s: W %d: batches make a difference: %v, one by one %v", p.name, w, got, one)
	}
	if len(got.Given)+len(got.Missed)+len(got.Replaced) > 0 {
		p.t.Fatalf("%s: W %d tells %+v", p.name, w, got)
	}
	p.pass(w, forced, got.Panes)
	for i := range got.Panes {
		if id := got.Panes[i].ID; id == (row.ID{}) || p.ids[id] {
			p.t.Fatalf("%s: the ID %v is there twice, or zero", p.name, id)
		}
		p.ids[got.Panes[i].ID] = true
		got.Panes[i].ID = row.ID{}
	}
	if len(got.Panes)+len(want) > 0 && !reflect.DeepEqual(got.Panes, want) {
		p.t.Fatalf("%s: W %d gives\n%v, want\n%v", p.name, w, got.Panes, want)
	}
	p.rows += len(want)
	keys, panes, _ := p.batch.Held()
	waits := 0
	for _, f := range p.naive.fired {
		if !f {
			waits++
		}
	}
	if int(keys) != p.naive.keys() || int(panes) != waits {
		p.t.Fatalf("%s: W %d: %d keys and %d panes are held, want %d and %d", p.name, w, keys, panes, p.naive.keys(), waits)
	}
}

// pass moves W in the store that settles now and then.
func (p *slidePlay[A, P]) pass(w watermark.Time, forced bool, gives []Pane[int, A]) {
	p.t.Helper()
	p.owed.Panes = append(p.owed.Panes, gives...)
	if p.put.Pass(w, forced, &p.told) {
		p.owed.Settled = append(p.owed.Settled, len(p.owed.Panes))
	} else if len(p.told.Panes) != len(p.owed.Panes) {
		p.t.Fatalf("%s: W %d gives %d panes at once, want %d", p.name, w, len(p.told.Panes), len(p.owed.Panes))
	}
	if len(p.owed.Settled)%3 == 1 && w < watermark.Max {
		return
	}
	p.put.Settle(&p.told)
	if len(p.owed.Panes) > 0 && !reflect.DeepEqual(p.told.Panes, p.owed.Panes) || !slices.Equal(p.told.Settled, p.owed.Settled) {
		p.t.Fatalf("%s: W %d settles %+v, want %+v", p.name, w, p.told, p.owed)
	}
	p.told, p.owed = Told[int, A]{}, Told[int, A]{}
}

// look compares what Look tells of some time.
func (p *slidePlay[A, P]) look(key int, t watermark.Time) {
	p.t.Helper()
	want := Span{t.Add(1 - p.naive.size), t + 1}
	open, facts := p.naive.w < want.End, 0
	for _, f := range p.naive.facts {
		if open && f.key == key && want.Contains(f.t) {
			facts++
		}
	}
	if span, n, is := p.batch.Look(key, t); span != want || n != facts || is != open {
		p.t.Fatalf("%s: W %d: key %d at %d has %d facts in %v, open %t: want %d in %v, open %t", p.name, p.naive.w, key, t, n, span, is, facts, want, open)
	}
}

// slideRandom plays a history of random facts.
func slideRandom[A any, P Accumulator[A, int]](t testing.TB, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	set := Settings{Stage: "s", Sorted: r.IntN(3) == 0}
	keys := 1 + r.IntN(8)
	if r.IntN(3) == 0 {
		set.MaxKeys.N = 1 + r.IntN(keys)
	}
	size := time.Duration(1 + r.IntN(30))
	if r.IntN(4) == 0 {
		size = time.Duration(1 + r.IntN(3000))
	}
	now := watermark.Time(r.IntN(1000) - 500)
	switch r.IntN(8) {
	case 0:
		now = watermark.Min + 40
	case 1:
		now = watermark.Max - 4000
	}
	p := newSlidePlay[A, P](t, fmt.Sprint("seed ", seed), size, set)
	spread, most := 1+r.IntN(60), 1+r.IntN(40)
	for range 30 {
		var facts []slideCase
		for range r.IntN(most) {
			at := now + watermark.Time(r.IntN(spread)-spread/4)
			facts = append(facts, slideCase{r.IntN(keys), max(watermark.Min+1, min(watermark.Max-1, at)), r.IntN(100)})
		}
		p.add(facts)
		p.look(r.IntN(keys), min(watermark.Max-1, now+watermark.Time(r.IntN(spread))))
		now = now.Add(time.Duration(r.IntN(spread)))
		if r.IntN(15) == 0 {
			now = now.Add(size)
		}
		if w := min(watermark.Max-1, now.Add(-time.Duration(r.IntN(spread)))); w > p.naive.w {
			p.advance(w, false)
		}
	}
	p.advance(watermark.Max, true)
}

// TestSlideIsTheReference plays random facts and moves of W: few keys and many
// facts of one time, windows of one fact and of hundreds, on the bounds of time.
func TestSlideIsTheReference(t *testing.T) {
	seeds := uint64(600)
	if testing.Short() {
		seeds = 100
	}
	for seed := range seeds {
		slideRandom[slideTotal](t, seed)
		slideRandom[slideList](t, seed)
	}
}

// TestSlideOfManyFacts: queues that grow, go round, and are used up again and
// again, beyond what fits the nearer caches.
func TestSlideOfManyFacts(t *testing.T) {
	seeds := uint64(8)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 1))
		size := time.Duration(1+r.IntN(4000)) * time.Microsecond
		p := newSlidePlay[slideTotal](t, fmt.Sprint("seed ", seed), size, Settings{})
		now, n := watermark.Time(-2_000_000), 0 // 4 ms of facts, in the middle of which is 0
		for range 40 {
			var facts []slideCase
			for range 100 {
				now += watermark.Time(r.IntN(2000))
				if r.IntN(300) == 0 {
					now += watermark.Time(size) / 2
				}
				facts = append(facts, slideCase{r.IntN(1 + int(seed)%3), now - watermark.Time(r.IntN(50_000)), n})
				n++
			}
			p.add(facts)
			p.advance(now-50_000-watermark.Time(r.IntN(100_000)), false)
		}
		p.advance(watermark.Max, false)
		if p.rows < 3000 {
			t.Fatalf("seed %d: %d rows", seed, p.rows)
		}
	}
}

// FuzzSlide reads a history from bytes: the size, then facts and moves of W.
func FuzzSlide(f *testing.F) {
	f.Add([]byte{5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 255, 3, 1, 1})
	f.Add([]byte{0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 255, 9})
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) < 2 || len(in) > 400 {
			return
		}
		size, set := time.Duration(in[0])+1, Settings{Sorted: in[1]&1 == 1, MaxKeys: MaxKeys{N: int(in[1] >> 1 & 3)}}
		now := watermark.Time(0)
		switch in[1] >> 3 & 3 {
		case 1:
			now = watermark.Min + 1
		case 2:
			now = watermark.Max - 300
		}
		p := newSlidePlay[slideTotal](t, "fuzz", size, set)
		var facts []slideCase
		for in = in[2:]; len(in) >= 2; in = in[2:] {
			x := binary.LittleEndian.Uint16(in)
			at := min(watermark.Max-1, now.Add(time.Duration(x>>2&63)))
			if x&3 > 0 {
				facts = append(facts, slideCase{int(x >> 8 & 7), at, int(x >> 11)})
				continue
			}
			p.add(facts)
			facts, now = facts[:0], at
			if at > p.naive.w {
				p.advance(at, false)
			}
		}
		p.add(facts)
		p.advance(watermark.Max, true)
	})
}
