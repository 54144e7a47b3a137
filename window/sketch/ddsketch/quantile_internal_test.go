package ddsketch

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// off is how far x is from v, as a part of v.
func off(x, v float64) float64 { return math.Abs(x-v) / v }

// The comment of perOctave says how wide a bin is.
var widest = math.Tanh(3.0 / 8 / perOctave)

func TestTheMiddleOfABinIsNear(t *testing.T) {
	check := func(m float64) {
		t.Helper()
		if !(m >= least && m <= math.MaxFloat64) {
			return
		}
		if got := middle(bin(m)); !(off(got, m) <= widest+1e-14) {
			t.Fatalf("%v is told as %v, off by %v", m, got, off(got, m))
		}
	}
	if widest > 0.01 {
		t.Errorf("bins are %v wide, more than 1 %%", widest)
	}
	for _, octave := range []int{-1022, -1021, -500, -1, 0, 1, 52, 53, 1000, 1022, 1023} {
		for at := range perOctave + 1 {
			m := math.Ldexp(edge(at), octave)
			check(m)
			up, down := m, m
			for range 20 {
				up, down = math.Nextafter(up, math.Inf(1)), math.Nextafter(down, 0)
				check(up)
				check(down)
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 200_000 {
		check(math.Float64frombits(r.Uint64() >> 1))
		check(math.Exp(r.NormFloat64()))
	}
	check(least)
	check(math.MaxFloat64)
}

// TestBinsRise: through all there are, each the one of its middle, in order.
func TestBinsRise(t *testing.T) {
	last := 0.0
	for b := bin(least); b <= bin(math.MaxFloat64); b++ {
		m := middle(b)
		if !(m > last) || bin(m) != b {
			t.Fatalf("bin %d has the middle %v, which is in bin %d and comes after %v", b, m, bin(m), last)
		}
		last = m
	}
	if bin(least) != -1022*perOctave || bin(math.MaxFloat64) != 1024*perOctave-1 || bin(1) != 0 || bin(math.Nextafter(1, 0)) != -1 || bin(math.Nextafter(2, 1)) != perOctave-1 {
		t.Errorf("bins go from %d to %d, by %d and %d around 1 to %d below 2", bin(least), bin(math.MaxFloat64), bin(math.Nextafter(1, 0)), bin(1), bin(math.Nextafter(2, 1)))
	}
}

// naive keeps all values, and puts them into bins when it is asked.
type naive struct{ values []float64 }

// steps is what Bins gives.
func (n *naive) steps() (all []step, invalid int64) {
	greatest := map[bool]int{true: math.MinInt32, false: math.MinInt32}
	for _, v := range n.values {
		if m := math.Abs(v); m >= least && !math.IsInf(v, 0) {
			greatest[v < 0] = max(greatest[v < 0], bin(m))
		}
	}
	counts := map[float64]int64{}
	for _, v := range n.values {
		switch m := math.Abs(v); {
		case math.IsNaN(v) || math.IsInf(v, 0):
			invalid++
		case m < least:
			counts[0]++
		default:
			counts[math.Copysign(middle(max(bin(m), greatest[v < 0]-2047)), v)]++
		}
	}
	for _, v := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, step{v, counts[v]})
	}
	return all, invalid
}

type step struct {
	value float64
	count int64
}

// stepsOf is what q gives.
func stepsOf(q *Quantile) (all []step) {
	for v, n := range q.Bins() {
		all = append(all, step{v, n})
	}
	return all
}

// at is what At gives, one value after the other.
func at(all []step, p float64) float64 {
	var values []float64
	for _, s := range all {
		for range s.count {
			values = append(values, s.value)
		}
	}
	if len(values) == 0 {
		return 0
	}
	return values[int(math.Floor(p*float64(len(values)-1)))]
}

// kinds are values of all kinds, most of which lie so far apart that there are
// too many bins.
var kinds = []func(*rand.Rand) float64{
	func(r *rand.Rand) float64 { return r.NormFloat64() },
	func(r *rand.Rand) float64 { return math.Exp(3 * r.NormFloat64()) },
	func(r *rand.Rand) float64 { return math.Exp(r.Float64()*1400 - 700) },
	func(r *rand.Rand) float64 { return math.Exp2(r.Float64()*110 - 55) },
	func(r *rand.Rand) float64 { return math.Float64frombits(r.Uint64()) },
	func(r *rand.Rand) float64 { return -float64(r.IntN(3)) },
	func(r *rand.Rand) float64 {
		return []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), math.SmallestNonzeroFloat64, -least / 2, least, -least, math.MaxFloat64, -math.MaxFloat64, 1, -1}[r.IntN(13)]
	},
}

