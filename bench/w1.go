package bench

import (
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// pipe is W1 in tidemark: tumble 5 s by key, panes drained after each Feed.
type pipe[K comparable, A total] struct {
	in   *tidemark.Input[fact[K]]
	out  *tidemark.Output[window.Pane[K, A]]
	rows int
	sum  int64
}

// total is what the benchmarks check the results by.
type total interface{ total() int64 }

func newPipe[A total, K comparable, P window.Accumulator[A, fact[K]]]() *pipe[K, A] {
	return newPipeOf[A, K, P](window.Tumble{Size: span * time.Millisecond})
}

// newPipeOf is newPipe for another window.
func newPipeOf[A total, K comparable, P window.Accumulator[A, fact[K]]](rule window.Rule, options ...window.Option) *pipe[K, A] {
	var p tidemark.Pipeline
	x := &pipe[K, A]{}
	in, facts := tidemark.FromNanos(&p, "facts", fact[K].nanos, watermark.Bounded{Delay: delay * time.Millisecond})
	panes, _ := tidemark.Window[A, fact[K], K, P](tidemark.KeyBy(facts, fact[K].key), rule, options...)
	x.in, x.out = in, tidemark.Collect(panes)
	return x
}

// feed takes facts in slices of n.
func (x *pipe[K, A]) feed(facts []fact[K], n int) {
	for c := range slices.Chunk(facts, n) {
		if err := x.in.Feed(c...); err != nil {
			panic(err)
		}
		x.drain()
	}
}

// feedEach feeds facts one by one, and drains as often as feed does.
func (x *pipe[K, A]) feedEach(facts []fact[K], n int) {
	for c := range slices.Chunk(facts, n) {
		for _, f := range c {
			if err := x.in.Feed(f); err != nil {
				panic(err)
			}
		}
		x.drain()
	}
}

func (x *pipe[K, A]) drain() {
	for pane := range x.out.Drain() {
		x.rows++
		x.sum += pane.Value.total()
	}
}

// hand is W1 by hand: a map of windows to maps of keys, with what a careful
// author puts in: W behind the greatest time, windows closed in order, late
// facts counted.
type hand[K comparable] struct {
	open     map[int64]map[K]*plain[K]
	greatest int64
	closed   int64 // end of the last window closed
	late     int
	rows     int
	sum      int64
	out      []row[K]
}

type row[K comparable] struct {
	start, end int64
	key        K
	plain[K]
}

func newHand[K comparable]() *hand[K] {
	return &hand[K]{open: map[int64]map[K]*plain[K]{}}
}

func (h *hand[K]) feed(facts []fact[K], n int) {
	for c := range slices.Chunk(facts, n) {
		for _, f := range c {
			h.add(f)
		}
		for i := range h.out {
			h.rows++
			h.sum += h.out[i].Sum
		}
		h.out = h.out[:0]
	}
}

func (h *hand[K]) add(f fact[K]) {
	start := f.MS - f.MS%span
	if start+span <= h.closed {
		h.late++
		return
	}
	w := h.open[start]
	if w == nil {
		w = map[K]*plain[K]{}
		h.open[start] = w
	}
	a := w[f.Key]
	if a == nil {
		a = &plain[K]{}
		w[f.Key] = a
	}
	a.Add(f)
	if f.MS > h.greatest {
		h.greatest = f.MS
		if end := (f.MS - delay) / span * span; end > h.closed {
			h.close(end)
		}
	}
}

func (h *hand[K]) close(end int64) {
	var starts []int64
	for s := range h.open {
		if s+span <= end {
			starts = append(starts, s)
		}
	}
	slices.Sort(starts)
	for _, s := range starts {
		for k, a := range h.open[s] {
			h.out = append(h.out, row[K]{s, s + span, k, *a})
		}
		delete(h.open, s)
	}
	h.closed = end
}
