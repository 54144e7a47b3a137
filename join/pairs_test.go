package join

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// event is a fact of the reference.
type event struct {
	key, no int
	at      watermark.Time
	met     bool
}

// plainPairs is the obvious interval join: every fact is looked at, every time.
// It is written over distances in big numbers, not over sums that saturate.
type plainPairs struct {
	in Interval
	w  [2]watermark.Time // of the left side, and of the right one
	of [2][]*event
}

// apart is r - l as a number of 128 bits would have it, cut to what is beyond
// every Duration.
func apart(l, r watermark.Time) (d int64, far int) {
	d = int64(r) - int64(l)
	switch {
	case r > l && d < 0:
		return 0, 1
	case r < l && d > 0:
		return 0, -1
	}
	return d, 0
}

func (p *plainPairs) meets(l, r *event) bool {
	d, far := apart(l.at, r.at)
	return l.key == r.key && far == 0 && d >= int64(p.in.From) && d <= int64(p.in.To)
}

// over reports whether no fact of the other side can come on time that meets one
// of this side at t.
func (p *plainPairs) over(side int, t watermark.Time) bool {
	next := max(p.w[1-side], watermark.Min+1) // the least that can come
	if next == watermark.Max {
		return true
	}
	possible := func(l, r watermark.Time) bool { // the interval of the other side ends before next, or begins at the end of time
		lower, far := apart(l, r)
		if side == left {
			return far == 0 && lower <= int64(p.in.To) || far < 0
		}
		return far == 0 && lower >= int64(p.in.From) || far > 0
	}
	last := func(l, r watermark.Time) bool { // the latest that can come still reaches the interval
		upper, far := apart(l, r)
		if side == left {
			return far == 0 && upper >= int64(p.in.From) || far > 0
		}
		return far == 0 && upper <= int64(p.in.To) || far < 0
	}
	if side == left {
		return !possible(t, next) || !last(t, watermark.Max-1)
	}
	return !possible(next, t) || !last(watermark.Max-1, t)
}

func (p *plainPairs) add(side int, e *event) (met []int, fate Fate) {
	fate = Kept
	switch {
	case p.over(side, e.at):
		fate = Passed
	case p.in.MaxFacts > 0 && len(p.of[side]) >= p.in.MaxFacts:
		return nil, Refused
	case p.in.MaxKeys > 0:
		held := map[int]bool{}
		for _, o := range slices.Concat(p.of[left], p.of[right]) {
			held[o.key] = true
		}
		if len(held) >= p.in.MaxKeys && !held[e.key] {
			return nil, NoKey
		}
	}
	var all []*event
	for _, o := range p.of[1-side] {
		if side == left && p.meets(e, o) || side == right && p.meets(o, e) {
			all = append(all, o)
			o.met, e.met = true, true
		}
	}
	slices.SortStableFunc(all, byTime)
	for _, o := range all {
		met = append(met, o.no)
	}
	if fate == Kept {
		p.of[side] = append(p.of[side], e)
	}
	return met, fate
}

func byTime(a, b *event) int {
	switch {
	case a.at < b.at:
		return -1
	case a.at > b.at:
		return 1
	}
	return 0
}

func (p *plainPairs) advance(wl, wr watermark.Time) (gone [2][]string) {
	p.w[left], p.w[right] = max(p.w[left], wl), max(p.w[right], wr)
	for side := range 2 {
		var past []*event
		p.of[side] = slices.DeleteFunc(p.of[side], func(e *event) bool {
			if p.over(side, e.at) {
				past = append(past, e)
				return true
			}
			return false
		})
		slices.SortStableFunc(past, byTime)
		for _, e := range past {
			gone[side] = append(gone[side], fmt.Sprint(e.at, e.met, e.no))
		}
	}
	return gone
}

func told(past []Past[int]) (s []string) {
	for _, e := range past {
		s = append(s, fmt.Sprint(e.Time, e.Met, e.Fact))
	}
	return s
}

