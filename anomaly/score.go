package anomaly

// scores returns the score of the point at hand.
func (m *RandomCutForest) scores() float64 {
	x, noise := m.rows.point, m.noise()
	sum := 0.0
	for i := range m.trees {
		t := &m.trees[i]
		if t.mass == 0 {
			continue
		}
		sum += float64(m.scoreIn(t, x, noise) * m.log[t.mass])
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

// seen is what a point gives that is equal to the mass points of a leaf.
func (m *RandomCutForest) equal(t *tree, depth int, l *leaf) float64 {
	share := float64(l.mass) / float64(2*t.mass)
	return (1 - share) / (float64(depth) + m.log[l.mass])
}

// scoreIn returns the score of x in t: the expectation, over a random cut of each
// box with x, of 1/(depth+1) where x is parted from it, or of less where it meets
// its equals. It is put together from the leaf upwards, and ends at the first box
// that x lies in: no cut of that or a greater one parts it.
func (m *RandomCutForest) scoreIn(t *tree, x []float32, noise float64) float64 {
	l, depth := m.descend(t, x)
	y := m.points.at(l.point)
	off := beyond(x, y, y)
	s := m.equal(t, depth, l)
	if off == 0 {
		return s
	}
	s += float64(off / (off + noise) * (m.per[depth] - s))
	for depth--; depth >= 0; depth-- {
		i := m.path[depth]
		low, high := t.box(i)
		off := beyond(x, low, high)
		if off == 0 {
			break
		}
		s += float64(off / (t.sum(i) + off + noise) * (m.per[depth] - s))
	}
	return s
}

// beyond returns how far x lies outside of the box, summed over the dimensions.
func beyond(x, low, high []float32) (sum float64) {
	low, high = low[:len(x)], high[:len(x)]
	for d, v := range x {
		if v < low[d] {
			sum += float64(low[d]) - float64(v)
		} else if v > high[d] {
			sum += float64(v) - float64(high[d])
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
	low, high := t.boxOf(t.root, &m.points)
	sum := 0.0
	for i := range low {
		from, to := m.rows.back(i, low[i]), m.rows.back(i, high[i])
		sum += max(n.Absolute, float64(n.Relative*max(-from, to)))
	}
	return min(sum, farthest)
}
