package watermark

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// naiveLearner finds W by the words of Percentile, from a sorted list.
type naiveLearner struct {
	l       Limits
	share   int64 // of Keep, in billionths
	lead    naiveLead
	block   int
	last    []time.Duration // of the facts that are not forgotten, sorted
	now     []time.Duration // of the block at hand
	n       int
	learned time.Duration // before it is held within Least and Most; -1: not yet
	w       Time
}

func newNaive(l Limits) *naiveLearner {
	share := int64(math.Round(l.Keep * 1e9))
	block := 0
	for int64(block)*(1e9-share) < 32*1e9 {
		block += 1024
	}
	return &naiveLearner{l: l, share: share, lead: naiveLead{ahead: l.MaxAhead}, block: block, learned: -1, w: Min}
}

func insert(sorted []time.Duration, d time.Duration) []time.Duration {
	i, _ := slices.BinarySearch(sorted, d)
	return slices.Insert(sorted, i, d)
}

// rounded is the longest delay that is told for d.
func rounded(d time.Duration) time.Duration {
	if n := bits.Len64(uint64(d)); n > 6 {
		return d | (1<<(n-6) - 1)
	}
	return d
}

func (x *naiveLearner) take(t Time) Time {
	behind, _ := x.lead.behind(t)
	d := time.Duration(saturate(behind))
	x.lead.add(t)
	x.last, x.now = insert(x.last, d), append(x.now, d)
	x.n++
	if len(x.now) == x.block { // those before this block are forgotten
		x.last, x.now = slices.Sorted(slices.Values(x.now)), x.now[:0]
	}
	// The least delay that keeps the share of these facts and of one more.
	need := new(big.Int).Mul(big.NewInt(x.share), big.NewInt(int64(len(x.last)+1)))
	k := int(need.Add(need, big.NewInt(1e9-1)).Div(need, big.NewInt(1e9)).Int64())
	if k <= len(x.last) {
		if d := rounded(x.last[k-1]); d > x.learned || x.n%1024 == 0 {
			x.learned = d
		}
	}
	delay := max(x.learned, x.l.Least)
	switch {
	case x.learned < 0 && x.l.Most == 0:
		return x.w
	case x.l.Most > 0 && (x.learned < 0 || delay > x.l.Most):
		delay = x.l.Most
	}
	lead := x.lead.times[len(x.lead.times)-1]
	if x.lead.ahead > 0 {
		if len(x.lead.times) == 1 {
			return x.w
		}
		if lead > x.lead.times[0].Add(x.lead.ahead) {
			lead = x.lead.times[0]
		}
	}
	x.w = max(x.w, lead.Add(-delay))
	return x.w
}

// checkLearning feeds times in pieces of random size, and compares W after each
// fact with that of the reference.
func checkLearning(t *testing.T, what string, r *rand.Rand, l Limits, times []Time) {
	t.Helper()
	naive, p := newNaive(l), NewGroup(l).Partition("")
	w := Min
	var marks []Mark
	for n := 0; n < len(times); {
		m := min(n+1+r.IntN(700), len(times))
		marks = p.Take(0, times[n:m], marks[:0])
		rest := marks
		for i := n; i < m; i++ {
			if len(rest) > 0 && int(rest[0].After) == i-n {
				if rest[0].W <= w {
					t.Fatalf("%s: W goes from %d to %d", what, w, rest[0].W)
				}
				w, rest = rest[0].W, rest[1:]
			}
			if want := naive.take(times[i]); w != want {
				t.Fatalf("%s: %v: after fact %d W is %d, want %d (%v)", what, l, i+1, w, want, time.Duration(want-w))
			}
		}
		n = m
	}
}

