package bench

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/window"
)

// Result is a workload measured beside its rival.
type Result struct {
	Name         string
	Facts        int     // a pass
	Ours, Theirs float64 // ns per fact, the best of the passes
}

// Ratio is what is told: ours to theirs.
func (r Result) Ratio() float64 { return r.Ours / r.Theirs }

// Suite measures all workloads, each beside its rival, in passes that alternate:
// one to warm up, then five of which the best counts. Both see the same facts,
// and must give the same rows.
func Suite(w io.Writer, facts int) []Result {
	var all []Result
	add := func(r Result) {
		all = append(all, r)
		fmt.Fprintf(w, "%-37s %8.1f %8.1f %8.2f\n", r.Name, r.Ours, r.Theirs, r.Ratio())
	}
	fmt.Fprintf(w, "%-37s %8s %8s %8s\n", "ns per fact", "ours", "theirs", "ratio")
	for _, keys := range []int{1_000, 1_000_000} {
		tumble(add, "uint64", makeFacts(facts, keys, number), keys)
		tumble(add, "string", makeFacts(facts, keys, text), keys)
	}
	others(add, makeFacts(facts, 1_000, number))
	hops(add, makeFacts(facts, 1_000, number))
	sessions(add, makeFacts(facts, 100_000, number))
	distincts(add, makeUsers(facts, 100))
	slides(add, makeFacts(facts, 100, number))
	intervals(add, facts/3)
	return all
}

// hops is W2.
func hops(add func(Result), facts []fact[uint64]) {
	base, short, long := newPipe[plain[uint64], uint64](), hop(60), hop(3600)
	fillHop(short, 60, 1000, facts[0].MS-delay)
	fillHop(long, 3600, 1000, facts[0].MS-delay)
	ns := passes(facts, func() { base.feed(facts, 1000) }, func() { short.feed(facts, 1000) }, func() { long.feed(facts, 1000) })
	add(Result{"W2 60 slices / W1", len(facts), ns[1], ns[0]})
	add(Result{"W2 3600 slices / W2 60 slices", len(facts), ns[2], ns[1]})
	few := facts[:len(facts)/20]
	h, x := newHandHop(60), hop(60)
	ns = passes(few, func() { x.feed(few, 1000) }, func() { h.feed(few, 1000) })
	same(h.rows, h.sum, x.rows, x.sum)
	add(Result{"W2 60 slices / by hand", len(few), ns[0], ns[1]})
}

// sessions is W4.
func sessions(add func(Result), facts []fact[uint64]) {
	base, x, h := newPipe[plain[uint64], uint64](), newPipeOf[plain[uint64], uint64](window.Session{Gap: gap * time.Millisecond}), newHandSessions()
	ns := passes(facts, func() { base.feed(facts, 1000) }, func() { x.feed(facts, 1000) }, func() { h.feed(facts, 1000) })
	add(Result{"W4 / W1 at 100000 keys", len(facts), ns[1], ns[0]})
	add(Result{"W4 / W4 by hand", len(facts), ns[1], ns[2]})
}

// distincts is W5.
func distincts(add func(Result), facts []fact[uint64]) {
	base, x, h := newPipe[plain[uint64], uint64](), newPipeOf[users, uint64](window.Tumble{Size: span * time.Millisecond}), newHandUsers()
	ns := passes(facts, func() { base.feed(facts, 1000) }, func() { x.feed(facts, 1000) }, func() { h.feed(facts, 1000) })
	same(h.rows, h.sum, x.rows, x.sum)
	add(Result{"W5 / W1 at 100 keys", len(facts), ns[1], ns[0]})
	add(Result{"W5 / W5 by hand", len(facts), ns[1], ns[2]})
}

// tumble is W1.
func tumble[K comparable](add func(Result), kind string, facts []fact[K], keys int) {
	h := newHand[K]()
	a, b := newPipe[plain[K], K](), newPipe[figures[K], K]()
	ns := passes(facts, func() { h.feed(facts, 1000) }, func() { a.feed(facts, 1000) }, func() { b.feed(facts, 1000) })
	same(h.rows, h.sum, a.rows, a.sum)
	same(h.rows, h.sum, b.rows, b.sum)
	size := fmt.Sprintf("%d %s keys", keys, kind)
	add(Result{"W1 " + size, len(facts), ns[1], ns[0]})
	add(Result{"W1 " + size + ", agg parts", len(facts), ns[2], ns[0]})
}

// others are measured against W1, or its rival, in the same passes.
func others(add func(Result), facts []fact[uint64]) {
	base, each := newPipe[plain[uint64], uint64](), newPipe[plain[uint64], uint64]()
	live, within := newJoinPipe[uint64](join.Live), newJoinPipe[uint64](nil)
	hand := newJoinHand[uint64]()
	dims := versions(facts, 10)
	by := int64(len(facts)) * 1000 / rate
	joined := func(x *joinPipe[uint64]) func() {
		dims := slices.Clone(dims)
		return func() {
			if err := x.dim.Feed(dims...); err != nil {
				panic(err)
			}
			x.feed(facts, 1000)
			for i := range dims { // to where the next pass begins
				dims[i].MS += by
			}
		}
	}
	ns := passes(facts,
		func() { base.feed(facts, 1000) },
		func() { each.feedEach(facts, 1000) },
		joined(live), joined(within),
		func() {
			hand.put(dims)
			hand.feed(facts, 1000)
			for i := range dims {
				dims[i].MS += by
			}
		})
	same(base.rows, base.sum, each.rows, each.sum)
	same(live.rows, live.sum, hand.rows, hand.sum)
	add(Result{"one fact a Feed / W1", len(facts), ns[1], ns[0]})
	add(Result{"W3 Live / W1", len(facts), ns[2], ns[0]})
	add(Result{"W3 Live / W3 by hand", len(facts), ns[2], ns[4]})
	add(Result{"W3 Within(0) / W1", len(facts), ns[3], ns[0]})
}

// passes runs all in turn, six times over facts that go on from pass to pass,
// and returns the best of the last five of each, in ns per fact.
func passes[K comparable](facts []fact[K], all ...func()) []float64 {
	best := make([]float64, len(all))
	for pass := range 6 {
		for i, f := range all {
			start := time.Now()
			f()
			ns := float64(time.Since(start).Nanoseconds()) / float64(len(facts))
			if pass > 0 && (best[i] == 0 || ns < best[i]) {
				best[i] = ns
			}
		}
		later(facts)
	}
	return best
}

// same panics unless both sides gave the same.
func same(rows int, sum int64, rows2 int, sum2 int64) {
	if rows != rows2 || sum != sum2 {
		panic(fmt.Sprintf("bench: rows %d and %d, sums %d and %d: must be the same", rows, rows2, sum, sum2))
	}
}