// playPairs feeds facts and watermarks, whose times are drawn, to Pairs and to the
// reference, and compares all that both tell.
func playPairs(t *testing.T, seed uint64, in Interval, steps int, draw func(r *rand.Rand, now watermark.Time) watermark.Time) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 18))
	p, err := NewPairs[int, int, int](in)
	if err != nil {
		t.Fatal(err)
	}
	ref := &plainPairs{in: in, w: [2]watermark.Time{watermark.Min, watermark.Min}}
	now := watermark.Time(r.IntN(100) - 50)
	ws := [2]watermark.Time{watermark.Min, watermark.Min}
	where := fmt.Sprintf("seed %d, %+v", seed, in)
	for no := range steps {
		if r.IntN(4) == 0 {
			ws[r.IntN(2)] = draw(r, now-8)
			gotL, gotR := p.Advance(ws[left], ws[right])
			want := ref.advance(ws[left], ws[right])
			if g := [2][]string{told(gotL), told(gotR)}; !slices.Equal(g[left], want[left]) || !slices.Equal(g[right], want[right]) {
				t.Fatalf("%s: W %v: gone %v, want %v", where, ref.w, g, want)
			}
			continue
		}
		side, e := r.IntN(2), &event{key: r.IntN(3), no: no, at: draw(r, now)}
		e.at = max(watermark.Min+1, min(watermark.Max-1, e.at))
		want, fate := ref.add(side, e)
		var got []int
		var gotFate Fate
		if side == left {
			var m Met[int]
			m, gotFate = p.Left(e.key, e.at, e.no)
			for i := range m.Len() {
				_, f := m.At(i)
				got = append(got, *f)
			}
		} else {
			var m Met[int]
			m, gotFate = p.Right(e.key, e.at, e.no)
			for i := range m.Len() {
				_, f := m.At(i)
				got = append(got, *f)
			}
		}
		if gotFate != fate || !slices.Equal(got, want) {
			t.Fatalf("%s: side %d, key %d at %d under W %v: met %v, fate %d, want %v, fate %d", where, side, e.key, e.at, ref.w, got, gotFate, want, fate)
		}
		now += watermark.Time(r.IntN(3))
		alone := [2]int{}
		for s := range 2 {
			for _, e := range ref.of[s] {
				if !e.met {
					alone[s]++
				}
			}
		}
		if l, r := p.Alone(); l != alone[left] || r != alone[right] {
			t.Fatalf("%s: alone %d and %d, want %v", where, l, r, alone)
		}
		if _, facts, _ := p.Held(); int(facts) != len(ref.of[left])+len(ref.of[right]) {
			t.Fatalf("%s: %d facts held, want %d", where, facts, len(ref.of[left])+len(ref.of[right]))
		}
	}
	p.Advance(watermark.Max, watermark.Max)
	if keys, facts, _ := p.Held(); keys != 0 || facts != 0 {
		t.Errorf("%s: %d keys and %d facts are left", where, keys, facts)
	}
	if l, r := p.First(); l != watermark.Max || r != watermark.Max {
		t.Errorf("%s: first %v and %v of nothing", where, l, r)
	}
}

func TestPairsAreTheReference(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 17))
		in := Interval{From: time.Duration(r.IntN(21) - 10)}
		in.To = in.From + time.Duration(r.IntN(15))
		if r.IntN(5) == 0 {
			in.MaxFacts = 1 + r.IntN(12)
		}
		if r.IntN(3) == 0 {
			in.MaxKeys = 1 + r.IntN(3)
		}
		playPairs(t, seed, in, 500, func(r *rand.Rand, now watermark.Time) watermark.Time { return now + watermark.Time(r.IntN(20)-12) })
	}
}

func TestPairsAtTheExtremesOfTime(t *testing.T) {
	bounds := []time.Duration{math.MinInt64, math.MinInt64 + 1, -1 << 62, -1, 0, 1, 1 << 62, math.MaxInt64 - 1, math.MaxInt64}
	times := []watermark.Time{watermark.Min, watermark.Min + 1, watermark.Min + 2, -1 << 62, -1, 0, 1, 1 << 62, watermark.Max - 2, watermark.Max - 1, watermark.Max}
	for i, from := range bounds {
		for j, to := range bounds[i:] {
			for k := range uint64(4) {
				playPairs(t, uint64(i*100+j)*4+k, Interval{From: from, To: to}, 60, func(r *rand.Rand, _ watermark.Time) watermark.Time { return times[r.IntN(len(times))] })
			}
		}
	}
}

func FuzzPairs(f *testing.F) {
	f.Add(uint64(1), int64(-5), int64(5), int64(1))
	f.Add(uint64(2), int64(math.MinInt64), int64(math.MaxInt64), int64(1)<<58)
	f.Add(uint64(3), int64(-7), int64(-3), int64(2))
	f.Fuzz(func(t *testing.T, seed uint64, from, to, unit int64) {
		in := Interval{From: time.Duration(min(from, to)), To: time.Duration(max(from, to))}
		playPairs(t, seed, in, 200, func(r *rand.Rand, now watermark.Time) watermark.Time {
			return now.Add(time.Duration(int64(r.IntN(20)-12) * unit)) // wherever that leads
		})
	})
}

func TestBoundsAreInclusiveTo1ns(t *testing.T) {
	in := Interval{From: -2, To: 5}
	for _, c := range []struct {
		right watermark.Time
		meets int
	}{{97, 0}, {98, 1}, {105, 1}, {106, 0}} {
		p, _ := NewPairs[string, int, int](in)
		p.Left("a", 100, 1)
		if m, _ := p.Right("a", c.right, 2); m.Len() != c.meets {
			t.Errorf("right at %d meets %d left facts at 100, want %d", c.right, m.Len(), c.meets)
		}
		if m, _ := p.Right("b", c.right, 2); m.Len() != 0 {
			t.Errorf("another key at %d meets %d", c.right, m.Len())
		}
		p, _ = NewPairs[string, int, int](in)
		p.Right("a", c.right, 2)
		if m, _ := p.Left("a", 100, 1); m.Len() != c.meets {
			t.Errorf("left at 100 meets %d right facts at %d, want %d", m.Len(), c.right, c.meets)
		}
	}
}

