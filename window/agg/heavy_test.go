package agg_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/tidemark-go/tidemark/window/agg"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

// beside is a Heavy with the exact weights, and whether it kept its word. For the
// laws two are equal if they are of the same facts and both keep their word: what
// a Heavy has beyond that depends on the order.
type beside[K agg.Key] struct {
	Part  agg.Heavy[K]
	exact map[K]int64
	least int // capacity
	bad   int64
}

// offered is a key with a weight, for a capacity.
type offered[K agg.Key] struct {
	capacity int
	weighed[K]
}

func (b *beside[K]) Add(f offered[K]) {
	b.Part.AddWeight(f.capacity, f.k, f.w)
	switch {
	case f.w > 0:
		b.take(map[K]int64{f.k: f.w}, f.capacity)
	case f.w < 0:
		b.bad++
	}
}

func (b *beside[K]) Merge(o *beside[K]) {
	b.Part.Merge(&o.Part)
	b.bad += o.bad
	if o.exact != nil {
		b.take(o.exact, o.least)
	}
}

func (b *beside[K]) take(weights map[K]int64, capacity int) {
	if b.exact == nil {
		b.exact, b.least = map[K]int64{}, math.MaxInt
	}
	b.least = min(b.least, max(capacity, 1))
	for k, w := range weights {
		b.exact[k] += w
	}
}

func (b *beside[K]) Equal(o *beside[K]) bool {
	return maps.Equal(b.exact, o.exact) && b.bad == o.bad && b.least == o.least && b.broken() == "" && o.broken() == ""
}

// broken returns what Heavy has promised and does not keep.
func (b *beside[K]) broken() string {
	h := &b.Part
	total := int64(0)
	for _, w := range b.exact {
		total += w
	}
	most := int64(0) // that a bound may be
	if b.least > 0 {
		most = total / int64(b.least)
	}
	switch {
	case h.Total() != total || h.Invalid() != b.bad:
		return fmt.Sprintf("total %d, %d invalid, want %d and %d", h.Total(), h.Invalid(), total, b.bad)
	case h.Bound() > most:
		return fmt.Sprintf("bound %d is more than %d / %d", h.Bound(), total, b.least)
	case h.Len() < min(b.least, len(b.exact)) || h.Len() > 2*b.least:
		return fmt.Sprintf("%d keys of %d, capacity %d", h.Len(), len(b.exact), b.least)
	case len(b.exact) <= b.least && h.Bound() != 0:
		return fmt.Sprintf("bound %d of %d keys, capacity %d", h.Bound(), len(b.exact), b.least)
	}
	there := map[K]bool{}
	last := agg.Estimate[K]{Count: math.MaxInt64}
	for e := range h.All() {
		if there[e.Key] || cmp.Or(cmp.Compare(last.Count, e.Count), cmp.Compare(e.Key, last.Key)) < 0 {
			return fmt.Sprintf("%v comes after %v", e, last)
		}
		if e.Error < 0 || e.Error > h.Bound() {
			return fmt.Sprintf("%v has an error above the bound of %d", e, h.Bound())
		}
		there[e.Key], last = true, e
	}
	if len(there) != h.Len() {
		return fmt.Sprintf("%d keys, told are %d", len(there), h.Len())
	}
	for k, w := range b.exact {
		e := h.Estimate(k)
		if w > e.Count || w < e.Count-e.Error {
			return fmt.Sprintf("%v should be %d", e, w)
		}
		if !there[k] && (w > h.Bound() || e.Count != h.Bound() || e.Error != h.Bound()) {
			return fmt.Sprintf("%v of %d is not there, bound %d, told %v", k, w, h.Bound(), e)
		}
	}
	return ""
}

// streams are orders of keys that are easy for Heavy, and that are not.
var streams = []struct {
	name string
	keys func(r *rand.Rand, n int) []int
}{
	{"zipf 1.1", func(r *rand.Rand, n int) []int { return zipf(r, n, 1.1) }},
	{"zipf 2", func(r *rand.Rand, n int) []int { return zipf(r, n, 2) }},
	{"uniform", func(r *rand.Rand, n int) []int { return drawn(r, n, func() int { return r.IntN(n / 4) }) }},
	{"all different", func(r *rand.Rand, n int) []int { return drawn(r, n, r.Int) }},
	{"the same again and again", func(r *rand.Rand, n int) []int {
		i := 0
		return drawn(r, n, func() int { i++; return i % 150 })
	}},
	{"heavy ones last", func(r *rand.Rand, n int) []int {
		keys := zipf(r, n, 1.2)
		counts := map[int]int{}
		for _, k := range keys {
			counts[k]++
		}
		slices.SortFunc(keys, func(a, b int) int { return cmp.Or(cmp.Compare(counts[a], counts[b]), cmp.Compare(a, b)) })
		return keys
	}},
	{"heavy ones first", func(r *rand.Rand, n int) []int {
		keys := zipf(r, n, 1.2)
		slices.Sort(keys)
		return keys
	}},
	{"heavy ones each after a flood", func(r *rand.Rand, n int) []int {
		i := 0
		return drawn(r, n, func() int {
			if i++; i%300 < 10 {
				return i % 300
			}
			return 1000 + i
		})
	}},
}

func zipf(r *rand.Rand, n int, s float64) []int {
	z := rand.NewZipf(r, s, 1, 1<<30)
	return drawn(r, n, func() int { return int(z.Uint64()) })
}

