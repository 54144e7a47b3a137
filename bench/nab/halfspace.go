package main

import "math/rand/v2"

// halfspace is half-space trees (Tan, Ting and Liu, "Fast Anomaly Detection for
// Streaming Data", 2011), with the setting of the paper, for values of one dimension:
// a rival of the forest, here to be measured alone. Trees halve a range at random
// around the values of the first window, and know how many of the window before the
// present one fell where. A place that had few is odd.
type halfspace struct {
	low, high float64   // of the first window
	first     []float64 // it, until it is full
	trees     []halves
	n         int // of the present window
}

// halves is a tree: node i has the children 2i and 2i+1, the root is 1.
type halves struct {
	from, size   float64
	before, mass [2 << halfDepth]int32
}

const (
	halfTrees  = 25
	halfDepth  = 15
	halfWindow = 250
	halfLimit  = 25 // a node of fewer is not halved further
)

func newHalfspace(seed uint64) *halfspace {
	r := rand.New(rand.NewPCG(seed, 1))
	h := &halfspace{trees: make([]halves, halfTrees)}
	for i := range h.trees {
		at := r.Float64()
		reach := 2 * max(at, 1-at)
		h.trees[i].from, h.trees[i].size = at-reach, 2*reach
	}
	return h
}

// score scores v, greater being odder, and learns it.
func (h *halfspace) score(v float64) float64 {
	if len(h.first) < halfWindow {
		if len(h.first) == 0 {
			h.low, h.high = v, v
		}
		h.low, h.high = min(h.low, v), max(h.high, v)
		if h.first = append(h.first, v); len(h.first) == halfWindow {
			for _, v := range h.first {
				h.learn(h.scaled(v))
			}
		}
		return 0
	}
	x, sum := h.scaled(v), 0.0
	for i := range h.trees {
		t := &h.trees[i]
		node, share, from, size := 1, 1.0, t.from, t.size
		for node < 1<<halfDepth && t.before[node] > halfLimit {
			node, from, size = half(x, node, from, size)
			share *= 2
		}
		sum += share * float64(t.before[node])
	}
	h.learn(x)
	return halfWindow / (1 + sum/halfTrees)
}

func (h *halfspace) scaled(v float64) float64 {
	if h.high == h.low {
		return v - h.low
	}
	return (v - h.low) / (h.high - h.low)
}

// half goes down to the half that holds x; beyond the range it is the outer one.
func half(x float64, node int, from, size float64) (int, float64, float64) {
	size /= 2
	if x < from+size {
		return 2 * node, from, size
	}
	return 2*node + 1, from + size, size
}

func (h *halfspace) learn(x float64) {
	for i := range h.trees {
		t := &h.trees[i]
		node, from, size := 1, t.from, t.size
		for node < 2<<halfDepth {
			t.mass[node]++
			node, from, size = half(x, node, from, size)
		}
	}
	if h.n++; h.n == halfWindow {
		for i := range h.trees {
			h.trees[i].before, h.trees[i].mass = h.trees[i].mass, [2 << halfDepth]int32{}
		}
		h.n = 0
	}
}
