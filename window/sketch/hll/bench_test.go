package hll_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/axiomhq/hyperloglog"

	"github.com/tidemark-go/tidemark/window/agg"
	"github.com/tidemark-go/tidemark/window/sketch/hll"
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

// BenchmarkDistinct adds facts to 100 panes in turn, from empty and once warm,
// beside the exact part and a map.
func BenchmarkDistinct(b *testing.B) {
	const panes = 100
	for _, perPane := range []int{5, 500, 20_000} {
		r := rand.New(rand.NewPCG(1, 3))
		ints, texts := make([]int, panes*perPane), make([]string, panes*perPane)
		for i := range ints {
			ints[i] = r.IntN(1_000_000)
			texts[i] = "user-" + strconv.Itoa(ints[i])
		}
		distinct(b, fmt.Sprintf("%d a pane/int", perPane), panes, ints)
		distinct(b, fmt.Sprintf("%d a pane/string", perPane), panes, texts)
	}
}

func distinct[T comparable](b *testing.B, name string, panes int, facts []T) {
	warm := make([]hll.Distinct[T], panes)
	each(b, name+"/warm", facts, func() {
		for i, f := range facts {
			warm[i%panes].Add(f)
		}
	})
	each(b, name+"/from empty", facts, func() {
		all := make([]hll.Distinct[T], panes)
		for i, f := range facts {
			all[i%panes].Add(f)
		}
	})
	each(b, name+"/from empty, agg", facts, func() {
		all := make([]agg.Distinct[T], panes)
		for i, f := range facts {
			all[i%panes].Add(f)
		}
	})
	each(b, name+"/from empty, map", facts, func() {
		all := make([]map[T]struct{}, panes)
		for i := range all {
			all[i] = map[T]struct{}{}
		}
		for i, f := range facts {
			all[i%panes][f] = struct{}{}
		}
	})
}

// BenchmarkDistinctReading is Len and Merge of sketches, beside the library's
// own estimate.
func BenchmarkDistinctReading(b *testing.B) {
	var d, e hll.Distinct[int]
	theirs := hyperloglog.NewNoSparse()
	r := rand.New(rand.NewPCG(1, 4))
	for i := range 20_000 {
		d.Add(i)
		e.Add(-i)
		theirs.InsertHash(r.Uint64())
	}
	b.Run("Len", func(b *testing.B) {
		for b.Loop() {
			d.Len()
		}
	})
	b.Run("Len, library", func(b *testing.B) {
		for b.Loop() {
			theirs.Estimate()
		}
	})
	b.Run("Merge", func(b *testing.B) {
		for b.Loop() {
			d.Merge(&e)
		}
	})
	b.Run("Merge into nothing", func(b *testing.B) {
		for b.Loop() {
			var into hll.Distinct[int]
			into.Merge(&d)
		}
	})
}
