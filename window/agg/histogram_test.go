package agg_test

import (
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tidemark-go/tidemark/window/agg"
)

// sized is a value for a Histogram, n times.
type sized struct{ step, v, n int64 }

type sizes struct{ Part agg.Histogram }

func (s *sizes) Add(f sized)    { s.Part.AddN(f.step, f.v, f.n) }
func (s *sizes) Merge(o *sizes) { s.Part.Merge(&o.Part) }

// stepsOf generates steps: one, several with a multiple, and several whose multiple
// has no room.
var stepsOf = []struct {
	name string
	gen  func(*rand.Rand) int64
}{{"one step", oneStep}, {"some steps", someSteps}, {"large steps", largeSteps}, {"wide steps", wideSteps}}

func oneStep(*rand.Rand) int64      { return 100 }
func someSteps(r *rand.Rand) int64  { return []int64{1, 4, 6, 10, 100, 0, -7}[r.IntN(7)] }
func largeSteps(r *rand.Rand) int64 { return []int64{1 << 61, 1<<62 - 2, 1 << 60}[r.IntN(3)] }
func wideSteps(r *rand.Rand) int64 {
	return []int64{1, 3 << 40, 5 << 30, 1<<62 + 1, math.MaxInt64, math.MaxInt64 - 1}[r.IntN(1+r.IntN(6))]
}

func sizedBy(step, v func(*rand.Rand) int64) func(*rand.Rand) sized {
	return func(r *rand.Rand) sized { return sized{step(r), v(r), r.Int64N(5) - 1} }
}

func smallSizes(r *rand.Rand) int64 { return r.Int64N(4000) - 2000 }

// exactHistogram is what a Histogram of facts should be, by whole numbers of any size.
func exactHistogram(facts []sized) (step int64, buckets map[int64]int64) {
	whole := func(n int64) *big.Int { return big.NewInt(n) }
	var lcm *big.Int
	for _, f := range facts {
		if f.n == 0 {
			continue
		}
		s := whole(max(f.step, 1))
		if lcm == nil {
			lcm = s
			continue
		}
		gcd := whole(0).GCD(nil, nil, lcm, s)
		lcm.Mul(lcm, s).Div(lcm, gcd)
	}
	if lcm == nil {
		return 0, map[int64]int64{}
	}
	step = math.MaxInt64
	if lcm.Cmp(whole(math.MaxInt64)) < 0 {
		step = lcm.Int64()
	} else {
		lcm.Lsh(whole(1), 63)
	}
	buckets = map[int64]int64{}
	for _, f := range facts {
		q, _ := whole(0).DivMod(whole(f.v), lcm, whole(0)) // Euclid's: down, as the step is above 0
		q.Mul(q, lcm)
		start := int64(math.MinInt64)
		if q.IsInt64() {
			start = q.Int64()
		}
		if buckets[start] += f.n; buckets[start] == 0 {
			delete(buckets, start)
		}
	}
	return step, buckets
}

func TestHistogramIsWhatWholeNumbersSay(t *testing.T) {
	for i, c := range append(stepsOf, stepsOf...) {
		v, values := smallSizes, "small"
		if i >= len(stepsOf) {
			v, values = wideInts, "wide"
		}
		t.Run(c.name+", "+values+" values", func(t *testing.T) {
			gen := sizedBy(c.gen, v)
			for seed := range uint64(60) {
				r := rand.New(rand.NewPCG(seed, 2))
				var facts []sized
				var whole, part agg.Histogram
				for range r.IntN(600) {
					f := gen(r)
					facts = append(facts, f)
					part.AddN(f.step, f.v, f.n)
					if r.IntN(100) == 0 {
						whole.Merge(&part)
						part = agg.Histogram{}
					}
				}
				whole.Merge(&part)
				step, want := exactHistogram(facts)
				got := maps.Collect(whole.All())
				if whole.Step() != step || !maps.Equal(got, want) || whole.Buckets() != len(want) {
					t.Fatalf("seed %d: step %d, %d buckets %v, want step %d, buckets %v", seed, whole.Step(), whole.Buckets(), got, step, want)
				}
				starts, n := []int64{}, int64(0)
				for start, count := range whole.All() {
					starts, n = append(starts, start), n+count
				}
				if !slices.IsSorted(starts) || whole.Count() != n {
					t.Fatalf("seed %d: buckets %v, count %d, want them ascending and %d", seed, starts, whole.Count(), n)
				}
			}
		})
	}
}

