package bench

import (
	"slices"
	"time"

	"github.com/tidemark-go/tidemark/window"
)

// hop is W2: spans of so many seconds, one a second, 1,000 keys.
func hop(seconds int) *pipe[uint64, plain[uint64]] {
	return newPipeOf[plain[uint64], uint64](window.Hop{Size: time.Duration(seconds) * time.Second, Every: time.Second})
}

// fillHop makes the slices that a long span has behind it, a fact of each key a
// second, so that what is measured is the hop in full swing.
func fillHop(x *pipe[uint64, plain[uint64]], seconds int, keys uint64, until int64) {
	var facts []fact[uint64]
	for s := range int64(seconds) {
		for k := range keys {
			facts = append(facts, fact[uint64]{k, 1, until - (int64(seconds)-s)*1000})
		}
	}
	x.feed(facts, 1000)
	x.rows, x.sum = 0, 0
}

// handHop is W2 as it is written by hand: an accumulator in every span that
// holds a fact.
type handHop struct {
	hand[uint64]
	size, every int64
}

func newHandHop(seconds int64) *handHop {
	return &handHop{hand: *newHand[uint64](), size: seconds * 1000, every: 1000}
}

func (h *handHop) feed(facts []fact[uint64], n int) {
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

func (h *handHop) add(f fact[uint64]) {
	for start := f.MS - f.MS%h.every; start > f.MS-h.size; start -= h.every {
		if start+h.size <= h.closed {
			h.late++
			continue
		}
		w := h.open[start]
		if w == nil {
			w = map[uint64]*plain[uint64]{}
			h.open[start] = w
		}
		a := w[f.Key]
		if a == nil {
			a = &plain[uint64]{}
			w[f.Key] = a
		}
		a.Add(f)
	}
	if f.MS > h.greatest {
		h.greatest = f.MS
		if end := (f.MS - delay) / h.every * h.every; end > h.closed {
			h.close(end)
		}
	}
}

func (h *handHop) close(end int64) {
	var starts []int64
	for s := range h.open { // order: sorted below
		if s+h.size <= end {
			starts = append(starts, s)
		}
	}
	slices.Sort(starts)
	for _, s := range starts {
		for k, a := range h.open[s] { // order: only the sum is looked at
			h.out = append(h.out, row[uint64]{s, s + h.size, k, *a})
		}
		delete(h.open, s)
	}
	h.closed = end
}
