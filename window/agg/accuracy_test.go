package agg_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// exact returns a number that arithmetic on does not round.
func exact(x float64) *big.Float { return new(big.Float).SetPrec(4000).SetFloat64(x) }

func exactSum(xs []float64) *big.Float {
	sum := exact(0)
	for _, x := range xs {
		sum.Add(sum, exact(x))
	}
	return sum
}

// off returns |got - want|.
func off(got float64, want *big.Float) float64 {
	d, _ := exact(0).Sub(exact(got), want).Float64()
	return math.Abs(d)
}

// tree folds xs into parts of random sizes, and merges these in a random order
// and shape.
func tree[A any, P window.Accumulator[A, float64]](r *rand.Rand, xs []float64) *A {
	if len(xs) < 3 || r.IntN(20) == 0 {
		a := new(A)
		for _, x := range xs {
			P(a).Add(x)
		}
		return a
	}
	cut := r.IntN(len(xs) + 1)
	a, b := tree[A, P](r, xs[:cut]), tree[A, P](r, xs[cut:])
	if r.IntN(2) == 0 {
		a, b = b, a
	}
	P(a).Merge(b)
	return a
}

// illConditioned gives numbers of all magnitudes which cancel out to little.
func illConditioned(r *rand.Rand, n int) []float64 {
	xs := make([]float64, 0, 2*n)
	for range n {
		x := math.Ldexp(r.Float64(), r.IntN(40))
		xs = append(xs, x, -x+math.Ldexp(r.Float64(), -r.IntN(40)))
	}
	r.Shuffle(len(xs), func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
	return xs
}

const eps = 0x1p-53 // what rounding takes at most, relative to the result

func TestSumIsCompensated(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 0))
		xs := illConditioned(r, 2000)
		n := float64(len(xs))
		want := exactSum(xs)
		abs := 0.0
		naive := 0.0
		for _, x := range xs {
			abs += math.Abs(x)
			naive += x
		}
		w, _ := want.Float64()
		// Neumaier's bound: one rounding of the exact sum, and what is lost in the compensation.
		bound := 2*eps*math.Abs(w) + n*n*eps*eps*abs
		whole := new(agg.Sum[float64])
		for _, x := range xs {
			whole.Add(x)
		}
		if d := off(whole.Value(), want); d > bound {
			t.Errorf("seed %d: %v, want %v: off by %g, more than %g", seed, whole.Value(), w, d, bound)
		}
		for range 5 {
			merged := tree[agg.Sum[float64]](r, xs)
			if d := off(merged.Value(), want); d > bound {
				t.Errorf("seed %d, merged: %v, want %v: off by %g, more than %g", seed, merged.Value(), w, d, bound)
			}
		}
		if d := off(naive, want); d < 10*bound {
			t.Errorf("seed %d: a plain loop is off by %g only: these numbers do not test the bound of %g", seed, d, bound)
		}
	}
}

func TestSumOfFloat32IsCompensated(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	var s agg.Sum[float32]
	sum, naive := exact(0), float32(0)
	for range 1_000_000 {
		x := r.Float32()
		s.Add(x)
		naive += x
		sum.Add(sum, exact(float64(x)))
	}
	want, _ := sum.Float32()
	if got := s.Value(); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if naive == want {
		t.Error("a plain loop gives the same: these numbers test nothing")
	}
}

func TestSumBeyondTheRangeStaysInfinite(t *testing.T) {
	for _, c := range []struct {
		xs   []float64
		want float64
	}{
		{[]float64{math.MaxFloat64, math.MaxFloat64, 1}, math.Inf(1)},
		{[]float64{-math.MaxFloat64, -math.MaxFloat64, math.MaxFloat64}, math.Inf(-1)},
		{[]float64{1, math.Inf(1), 1}, math.Inf(1)},
		{[]float64{math.MaxFloat64, 1, -math.MaxFloat64}, 1},
	} {
		var s agg.Sum[float64]
		for _, x := range c.xs {
			s.Add(x)
		}
		if s.Value() != c.want {
			t.Errorf("%v: %v, want %v", c.xs, s.Value(), c.want)
		}
	}
	var s agg.Sum[float64]
	s.Add(math.Inf(1))
	s.Add(math.Inf(-1))
	if s.Value() == s.Value() {
		t.Errorf("inf - inf = %v, want NaN", s.Value())
	}
}

func TestMeanOfIntegersDoesNotWrapAround(t *testing.T) {
	var m agg.Mean[int64]
	for range 1000 {
		m.Add(math.MaxInt64)
	}
	if m.Value() != math.MaxInt64 {
		t.Errorf("%v, want %v", m.Value(), float64(math.MaxInt64))
	}
	var b agg.Mean[int8]
	for range 1000 {
		b.Add(100)
		b.Add(-128)
	}
	if b.Value() != -14 || b.N() != 2000 {
		t.Errorf("%v of %d, want -14 of 2000", b.Value(), b.N())
	}
}