// Any two steps, in Adds and in a Merge, of which many have a multiple without room.
func TestStepsBecomeTheirMultiple(t *testing.T) {
	steps := []int64{1, 2, 3, 5, 1 << 31, 1 << 60, 3 << 60, 1 << 61, 1<<61 - 1, 1 << 62, 1<<62 + 1, math.MaxInt64/3 + 1, 49, math.MaxInt64 / 7, math.MaxInt64 - 1, math.MaxInt64}
	values := []int64{math.MinInt64, math.MinInt64 + 1, -1 << 62, -7, -1, 0, 1, 6, 1 << 62, math.MaxInt64}
	for _, s := range steps {
		for _, u := range steps {
			var facts []sized
			var h, o agg.Histogram
			for i, v := range values {
				facts = append(facts, sized{s, v, 1}, sized{u, v, int64(i + 1)})
				h.Add(s, v)
				o.AddN(u, v, int64(i+1))
			}
			h.Merge(&o)
			step, want := exactHistogram(facts)
			if got := maps.Collect(h.All()); h.Step() != step || !maps.Equal(got, want) {
				t.Errorf("%d and %d: by %d %v, want by %d %v", s, u, h.Step(), got, step, want)
			}
		}
	}
}

func TestHistogramTakesBack(t *testing.T) {
	for seed := range uint64(15) {
		r := rand.New(rand.NewPCG(seed, 3))
		var h agg.Histogram
		var vs []int64
		for range 1 + r.IntN(250) {
			vs = append(vs, r.Int64N(1000)*r.Int64N(1000))
			h.Add(1, vs[len(vs)-1])
		}
		bytes := h.Bytes()
		r.Shuffle(len(vs), func(i, j int) { vs[i], vs[j] = vs[j], vs[i] })
		for i, v := range vs {
			h.AddN(1, v, -1)
			left := map[int64]int64{}
			for _, v := range vs[i+1:] {
				left[v]++
			}
			if got := maps.Collect(h.All()); !maps.Equal(got, left) {
				t.Fatalf("seed %d: after %d were taken back: %v, want %v", seed, i+1, got, left)
			}
		}
		if h.Count() != 0 || h.Buckets() != 0 || h.Bytes() != bytes {
			t.Errorf("seed %d: after all were taken back: %d values, %d buckets, %d bytes, want 0, 0, %d", seed, h.Count(), h.Buckets(), h.Bytes(), bytes)
		}
	}
}

func TestQuantileBoundsTheValue(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 4))
		step := []int64{1, 7, 100, 1 << 40}[r.IntN(4)]
		gen := []func(*rand.Rand) int64{smallSizes, wideInts, logSizes}[r.IntN(3)]
		var h agg.Histogram
		var vs []int64
		for range 1 + r.IntN(300) {
			vs = append(vs, gen(r))
			h.Add(step, vs[len(vs)-1])
		}
		slices.Sort(vs)
		for _, q := range []float64{0, 0.25, 0.5, 0.9, 0.99, 1, r.Float64(), -1, 2, math.NaN(), math.Inf(1), math.Inf(-1)} {
			share := q
			if !(q > 0) {
				share = 0
			}
			want := vs[int(min(share, 1)*float64(len(vs)-1))]
			least, most := h.Quantile(q)
			if !(least <= want && want <= most) || most-least >= step {
				t.Errorf("seed %d: quantile %v is from %d to %d, want about %d, step %d", seed, q, least, most, want, step)
			}
		}
	}
}

func TestHistogramAtTheEdges(t *testing.T) {
	for _, c := range []struct{ step, v, least, most int64 }{
		{100, math.MinInt64, math.MinInt64, math.MinInt64 + 7},
		{100, math.MinInt64 + 7, math.MinInt64, math.MinInt64 + 7},
		{100, math.MinInt64 + 8, math.MinInt64 + 8, math.MinInt64 + 107},
		{100, math.MaxInt64, math.MaxInt64 - 7, math.MaxInt64},
		{100, -1, -100, -1},
		{100, 0, 0, 99},
		{1, math.MinInt64, math.MinInt64, math.MinInt64},
		{1, math.MaxInt64, math.MaxInt64, math.MaxInt64},
		{-3, 5, 5, 5},
		{1 << 62, math.MinInt64, math.MinInt64, math.MinInt64 + 1<<62 - 1},
		{math.MaxInt64 - 1, math.MaxInt64, math.MaxInt64 - 1, math.MaxInt64},
		{math.MaxInt64 - 1, math.MinInt64, math.MinInt64, -math.MaxInt64},
		{math.MaxInt64, -1, math.MinInt64, -1},
		{math.MaxInt64, math.MaxInt64, 0, math.MaxInt64},
	} {
		var h agg.Histogram
		h.Add(c.step, c.v)
		if least, most := h.Quantile(0.5); least != c.least || most != c.most {
			t.Errorf("%d by %d is from %d to %d, want %d to %d", c.v, c.step, least, most, c.least, c.most)
		}
		for start, n := range h.All() {
			if start != c.least || n != 1 {
				t.Errorf("%d by %d is %d from %d on, want 1 from %d on", c.v, c.step, n, start, c.least)
			}
		}
	}
	var h agg.Histogram
	if least, most := h.Quantile(0.5); least != 0 || most != 0 {
		t.Errorf("median of nothing: %d to %d", least, most)
	}
	h.AddN(5, 3, math.MaxInt64)
	if least, most := h.Quantile(1); least != 0 || most != 4 {
		t.Errorf("greatest of the most that can be: %d to %d", least, most)
	}
}