func TestPercentileAgainstASortedList(t *testing.T) {
	rounds := uint64(3)
	if testing.Short() {
		rounds = 1
	}
	for _, s := range spreads {
		for seed := range rounds * 3 {
			r := rand.New(rand.NewPCG(seed, 2))
			p := Percentile{Keep: []float64{0.5, 0.9, 0.97, 0.99, 0.1}[r.IntN(5)]}
			switch r.IntN(4) {
			case 0:
				p.Most = time.Duration(r.Int64N(int64(3 * time.Second)))
			case 1:
				p.Least = time.Duration(r.Int64N(int64(3 * time.Second)))
			case 2:
				p.Least, p.Most = 500*time.Millisecond, 2*time.Second
			}
			if r.IntN(3) == 0 {
				p.MaxAhead = time.Duration(r.Int64N(int64(time.Second)))
			}
			times := timesOf(r, 6000+r.IntN(5000), s.behind)
			for range r.IntN(5) {
				times[r.IntN(len(times))] += Time(20 * time.Hour) // one that is far ahead
			}
			checkLearning(t, fmt.Sprintf("%s, seed %d", s.name, seed), r, p.Limits(), times)
		}
	}
}

// It keeps the share it is to keep, with hardly more delay than that takes.
func TestPercentileKeepsTheShare(t *testing.T) {
	for _, s := range spreads {
		if s.name == "a step up" { // W waits for all of a step: see the test of its own
			continue
		}
		for _, keep := range []float64{0.9, 0.99, 0.999} {
			r := rand.New(rand.NewPCG(3, 3))
			times := timesOf(r, 150_000, s.behind)
			p := NewGroup(Percentile{Keep: keep}.Limits()).Partition("")
			late := 0
			for _, at := range times {
				if at < p.W() {
					late++
				}
				p.Take(0, []Time{at}, nil)
			}
			if lost, may := float64(late)/float64(len(times)), 1-keep; lost > 1.05*may {
				t.Errorf("%s: keep %v: %v were late", s.name, keep, lost)
			}
			if d, ok := p.Learned(); !ok || d > p.Delays().Suggest(keep)*3/2 {
				t.Errorf("%s: keep %v: learned %v %v, where %v would have done", s.name, keep, d, ok, p.Delays().Suggest(keep))
			}
		}
	}
}

// The fact from which a share can be told is the 999th, and no earlier one.
func TestPercentileBeforeItHasSeenEnough(t *testing.T) {
	for _, most := range []time.Duration{0, 100} {
		p := NewGroup(Percentile{Most: most}.Limits()).Partition("")
		for i := range Time(998) {
			p.Take(0, []Time{1000 + i}, nil)
			if want := 1000 + i - Time(most); most > 0 && p.W() != want {
				t.Fatalf("W is %d after %d facts, want Most behind: %d", p.W(), i+1, want)
			}
			if _, ok := p.Learned(); ok || most == 0 && p.W() != Min {
				t.Fatalf("W is %d after %d facts, want it not set", p.W(), i+1)
			}
		}
		p.Take(0, []Time{1998 - 7}, nil)
		if d, ok := p.Learned(); d != 6 || !ok || p.W() != 1997-6 {
			t.Errorf("after 999 facts it has learned %v %t and W is %d", d, ok, p.W())
		}
	}
}

// After a step up the delay grows with the facts that are late, and W waits;
// after a step down it is short again when the facts of the time before are
// forgotten.
func TestPercentileFollowsAStep(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	p := NewGroup(Percentile{Keep: 0.99}.Limits()).Partition("") // a block is 4,096 facts
	at, w := Time(0), Min
	feed := func(n int, spread time.Duration) (beyond int) {
		for range n {
			at = at.Add(time.Millisecond)
			x := at.Add(-time.Duration(r.Int64N(int64(spread))))
			if d, ok := p.Learned(); ok && p.track.lead.Sub(x) > d {
				beyond++
			}
			p.Take(0, []Time{x}, nil)
			if p.W() < w {
				t.Fatalf("W went from %d back to %d", w, p.W())
			}
			w = p.W()
		}
		return beyond
	}
	expect := func(when string, from, to time.Duration) {
		t.Helper()
		if d, _ := p.Learned(); d < from || d > to {
			t.Errorf("%s: learned %v, want %v to %v", when, d, from, to)
		}
	}
	feed(10_000, time.Second)
	expect("at first", 900*time.Millisecond, 1030*time.Millisecond)
	// At most 1 % of the 8,192 facts that it looks at lie beyond the delay, so
	// fact n after the step does with 82/n: 82*(1+ln(4000/82)) of them.
	if beyond := feed(4_000, 10*time.Second); beyond > 440 {
		t.Errorf("%d facts were beyond the delay after the step up", beyond)
	}
	expect("4,000 facts after the step up", 9*time.Second, 10300*time.Millisecond)
	feed(3*4096, time.Second)
	expect("three blocks after the step down", 900*time.Millisecond, 1030*time.Millisecond)
}

