package bench

import (
	"io"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/window"
)

// TestSuiteGivesTheSameRows runs every workload over few facts: the rivals
// would not be rivals if they gave other rows.
func TestSuiteGivesTheSameRows(t *testing.T) {
	for _, r := range Suite(io.Discard, 20_000) {
		if r.Ours <= 0 || r.Theirs <= 0 {
			t.Errorf("%s: not measured: %+v", r.Name, r)
		}
	}
}

// TestNothingIsAllocatedPerFact counts over a pass that has been warmed up.
func TestNothingIsAllocatedPerFact(t *testing.T) {
	facts := makeFacts(200_000, 1000, number)
	x, each, live := newPipe[plain[uint64], uint64](), newPipe[plain[uint64], uint64](), newJoinPipe[uint64](join.Live)
	if err := live.dim.Feed(versions(facts, 10)...); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]func(){
		"W1":              func() { x.feed(facts, 1000) },
		"one fact a Feed": func() { each.feedEach(facts, 1000) },
		"W3":              func() { live.feed(facts, 1000) },
	} {
		f()
		later(facts)
		f()
		per := testing.AllocsPerRun(1, func() { later(facts); f() }) / float64(len(facts))
		if per > 0.02 { // a few a Feed and a few a span
			t.Errorf("%s: %.4f allocations a fact, want none", name, per)
		}
	}
}

func BenchmarkW1(b *testing.B) {
	for _, c := range []struct {
		name string
		keys int
	}{{"1000", 1_000}, {"1M", 1_000_000}} {
		b.Run(c.name+"/uint64", func(b *testing.B) { both(b, makeFacts(1_000_000, c.keys, number)) })
		b.Run(c.name+"/string", func(b *testing.B) { both(b, makeFacts(1_000_000, c.keys, text)) })
	}
}

// both measures W1 and its rival.
func both[K comparable](b *testing.B, facts []fact[K]) {
	x, h := newPipe[plain[K], K](), newHand[K]()
	b.Run("tidemark", func(b *testing.B) { perFact(b, facts, func() { x.feed(facts, 1000) }) })
	b.Run("byhand", func(b *testing.B) { perFact(b, facts, func() { h.feed(facts, 1000) }) })
}

func BenchmarkW3(b *testing.B) {
	facts := makeFacts(1_000_000, 1000, number)
	x, h := newJoinPipe[uint64](join.Live), newJoinHand[uint64]()
	dims := versions(facts, 10)
	if err := x.dim.Feed(dims...); err != nil {
		b.Fatal(err)
	}
	h.put(dims)
	b.Run("tidemark", func(b *testing.B) { perFact(b, facts, func() { x.feed(facts, 1000) }) })
	b.Run("byhand", func(b *testing.B) { perFact(b, facts, func() { h.feed(facts, 1000) }) })
}

func BenchmarkSlide(b *testing.B) {
	facts := makeFacts(1_000_000, 100, number)
	x, h := newPipeOf[plain[uint64], uint64](window.Slide{Size: reach * time.Millisecond}), newHandSlide()
	b.Run("tidemark", func(b *testing.B) { perFact(b, facts, func() { x.feed(facts, 1000) }) })
	b.Run("byhand", func(b *testing.B) { perFact(b, facts, func() { h.feed(facts, 1000) }) })
}

func BenchmarkOneFactAFeed(b *testing.B) {
	facts := makeFacts(1_000_000, 1000, number)
	x := newPipe[plain[uint64], uint64]()
	perFact(b, facts, func() { x.feedEach(facts, 1000) })
}

// perFact runs passes over facts, and reports the time of a fact.
func perFact[K comparable](b *testing.B, facts []fact[K], pass func()) {
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		pass()
		b.StopTimer()
		later(facts)
		b.StartTimer()
		n += len(facts)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/fact")
}
