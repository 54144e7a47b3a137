package watermark

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// spreads are ways in which facts come late: how far behind fact i is.
var spreads = []struct {
	name   string
	behind func(r *rand.Rand, i int) time.Duration
}{
	{"none", func(*rand.Rand, int) time.Duration { return 0 }},
	{"a few nanoseconds", func(r *rand.Rand, _ int) time.Duration { return time.Duration(r.IntN(70)) }},
	{"uniform", func(r *rand.Rand, _ int) time.Duration { return time.Duration(r.Int64N(int64(10 * time.Second))) }},
	{"exponential", func(r *rand.Rand, _ int) time.Duration { return time.Duration(r.ExpFloat64() * float64(time.Second)) }},
	{"heavy tail", func(r *rand.Rand, _ int) time.Duration {
		return time.Duration(min(math.Pow(1-r.Float64(), -1), 1e6) * float64(time.Millisecond))
	}},
	{"a step up", func(r *rand.Rand, i int) time.Duration {
		return time.Duration(r.Int64N(int64(time.Second))) * time.Duration(1+9*(i/5000%2))
	}},
	{"two lots", func(r *rand.Rand, _ int) time.Duration { return time.Duration(r.IntN(2)) * time.Minute }},
}

// timesOf are the times of n facts a millisecond apart that come so late.
func timesOf(r *rand.Rand, n int, behind func(*rand.Rand, int) time.Duration) []Time {
	times := make([]Time, n)
	for i := range times {
		times[i] = Time(1e18).Add(time.Duration(i)*time.Millisecond - behind(r, i))
	}
	return times
}

// naiveLead is the time that W follows, by the rule as it is written.
type naiveLead struct {
	ahead time.Duration // 0: no bound
	times []Time        // the two greatest, sorted
}

func (x *naiveLead) add(t Time) {
	x.times = append(x.times, t)
	slices.Sort(x.times)
	x.times = x.times[max(0, len(x.times)-2):]
}

// behind returns how far t lies behind the lead, and false if there is none.
func (x *naiveLead) behind(t Time) (*big.Int, bool) {
	n := len(x.times)
	if n == 0 || n == 1 && x.ahead > 0 {
		return new(big.Int), false
	}
	lead := x.times[n-1]
	if x.ahead > 0 && lead > x.times[0].Add(x.ahead) {
		lead = x.times[0]
	}
	d := new(big.Int).Sub(big.NewInt(int64(lead)), big.NewInt(int64(t)))
	if d.Sign() < 0 {
		d.SetInt64(0)
	}
	return d, true
}

// naiveDelays are how far behind times came, sorted, saturated.
func naiveDelays(ahead time.Duration, times []Time) []time.Duration {
	lead := naiveLead{ahead: ahead}
	var all []time.Duration
	for _, t := range times {
		d, _ := lead.behind(t)
		all = append(all, time.Duration(saturate(d)))
		lead.add(t)
	}
	slices.Sort(all)
	return all
}

// naiveSuggest is the least delay that keeps the share, in billionths.
func naiveSuggest(sorted []time.Duration, share int64) time.Duration {
	need := new(big.Int).Mul(big.NewInt(share), big.NewInt(int64(len(sorted))))
	n := int(need.Add(need, big.NewInt(billion-1)).Div(need, big.NewInt(billion)).Int64())
	if n == 0 {
		return 0
	}
	return sorted[n-1]
}

// naiveLost is the share of facts behind delay.
func naiveLost(sorted []time.Duration, delay time.Duration) float64 {
	n := 0
	for _, d := range sorted {
		if d > delay {
			n++
		}
	}
	return float64(n) / float64(len(sorted))
}

