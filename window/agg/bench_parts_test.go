package agg_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/agg"
)

// each reports ns a fact of a loop over facts.
func each[T any](b *testing.B, name string, facts []T, add func(T)) {
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			for _, f := range facts {
				add(f)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(facts)), "ns/fact")
		b.ReportMetric(0, "ns/op")
	})
}

func asTexts(keys []int) []string {
	texts := make([]string, len(keys))
	for i, k := range keys {
		texts[i] = "user-" + strconv.Itoa(k)
	}
	return texts
}

// logSizes are sizes as in a web log: a few files make most of the answers, the
// rest is spread over some orders of magnitude.
func logSizes(r *rand.Rand) int64 {
	if r.IntN(2) == 0 {
		return []int64{0, 178, 5_316, 13_074, 48_211}[r.IntN(5)]
	}
	return int64(math.Exp(r.NormFloat64()*1.2 + 9))
}

// BenchmarkHistogram is a Histogram beside a map and beside sorted slices.
func BenchmarkHistogram(b *testing.B) {
	const step = 100
	for _, c := range []struct {
		name string
		gen  func(*rand.Rand) int64
	}{
		{"log", logSizes},
		{"16", func(r *rand.Rand) int64 { return r.Int64N(16 * step) }},
		{"300", func(r *rand.Rand) int64 { return r.Int64N(300 * step) }},
		{"10000", func(r *rand.Rand) int64 { return r.Int64N(10_000 * step) }},
	} {
		r := rand.New(rand.NewPCG(1, 1))
		facts := make([]int64, 1<<17)
		for i := range facts {
			facts[i] = c.gen(r)
		}
		var h agg.Histogram
		for _, f := range facts {
			h.Add(step, f)
		}
		b.Run(fmt.Sprintf("%s, %d buckets", c.name, h.Buckets()), func(b *testing.B) {
			each(b, "Histogram", facts, func(v int64) { h.Add(step, v) })
			m := map[int64]int64{}
			each(b, "map", facts, func(v int64) { m[v/step]++ })
			type bucket struct{ at, n int64 }
			var sorted []bucket
			each(b, "sorted", facts, func(v int64) {
				i, ok := slices.BinarySearchFunc(sorted, v/step, func(b bucket, at int64) int { return cmp.Compare(b.at, at) })
				if !ok {
					sorted = slices.Insert(sorted, i, bucket{at: v / step})
				}
				sorted[i].n++
			})
		})
	}
}

// BenchmarkTopN is a TopN beside a map.
func BenchmarkTopN(b *testing.B) {
	for _, n := range []int{5, 1000, 100_000} {
		r := rand.New(rand.NewPCG(1, 1))
		keys := drawn(r, 1<<17, func() int { return r.IntN(n) })
		texts := asTexts(keys)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			var ints agg.TopN[int]
			each(b, "int", keys, func(k int) { ints.Add(k) })
			m := map[int]int64{}
			each(b, "int map", keys, func(k int) { m[k]++ })
			var names agg.TopN[string]
			each(b, "string", texts, func(k string) { names.Add(k) })
			of := map[string]int64{}
			each(b, "string map", texts, func(k string) { of[k]++ })
		})
	}
}

// plain is Space-Saving as it is usually written: a heap by count beside a map.
type plain struct {
	heap []counter
	at   map[int]int
}

type counter struct {
	key        int
	count, err int64
}

func (p *plain) add(capacity, k int) {
	i, ok := p.at[k]
	switch {
	case ok:
		p.heap[i].count++
	case len(p.heap) < capacity:
		i = len(p.heap)
		p.heap = append(p.heap, counter{k, 1, 0})
		for ; i > 0 && p.heap[(i-1)/2].count > 1; i = (i - 1) / 2 {
			p.swap(i, (i-1)/2)
		}
		p.at[k] = i
	default:
		i = 0
		delete(p.at, p.heap[0].key)
		p.heap[0] = counter{k, p.heap[0].count + 1, p.heap[0].count}
		p.at[k] = 0
	}
	for {
		c := 2*i + 1
		if c+1 < len(p.heap) && p.heap[c+1].count < p.heap[c].count {
			c++
		}
		if c >= len(p.heap) || p.heap[c].count >= p.heap[i].count {
			return
		}
		p.swap(i, c)
		i = c
	}
}

func (p *plain) swap(i, j int) {
	p.heap[i], p.heap[j] = p.heap[j], p.heap[i]
	p.at[p.heap[i].key], p.at[p.heap[j].key] = i, j
}

// BenchmarkHeavy is a Heavy beside Space-Saving with a heap, and beside all keys.
func BenchmarkHeavy(b *testing.B) {
	const capacity = 1000
	for _, s := range streams {
		r := rand.New(rand.NewPCG(1, 1))
		keys := s.keys(r, 1<<17)
		b.Run(s.name, func(b *testing.B) {
			var h agg.Heavy[int]
			each(b, "Heavy", keys, func(k int) { h.Add(capacity, k) })
			p := plain{at: map[int]int{}}
			each(b, "heap and map", keys, func(k int) { p.add(capacity, k) })
			var all agg.TopN[int]
			each(b, "TopN", keys, func(k int) { all.Add(k) })
		})
	}
}

// BenchmarkKept is what keeps a few of many, and what keeps all by time.
func BenchmarkKept(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	vs := drawn(r, 1<<14, r.Int)
	each(b, "Greatest 10", vs, func() func(int) {
		var g agg.Greatest[int, int]
		return func(v int) { g.Add(10, v, v) }
	}())
	b.Run("Greatest 10, each one greater", func(b *testing.B) {
		var g agg.Greatest[int, int]
		for i := 0; b.Loop(); i++ {
			g.Add(10, i, i)
		}
	})
	b.Run("Collect 100, from empty", func(b *testing.B) {
		for b.Loop() {
			var c agg.Collect[int]
			for i, v := range vs[:100] {
				c.AddAt(100, watermark.Time(i^3), v)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*100), "ns/fact")
	})
	b.Run("Counter, from empty, a little out of order", func(b *testing.B) {
		for b.Loop() {
			var c agg.Counter[int]
			for i, v := range vs[:1000] {
				c.AddAt(watermark.Time(i^3), v)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*1000), "ns/fact")
	})
}

// BenchmarkReading is what it costs to read a pane's parts in order.
func BenchmarkReading(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var h agg.Histogram
	var top agg.TopN[int]
	for range 1 << 16 {
		h.Add(100, r.Int64N(300*100))
		top.Add(r.IntN(10_000))
	}
	b.Run(fmt.Sprintf("Histogram of %d", h.Buckets()), func(b *testing.B) {
		for b.Loop() {
			for range h.All() {
			}
		}
	})
	b.Run(fmt.Sprintf("Histogram of %d, merged", h.Buckets()), func(b *testing.B) {
		var all agg.Histogram
		for b.Loop() {
			all.Merge(&h)
		}
	})
	b.Run(fmt.Sprintf("TopN, 10 of %d", top.Len()), func(b *testing.B) {
		for b.Loop() {
			top.Top(10)
		}
	})
}
