package watermark

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// naiveW finds W from all times taken at once, by the rule as it is written.
func naiveW(l Limits, times []Time) Time {
	if len(times) == 0 {
		return Min
	}
	s := slices.Sorted(slices.Values(times))
	lead := s[len(s)-1]
	if !l.Clock && l.MaxAhead > 0 {
		if len(s) == 1 {
			return Min
		}
		if second := s[len(s)-2]; lead > second.Add(l.MaxAhead) {
			lead = second
		}
	}
	return lead.Add(-l.Delay)
}

// TestWDependsOnTheFactsNotOnTheirOrder, nor on how they are cut.
func TestWDependsOnTheFactsNotOnTheirOrder(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 0))
		l := Limits{Delay: time.Duration(r.IntN(5)), MaxAhead: time.Duration(r.IntN(20)), Clock: r.IntN(2) == 0}
		times := make([]Time, 1+r.IntN(30))
		for i := range times {
			times[i] = Time(r.IntN(60) - 20)
			if r.IntN(10) == 0 {
				times[i] += 1000
			}
		}
		for range 3 {
			r.Shuffle(len(times), func(i, j int) { times[i], times[j] = times[j], times[i] })
			g := NewGroup(l)
			last := Min
			for n := 0; n < len(times); {
				m := min(n+1+r.IntN(5), len(times))
				marks := g.Partition("").Take(0, times[n:m], nil)
				for i := n; i < m; i++ { // each fact moves W to where the rule has it
					want := naiveW(l, times[:i+1])
					if len(marks) > 0 && int(marks[0].After) == i-n {
						if marks[0].W <= last {
							t.Fatalf("seed %d: W goes from %d to %d", seed, last, marks[0].W)
						}
						last, marks = marks[0].W, marks[1:]
					}
					if last != want {
						t.Fatalf("seed %d: %+v: after %v W is %d, want %d", seed, l, times[:i+1], last, want)
					}
				}
				n = m
			}
			if g.W() != last {
				t.Fatalf("seed %d: W is %d, the marks say %d", seed, g.W(), last)
			}
		}
	}
}

func TestMaxAheadAtItsEdge(t *testing.T) {
	for _, c := range []struct {
		times []Time
		want  Time
	}{
		{[]Time{100}, Min},
		{[]Time{100, 100}, 100},
		{[]Time{100, 110}, 110},
		{[]Time{100, 111}, 100},
		{[]Time{100, 111, 101}, 111},
		{[]Time{100, 1000, 1000}, 1000},
	} {
		g := NewGroup(Limits{MaxAhead: 10})
		g.Partition("").Take(0, c.times, nil)
		if g.W() != c.want {
			t.Errorf("%v: W is %d, want %d", c.times, g.W(), c.want)
		}
	}
}

func TestLimitsWithAndWithoutAClock(t *testing.T) {
	for _, c := range []struct {
		l    Limits
		want Time
	}{
		{Limits{}, Max},
		{Limits{MaxAhead: 5}, Max},
		{Limits{Clock: true}, Time(5 * time.Minute)},
		{Limits{Clock: true, MaxAhead: 7}, 7},
		{Limits{Clock: true, MaxAhead: -1}, Max},
	} {
		if got := c.l.Ahead(0); got != c.want {
			t.Errorf("%+v: Ahead is %d, want %d", c.l, got, c.want)
		}
	}
	if err := (Limits{Delay: -1, IdleAfter: -1}).Check(); err == nil {
		t.Error("negative settings are taken")
	}
	if err := (Limits{IdleAfter: 1}).Check(); err == nil {
		t.Error("IdleAfter without a clock is taken: nothing would ever be idle")
	}
}

func TestWIsTheLeastOfTheActivePartitions(t *testing.T) {
	g := NewGroup(Limits{})
	a, b := g.Partition("a"), g.Partition("b")
	if g.Partition("a") != a {
		t.Fatal("one name gives two partitions")
	}
	expect := func(what string, w Time, idle bool) {
		t.Helper()
		if g.W() != w || g.Idle() != idle {
			t.Errorf("%s: W %d, idle %t, want %d, %t", what, g.W(), g.Idle(), w, idle)
		}
	}
	behind := func(want string) {
		t.Helper()
		if name, _ := g.Behind(); name != want {
			t.Errorf("%q holds W back, want %q", name, want)
		}
	}
	a.Take(0, []Time{100}, nil)
	expect("b was never fed", Min, false)
	behind("b")
	b.Take(0, []Time{50}, nil)
	expect("both", 50, false)
	b.SetIdle()
	expect("b idle", 100, false)
	a.SetIdle()
	expect("all idle: W holds", 100, true)
	b.Take(0, []Time{60}, nil)
	expect("b comes back behind W", 100, false)
	behind("b")
	b.Take(0, []Time{120}, nil)
	expect("a is idle still", 120, false)
	c := g.Partition("c")
	expect("one that comes late joins at W", 120, false)
	a.Advance(0, 200)
	b.Take(0, []Time{300}, nil)
	expect("c holds W", 120, false)
	c.Close()
	expect("c ended", 200, false)
	a.Close()
	b.SetIdle()
	expect("one ended, one idle: W holds", 300, true)
	b.Close()
	expect("all ended", Max, false)
	if _, ok := g.Behind(); ok {
		t.Error("somebody holds the end back")
	}
}