// checkDelays compares a sketch with all delays.
func checkDelays(t *testing.T, what string, d Delays, sorted []time.Duration) {
	t.Helper()
	if d.N() != uint64(len(sorted)) {
		t.Fatalf("%s: %d facts, want %d", what, d.N(), len(sorted))
	}
	for _, share := range []int64{0, 1, 500_000_000, 900_000_000, 990_000_000, 999_000_000, 999_900_000, 999_999_999, billion} {
		keep := float64(share) / billion
		got, want := d.Suggest(keep), naiveSuggest(sorted, share)
		if got < want || got-want > want/32 || want < 64 && got != want {
			t.Errorf("%s: Suggest(%v) is %d, the least that would do is %d", what, keep, got, want)
		}
		if lost := d.Lost(got); lost > 1-keep+1e-15 {
			t.Errorf("%s: %d, which keeps %v, loses %v", what, got, keep, lost)
		}
	}
	delays := []time.Duration{-1, 0, 1, 63, 64, 65, time.Millisecond, time.Second, time.Minute, math.MaxInt64 - 1, math.MaxInt64}
	for i := 0; i < len(sorted); i += 1 + len(sorted)/20 {
		delays = append(delays, sorted[i], max(sorted[i], 1)-1, min(sorted[i], math.MaxInt64-1)+1)
	}
	for _, delay := range delays {
		got, least, most := d.Lost(delay), naiveLost(sorted, delay), naiveLost(sorted, delay-delay/32-1)
		if delay < 64 {
			most = least
		}
		if got < least || got > most {
			t.Errorf("%s: Lost(%d) is %v, want %v to %v", what, delay, got, least, most)
		}
	}
}

func TestDelaysAgainstASortedList(t *testing.T) {
	for _, s := range spreads {
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, 1))
			ahead := []time.Duration{0, time.Millisecond, time.Second}[seed%3]
			times := timesOf(r, 1+r.IntN(8000), s.behind)
			g := NewGroup(Limits{Delay: time.Second, MaxAhead: ahead})
			for n := 0; n < len(times); {
				m := min(n+1+r.IntN(500), len(times))
				g.Partition("").Take(0, times[n:m], nil)
				n = m
			}
			checkDelays(t, s.name, g.Delays(), naiveDelays(ahead, times))
		}
	}
}

// Each bucket begins where the one before it ends, and is no wider than 1/32.
func TestBucketsAreWhole(t *testing.T) {
	from := uint64(0)
	for b := range buckets {
		end := uint64(bucketEnd(b))
		if b > farthest { // no Duration is so long
			break
		}
		if end < from || b < 64 && end != uint64(b) {
			t.Fatalf("bucket %d ends at %d and begins at %d", b, end, from)
		}
		if (end-from)*32 > from {
			t.Errorf("bucket %d, %d to %d, is wider than 1/32", b, from, end)
		}
		if bucketOf(from) != uint(b) || bucketOf(end) != uint(b) {
			t.Errorf("%d and %d are in buckets %d and %d, want %d", from, end, bucketOf(from), bucketOf(end), b)
		}
		from = end + 1
	}
	if from != 1<<63 {
		t.Errorf("the buckets of a Duration end at %d", from)
	}
	if got := bucketOf(1<<64 - 1); got != buckets-1 {
		t.Errorf("the longest delay is in bucket %d of %d", got, buckets)
	}
}

func TestDelaysAtTheBoundsOfTime(t *testing.T) {
	g := NewGroup(Limits{})
	g.Partition("").Take(0, []Time{Max - 1, Min + 1, Max - 1, 0, -2}, nil)
	d := g.Delays() // 0, 2^64-3, 0, 2^63-2, 2^63: two of them are more than a Duration
	if got, want := d.Suggest(1), time.Duration(math.MaxInt64); got != want {
		t.Errorf("Suggest(1) is %d, want %d", got, want)
	}
	if got, want := d.Lost(math.MaxInt64), 2./5; got != want {
		t.Errorf("the longest delay loses %v, want %v", got, want)
	}
	if got := d.Suggest(0.4); got != 0 {
		t.Errorf("Suggest(0.4) is %v, want 0", got)
	}
}

func TestDelaysMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var all []time.Duration
	var sum, back Delays
	var each []Delays
	for _, s := range spreads {
		times := timesOf(r, 1000, s.behind)
		g := NewGroup(Limits{})
		g.Partition("").Take(0, times, nil)
		each = append(each, g.Delays())
		all = append(all, naiveDelays(0, times)...)
	}
	before := each[2].String()
	for i := range each {
		sum = sum.Merge(each[i])
		back = each[len(each)-1-i].Merge(back)
	}
	slices.Sort(all)
	checkDelays(t, "merged", sum, all)
	checkDelays(t, "merged the other way", back, all)
	if each[2].String() != before {
		t.Error("a merge changed what was merged")
	}
}