func drawn(_ *rand.Rand, n int, next func() int) []int {
	keys := make([]int, n)
	for i := range keys {
		keys[i] = next()
	}
	return keys
}

func TestHeavyKeepsItsBounds(t *testing.T) {
	for _, s := range streams {
		t.Run(s.name, func(t *testing.T) {
			for seed := range uint64(6) {
				r := rand.New(rand.NewPCG(seed, 8))
				keys := s.keys(r, 3000)
				for _, capacity := range []int{1, 2, 10, 100, 3000} {
					weight := func() int64 { return 1 }
					if seed%2 == 1 {
						weight = func() int64 { return 1 + r.Int64N(1+r.Int64N(1000)) }
					}
					var whole, merged, part beside[int]
					for i, k := range keys {
						f := offered[int]{capacity, weighed[int]{k, weight()}}
						whole.Add(f)
						part.Add(f)
						if r.IntN(200) == 0 { // to read changes nothing
							part.Part.Top(5)
						}
						if i%500 == 499 {
							if wrong := part.broken(); wrong != "" {
								t.Fatalf("seed %d, capacity %d, a part: %s", seed, capacity, wrong)
							}
							if r.IntN(2) == 0 {
								merged.Merge(&part)
								part = beside[int]{}
							} else {
								part.Merge(&merged)
								merged, part = part, beside[int]{}
							}
						}
					}
					if wrong := whole.broken(); wrong != "" {
						t.Errorf("seed %d, capacity %d: %s", seed, capacity, wrong)
					}
					if wrong := merged.broken(); wrong != "" {
						t.Errorf("seed %d, capacity %d, merged: %s", seed, capacity, wrong)
					}
					if !maps.Equal(merged.exact, whole.exact) {
						t.Errorf("seed %d: the test lost facts", seed)
					}
				}
			}
		})
	}
}

// The heaviest of what is skewed are found in their order, with small errors.
func TestHeavyFindsTheHeaviest(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	var h agg.Heavy[string]
	var exact agg.TopN[string]
	for _, k := range zipf(r, 200_000, 1.3) {
		h.Add(200, strconv.Itoa(k))
		exact.Add(strconv.Itoa(k))
	}
	for i, want := range exact.Top(10) {
		got := h.Top(10)[i]
		if got.Key != want.Key || float64(got.Error) > 0.01*float64(want.Count) {
			t.Errorf("number %d is %v, want %v", i, got, want)
		}
	}
	if h.Bound() == 0 || exact.Len() < 1000 {
		t.Errorf("bound %d of %d keys: this tests nothing", h.Bound(), exact.Len())
	}
}

func TestHeavyKeepsTheLawsWithinItsBounds(t *testing.T) {
	laws := func(name string, capacity, less int, key func(*rand.Rand) int) {
		t.Run(name, func(t *testing.T) {
			windowtest.Check[beside[int]](t, func(r *rand.Rand) offered[int] {
				f := offered[int]{capacity, weighed[int]{key(r), r.Int64N(6) - 1}}
				if less > 0 && r.IntN(20) == 0 {
					f.capacity -= r.IntN(less)
				}
				return f
			})
		})
	}
	laws("few keys", 20, 0, upTo(30))
	laws("many keys", 20, 0, upTo(1000))
	laws("one", 1, 0, upTo(10))
	laws("other capacities", 20, 25, upTo(100))
}

// exactly is a Heavy with more room than keys, which is exact.
type exactly struct{ Part agg.Heavy[name] }

func (e *exactly) Add(f weighed[name]) { e.Part.AddWeight(400, f.k, f.w) }
func (e *exactly) Merge(o *exactly)    { e.Part.Merge(&o.Part) }

func TestHeavyIsExactWhileThereIsRoom(t *testing.T) {
	windowtest.Check[exactly](t, weighing(names))
}

func TestHeavySettlesTiesByKey(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 10))
		var h agg.Heavy[int]
		for _, k := range r.Perm(5) {
			h.Add(2, k)
		}
		if got, want := h.Top(9), []agg.Estimate[int]{{Key: 0, Count: 1}, {Key: 1, Count: 1}}; !slices.Equal(got, want) || h.Bound() != 1 {
			t.Errorf("seed %d: %v, bound %d, want %v, 1", seed, got, h.Bound(), want)
		}
		h.Add(2, 7)
		if got, want := h.Top(1), []agg.Estimate[int]{{Key: 7, Count: 2, Error: 1}}; !slices.Equal(got, want) {
			t.Errorf("seed %d: then %v, want %v", seed, got, want)
		}
		if got := h.Top(-1); len(got) != 0 {
			t.Errorf("seed %d: top -1 is %v", seed, got)
		}
	}
}

func TestHeavyWeightsDoNotWrapAround(t *testing.T) {
	var h, o agg.Heavy[int]
	exact := big.NewInt(0)
	for i := range 10 {
		h.AddWeight(1, i%3, math.MaxInt64/2)
		exact.Add(exact, big.NewInt(math.MaxInt64/2))
	}
	o.Merge(&h)
	o.Merge(&h)
	if exact.IsInt64() || h.Total() != math.MaxInt64 || o.Total() != math.MaxInt64 || o.Bound() < h.Bound() || h.Top(1)[0].Count != math.MaxInt64 || o.Top(1)[0].Count != math.MaxInt64 {
		t.Errorf("%v, total %d, bound %d; merged %v, total %d, bound %d", h.Top(3), h.Total(), h.Bound(), o.Top(3), o.Total(), o.Bound())
	}
}