// TestQuantileIsItsBins plays random adds and merges, of few values and of many.
func TestQuantileIsItsBins(t *testing.T) {
	rounds := 300
	if testing.Short() {
		rounds = 30
	}
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 2))
		var got [3]Quantile
		var want [3]naive
		for range 12 {
			i := r.IntN(len(got))
			switch r.IntN(5) {
			case 0:
				j := r.IntN(len(got)) // i as well
				got[i].Merge(&got[j])
				want[i].values = append(want[i].values, want[j].values...)
			case 1:
				if r.IntN(4) == 0 {
					got[i], want[i] = Quantile{}, naive{}
				}
			default:
				kind := kinds[r.IntN(len(kinds))]
				for range r.IntN(1 + r.IntN([]int{20, 200}[seed%2])) {
					v := kind(r)
					got[i].Add(v)
					want[i].values = append(want[i].values, v)
				}
			}
		}
		for i := range got {
			all, invalid := want[i].steps()
			bins := stepsOf(&got[i])
			if !slices.Equal(bins, all) || got[i].Invalid() != invalid || got[i].Count() != int64(len(want[i].values))-invalid {
				t.Fatalf("seed %d: %d values of which %d are invalid, want %d and %d\n%v\nwant\n%v",
					seed, got[i].Count(), got[i].Invalid(), int64(len(want[i].values))-invalid, invalid, bins, all)
			}
			for _, p := range []float64{0, 0.01, 0.5, r.Float64(), r.Float64(), 0.9, 0.999, 1} {
				if x, y := got[i].At(p), at(all, p); x != y {
					t.Fatalf("seed %d: At(%v) = %v, want %v", seed, p, x, y)
				}
			}
		}
	}
}

// TestAnswersStayWhenTheListEnds compares each number of values in the list
// with the same values in bins.
func TestAnswersStayWhenTheListEnds(t *testing.T) {
	for seed := range uint64(5 * len(kinds)) {
		r := rand.New(rand.NewPCG(seed, 3))
		var q Quantile
		for range listed + 20 {
			q.Add(kinds[seed%uint64(len(kinds))](r))
			if n := len(q.few); n > listed || q.listing() != (q.Count()-q.zeros <= listed) {
				t.Fatalf("seed %d: %d of %d values in the list", seed, n, q.Count())
			}
			var dense Quantile
			dense.Merge(&q)
			dense.unlist()
			if few, many := stepsOf(&q), stepsOf(&dense); !slices.Equal(few, many) || q.Count() != dense.Count() {
				t.Fatalf("seed %d: in a list\n%v\nin bins\n%v", seed, few, many)
			}
			for i := range q.Count() {
				p := (float64(i) + 0.5) / float64(max(q.Count()-1, 1))
				if few, many := q.At(p), dense.At(p); few != many {
					t.Fatalf("seed %d: At(%v) is %v in a list, %v in bins", seed, p, few, many)
				}
			}
		}
	}
}

// TestListsMergeInOrder: each of any length, with values in common.
func TestListsMergeInOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 15))
	draw := func() (l list) {
		for range r.IntN(listed) {
			l = l.with(int32(r.IntN(40) - 20))
		}
		return l
	}
	for range 1000 {
		a, b := draw(), draw()
		was := slices.Clone(b)
		want := slices.Sorted(slices.Values(slices.Concat(a, b)))
		if got := slices.Clone(a).merge(b); !slices.Equal(got, want) || !slices.Equal(b, was) || !slices.IsSorted(a) {
			t.Fatalf("%v and %v are %v", a, b, got)
		}
		twice := slices.Sorted(slices.Values(slices.Concat(a, a)))
		if got := a.merge(a); !slices.Equal(got, twice) {
			t.Fatalf("twice is %v, want %v", got, twice)
		}
	}
}

// TestCodesAreInTheOrderOfValues: of all bins.
func TestCodesAreInTheOrderOfValues(t *testing.T) {
	if value(0) != 0 || codeOf(lowest, false) != 1 || codeOf(lowest, true) != -1 {
		t.Errorf("0 is told as %v, the lowest bins have the codes %d and %d", value(0), codeOf(lowest, false), codeOf(lowest, true))
	}
	for b := lowest; b <= bin(math.MaxFloat64); b++ {
		up, down := codeOf(b, false), codeOf(b, true)
		if binOf(up) != b || binOf(down) != b || value(up) != middle(b) || value(down) != -middle(b) || up != int32(b-lowest+1) {
			t.Fatalf("bin %d has the codes %d and %d, of the bins %d and %d", b, up, down, binOf(up), binOf(down))
		}
	}
}
