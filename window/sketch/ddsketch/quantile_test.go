package ddsketch_test

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/tidemark-go/tidemark/window/sketch/ddsketch"
)

// distribution is values to be drawn.
type distribution struct {
	name string
	draw func(*rand.Rand) float64
}

func distributions() []distribution {
	zipf := rand.NewZipf(rand.New(rand.NewPCG(1, 3)), 1.2, 1, 1<<40)
	return []distribution{
		{"uniform", (*rand.Rand).Float64},
		{"normal", func(r *rand.Rand) float64 { return 100 * r.NormFloat64() }},
		{"lognormal", func(r *rand.Rand) float64 { return math.Exp(2 * r.NormFloat64()) }},
		{"pareto", func(r *rand.Rand) float64 { return math.Pow(r.Float64(), -3) }},
		{"zipf", func(*rand.Rand) float64 { return float64(zipf.Uint64()) }},
		{"two humps", func(r *rand.Rand) float64 {
			return []float64{1e-3, 1e6}[r.IntN(2)] * (1 + 0.01*r.NormFloat64())
		}},
		{"one value", func(*rand.Rand) float64 { return -math.Pi }},
		{"whole numbers from -3 to 3", func(r *rand.Rand) float64 { return float64(r.IntN(7) - 3) }},
		{"fifteen orders of magnitude", func(r *rand.Rand) float64 { return math.Pow(10, 15*r.Float64()) }},
		{"all tiny", func(r *rand.Rand) float64 { return -1e-300 * r.Float64() }},
		{"all huge", func(r *rand.Rand) float64 { return 1e308 * r.NormFloat64() }},
	}
}

