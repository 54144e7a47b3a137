package agg_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/window/agg"
)

// asMap compares a Distinct with a map under random adds and merges. order says
// how values are sorted, nil that they come as they came.
func asMap[T comparable](t *testing.T, name string, gen func(*rand.Rand) T, order func(a, b T) int) {
	unordered := order == nil
	if unordered {
		order = func(a, b T) int { return cmp.Compare(fmt.Sprintf("%T %v", a, a), fmt.Sprintf("%T %v", b, b)) }
	}
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		for seed := range uint64(4) {
			r := rand.New(rand.NewPCG(seed, 1))
			var sets [3]agg.Distinct[T]
			var want [3]map[T]bool
			for i := range want {
				want[i] = map[T]bool{}
			}
			for range 30 {
				i := r.IntN(len(sets))
				switch r.IntN(4) {
				case 0:
					j := (i + 1 + r.IntN(len(sets)-1)) % len(sets)
					sets[i].Merge(&sets[j])
					maps.Copy(want[i], want[j])
				case 1:
					sets[i], want[i] = agg.Distinct[T]{}, map[T]bool{}
				default:
					for range r.IntN(1 + r.IntN(2500)) {
						v := gen(r)
						sets[i].Add(v)
						want[i][v] = true
					}
				}
				for i := range sets {
					if sets[i].Len() != len(want[i]) {
						t.Fatalf("seed %d: %d distinct values, want %d", seed, sets[i].Len(), len(want[i]))
					}
				}
			}
			for i := range sets {
				for range 100 {
					if v := gen(r); sets[i].Has(v) != want[i][v] {
						t.Fatalf("seed %d: Has(%v) = %t", seed, v, sets[i].Has(v))
					}
				}
				for v := range want[i] {
					if !sets[i].Has(v) {
						t.Fatalf("seed %d: %v is missing", seed, v)
					}
				}
				got := slices.Collect(sets[i].Values())
				if unordered {
					slices.SortFunc(got, order)
				}
				if sorted := slices.SortedFunc(maps.Keys(want[i]), order); !slices.Equal(got, sorted) {
					t.Fatalf("seed %d: %d values %v, want %d: %v", seed, len(got), got[:min(9, len(got))], len(sorted), sorted[:min(9, len(sorted))])
				}
			}
		}
	})
}

func upTo(n int) func(*rand.Rand) int { return func(r *rand.Rand) int { return r.IntN(n) - n/2 } }

func TestDistinctIsASet(t *testing.T) {
	asMap(t, "int, few", upTo(10), cmp.Compare)
	asMap(t, "int, some", upTo(5000), cmp.Compare)
	asMap(t, "int, dense", upTo(20_000), cmp.Compare)
	asMap(t, "int, sparse", upTo(math.MaxInt32), cmp.Compare)
	asMap(t, "int64, wide", wideInts, cmp.Compare)
	asMap(t, "int64, wide and dense", func(r *rand.Rand) int64 { return 1<<40 + r.Int64N(20_000) }, cmp.Compare)
	asMap(t, "int64, dense here and there", func(r *rand.Rand) int64 { return r.Int64N(2)<<50 - r.Int64N(2)<<60 + r.Int64N(8000) }, cmp.Compare)
	asMap(t, "int, dense but for some", func(r *rand.Rand) int {
		if r.IntN(4) == 0 {
			return r.Int()
		}
		return r.IntN(10_000)
	}, cmp.Compare)
	asMap(t, "int, dense but for some of 32 bits", func(r *rand.Rand) int {
		if r.IntN(4) == 0 {
			return int(r.Int32())
		}
		return r.IntN(10_000)
	}, cmp.Compare)
	asMap(t, "declared int64", ids, cmp.Compare)
	asMap(t, "int8", signed, cmp.Compare)
	asMap(t, "int16", func(r *rand.Rand) int16 { return int16(r.Uint32()) }, cmp.Compare)
	asMap(t, "int32", func(r *rand.Rand) int32 { return int32(r.Uint32()) }, cmp.Compare)
	asMap(t, "uint8", bytes, cmp.Compare)
	asMap(t, "uint16", func(r *rand.Rand) uint16 { return uint16(r.Uint32()) }, cmp.Compare)
	asMap(t, "uint32", func(r *rand.Rand) uint32 { return r.Uint32() >> r.IntN(32) }, cmp.Compare)
	asMap(t, "uint64", unsigned, cmp.Compare)
	asMap(t, "uintptr", func(r *rand.Rand) uintptr { return uintptr(r.Uint64()) }, cmp.Compare)
	asMap(t, "float64", func(r *rand.Rand) float64 { return r.NormFloat64() }, cmp.Compare)
	asMap(t, "float32", func(r *rand.Rand) float32 { return float32(r.IntN(9000)) - 4500 }, cmp.Compare)
	asMap(t, "bool", bools, func(a, b bool) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	asMap(t, "string", texts, strings.Compare)
	asMap(t, "string, many", func(r *rand.Rand) string { return strconv.Itoa(r.IntN(1 << 20)) }, strings.Compare)
	asMap(t, "declared string", names, cmp.Compare)
	asMap(t, "struct", places, func(a, b place) int {
		return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Name, b.Name), slices.Compare(a.at[:], b.at[:]))
	})
	asMap(t, "interface", func(r *rand.Rand) any {
		if r.IntN(2) == 0 {
			return ints(r)
		}
		return texts(r)
	}, nil)
}

