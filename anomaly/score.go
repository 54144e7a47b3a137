package anomaly

import "math"

// scores returns the score of the point at hand.
func (m *RandomCutForest) scores() float64 {
	noise := m.noise()
	sum := 0.0
	for i := range m.trees {
		t := &m.trees[i]
		if t.mass == 0 {
			continue
		}
		s := 0.0
		if m.all == 1 {
			s = m.scoreOne(t, m.rows.point, noise)
		} else {
			s = m.scoreIn(t, m.rows.point, noise)
		}
		sum += float64(s * m.log[t.mass])
	}
	return sum / float64(len(m.trees))
}

// descend follows x to its leaf, and keeps the nodes on the way in m.path.
func (m *RandomCutForest) descend(t *tree, x []float32) (l *leaf, depth int) {
	ref, path, nodes := t.root, m.path, t.nodes
	for ref&isLeaf == 0 {
		path[depth] = ref
		depth++
		n := &nodes[ref]
		if x[n.dim] <= n.cut {
			ref = n.left
		} else {
			ref = n.right
		}
	}
	return &t.leaves[ref&^isLeaf], depth
}

// equal is what a point gives that is equal to those of a leaf.
func (m *RandomCutForest) equal(t *tree, depth int, l *leaf) float64 {
	share := float64(l.mass) / float64(2*t.mass)
	return (1 - share) / (float64(depth) + m.log[l.mass])
}

// scoreIn returns the score of x in t: the expectation, over a random cut of each
// box with x, of 1/(depth+1) where x is parted from it, or of less where it meets
// its equals. It is put together from the leaf upwards, and ends at the first box
// that x lies in: no cut of that or a greater one parts it. A dimension in which x
// lies inside a box is not looked at in the greater ones.
func (m *RandomCutForest) scoreIn(t *tree, x []float32, noise float64) float64 {
	l, depth := m.descend(t, x)
	out := m.out[:len(x)] // the dimensions in which x lies outside
	n, off := 0, 0.0
	for d, y := range m.points.at(l.point)[:len(x)] {
		out[n] = uint16(d)
		e := math.Float64bits(float64(x[d])-float64(y)) &^ (1 << 63)
		off += math.Float64frombits(e)
		n += int(-e >> 63)
	}
	s := m.equal(t, depth, l)
	if n == 0 {
		return s
	}
	s += float64(off / (off + noise) * (m.per[depth] - s))
	for depth--; depth >= 0; depth-- {
		i := m.path[depth]
		n, off = still(out[:n], x, t.box(i))
		if n == 0 {
			break
		}
		s += float64(off / (t.sums[i] + off + noise) * (m.per[depth] - s))
	}
	return s
}

// still leaves of out the dimensions in which x lies outside of the box, and
// returns how many they are and how far it lies. That is as good as random, so
// there is no branch on it: of the distances to both sides one at most is
// positive, and the bits of floating-point numbers that are not negative are
// ordered as they are.
func still(out []uint16, x []float32, box []side) (n int, sum float64) {
	for _, d := range out {
		v := float64(x[d])
		e := max(int64(math.Float64bits(float64(box[d].low)-v)), int64(math.Float64bits(v-float64(box[d].high))), 0)
		sum += math.Float64frombits(uint64(e))
		out[n] = d
		n += int(uint64(-e) >> 63)
	}
	return n, sum
}

// scoreOne is scoreIn for one dimension.
func (m *RandomCutForest) scoreOne(t *tree, point []float32, noise float64) float64 {
	x := point[0]
	ref, path, nodes, depth := t.root, m.path, t.nodes, 0
	for ref&isLeaf == 0 {
		path[depth] = ref
		depth++
		n := &nodes[ref]
		if x <= n.cut {
			ref = n.left
		} else {
			ref = n.right
		}
	}
	l := &t.leaves[ref&^isLeaf]
	s := m.equal(t, depth, l)
	y := m.points.values[l.point]
	if x == y {
		return s
	}
	off := math.Abs(float64(x) - float64(y))
	s += float64(off / (off + noise) * (m.per[depth] - s))
	for depth--; depth >= 0; depth-- {
		box := t.boxes[path[depth]]
		low, high := float64(box.low), float64(box.high)
		switch v := float64(x); {
		case v < low:
			off = low - v
		case v > high:
			off = v - high
		default:
			return s
		}
		s += float64(off / (high - low + off + noise) * (m.per[depth] - s))
	}
	return s
}

// beyond returns how far x lies outside of the box, summed over the dimensions.
func beyond(x []float32, box []side) (sum float64) {
	box = box[:len(x)]
	for d, v := range x {
		if v < box[d].low {
			sum += float64(box[d].low) - float64(v)
		} else if v > box[d].high {
			sum += float64(v) - float64(box[d].high)
		}
	}
	return sum
}

// noise returns by how much boxes are taken to be wider, over all dimensions.
func (m *RandomCutForest) noise() float64 {
	n := m.set.Noise
	if n.Absolute < 0 || n.Relative < 0 {
		return 0
	}
	t := &m.trees[0]
	if n.Relative == 0 || t.mass == 0 {
		return float64(n.Absolute * float64(m.all))
	}
	sum := 0.0
	for i, s := range t.boxOf(t.root, &m.points, 0) {
		from, to := m.rows.back(i, s.low), m.rows.back(i, s.high)
		sum += max(n.Absolute, float64(n.Relative*max(-from, to)))
	}
	return min(sum, farthest)
}