func TestDelaysAreAValue(t *testing.T) {
	var none Delays
	if none.N() != 0 || none.Suggest(0.999) != 0 || none.Lost(0) != 0 || none.Merge(none).N() != 0 {
		t.Error("the zero value has seen facts")
	}
	g := NewGroup(Limits{})
	p := g.Partition("")
	p.Take(0, []Time{100, 90}, nil)
	d := p.Delays()
	p.Take(0, []Time{50, 40}, nil)
	if d.N() != 2 || d.Suggest(1) != 10 {
		t.Errorf("it changed with later facts: %v", d)
	}
	three := NewGroup(Limits{}).Partition("")
	three.Take(0, []Time{100, 90, 80}, nil)
	if d = three.Delays(); d.Suggest(0.666666666) != 10 || d.Suggest(0.666666667) != 20 { // 3 times that is just above 2
		t.Errorf("two thirds are within %v, just more within %v", d.Suggest(0.666666666), d.Suggest(0.666666667))
	}
	three.Take(0, []Time{95, 90}, nil)
	if got, want := d.Lost(9), 2./3; got != want {
		t.Errorf("it changed with later facts: loses %v, want %v", got, want)
	}
	if got, want := p.Delays().String(), "4 facts: 0.5 within 10ns, 0.9 within 60ns, 0.99 within 60ns, 0.999 within 60ns, all within 60ns"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	if got := none.String(); got != "0 facts" {
		t.Errorf("without facts it says %q", got)
	}
	for keep, want := range map[float64]time.Duration{-1: 0, 0: 0, 0.25: 0, 0.250000001: 10, 0.5: 10, 0.75: 50, 1: 60, 2: 60, math.Inf(1): 60, math.Inf(-1): 0} {
		if got := p.Delays().Suggest(keep); got != want {
			t.Errorf("Suggest(%v) is %v, want %v", keep, got, want)
		}
	}
	if got := p.Delays().Suggest(math.NaN()); got != 60 {
		t.Errorf("Suggest(NaN) is %v, want that for all facts", got)
	}
}

// Facts that say themselves where W is are measured by their times.
func TestDelaysOfFactsThatMarkW(t *testing.T) {
	for _, ahead := range []time.Duration{0, 10} {
		g := NewGroup(Limits{MaxAhead: ahead})
		p := g.Partition("")
		times := []Time{100, 1000, 90, 101, 1000, 40}
		p.See(times[:2])
		p.See(times[2:])
		for i := range times {
			p.Mark(0, i, Time(i), true, nil)
		}
		checkDelays(t, "marked", g.Delays(), naiveDelays(ahead, times))
	}
}

// timesFrom reads times from bytes: near one another, near a bound, or any.
func timesFrom(b []byte) (times []Time) {
	last := Time(0)
	for len(b) >= 2 {
		c, n := b[0], int64(b[1])
		b = b[2:]
		switch {
		case c < 160:
			last = last.Add(time.Duration((n - 100) << (c % 60)))
		case c < 180:
			last = Min + 1 + Time(n)
		case c < 200:
			last = Max - 1 - Time(n)
		case len(b) >= 8:
			last, b = Time(binary.LittleEndian.Uint64(b)), b[8:]
		}
		last = max(Min+1, min(Max-1, last))
		times = append(times, last)
	}
	return times
}

func FuzzDelays(f *testing.F) {
	f.Add([]byte{}, int64(0))
	f.Add([]byte{0, 200, 30, 50, 170, 3, 190, 4, 30, 99, 250, 1, 1, 2, 3, 4, 5, 6, 7, 8}, int64(10))
	f.Fuzz(func(t *testing.T, b []byte, ahead int64) {
		times := timesFrom(b)
		ahead = max(ahead, 0)
		g := NewGroup(Limits{MaxAhead: time.Duration(ahead)})
		p := g.Partition("")
		for _, at := range times {
			p.Take(0, []Time{at}, nil)
		}
		sorted := naiveDelays(time.Duration(ahead), times)
		if len(times) == 0 {
			return
		}
		for _, share := range []int64{1, billion / 2, billion * 9 / 10, billion} {
			got, want := p.Delays().Suggest(float64(share)/billion), naiveSuggest(sorted, share)
			if got < want || got-want > want/32 {
				t.Errorf("Suggest(%v) is %d, the least that would do is %d: %v", float64(share)/billion, got, want, times)
			}
		}
		other := NewGroup(Limits{MaxAhead: time.Duration(ahead)})
		other.Partition("").Take(0, times, nil)
		if a, b := g.Delays().String(), other.Delays().String(); a != b {
			t.Errorf("one by one %q, at once %q", a, b)
		}
	})
}