// One fact that is too far ahead changes no delay, and W by nothing but being a
// fact that came in time.
func TestPercentileIsNotSpoiltByAFactAhead(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	limits := Percentile{Keep: 0.9, MaxAhead: time.Minute}.Limits()
	times := timesOf(r, 5000, spreads[3].behind)
	for _, at := range []int{0, 1, 8, 9, 2500} {
		good, bad := NewGroup(limits).Partition(""), NewGroup(limits).Partition("")
		for i := range times {
			if i == at {
				lead := max(good.track.lead, times[i]) // it counts as one at the lead
				bad.Take(0, []Time{times[i].Add(20 * time.Hour)}, nil)
				good.Take(0, []Time{lead}, nil)
			}
			good.Take(0, times[i:i+1], nil)
			bad.Take(0, times[i:i+1], nil)
		}
		a, _ := good.Learned()
		b, _ := bad.Learned()
		if a != b || a > 4*time.Second {
			t.Errorf("with one ahead before fact %d it has learned %v, without %v", at, b, a)
		}
	}
}

// What partitions learn does not depend on how they take turns.
func TestPartitionsLearnByThemselves(t *testing.T) {
	var want string
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 6))
		g := NewGroup(Percentile{Keep: 0.9}.Limits())
		names, parts := []string{"a", "b", "c"}, [][]Time{}
		for i, name := range names {
			g.Partition(name)
			parts = append(parts, timesOf(rand.New(rand.NewPCG(9, uint64(i))), 3000, spreads[i+1].behind))
		}
		for left := 9000; left > 0; {
			i := r.IntN(3)
			n := min(1+r.IntN(50), len(parts[i]))
			if n > 0 {
				g.Partition(names[i]).Take(0, parts[i][:n], nil)
				parts[i], left = parts[i][n:], left-n
			}
		}
		got := fmt.Sprint(g.W(), g.Delays())
		for _, name := range names {
			d, _ := g.Partition(name).Learned()
			got += fmt.Sprint(" ", name, d, g.Partition(name).W())
		}
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("seed %d: %s, before %s", seed, got, want)
		}
	}
}

