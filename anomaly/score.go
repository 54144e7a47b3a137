package anomaly

import "math"

// scores returns the score of the point at hand.
func (m *RandomCutForest) scores() float64 {
	noise, sum := m.noise(), 0.0
	x := m.rows.point
	if m.all == 1 {
		for i := range m.trees {
			if t := &m.trees[i]; t.mass > 0 {
				sum += float64(m.scoreOne(t, float64(x[0]), noise) * m.log[t.mass])
			}
		}
		return sum / float64(len(m.trees))
	}
	// One tree ahead of the score goes the way down: what the score is going to
	// read, which in the sum of all trees is more than the caches hold, is on its way
	// then.
	var next, now way
	for i := range len(m.trees) + 1 {
		now, next = next, way{}
		if i < len(m.trees) && m.trees[i].mass > 0 {
			next = m.trees[i].descend(x, m.path[i&1])
			m.ahead(&next)
		}
		if now.tree != nil {
			sum += float64(m.scoreIn(&now, x, noise) * m.log[now.tree.mass])
		}
	}
	return sum / float64(len(m.trees))
}

// way is the way of a point down a tree.
type way struct {
	tree *tree
	leaf leaf
	path []uint16 // the nodes on it
}

// descend follows x to its leaf. The way is kept in path.
func (t *tree) descend(x []float32, path []uint16) way {
	ref, depth, nodes := t.root, 0, t.nodes
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
	return way{t, t.leaves[ref&^isLeaf], path[:depth]}
}

// near is how many of the smallest boxes on a way are read ahead: most scores need
// no greater ones.
const near = 8

// ahead reads of each cache line that a score will need one word.
func (m *RandomCutForest) ahead(w *way) {
	t, sum := w.tree, float32(0)
	for x := m.points.at(w.leaf.point); len(x) > 0; x = x[min(16, len(x)):] {
		sum += x[0]
	}
	for _, i := range w.path[max(0, len(w.path)-near):] {
		box := t.box(i)
		sum += float32(t.sums[i])
		for d := 0; d < len(box); d += 8 {
			sum += box[d].low
		}
	}
	m.touched = sum
}

// equal is what a point gives that is equal to those of a leaf.
func (m *RandomCutForest) equal(w *way) float64 {
	share := float64(w.leaf.mass) / float64(2*w.tree.mass)
	return (1 - share) / (float64(len(w.path)) + m.log[w.leaf.mass])
}

// scoreIn returns the score of x in a tree: the expectation, over a random cut of
// each box with x, of 1/(depth+1) where x is parted from it, or of less where it
// meets its equals. It is put together from the leaf upwards, and ends at the first
// box that x lies in: no cut of that or a greater one parts it.
//
// A dimension in which x lies inside a box is of no interest in the greater ones.
// Where there are many, they are listed as soon as half of them have gone.
func (m *RandomCutForest) scoreIn(w *way, x []float32, noise float64) float64 {
	s, off := m.equal(w), apart(x, m.points.at(w.leaf.point))
	if off == 0 {
		return s
	}
	t, depth := w.tree, len(w.path)
	s += float64(off / (off + noise) * (m.per[depth] - s))
	list := m.list[:0]
	for depth--; depth >= 0; depth-- {
		i := w.path[depth]
		switch box := t.box(i); {
		case len(list) > 0:
			list, off = still(list, x, box, m.list)
		case len(x) > many && depth == len(w.path)-3:
			list, off = still(m.every, x, box, m.list)
		default:
			off = beyond(x, box)
		}
		if off == 0 {
			break
		}
		s += float64(off / (t.sums[i] + off + noise) * (m.per[depth] - s))
	}
	return s
}

// many is from where on dimensions are worth a list.
const many = 16

// apart returns the sum of the differences between x and y.
func apart(x, y []float32) (sum float64) {
	y = y[:len(x)]
	for d, v := range x {
		sum += math.Abs(float64(v) - float64(y[d]))
	}
	return sum
}

// beyond returns how far x lies outside of the box, summed over the dimensions.
// Whether it does is as good as random, so there is no branch on it.
func beyond(x []float32, box []side) (sum float64) {
	box = box[:len(x)]
	for d, v := range x {
		sum += math.Float64frombits(box[d].miss(v))
	}
	return sum
}

// miss returns the bits of how far v lies outside. Of the distances to both ends
// one at most is positive, and the bits of floating-point numbers have the order
// of the numbers where one is not negative.
func (s side) miss(v float32) uint64 {
	x := float64(v)
	return uint64(max(int64(math.Float64bits(float64(s.low)-x)), int64(math.Float64bits(x-float64(s.high))), 0))
}

// still lists in room those dimensions of the list in which x lies outside of the
// box, and returns how far it lies. The room may be that of the list.
func still(list []uint16, x []float32, box []side, room []uint16) ([]uint16, float64) {
	n, sum := 0, 0.0
	box, room = box[:len(x)], room[:len(list)]
	for _, d := range list {
		e := box[d].miss(x[d])
		sum += math.Float64frombits(e)
		room[n] = d
		n += int(-e >> 63)
	}
	return room[:n], sum
}

// scoreOne is scoreIn for one dimension.
func (m *RandomCutForest) scoreOne(t *tree, x, noise float64) float64 {
	w := t.descend(m.rows.point, m.path[0])
	depth := len(w.path)
	s := m.equal(&w)
	y := float64(math.Float32frombits(w.leaf.point))
	if x == y {
		return s
	}
	off := math.Abs(x - y)
	s += float64(off / (off + noise) * (m.per[depth] - s))
	for depth--; depth >= 0; depth-- {
		box := t.boxes[w.path[depth]]
		low, high := float64(box.low), float64(box.high)
		switch {
		case x < low:
			off = low - x
		case x > high:
			off = x - high
		default:
			return s
		}
		s += float64(off / (high - low + off + noise) * (m.per[depth] - s))
	}
	return s
}