func TestAFactIsForgottenExactlyWhenNobodyCanCome(t *testing.T) {
	p, _ := NewPairs[int, string, string](Interval{From: -2, To: 5})
	p.Left(1, 100, "left")
	p.Right(2, 100, "right")
	if l, _ := p.Advance(watermark.Min, 105); len(l) != 0 {
		t.Errorf("a right fact at 105 may come, and %v is gone", l)
	}
	if l, _ := p.Advance(watermark.Min, 106); len(l) != 1 || l[0].Met || l[0].Fact != "left" {
		t.Errorf("no right fact before 106 comes any more: gone %v", l)
	}
	if _, r := p.Advance(102, 106); len(r) != 0 {
		t.Errorf("a left fact at 102 may come, and %v is gone", r)
	}
	if _, r := p.Advance(103, 106); len(r) != 1 || r[0].Fact != "right" {
		t.Errorf("no left fact before 103 comes any more: gone %v", r)
	}
	p.Right(1, 110, "kept")
	if m, fate := p.Left(1, 106, "in time"); fate != Kept || m.Len() != 1 {
		t.Errorf("fate %d, met %d", fate, m.Len())
	}
	if m, fate := p.Left(1, 100, "late"); fate != Passed || m.Len() != 0 {
		t.Errorf("its interval ends at 105, before W: fate %d, met %d", fate, m.Len())
	}
	if m, fate := p.Left(1, 101, "at the bound"); fate != Kept || m.Len() != 0 {
		t.Errorf("its interval ends at W: fate %d, met %d", fate, m.Len())
	}
}

func TestALateFactMeetsWhatIsKept(t *testing.T) {
	p, _ := NewPairs[int, int, int](Interval{From: 0, To: 5})
	p.Right(1, 104, 1)
	p.Advance(50, 200) // the right side is far ahead, and its fact kept for what the left one brings
	if m, fate := p.Left(1, 100, 2); fate != Passed || m.Len() != 1 {
		t.Errorf("fate %d, met %d, want one that it meets", fate, m.Len())
	}
	if _, alone := p.Alone(); alone != 0 {
		t.Errorf("the right fact has met somebody, and %d are alone", alone)
	}
}

func TestMistakesOfInterval(t *testing.T) {
	_, err := NewPairs[string, int, int](Interval{From: 2 * time.Second, To: time.Second, MaxFacts: -1})
	want := "join: Interval: From is 2s and To is 1s: From must not be greater than To\njoin: Interval: MaxFacts is -1: must not be negative"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
	if _, err := NewPairs[float64, int, int](Interval{}); err == nil || !strings.HasPrefix(err.Error(), "join: ") {
		t.Errorf("a float is taken for a key: %v", err)
	}
}

func TestPairsAllocateNothingOnceWarm(t *testing.T) {
	p, _ := NewPairs[int, [2]int, [3]int](Interval{From: -50, To: 50})
	now := 0
	pass := func() {
		for range 20_000 {
			now++
			p.Left(now%100, watermark.Time(now-now%7), [2]int{})
			p.Right(now*7%100, watermark.Time(now-now%5), [3]int{})
			p.Advance(watermark.Time(now-10), watermark.Time(now-10))
		}
	}
	pass()
	if n := testing.AllocsPerRun(3, pass); n > 20 {
		t.Errorf("%v allocations in 40,000 facts", n)
	}
}

func TestSeenCostsTheSameHoweverManyTimesAKeyHas(t *testing.T) {
	per := func(facts int, order func(i int) watermark.Time) float64 {
		s, _ := NewSeen[int](0) // each time is another
		probes := 0
		hash, rehash := s.hash, s.rehash
		s.hash = func(k int) uint64 { probes++; return hash(k) }
		s.rehash = func(x stretch) uint64 { probes++; return rehash(x) }
		for i := range facts {
			if s.Take(1, order(i)) != Accepted {
				t.Fatal("not accepted")
			}
		}
		for w := range facts + 1 {
			s.Advance(watermark.Time(w + 1))
		}
		if keys, times, _ := s.Held(); keys != 0 || times != 0 {
			t.Fatalf("%d keys and %d times are left", keys, times)
		}
		return float64(probes) / float64(facts)
	}
	for name, order := range map[string]func(n int) func(int) watermark.Time{ // order: each on its own
		"rising": func(n int) func(int) watermark.Time { return func(i int) watermark.Time { return watermark.Time(i) } },
		"falling": func(n int) func(int) watermark.Time {
			return func(i int) watermark.Time { return watermark.Time(n - 1 - i) }
		},
		"by stride": func(n int) func(int) watermark.Time {
			return func(i int) watermark.Time { return watermark.Time(i * 7919 % n) }
		},
	} {
		few, many := per(1_000, order(1_000)), per(100_000, order(100_000))
		if many > 2*few+1 {
			t.Errorf("%s: %.1f probes a fact with 1,000 times of a key, %.1f with 100,000", name, few, many)
		}
	}
}
