package anomaly

import (
	"cmp"
	"math"
	"slices"
)

// Density returns how dense the points of the samples lie around x: the share of
// the points in the box that x is parted from by a random cut, over the sum of the
// sides of the box with x, expected over the cuts and the trees. In one dimension
// its unit is that of a probability density; in more, values can be compared
// within one forest alone. Where all points are equal to x it is infinite, unless
// there is a floor of noise. Before Ready it is 0. The error is that of Score.
func (m *RandomCutForest) Density(x []float64) (float64, error) {
	if err := m.take(x); err != nil || !m.ready() {
		return 0, err
	}
	noise, sum := m.noise(), 0.0
	for i := range m.trees {
		if t := &m.trees[i]; t.mass > 0 {
			sum += m.densityIn(t, m.rows.point, noise)
		}
	}
	return sum / float64(len(m.trees)), nil
}

func (m *RandomCutForest) densityIn(t *tree, x []float32, noise float64) float64 {
	w := t.descend(x, m.path[0])
	all, mass := float64(t.mass), int(w.leaf.mass)
	density := math.Inf(1)
	if side := beyond(x, m.points.box(w.leaf.point)) + noise; side > 0 {
		density = float64(mass) / all / side
	}
	for depth := len(w.path) - 1; depth >= 0; depth-- {
		i := w.path[depth]
		n := &t.nodes[i]
		if x[n.dim] <= n.cut {
			mass += t.massOf(n.right)
		} else {
			mass += t.massOf(n.left)
		}
		off := beyond(x, t.box(i))
		side := t.sum(i) + off + noise
		here := float64(mass) / all / side
		if math.IsInf(density, 1) { // x is one of the points: the box around it tells
			density = here
			continue
		}
		if off == 0 {
			break
		}
		density += float64(off / side * (here - density))
	}
	return density
}

// massOf returns how many of the sample stand below ref.
func (t *tree) massOf(ref uint16) int {
	if ref&isLeaf != 0 {
		return int(t.leaves[ref&^isLeaf].mass)
	}
	return t.massOf(t.nodes[ref].left) + t.massOf(t.nodes[ref].right)
}

// Neighbor is a point of the samples near another.
type Neighbor struct {
	Point    []float64 // a whole one: Shingle rows, the oldest first
	Distance float64   // the sum of the differences in all dimensions
	Trees    int       // in whose samples it was found
}

// Near returns points of the samples at most distance from x, the nearest first.
// Each tree is asked for one, that of the leaf to which x belongs: it is a cheap
// look around, not a search. Before Ready there is none. The error is that of Score.
func (m *RandomCutForest) Near(x []float64, distance float64) ([]Neighbor, error) {
	if err := m.take(x); err != nil || !m.ready() {
		return nil, err
	}
	var found []uint32
	for i := range m.trees {
		if t := &m.trees[i]; t.mass > 0 {
			found = append(found, t.descend(m.rows.point, m.path[0]).leaf.point)
		}
	}
	var near []Neighbor
	for _, i := range found {
		if far := beyond(m.rows.point, m.points.box(i)); far <= distance {
			whole := make([]float64, m.all)
			for j, v := range m.points.at(i) {
				whole[j] = m.rows.back(j, v)
			}
			near = append(near, Neighbor{whole, far, 1})
		}
	}
	slices.SortFunc(near, func(a, b Neighbor) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), slices.Compare(a.Point, b.Point))
	})
	n := 0
	for _, p := range near {
		if n > 0 && slices.Equal(near[n-1].Point, p.Point) {
			near[n-1].Trees++
		} else {
			near[n] = p
			n++
		}
	}
	return near[:n], nil
}
