package agg_test

import (
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/agg"
)

// told compares Bytes with what the heap grows by, over several parts.
func told[A any, P interface {
	*A
	Bytes() int
}](t *testing.T, name string, parts int, fill func(part P, i int)) {
	t.Helper()
	all := make([]A, parts)
	before := heap()
	for i := range all {
		fill(&all[i], i)
	}
	heap := heap() - before
	bytes := 0
	for i := range all {
		bytes += P(&all[i]).Bytes()
	}
	if f := float64(bytes) / float64(heap); f < 0.8 || f > 1.25 {
		t.Errorf("%s: Bytes tells %d, the heap grew by %d: %.2f", name, bytes, heap, f)
	}
	runtime.KeepAlive(all)
}

type longNamed struct {
	id   int32
	name [2]string
}

func TestBytesAreThoseOfTheHeap(t *testing.T) {
	sizes := []int{1, 8, 9, 100, 3000}
	if testing.Short() {
		sizes = []int{9, 100}
	}
	for _, n := range sizes {
		parts := max(4, 20_000/n)
		at := func(i int) watermark.Time { return watermark.Time(i * 7919 % n) }
		long := func(i int) string { return strings.Repeat("x", 40) + strconv.Itoa(i) }
		size := strconv.Itoa(n)
		told(t, "Histogram of "+size, parts, func(h *agg.Histogram, _ int) {
			for i := range n {
				h.Add(10, int64(i)*100)
			}
		})
		told(t, "Histogram merged, of "+size, parts, func(h *agg.Histogram, _ int) {
			for i := range n {
				var o agg.Histogram
				o.Add(10, int64(i)*100)
				h.Merge(&o)
			}
		})
		told(t, "TopN of int, of "+size, parts, func(p *agg.TopN[int], _ int) {
			for i := range n {
				p.Add(i)
			}
		})
		told(t, "TopN of string, of "+size, max(4, parts/4), func(p *agg.TopN[string], part int) {
			for i := range n {
				p.Add(long(part*n + i))
			}
		})
		told(t, "Heavy of int16, of "+size, parts, func(p *agg.Heavy[int16], _ int) {
			for i := range 3 * n {
				p.Add(n, int16(i))
			}
		})
		told(t, "Heavy of string, merged, of "+size, max(4, parts/8), func(p *agg.Heavy[string], part int) {
			for j := range 2 {
				var o agg.Heavy[string]
				for i := range 3 * n {
					o.Add(n, long(part*n+i+j))
				}
				p.Merge(&o)
			}
		})
		told(t, "Greatest of string, of "+size, max(4, parts/4), func(p *agg.Greatest[int, string], part int) {
			for i := range 2 * n {
				p.Add(n, i, long(part*n+i))
			}
		})
		told(t, "Collect of int8, of "+size, parts, func(p *agg.Collect[int8], _ int) {
			for i := range 2 * n {
				p.AddAt(n, at(i), int8(i))
			}
		})
		told(t, "Collect of struct, of "+size, max(4, parts/8), func(p *agg.Collect[longNamed], part int) {
			for i := range n {
				p.AddAt(n, at(i), longNamed{int32(i), [2]string{long(part*n + i), strconv.Itoa(1e9 + i)}})
			}
		})
		told(t, "Counter of float64, of "+size, parts, func(p *agg.Counter[float64], _ int) {
			for i := range n {
				p.AddAt(at(i), float64(i))
			}
		})
		told(t, "Counter of int8, of "+size, parts, func(p *agg.Counter[int8], _ int) {
			for i := range n {
				p.AddAt(at(i), int8(i))
			}
		})
	}
}

func TestPartsAllocateNothingOnceGrown(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var (
		h     agg.Histogram
		ints  agg.TopN[int]
		texts agg.TopN[string]
		heavy agg.Heavy[string]
		most  agg.Greatest[float64, string]
		first agg.Collect[place]
		c     agg.Counter[int]
		n     agg.NPS
		d     agg.Delta[float64]
	)
	keys, names := make([]int, 3000), make([]string, 3000)
	i := 0
	add := func() {
		k, name := keys[i%len(keys)], names[i%len(keys)]
		h.Add(10, int64(k))
		ints.Add(k)
		texts.AddWeight(name, int64(i))
		heavy.Add(50, name)
		most.Add(20, float64(k*i%1009), name)
		first.AddAt(20, watermark.Time(-i), place{Row: int8(k), Name: "x"})
		c.AddAt(watermark.Time(k), i)
		n.Add(k % 11)
		d.AddAt(watermark.Time(i), float64(k))
		i++
	}
	for i := range keys {
		keys[i] = r.IntN(1000)
		names[i] = strconv.Itoa(keys[i])
	}
	for range 2 * len(keys) {
		add()
	}
	if a := testing.AllocsPerRun(2000, add); a != 0 {
		t.Errorf("%v allocations a fact", a)
	}
}