func TestDistinctCountsNaNOnce(t *testing.T) {
	var d, e agg.Distinct[float64]
	for _, f := range []float64{math.NaN(), math.Copysign(0, -1), math.Float64frombits(0xfff8_0000_0000_0001), 0, math.NaN(), math.Inf(-1)} {
		d.Add(f)
	}
	e.Add(math.NaN())
	d.Merge(&e)
	got := slices.Collect(d.Values())
	if d.Len() != 3 || len(got) != 3 || got[0] == got[0] || got[1] != math.Inf(-1) || got[2] != 0 || !d.Has(math.NaN()) {
		t.Errorf("%d values: %v, want NaN, -Inf and 0", d.Len(), got)
	}
	var f agg.Distinct[[2]float64]
	for range 20 {
		f.Add([2]float64{math.NaN(), 1})
	}
	if f.Len() != 20 {
		t.Errorf("%d arrays with NaN, want 20: == says that they differ", f.Len())
	}
}

func TestDistinctGivesWhatHasNoOrderAsItCame(t *testing.T) {
	var d, e agg.Distinct[any]
	var want []any
	for i := range 30 {
		v := any(i * 7 % 31)
		if i%2 == 0 {
			v = strconv.Itoa(i)
		}
		if i < 20 {
			d.Add(v)
			d.Add(v)
		} else {
			e.Add(v)
		}
		want = append(want, v)
	}
	d.Merge(&e)
	if got := slices.Collect(d.Values()); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDistinctValuesCanBeLeftEarly(t *testing.T) {
	var d agg.Distinct[int]
	var s agg.Distinct[string]
	for i := range 100 {
		d.Add(i)
		s.Add(strconv.Itoa(i))
	}
	for range d.Values() {
		break
	}
	for range s.Values() {
		break
	}
}

// A zero Distinct merged with another is a copy in each of its forms, whichever
// of the two is changed then.
func TestDistinctSharesNothing(t *testing.T) {
	fill := func(n int) (d agg.Distinct[int]) {
		for i := range n {
			d.Add(i)
		}
		return d
	}
	for _, n := range []int{0, 1, 3, 100, 5000, 10_000, 200_000} {
		a := fill(n)
		var b agg.Distinct[int]
		b.Merge(&a)
		for i := range 1000 {
			b.Add(-1 - i)
			a.Add(n + i)
		}
		if a.Len() != n+1000 || b.Len() != n+1000 || a.Has(-1) || b.Has(n) {
			t.Errorf("of %d: %d and %d values", n, a.Len(), b.Len())
		}
		big := fill(n)
		c := fill(70_000)
		c.Merge(&big)
		for i := range 1000 {
			c.Add(-1 - i)
		}
		if big.Len() != n || big.Has(-1) || c.Len() != max(n, 70_000)+1000 {
			t.Errorf("of %d: %d and %d values", n, big.Len(), c.Len())
		}
	}
}

func TestDistinctAllocatesNothingOnceGrown(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int64{10, 10_000, 1 << 40} {
		var d agg.Distinct[int64]
		var s agg.Distinct[string]
		vs, ss := make([]int64, 3000), make([]string, 3000)
		for i := range vs {
			vs[i] = r.Int64N(n)
			ss[i] = strconv.FormatInt(vs[i], 10)
			d.Add(vs[i])
			s.Add(ss[i])
		}
		i := 0
		if a := testing.AllocsPerRun(1000, func() { d.Add(vs[i%len(vs)]); s.Add(ss[i%len(ss)]); i++ }); a != 0 {
			t.Errorf("of %d: %v allocations an Add", n, a)
		}
	}
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// grown compares Bytes with what the heap grows by.
func grown[T comparable](t *testing.T, name string, n, sets int, gen func(i int) T) {
	all := make([]agg.Distinct[T], sets)
	before := heap()
	for s := range all {
		for i := range n {
			all[s].Add(gen(s*n + i))
		}
	}
	heap := heap() - before
	told := 0
	for s := range all {
		told += all[s].Bytes()
	}
	if f := float64(told) / float64(heap); f < 0.8 || f > 1.25 {
		t.Errorf("%s, %d in each of %d: Bytes tells %d, the heap grew by %d: %.2f", name, n, sets, told, heap, f)
	}
	runtime.KeepAlive(all)
}

func TestDistinctBytesAreThoseOfTheHeap(t *testing.T) {
	scatter := func(i int) int { return int(uint64(i)*0x9e3779b97f4a7c15>>33) - 1<<30 }
	for _, n := range []int{1, 3, 7, 10, 33, 100, 1000, 3000, 6143, 6145, 10_000, 30_000} {
		sets := max(2, 30_000/n)
		grown(t, "dense", n, sets, func(i int) int { return i % n })
		grown(t, "dense in two blocks", n, sets, func(i int) int { return i%n - n/2 })
		grown(t, "sparse", n, sets, scatter)
		grown(t, "sparse uint32", n, sets, func(i int) uint32 { return uint32(scatter(i)) })
		grown(t, "wide", n, sets, func(i int) int64 { return int64(scatter(i)) << 20 })
		grown(t, "half dense", n, sets, func(i int) int { return i % n * 9 })
		grown(t, "string", n, max(2, sets/4), func(i int) string { return "user " + strconv.Itoa(i) })
		grown(t, "long string", n, max(2, sets/8), func(i int) string { return strings.Repeat("x", 50) + strconv.Itoa(i) })
		grown(t, "array", n, max(2, sets/4), func(i int) [2]int { return [2]int{i, -i} })
		grown(t, "array of 12 bytes", n, max(2, sets/4), func(i int) [3]int32 { return [3]int32{int32(i)} })
	}
}