func TestPercentileSettings(t *testing.T) {
	for _, c := range []struct {
		p    Percentile
		want string // what is wrong, in its parts
	}{
		{Percentile{}, ""},
		{Percentile{Keep: 0.999999999, Least: time.Second, Most: time.Second, MaxAhead: -1}, ""},
		{Percentile{Keep: 1e-9, Least: time.Second}, ""},
		{Percentile{Keep: 1}, "Keep is 1: must be above 0 and below 1, to nine decimals"},
		{Percentile{Keep: 0.9999999999}, "Keep is 0.9999999999"},
		{Percentile{Keep: 1e-10}, "Keep is 1e-10"},
		{Percentile{Keep: -0.5}, "Keep is -0.5"},
		{Percentile{Keep: 99.9}, "Keep is 99.9"},
		{Percentile{Keep: math.NaN()}, "Keep is NaN"},
		{Percentile{Keep: math.Inf(1)}, "Keep is +Inf"},
		{Percentile{Least: -1}, "Least is -1ns: must not be negative"},
		{Percentile{Most: -1}, "Most is -1ns: must not be negative"},
		{Percentile{Least: 2, Most: 1}, "Least is 2ns: must not be above Most, which is 1ns"},
		{Percentile{Keep: 2, Least: -2, Most: -1, IdleAfter: -1}, "Keep is 2|Least is -2ns|Most is -1ns|IdleAfter is -1ns"},
	} {
		err := c.p.Limits().Check()
		NewGroup(c.p.Limits()) // wrong settings are told, not panicked about
		if c.want == "" {
			if err != nil {
				t.Errorf("%+v: %v", c.p, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("%+v is taken", c.p)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		for i, want := range strings.Split(c.want, "|") {
			if i >= len(lines) || !strings.HasPrefix(lines[i], "watermark: "+want) {
				t.Errorf("%+v: %q does not tell %q", c.p, err, want)
			}
		}
	}
	if got, want := (Percentile{Least: 1, Most: 2, MaxAhead: 3, IdleAfter: 4}).Limits().String(), "keep 0.999, least 1ns, most 2ns, at most 3ns ahead, idle after 4ns"; got != want {
		t.Errorf("the settings are shown as %q, want %q", got, want)
	}
}

// The greatest share needs blocks whose sums are still numbers.
func TestTheGreatestShareDoesNotOverflow(t *testing.T) {
	const _ int64 = (2*maxBlock + 1) * billion // or this does not compile
	x := newLearner(Percentile{Keep: 0.999999999}.Limits())
	if x.block != maxBlock || x.enough != 999_999_999 || x.block%turn != 0 {
		t.Fatalf("a block is %d facts, enough are %d", x.block, x.enough)
	}
	x.before[0], x.now[0], x.now[700], x.old, x.fresh, x.left = maxBlock, maxBlock-9, 6, maxBlock, maxBlock-turn, 3
	x.begin()
	for range 3 {
		x.take(700)
	}
	if x.before[700] != 9 || x.at != 700 || x.surplus < 0 || x.window() != maxBlock {
		t.Errorf("of %d facts, 9 behind: the delay is bucket %d with %d to spare", x.window(), x.at, x.surplus)
	}
}

// A delay that keeps just the share is enough: 820 facts are 0.8 of 1,024 and one more.
func TestTheDelayFallsAsFarAsItMay(t *testing.T) {
	for near, want := range map[int]int{819: 20, 820: 10} {
		x := newLearner(Percentile{Keep: 0.8}.Limits())
		x.block = 4 * turn // or the turn would begin a block
		for i := range turn {
			if b := uint(20); i < turn-near {
				x.take(b)
			} else if x.take(b / 2); x.at != 20 && i < turn-1 {
				t.Fatalf("the delay fell with fact %d", i+1)
			}
		}
		if x.at != want {
			t.Errorf("%d facts in bucket 10: the delay is bucket %d, want %d", near, x.at, want)
		}
	}
}

func TestLearningAllocatesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	times := timesOf(r, 1000, spreads[2].behind)
	for _, l := range []Limits{Percentile{Keep: 0.9}.Limits(), Bounded{}.Limits(), Bounded{MaxAhead: time.Hour}.Limits()} {
		p := NewGroup(l).Partition("")
		marks := p.Take(0, times, nil)
		if n := testing.AllocsPerRun(20, func() {
			for i := range times {
				times[i] = times[i].Add(time.Second)
			}
			marks = p.Take(0, times, slices.Grow(marks[:0], len(times)))
		}); n > 0 {
			t.Errorf("%v: %v allocations in 1,000 facts", l, n)
		}
	}
}

// Whatever the settings and the times are, W never moves back, and after each
// fact it is where the reference has it, which sees them one by one.
func FuzzPercentile(f *testing.F) {
	f.Add([]byte{}, 0.0, int64(0), int64(0), int64(0))
	f.Add([]byte{0, 200, 30, 50, 170, 3, 190, 4, 30, 99, 250, 1, 1, 2, 3, 4, 5, 6, 7, 8}, 0.5, int64(0), int64(100), int64(10))
	f.Add([]byte{0, 200, 30, 50, 31, 3, 32, 4, 30, 99, 0, 7, 0, 9}, 0.75, int64(3), int64(0), int64(0))
	f.Fuzz(func(t *testing.T, b []byte, keep float64, least, most, ahead int64) {
		l := Percentile{Keep: keep, Least: time.Duration(least), Most: time.Duration(most), MaxAhead: time.Duration(ahead)}.Limits()
		times := timesFrom(b)
		if l.Check() != nil || keep > 0.99 && keep < 1 { // the reference is slow to find long blocks
			NewGroup(l).Partition("").Take(0, append(times, 0), nil)
			return
		}
		if l.MaxAhead < 0 {
			l.MaxAhead = 0
		}
		checkLearning(t, "fuzzed", rand.New(rand.NewPCG(uint64(len(b)), 1)), l, times)
	})
}
