package hll_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/tidemark-go/tidemark/window/agg"
	"github.com/tidemark-go/tidemark/window/sketch/hll"
)

// Both count, and one can stand in for the other.
type counter[T comparable, D any] interface {
	*D
	Add(T)
	Merge(*D)
	Len() int
	Bytes() int
}

func fill[T comparable, D any, P counter[T, D]](values []T) int {
	var d, half D
	for i, v := range values {
		if i%2 == 0 {
			P(&d).Add(v)
		} else {
			P(&half).Add(v)
		}
	}
	P(&d).Merge(&half)
	return P(&d).Len()
}

func TestDistinctIsExactAtFirst(t *testing.T) {
	exactUpTo(t, "int", func(i int) int { return i })
	exactUpTo(t, "int, negative and far apart", func(i int) int64 { return -int64(i) << 40 })
	exactUpTo(t, "uint16", func(i int) uint16 { return uint16(i) })
	exactUpTo(t, "string", strconv.Itoa)
	exactUpTo(t, "float64", func(i int) float64 { return float64(i) / 3 })
	exactUpTo(t, "float32", func(i int) float32 { return float32(i) / 3 })
	exactUpTo(t, "struct", func(i int) struct {
		A bool
		B string
	} {
		return struct {
			A bool
			B string
		}{i%2 == 0, strconv.Itoa(i / 2)}
	})
	exactUpTo(t, "address", address)
}

func address(i int) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[8:], uint64(i))
	return netip.AddrFrom16(b)
}

func exactUpTo[T comparable](t *testing.T, name string, gen func(int) T) {
	t.Helper()
	var values []T
	for i := range 1024 {
		values = append(values, gen(i), gen(i/2))
	}
	exact, sketched := fill[T, agg.Distinct[T]](values), fill[T, hll.Distinct[T]](values)
	if exact != 1024 || sketched != 1024 {
		t.Errorf("%s: %d by agg, %d by hll, want 1024", name, exact, sketched)
	}
}

func TestDistinctOfNothing(t *testing.T) {
	var d, e hll.Distinct[string]
	d.Merge(&e)
	if d.Len() != 0 || !d.Exact() || d.Bytes() != 0 {
		t.Errorf("%d values in %d bytes, exact %t", d.Len(), d.Bytes(), d.Exact())
	}
}

// errorsOf tells how far the estimates of many sets of n are off: by what on the
// average, in squares, and at most.
func errorsOf[T comparable](sets, n int, gen func(set, i int) T) (bias, rms, most float64) {
	for set := range sets {
		var d hll.Distinct[T]
		for i := range n {
			d.Add(gen(set, i))
		}
		e := float64(d.Len())/float64(n) - 1
		bias += e / float64(sets)
		rms += e * e / float64(sets)
		most = max(most, math.Abs(e))
	}
	return bias, math.Sqrt(rms), most
}

// TestDistinctIsWithinItsError: over values with all sorts of patterns, which a
// poor hash would let through.
func TestDistinctIsWithinItsError(t *testing.T) {
	facts := 600_000
	if testing.Short() {
		facts = 100_000
	}
	for _, n := range []int{1025, 1100, 3000, 10_000, 30_000, 60_000} {
		sets := max(10, min(100, facts/n))
		check(t, "from 0", sets, n, func(set, i int) int { return set*n + i })
		check(t, "every 2^32th", sets, n, func(set, i int) uint64 { return uint64(set*n+i) << 32 })
		check(t, "every 1,000,000,000th", sets, n, func(set, i int) int64 { return int64(set*n+i) * 1_000_000_000 })
		check(t, "float64", sets, n, func(set, i int) float64 { return float64(set*n+i) / 8 })
		check(t, "string", sets/2, n, func(set, i int) string { return "user-" + strconv.Itoa(set*n+i) })
		check(t, "address", sets/2, n, func(set, i int) netip.Addr { return address(set*n + i) })
		check(t, "array", sets/2, n, func(set, i int) [3]uint32 { return [3]uint32{uint32(set), 0, uint32(i)} })
	}
}

func check[T comparable](t *testing.T, name string, sets, n int, gen func(set, i int) T) {
	t.Helper()
	bias, rms, most := errorsOf(sets, n, gen)
	// The error of the error: one in the square root of twice the number of sets.
	far := 1 + 3/math.Sqrt(2*float64(sets))
	if rms > 0.0081*far || most > 0.035 || math.Abs(bias) > 4*0.0081/math.Sqrt(float64(sets)) {
		t.Errorf("%s, %d sets of %d: off by %.2f %% on the average, %.2f %% in squares, %.2f %% at most", name, sets, n, 100*bias, 100*rms, 100*most)
	}
}