// A partition that wakes counts at once, and W is found with it.
func TestWakingFindsW(t *testing.T) {
	g := NewGroup(Limits{})
	a, b := g.Partition("a"), g.Partition("b")
	a.Take(0, []Time{10}, nil)
	b.Take(0, []Time{30}, nil)
	b.SetIdle()
	a.SetIdle()
	marks := b.Take(0, []Time{29, 31}, nil)
	if want := []Mark{{0, 30}, {1, 31}}; !slices.Equal(marks, want) {
		t.Errorf("marks %v, want %v", marks, want)
	}
}

func TestTheUnnamedPartitionCountsFromItsFirstFact(t *testing.T) {
	g := NewGroup(Limits{})
	u, a := g.Partition(""), g.Partition("a")
	a.Take(0, []Time{10}, nil)
	if g.W() != 10 {
		t.Errorf("W is %d: an unnamed partition without facts holds it", g.W())
	}
	u.Take(0, []Time{5}, nil)
	a.Take(0, []Time{20}, nil)
	if g.W() != 10 {
		t.Errorf("W is %d, want it held by the unnamed one", g.W())
	}
	u.Mark(0, 0, 15, true, nil)
	if g.W() != 15 {
		t.Errorf("W is %d, want 15", g.W())
	}
	if marks := u.Mark(0, 3, 25, true, nil); g.W() != 20 || !slices.Equal(marks, []Mark{{3, 20}}) {
		t.Errorf("W is %d by %v, want it held at 20 by the other", g.W(), marks)
	}
}

func TestIdleAfterIsExact(t *testing.T) {
	const after = 10
	g := NewGroup(Limits{IdleAfter: after, Clock: true})
	a := g.Partition("a")
	if _, ok := g.Due(); ok {
		t.Error("something is due before the first call")
	}
	if g.Tick(100, Min) {
		t.Error("idle at the first call")
	}
	if due, ok := g.Due(); !ok || due != 110 {
		t.Errorf("due at %d %t, want 110", due, ok)
	}
	if g.Tick(109, 100) || a.Idle() {
		t.Error("idle 1 ns early")
	}
	if !g.Tick(110, 109) || !a.Idle() || !g.Idle() {
		t.Error("not idle in time")
	}
	a.Take(200, []Time{1}, nil)
	if g.Idle() || a.Idle() {
		t.Error("idle with a fact")
	}
	// A pause of exactly twice IdleAfter is silence, 1 ns more is sleep.
	if !g.Tick(220, 200) {
		t.Error("not idle after twice IdleAfter")
	}
	a.Take(300, []Time{2}, nil)
	if g.Tick(321, 300) || a.Idle() {
		t.Error("a process that slept was idle")
	}
	if due, _ := g.Due(); due != 331 {
		t.Errorf("due at %d, want 331", due)
	}
}

func TestCloseEndsAll(t *testing.T) {
	g := NewGroup(Limits{})
	g.Partition("a").Take(0, []Time{1}, nil)
	g.Close()
	if g.W() != Max || !g.Closed() || !g.Partition("a").Closed() || !g.Partition("new").Closed() {
		t.Error("not all closed")
	}
}

// A group has been told up to where all its partitions have, Close counts as
// told, and W that follows facts does not.
func TestHeartbeatIsOfAllPartitions(t *testing.T) {
	g := NewGroup(Limits{})
	expect := func(what string, want Time, told bool) {
		t.Helper()
		if got, ok := g.Heartbeat(); got != want || ok != told {
			t.Errorf("%s: %d %t, want %d %t", what, got, ok, want, told)
		}
	}
	expect("nothing", Min, false)
	p := g.Partition("")
	p.Take(0, []Time{100}, nil)
	expect("a fact", Min, false)
	p.Advance(0, 5) // behind W, and told all the same
	expect("one told", 5, true)
	p.Advance(0, 3)
	expect("never back", 5, true)
	a, b := g.Partition("a"), g.Partition("b")
	expect("two more", Min, false)
	a.Advance(0, 4)
	b.SetIdle()
	expect("one idle", 4, true)
	b.Advance(0, 9)
	a.Close()
	expect("one closed", 5, true)
	b.SetIdle()
	p.Advance(0, 20)
	expect("idle, but told", 9, true)
	g.Close()
	expect("all closed", Max, true)
	g = NewGroup(Limits{})
	g.Partition("a").Close()
	expect("its only one closed", Max, true)
}
