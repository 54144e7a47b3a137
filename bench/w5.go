package bench

import (
	"slices"

	"github.com/tidemark-go/tidemark/window/agg"
)

// users is the accumulator of W5: the distinct values, exactly.
type users struct{ seen agg.Distinct[int64] }

func (u *users) Add(f fact[uint64]) { u.seen.Add(f.Value) }
func (u *users) Merge(o *users)     { u.seen.Merge(&o.seen) }
func (u users) total() int64        { return int64(u.seen.Len()) }

// makeUsers makes facts whose values are one of a million.
func makeUsers(n, keys int) []fact[uint64] {
	facts := makeFacts(n, keys, number)
	for i := range facts {
		facts[i].Value = int64(uint64(i) * 0x9e3779b97f4a7c15 >> 20 % 1_000_000)
	}
	return facts
}

// handUsers is W5 by hand: a set a key and window.
type handUsers struct {
	open     map[int64]map[uint64]map[int64]struct{}
	greatest int64
	closed   int64
	rows     int
	sum      int64
}

func newHandUsers() *handUsers { return &handUsers{open: map[int64]map[uint64]map[int64]struct{}{}} }

func (h *handUsers) feed(facts []fact[uint64], _ int) {
	for _, f := range facts {
		start := f.MS - f.MS%span
		w := h.open[start]
		if w == nil {
			w = map[uint64]map[int64]struct{}{}
			h.open[start] = w
		}
		set := w[f.Key]
		if set == nil {
			set = map[int64]struct{}{}
			w[f.Key] = set
		}
		set[f.Value] = struct{}{}
		if f.MS > h.greatest {
			h.greatest = f.MS
			if end := (f.MS - delay) / span * span; end > h.closed {
				h.close(end)
			}
		}
	}
}

func (h *handUsers) close(end int64) {
	var starts []int64
	for s := range h.open { // order: sorted below
		if s+span <= end {
			starts = append(starts, s)
		}
	}
	slices.Sort(starts)
	for _, s := range starts {
		for _, set := range h.open[s] { // order: only the sums are looked at
			h.rows++
			h.sum += int64(len(set))
		}
		delete(h.open, s)
	}
	h.closed = end
}