// exactVariance returns the mean of xs and the sum of the squares of their
// distances from it.
func exactVariance(xs []float64) (mean, m2 *big.Float) {
	mean = exactSum(xs)
	mean.Quo(mean, exact(float64(len(xs))))
	m2 = exact(0)
	for _, x := range xs {
		d := exact(0).Sub(exact(x), mean)
		m2.Add(m2, d.Mul(d, d))
	}
	return mean, m2
}

func TestVarianceIsStableFarFromZero(t *testing.T) {
	for seed := range uint64(6) {
		for _, c := range []struct{ offset, noise float64 }{{0, 1}, {1e9, 1}, {1e9, 1e-3}, {-1e12, 1e-2}, {1e-9, 1e9}} {
			r := rand.New(rand.NewPCG(seed, 0))
			xs := make([]float64, 2000)
			for i := range xs {
				xs[i] = c.offset + c.noise*r.NormFloat64()
			}
			mean, m2 := exactVariance(xs)
			sample, _ := exact(0).Quo(m2, exact(float64(len(xs)-1))).Float64()
			population, _ := exact(0).Quo(m2, exact(float64(len(xs)))).Float64()
			check := func(how string, v *agg.Variance) {
				const bound = 1e-13
				if d := math.Abs(v.Sample()/sample - 1); !(d <= bound) {
					t.Errorf("seed %d, %+v, %s: sample variance %v, want %v: off by %g", seed, c, how, v.Sample(), sample, d)
				}
				if d := math.Abs(v.Population()/population - 1); !(d <= bound) {
					t.Errorf("seed %d, %+v, %s: population variance %v, want %v: off by %g", seed, c, how, v.Population(), population, d)
				}
				if d := off(v.Mean(), mean); d > 1e-15*(math.Abs(c.offset)+c.noise) {
					t.Errorf("seed %d, %+v, %s: mean %v, off by %g", seed, c, how, v.Mean(), d)
				}
				if v.StdDev() != math.Sqrt(v.Sample()) || v.PopulationStdDev() != math.Sqrt(v.Population()) || v.N() != int64(len(xs)) {
					t.Errorf("seed %d, %+v, %s: %v, %v, %d", seed, c, how, v.StdDev(), v.PopulationStdDev(), v.N())
				}
			}
			var whole agg.Variance
			for _, x := range xs {
				whole.Add(x)
			}
			check("all in one", &whole)
			for range 5 {
				check("merged", tree[agg.Variance](r, xs))
			}
		}
	}
}

func TestVarianceOfFewValues(t *testing.T) {
	var v agg.Variance
	v.Add(5)
	if v.Sample() != 0 || v.Population() != 0 || v.Mean() != 5 {
		t.Errorf("of one value: %v, %v, %v, want 0, 0, 5", v.Sample(), v.Population(), v.Mean())
	}
	v.Add(7)
	if v.Sample() != 2 || v.Population() != 1 || v.Mean() != 6 {
		t.Errorf("of 5 and 7: %v, %v, %v, want 2, 1, 6", v.Sample(), v.Population(), v.Mean())
	}
}

// Add is inlined, and a machine that has a fused multiply-add could use it on
// the product and what Add does with it.
func TestProductsAreRoundedBeforeTheyAreSummed(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 100 {
		x, y := r.Float64(), r.Float64()
		var s agg.Sum[float64]
		s.Add(x * y)
		s.Add(product(-x, y))
		if s.Value() != 0 {
			t.Fatalf("%v * %v - itself = %v", x, y, s.Value())
		}
		var s32 agg.Sum[float32]
		s32.Add(float32(x) * float32(y))
		s32.Add(product(-float32(x), float32(y)))
		if s32.Value() != 0 {
			t.Fatalf("%v * %v - itself = %v", float32(x), float32(y), s32.Value())
		}
	}
}

//go:noinline
func product[N agg.Number](x, y N) N { return x * y }

// The numbers after each step count, or most of what differs would be rounded away.
func TestSameBitsOnEveryMachine(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	var got [4]uint64
	see := func(i int, x float64) { got[i] = got[i]*1_000_003 ^ math.Float64bits(x) }
	var (
		s agg.Sum[float64]
		m agg.Mean[float64]
		v agg.Variance
	)
	for range 1000 {
		x, y := r.Float64()-0.5, r.Float64()
		var part agg.Variance
		part.Add(x)
		part.Add(x * y)
		v.Merge(&part)
		see(3, v.Population())
		v.Add(x * y)
		see(2, v.Sample())
		m.Add(x * y)
		see(1, m.Value())
		s.Add(x * y)
		see(0, s.Value())
	}
	want := [4]uint64{0xe3e769d85a4b491a, 0x3f1c7f240f92df4d, 0xacb46d641af4389b, 0x38aa63f7485e6c23}
	if got != want {
		t.Errorf("Sum, Mean, Variance, Variance merged: bits %#x, want %#x", got, want)
	}
}
