package anomaly

import "math"

// few is how many trees tell the magnitude of values.
const few = 5

// noise returns by how much boxes are taken to be wider, over all dimensions.
// The magnitude of the values is the least of what the hearts of a few trees say:
// a value that is far from all others, a sensor's code for a fault, must not make
// all differences between the others small.
func (m *RandomCutForest) noise() float64 {
	n := m.set.Noise
	if n.Absolute < 0 || n.Relative < 0 {
		return 0
	}
	if n.Relative == 0 {
		return float64(n.Absolute * float64(m.all))
	}
	var hearts [few]uint16
	trees := m.trees[:min(few, len(m.trees))]
	for i := range trees {
		hearts[i] = trees[i].heart()
	}
	sum := 0.0
	for d := range m.all {
		magnitude := math.Inf(1)
		for i := range trees {
			if trees[i].mass > 0 {
				s := trees[i].sideOf(hearts[i], d, &m.points)
				magnitude = min(magnitude, max(-m.rows.back(d, s.low), m.rows.back(d, s.high)))
			}
		}
		sum += max(n.Absolute, float64(n.Relative*magnitude))
	}
	return min(sum, farthest)
}

// heart returns what is left of a tree without the points that the first cuts part
// off by themselves. At most one in eight is parted off by each, and 8 cuts are
// looked at.
func (t *tree) heart() uint16 {
	ref := t.root
	for range 8 {
		if ref == nothing || ref&isLeaf != 0 {
			break
		}
		n := &t.nodes[ref]
		switch {
		case t.alone(n.left):
			ref = n.right
		case t.alone(n.right):
			ref = n.left
		default:
			return ref
		}
	}
	return ref
}

// alone reports whether ref is a leaf of few points.
func (t *tree) alone(ref uint16) bool {
	return ref&isLeaf != 0 && 8*int(t.leaves[ref&^isLeaf].mass) <= t.mass
}
