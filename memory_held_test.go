package tidemark_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
)

// Stages that hold facts until W has passed them tell the memory of all that they
// hold: also of the keys, stamps and IDs beside the facts.
func TestStatsTellsTheMemoryOfFactsThatWait(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	const facts = 300_000
	for _, c := range []struct {
		stage string
		build func(hits tidemark.Keyed[int, hit]) (holds func())
	}{
		{"inorder", func(hits tidemark.Keyed[int, hit]) func() {
			ordered, late := tidemark.InOrder(hits)
			a, b := tidemark.Collect(ordered), tidemark.Collect(late)
			return func() { runtime.KeepAlive(a); runtime.KeepAlive(b) }
		}},
		{"inorder of a merged stream, which has a column of keys", func(hits tidemark.Keyed[int, hit]) func() {
			small := tidemark.Filter(hits, func(h hit) bool { return h.size < 5 })
			large := tidemark.Filter(hits, func(h hit) bool { return h.size >= 5 })
			ordered, late := tidemark.InOrder(tidemark.Merge(small, large))
			a, b := tidemark.Collect(ordered), tidemark.Collect(late)
			return func() { runtime.KeepAlive(a); runtime.KeepAlive(b) }
		}},
		{"top", func(hits tidemark.Keyed[int, hit]) func() {
			best, late := tidemark.Top(hits, 3, func(a, b hit) int { return int(b.size - a.size) })
			a, b := tidemark.Collect(best), tidemark.Collect(late)
			return func() { runtime.KeepAlive(a); runtime.KeepAlive(b) }
		}},
	} {
		heap := func() int64 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return int64(m.HeapAlloc)
		}
		var p tidemark.Pipeline
		in, hits := tidemark.FromNanos(&p, "hits", hit.nanos, watermark.Bounded{Delay: time.Hour})
		holds := c.build(tidemark.KeyBy(hits, hit.who))
		some := make([]hit, 1000)
		if err := in.Feed(some[0]); err != nil {
			t.Fatal(err)
		}
		before := heap()
		for i := range facts {
			some[i%1000] = hit{i % 10_000, int64(i % 10), int64(i / 20_000)}
			if i%1000 == 999 {
				if err := in.Feed(some...); err != nil {
					t.Fatal(err)
				}
			}
		}
		grown := heap() - before
		told, rows := int64(0), int64(0)
		for _, s := range p.Stats().Stages {
			told, rows = told+s.Bytes, rows+s.Rows
		}
		if told < grown*3/4 || told > grown*5/4 {
			t.Errorf("%s: Stats tells %d bytes, the heap grew by %d", c.stage, told, grown)
		}
		t.Logf("%s: %d rows in %.1f MB, the heap grew by %.1f MB", c.stage, rows, float64(told)/1e6, float64(grown)/1e6)
		holds()
		runtime.KeepAlive(in)
	}
}
