package agg_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
	"github.com/tidemark-go/tidemark/window/agg"
)

// adding measures sets that facts are added to in turn, as happens by key: from
// empty, and once all facts are there. It reports ns a fact.
func adding[S, T any](b *testing.B, name string, sets int, facts []T, make func() S, add func(S, T)) {
	fresh := func() []S {
		all := []S{}
		for range sets {
			all = append(all, make())
		}
		return all
	}
	run := func(b *testing.B, all func() []S) {
		for b.Loop() {
			s, at := all(), 0
			for _, f := range facts {
				add(s[at], f)
				if at++; at == sets {
					at = 0
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(facts)), "ns/fact")
		b.ReportMetric(0, "ns/op")
	}
	b.Run("from empty/"+name, func(b *testing.B) { run(b, fresh) })
	b.Run("again/"+name, func(b *testing.B) {
		grown := fresh()
		for i, f := range facts {
			add(grown[i%sets], f)
		}
		run(b, func() []S { return grown })
	})
}

// BenchmarkDistinct is 100 sets beside the same as maps and as bitmaps.
func BenchmarkDistinct(b *testing.B) {
	const sets = 100
	for _, c := range []struct{ facts, of int }{{5, 1_000_000}, {50, 1_000_000}, {500, 1_000_000}, {5000, 1_000_000}, {20_000, 100_000}, {5000, 500}} {
		r := rand.New(rand.NewPCG(1, 1))
		ints, wide, texts := make([]int, sets*c.facts), make([]int, sets*c.facts), make([]string, sets*c.facts)
		for i := range ints {
			ints[i] = r.IntN(c.of)
			wide[i] = ints[i] * 1_000_003 << 10
			texts[i] = "user-" + strconv.Itoa(ints[i])
		}
		b.Run(fmt.Sprintf("%d of %d", c.facts, c.of), func(b *testing.B) {
			adding(b, "int", sets, ints, func() *agg.Distinct[int] { return new(agg.Distinct[int]) }, (*agg.Distinct[int]).Add)
			adding(b, "int map", sets, ints, func() map[int]struct{} { return map[int]struct{}{} }, func(m map[int]struct{}, v int) { m[v] = struct{}{} })
			adding(b, "int roaring", sets, ints, roaring64.New, func(m *roaring64.Bitmap, v int) { m.Add(uint64(v)) })
			adding(b, "wide", sets, wide, func() *agg.Distinct[int] { return new(agg.Distinct[int]) }, (*agg.Distinct[int]).Add)
			adding(b, "string", sets, texts, func() *agg.Distinct[string] { return new(agg.Distinct[string]) }, (*agg.Distinct[string]).Add)
			adding(b, "string map", sets, texts, func() map[string]struct{} { return map[string]struct{}{} }, func(m map[string]struct{}, v string) { m[v] = struct{}{} })
		})
	}
}

// BenchmarkDistinctMerge merges 100 sets into one; ns a value merged.
func BenchmarkDistinctMerge(b *testing.B) {
	const sets = 100
	for _, c := range []struct{ facts, of int }{{50, 1_000_000}, {5000, 1_000_000}, {20_000, 100_000}} {
		r := rand.New(rand.NewPCG(1, 1))
		all := make([]agg.Distinct[int], sets)
		maps := make([]map[int]struct{}, sets)
		n := 0
		for i := range all {
			maps[i] = map[int]struct{}{}
			for range c.facts {
				v := r.IntN(c.of)
				all[i].Add(v)
				maps[i][v] = struct{}{}
			}
			n += all[i].Len()
		}
		name := fmt.Sprintf("%d of %d/", c.facts, c.of)
		b.Run(name+"int", func(b *testing.B) {
			for b.Loop() {
				var d agg.Distinct[int]
				for i := range all {
					d.Merge(&all[i])
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/value")
		})
		b.Run(name+"int map", func(b *testing.B) {
			for b.Loop() {
				d := map[int]struct{}{}
				for _, m := range maps {
					for v := range m {
						d[v] = struct{}{}
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/value")
		})
	}
}

// BenchmarkSum is Sum beside what it would be without being one.
func BenchmarkSum(b *testing.B) {
	ints, floats := make([]int64, 1000), make([]float64, 1000)
	for i := range ints {
		ints[i], floats[i] = int64(i), float64(i)/3
	}
	sums(b, "int64", ints)
	sums(b, "float64", floats)
	b.Run("Variance", func(b *testing.B) {
		var v agg.Variance
		for b.Loop() {
			for _, x := range floats {
				v.Add(x)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(floats)), "ns/fact")
	})
}

func sums[N agg.Number](b *testing.B, name string, xs []N) {
	all := make([]struct {
		plain N
		sum   agg.Sum[N]
	}, 16)
	b.Run(name+"/Sum", func(b *testing.B) {
		for b.Loop() {
			for i, x := range xs {
				all[i%16].sum.Add(x)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(xs)), "ns/fact")
	})
	b.Run(name+"/plain", func(b *testing.B) {
		for b.Loop() {
			for i, x := range xs {
				all[i%16].plain += x
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(xs)), "ns/fact")
	})
}