// TestDistinctOfSkewedFacts: most facts are of few values, in any order.
func TestDistinctOfSkewedFacts(t *testing.T) {
	for _, c := range []struct {
		name string
		draw func(*rand.Rand) int64
	}{
		{"zipf", func() func(r *rand.Rand) int64 {
			z := rand.NewZipf(rand.New(rand.NewPCG(1, 12)), 1.1, 1, 1<<30)
			return func(*rand.Rand) int64 { return int64(z.Uint64()) }
		}()},
		{"lognormal", func(r *rand.Rand) int64 { return int64(math.Exp(10 + 3*r.NormFloat64())) }},
		{"uniform", func(r *rand.Rand) int64 { return r.Int64N(50_000) }},
		{"few", func(r *rand.Rand) int64 { return r.Int64N(500) }},
	} {
		r := rand.New(rand.NewPCG(1, 13))
		var d hll.Distinct[int64]
		var want agg.Distinct[int64]
		for range 200_000 {
			v := c.draw(r)
			d.Add(v)
			want.Add(v)
		}
		if e := math.Abs(float64(d.Len())/float64(want.Len()) - 1); e > 0.025 || d.Exact() && e > 0 {
			t.Errorf("%s: %d values, want %d", c.name, d.Len(), want.Len())
		}
		// In order of size, each value as often as it comes in a row.
		var again hll.Distinct[int64]
		for v := range want.Values() {
			again.Add(v)
			again.Add(v)
		}
		if again.Len() != d.Len() {
			t.Errorf("%s: %d values as they came, %d sorted", c.name, d.Len(), again.Len())
		}
	}
}

// TestLenIsTheSameEverywhere: on whatever machine this runs.
func TestLenIsTheSameEverywhere(t *testing.T) {
	for _, c := range []struct{ n, ints, texts int }{{1024, 1024, 1024}, {1025, 1032, 1025}, {10_000, 10_006, 10_001}, {100_000, 100_387, 98_487}} {
		var d hll.Distinct[int]
		var s hll.Distinct[string]
		for i := range c.n {
			d.Add(i)
			s.Add(fmt.Sprint(i))
		}
		if d.Len() != c.ints || s.Len() != c.texts {
			t.Errorf("%d numbers are counted as %d, want %d, and texts as %d, want %d", c.n, d.Len(), c.ints, s.Len(), c.texts)
		}
	}
}

// TestDistinctCanBeReadAtOnce: as the argument of Merge too. The race detector
// tells if not.
func TestDistinctCanBeReadAtOnce(t *testing.T) {
	var many hll.Distinct[int]
	var few hll.Distinct[string]
	for i := range 5000 {
		many.Add(i)
		few.Add(strconv.Itoa(i % 50))
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 20 {
				var d hll.Distinct[int]
				var e hll.Distinct[string]
				d.Merge(&many)
				e.Merge(&few)
				if d.Len() != many.Len() || e.Len() != few.Len() || d.Bytes() > many.Bytes() {
					t.Error("a copy differs")
				}
			}
		})
	}
	all.Wait()
}

func TestDistinctAllocatesNothingOnceWarm(t *testing.T) {
	if testing.Short() {
		t.Skip("measures allocations")
	}
	warm(t, "few of int", 300, func(i int) int { return i })
	warm(t, "int", 3000, func(i int) int { return i })
	warm(t, "few of float32", 300, func(i int) float32 { return float32(i) })
	warm(t, "float64", 3000, func(i int) float64 { return float64(i) })
	warm(t, "string", 3000, strconv.Itoa)
	warm(t, "address", 3000, address)
	warm(t, "struct", 3000, func(i int) struct{ A, B int16 } { return struct{ A, B int16 }{int16(i), -1} })
}

func warm[T comparable](t *testing.T, name string, n int, gen func(int) T) {
	t.Helper()
	var d, e hll.Distinct[T]
	var values []T
	for i := range n {
		values = append(values, gen(i))
		d.Add(values[i])
		e.Add(values[i])
	}
	i := 0
	if a := testing.AllocsPerRun(1000, func() { d.Add(values[i%n]); i++ }); a != 0 {
		t.Errorf("%s: %v allocations an Add", name, a)
	}
	if a := testing.AllocsPerRun(100, func() { d.Len() }); a != 0 {
		t.Errorf("%s: %v allocations a Len", name, a)
	}
	if a := testing.AllocsPerRun(100, func() { d.Merge(&e) }); a != 0 && !d.Exact() {
		t.Errorf("%s: %v allocations a Merge", name, a)
	}
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// owns compares Bytes with what the heap grows by when make is called so often.
func owns[T comparable](t *testing.T, name string, times int, fill func(i int, d *hll.Distinct[T])) {
	t.Helper()
	all := make([]hll.Distinct[T], times)
	before := heap()
	for i := range all {
		fill(i, &all[i])
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

func TestDistinctBytesAreThoseOfTheHeap(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	for _, n := range []int{1, 3, 10, 100, 700, 1024, 1025, 10_000} {
		times := max(50, 60_000/n)
		owns(t, fmt.Sprint(n, " of int"), times, func(set int, d *hll.Distinct[int]) {
			for i := range n {
				d.Add(set*n + i)
			}
		})
		owns(t, fmt.Sprint(n, " of string"), times, func(set int, d *hll.Distinct[string]) {
			for i := range n {
				d.Add("a text that goes away again " + strconv.Itoa(set*n+i))
			}
		})
		owns(t, fmt.Sprint(n, " of any"), times, func(set int, d *hll.Distinct[[2]float64]) {
			for i := range n {
				d.Add([2]float64{float64(set), float64(i)})
			}
		})
		var full hll.Distinct[int]
		for i := range n {
			full.Add(i)
		}
		owns(t, fmt.Sprint(n, " merged"), times, func(_ int, d *hll.Distinct[int]) { d.Merge(&full) })
		if full.Bytes() > 17_200 {
			t.Errorf("%d values take %d bytes", n, full.Bytes())
		}
	}
}
