package ddsketch_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	theirs "github.com/DataDog/sketches-go/ddsketch"

	"github.com/tidemark-go/tidemark/window/sketch/ddsketch"
)

// each runs all over facts, and reports ns a fact.
func each[T any](b *testing.B, name string, facts []T, all func()) {
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			all()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(facts)), "ns/fact")
		b.ReportMetric(0, "ns/op")
	})
}

// BenchmarkQuantile adds facts to 100 panes in turn, from empty and once warm,
// beside the library's own sketch and a slice that is kept, and sorted when the
// pane fires.
func BenchmarkQuantile(b *testing.B) {
	const panes = 100
	for _, perPane := range []int{10, 100, 1000} {
		r := rand.New(rand.NewPCG(1, 1))
		facts := make([]float64, panes*perPane)
		for i := range facts {
			facts[i] = math.Exp(r.NormFloat64())
		}
		name := fmt.Sprintf("%d a pane/", perPane)
		var warm [panes]ddsketch.Quantile
		each(b, name+"warm", facts, func() {
			for i, f := range facts {
				warm[i%panes].Add(f)
			}
		})
		each(b, name+"from empty", facts, func() {
			var all [panes]ddsketch.Quantile
			for i, f := range facts {
				all[i%panes].Add(f)
			}
			for i := range all {
				all[i].At(0.99)
			}
		})
		each(b, name+"from empty, library", facts, func() {
			var all [panes]*theirs.DDSketch
			for i := range all {
				all[i], _ = theirs.LogCollapsingLowestDenseDDSketch(0.01, 2048)
			}
			for i, f := range facts {
				_ = all[i%panes].Add(f)
			}
			for i := range all {
				_, _ = all[i].GetValueAtQuantile(0.99)
			}
		})
		each(b, name+"from empty, sorted slice", facts, func() {
			var all [panes][]float64
			for i, f := range facts {
				all[i%panes] = append(all[i%panes], f)
			}
			for i := range all {
				slices.Sort(all[i])
			}
		})
	}
}

// BenchmarkQuantileReading is At and Merge of a pane of 1,000 facts.
func BenchmarkQuantileReading(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var q ddsketch.Quantile
	for range 1000 {
		q.Add(math.Exp(r.NormFloat64()))
	}
	b.Run("At", func(b *testing.B) {
		for b.Loop() {
			q.At(0.99)
		}
	})
	b.Run("Bytes", func(b *testing.B) {
		for b.Loop() {
			q.Bytes()
		}
	})
	b.Run("Merge", func(b *testing.B) {
		var sum ddsketch.Quantile
		for b.Loop() {
			sum.Merge(&q)
		}
	})
}