// orders are ways to feed the same values.
var orders = []struct {
	name string
	sort func([]float64)
}{
	{"as drawn", func([]float64) {}},
	{"ascending", slices.Sort[[]float64]},
	{"descending", func(v []float64) { slices.SortFunc(v, func(a, b float64) int { return cmp.Compare(b, a) }) }},
	{"from the middle outwards", func(v []float64) {
		slices.SortFunc(v, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	}},
	{"from both ends inwards", func(v []float64) {
		slices.SortFunc(v, func(a, b float64) int { return cmp.Compare(math.Abs(b), math.Abs(a)) })
	}},
}

func of(values []float64) *ddsketch.Quantile {
	var q ddsketch.Quantile
	for _, v := range values {
		q.Add(v)
	}
	return &q
}

func TestQuantilesAreWithinOnePercent(t *testing.T) {
	for _, d := range distributions() {
		for _, n := range []int{1, 2, 3, 10, 101, 20_000} {
			r := rand.New(rand.NewPCG(uint64(n), 4))
			values := make([]float64, n)
			for i := range values {
				values[i] = d.draw(r)
				if math.IsInf(values[i], 0) {
					values[i] = math.MaxFloat64
				}
			}
			sorted := slices.Sorted(slices.Values(values))
			for _, o := range orders {
				o.sort(values)
				q := of(values)
				for _, p := range []float64{0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1} {
					x := sorted[int(p*float64(n-1))]
					if got := q.At(p); !(math.Abs(got-x) <= 0.01*math.Abs(x)) {
						t.Errorf("%s, %d, %s: At(%v) = %v, want %v: off by %v", d.name, n, o.name, p, got, x, math.Abs(got-x)/math.Abs(x))
					}
				}
			}
		}
	}
}

// TestSmallValuesAreNeverOffByMuch: where there are too many bins, by 1e-16 of
// the greatest value at most, whatever the order.
func TestSmallValuesAreNeverOffByMuch(t *testing.T) {
	for _, greatest := range []float64{1e308, 1, 1e-280} {
		r := rand.New(rand.NewPCG(1, 5))
		values := []float64{greatest}
		for range 5000 {
			values = append(values, greatest*math.Pow(10, -40*r.Float64()))
		}
		sorted := slices.Sorted(slices.Values(values))
		for _, o := range orders {
			o.sort(values)
			q := of(values)
			shared := 0
			for i, x := range sorted {
				got := q.At(float64(i) / float64(len(sorted)-1))
				x = sorted[int(float64(len(sorted)-1)*(float64(i)/float64(len(sorted)-1)))]
				if math.Abs(got-x) > 0.01*x {
					shared++
					if !(math.Abs(got-x) <= 1e-16*greatest) || x > 1e-16*greatest {
						t.Fatalf("up to %v, %s: %v is told as %v", greatest, o.name, x, got)
					}
				}
			}
			if shared < 1000 {
				t.Errorf("up to %v, %s: only %d values share a bin, which tests nothing", greatest, o.name, shared)
			}
		}
	}
}

func TestWhatHasNoBinIsCountedApart(t *testing.T) {
	q := of([]float64{math.NaN(), 1, math.Inf(1), math.Inf(-1), -math.NaN(), 0})
	if q.Count() != 2 || q.Invalid() != 4 || q.At(0) != 0 || math.Abs(q.At(1)-1) > 0.01 {
		t.Errorf("%d values, %d invalid, from %v to %v", q.Count(), q.Invalid(), q.At(0), q.At(1))
	}
	var sum ddsketch.Quantile
	sum.Merge(q)
	sum.Merge(q)
	if sum.Count() != 4 || sum.Invalid() != 8 {
		t.Errorf("twice: %d values, %d invalid", sum.Count(), sum.Invalid())
	}
	tiny := of([]float64{0x1p-1023, -0x1p-1023, math.SmallestNonzeroFloat64, math.Copysign(0, -1)})
	if tiny.Count() != 4 || tiny.At(0) != 0 || math.Signbit(tiny.At(0)) || tiny.At(1) != 0 {
		t.Errorf("%d values near zero from %v to %v", tiny.Count(), tiny.At(0), tiny.At(1))
	}
}

func TestQuantileOfNothingAndBeyond(t *testing.T) {
	var q ddsketch.Quantile
	if q.At(0.5) != 0 || q.Count() != 0 || q.Invalid() != 0 || q.Bytes() != 0 {
		t.Error("no value, but not zero")
	}
	for range q.Bins() {
		t.Error("no value, but a bin")
	}
	q.Add(math.NaN())
	if q.At(0.5) != 0 || q.Count() != 0 {
		t.Error("no value but a NaN: not zero")
	}
	for i := range 9 {
		q.Add(float64(i - 4))
	}
	if q.At(-1) != q.At(0) || q.At(math.Inf(-1)) != q.At(0) || q.At(2) != q.At(1) || q.At(math.Inf(1)) != q.At(1) || !math.IsNaN(q.At(math.NaN())) || q.At(0.5) != 0 {
		t.Errorf("beyond the ends: %v, %v; without a place %v; in the middle %v", q.At(-1), q.At(2), q.At(math.NaN()), q.At(0.5))
	}
	n := 0
	for range q.Bins() {
		if n++; n == 5 {
			break // at each place in turn
		}
	}
	for stop := range 9 {
		n := 0
		for range q.Bins() {
			if n == stop {
				break
			}
			n++
		}
		if n != stop {
			t.Errorf("left after %d bins, want %d", n, stop)
		}
	}
}

// TestQuantileIsTheSameEverywhere: to the bit, on whatever machine this runs.
func TestQuantileIsTheSameEverywhere(t *testing.T) {
	var q ddsketch.Quantile
	x := 1.0
	for i := range 2000 {
		q.Add(x)
		q.Add(-1 / x)
		x *= 1 + float64(i%7)/64
	}
	for _, c := range []struct{ p, want float64 }{
		{0, -0x1.028393be4c31p+00}, {0.25, -0x1.1c91df7e3ee0dp-54}, {0.5, -0x1.1c91df7e3ee0dp-54}, {0.9, 0x1.6e6bdd2b77379p+104}, {1, 0x1.9e61f41061db9p+130},
	} {
		if got := q.At(c.p); got != c.want {
			t.Errorf("At(%v) = %x, want %x", c.p, got, c.want)
		}
	}
}

// TestQuantileCanBeReadAtOnce: as the argument of Merge too. The race detector
// tells if not.
func TestQuantileCanBeReadAtOnce(t *testing.T) {
	for _, n := range []int{50, 5000} {
		var q ddsketch.Quantile
		for i := range n {
			q.Add(float64(i - 10))
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 20 {
					var r ddsketch.Quantile
					r.Merge(&q)
					r.Merge(&q)
					if r.At(0.5) != q.At(0.5) || r.Count() != 2*q.Count() || q.Bytes() == 0 {
						t.Error("a copy differs")
					}
					for range q.Bins() {
						r.Add(1)
					}
				}
			})
		}
		all.Wait()
	}
}

func TestQuantileAllocatesLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("measures allocations")
	}
	for _, d := range distributions() {
		r := rand.New(rand.NewPCG(1, 6))
		values := make([]float64, 5000)
		for i := range values {
			values[i] = d.draw(r)
		}
		q := of(values)
		i := 0
		if a := testing.AllocsPerRun(5000, func() { q.Add(values[i%len(values)]); i++ }); a != 0 {
			t.Errorf("%s: %v allocations an Add", d.name, a)
		}
		if a := testing.AllocsPerRun(100, func() { q.At(0.99) }); a != 0 {
			t.Errorf("%s: %v allocations an At", d.name, a)
		}
		other := of(values)
		if a := testing.AllocsPerRun(100, func() { q.Merge(other) }); a != 0 {
			t.Errorf("%s: %v allocations a Merge", d.name, a)
		}
	}
	few := func() {
		var q ddsketch.Quantile
		for i := range 64 {
			q.Add(float64(i))
		}
		q.At(0.5)
	}
	if a := testing.AllocsPerRun(100, few); a != 4 {
		t.Errorf("64 values: %v allocations, want one for each of 8, 16, 32 and 64", a)
	}
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// owns compares Bytes with what the heap grows by when fill is called so often:
// often enough that what else lives on the heap does not show.
func owns(t *testing.T, name string, times int, fill func(q *ddsketch.Quantile)) {
	t.Helper()
	all := make([]ddsketch.Quantile, times)
	before := heap()
	for i := range all {
		fill(&all[i])
	}
	grown := heap() - before
	told, most := 0, 0
	for i := range all {
		told += all[i].Bytes()
		most = max(most, all[i].Bytes())
	}
	if f := float64(told) / float64(grown); f < 0.8 || f > 1.25 {
		t.Errorf("%s: Bytes tells %d, the heap grew by %d: %.2f", name, told, grown, f)
	}
	t.Logf("%s: %d bytes each, at most %d", name, told/times, most)
	runtime.KeepAlive(all)
}

func TestQuantileMergedWithItselfCountsTwice(t *testing.T) {
	for _, n := range []int{0, 1, 32, 33, 64, 65, 500} {
		var q, copied ddsketch.Quantile
		for i := range n {
			q.Add(float64(i%9) - 3)
		}
		copied.Merge(&q)
		copied.Merge(&q)
		q.Merge(&q)
		if q.Count() != int64(2*n) || !maps.Equal(maps.Collect(q.Bins()), maps.Collect(copied.Bins())) {
			t.Errorf("%d values twice are %d: %v, want %v", n, q.Count(), maps.Collect(q.Bins()), maps.Collect(copied.Bins()))
		}
	}
}

// TestFewValuesTakeFewBytes: however they come, and however far apart they are.
func TestFewValuesTakeFewBytes(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 32, 8: 32, 9: 64, 10: 64, 16: 64, 33: 256, 64: 256} {
		var q, merged ddsketch.Quantile
		for i := range n {
			v := math.Copysign(math.Exp2(float64(i*10)), float64(i%3)-1)
			q.Add(v)
			q.Add(0)
			merged.Merge(of([]float64{v, 0, math.NaN()}))
		}
		var copied ddsketch.Quantile
		copied.Merge(&q)
		if q.Bytes() != want || merged.Bytes() != want || copied.Bytes() != want {
			t.Errorf("%d values take %d bytes, merged %d, copied %d, want %d", n, q.Bytes(), merged.Bytes(), copied.Bytes(), want)
		}
	}
}

func TestQuantileBytesAreThoseOfTheHeap(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	for _, d := range distributions() {
		for _, n := range []int{1, 10, 64, 65, 3000} {
			r := rand.New(rand.NewPCG(1, 7))
			owns(t, d.name, 100+200_000/n, func(q *ddsketch.Quantile) {
				for range n {
					q.Add(d.draw(r))
				}
			})
		}
	}
	r := rand.New(rand.NewPCG(1, 8))
	all := func(q *ddsketch.Quantile) {
		for range 3000 {
			q.Add(math.Float64frombits(r.Uint64()))
		}
	}
	owns(t, "all bins", 100, all)
	var full ddsketch.Quantile
	all(&full)
	owns(t, "merged", 100, func(q *ddsketch.Quantile) { q.Merge(&full) })
	if full.Bytes() > 2*24_700 {
		t.Errorf("all bins take %d bytes", full.Bytes())
	}
}
