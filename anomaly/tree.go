package anomaly

// A tree is S leaves and one inner node less, in flat arrays. A reference is the
// number of a node, or with the top bit that of a leaf.
const (
	isLeaf  = 1 << 15
	nothing = 1<<16 - 1
	// maxSample is so that no reference equals nothing.
	maxSample = isLeaf - 1
)

// node is an inner node. What is at most cut in dimension dim lies to the left.
type node struct {
	cut         float32
	left, right uint16 // left of a free node: the next free one
	dim         uint16
	parent      uint16 // of the root: nothing
}

// leaf is one point, and how many of the sample are equal to it.
type leaf struct {
	point  uint32
	mass   uint16
	parent uint16 // of a free leaf: the next free one
}

// side is that of a box in one dimension.
type side struct{ low, high float32 }

type tree struct {
	dims     int
	nodes    []node
	boxes    []side    // the tight box of each node: dims sides
	sums     []float64 // the sum of the sides of each box; of one dimension, nothing
	leaves   []leaf
	root     uint16
	freeNode uint16
	freeLeaf uint16
	mass     int
	dice     dice
	sampler
}

func (t *tree) reset(dims int, d dice) {
	*t = tree{dims: dims, root: nothing, freeNode: nothing, freeLeaf: nothing, dice: d}
}

// box returns the box of node i.
func (t *tree) box(i uint16) []side {
	at := int(i) * t.dims
	return t.boxes[at : at+t.dims : at+t.dims]
}

// boxOf is box for a reference: the box of a leaf is its point.
func (t *tree) boxOf(ref uint16, p *points) []side {
	if ref&isLeaf == 0 {
		return t.box(ref)
	}
	return p.box(t.leaves[ref&^isLeaf].point)
}

// sum returns the sum of the sides of node i.
func (t *tree) sum(i uint16) float64 {
	if t.dims == 1 {
		return t.boxes[i].length()
	}
	return t.sums[i]
}

// sides returns the sum of the sides of a box, always in the same order, so that
// it does not depend on how the box came to be.
func sides(box []side) float64 {
	var a, b float64
	for ; len(box) > 1; box = box[2:] {
		a += box[0].length()
		b += box[1].length()
	}
	if len(box) > 0 {
		a += box[0].length()
	}
	return a + b
}

func (s side) length() float64 { return float64(s.high) - float64(s.low) }

// join is the side of the box around two.
func (s side) join(o side) side { return side{min(s.low, o.low), max(s.high, o.high)} }

// with is the side with v in it.
func (s side) with(v float32) side {
	if v < s.low {
		s.low = v
	} else if v > s.high {
		s.high = v
	}
	return s
}

// insert puts x into the tree, and returns its leaf. The cut of each box with x
// is drawn on the way down; where it parts x from the box, a new node comes in
// between. Nothing is drawn as long as x lies inside.
func (t *tree) insert(x []float32, p *points, as *uint32, sample int) uint16 {
	t.mass++
	ref, parent := t.root, uint16(nothing)
	if ref == nothing {
		t.root = t.newLeaf(x, p, as, sample)
		return t.root &^ isLeaf
	}
	for ref&isLeaf == 0 {
		box := t.box(ref)
		if off := beyond(x, box); off > 0 {
			if at, ok := parts(&t.dice, t.sum(ref), off); ok {
				dim, cut := cutAt(at, x, box)
				return t.split(ref, parent, dim, cut, x, p, as, sample)
			}
			for d, v := range x {
				box[d] = box[d].with(v)
			}
			t.setSum(ref)
		}
		n := &t.nodes[ref]
		parent = ref
		if x[n.dim] <= n.cut {
			ref = n.left
		} else {
			ref = n.right
		}
	}
	y := t.boxOf(ref, p)
	off := beyond(x, y)
	if off == 0 {
		t.leaves[ref&^isLeaf].mass++
		return ref &^ isLeaf
	}
	at, _ := parts(&t.dice, 0, off) // they do
	dim, cut := cutAt(at, x, y)
	return t.split(ref, parent, dim, cut, x, p, as, sample)
}

// split puts a node above ref, with a leaf for x beside it.
func (t *tree) split(ref, parent uint16, dim int, cut float32, x []float32, p *points, as *uint32, sample int) uint16 {
	i := t.newNode(sample)
	mine := t.newLeaf(x, p, as, sample)
	n := &t.nodes[i]
	*n = node{cut: cut, left: ref, right: mine, dim: uint16(dim), parent: parent}
	if x[dim] <= cut {
		n.left, n.right = mine, ref
	}
	t.replace(parent, ref, i)
	t.setParent(ref, i)
	t.setParent(mine, i)
	box, below := t.box(i), t.boxOf(ref, p)
	for d, v := range x {
		box[d] = below[d].with(v)
	}
	t.setSum(i)
	return mine &^ isLeaf
}

// remove takes one point out of leaf i. If it was the last there, the sibling
// takes the place of the parent.
func (t *tree) remove(i uint16, p *points) {
	t.mass--
	l := &t.leaves[i]
	if l.mass--; l.mass > 0 {
		return
	}
	x, parent := p.at(l.point), l.parent // which the box of no leaf writes over below
	p.release(l.point)
	*l = leaf{parent: t.freeLeaf}
	t.freeLeaf = i
	if parent == nothing {
		t.root = nothing
		return
	}
	n := t.nodes[parent]
	sibling := n.left
	if sibling == i|isLeaf {
		sibling = n.right
	}
	t.replace(n.parent, parent, sibling)
	t.setParent(sibling, n.parent)
	t.nodes[parent] = node{left: t.freeNode}
	t.freeNode = parent
	for up := n.parent; up != nothing; up = t.nodes[up].parent {
		if !t.shrink(up, x, p) {
			return // nor does any box above change
		}
	}
}

// shrink makes the box of node i tight after x has left it, and reports whether
// that changed it.
func (t *tree) shrink(i uint16, x []float32, p *points) bool {
	box, n, changed := t.box(i)[:len(x)], t.nodes[i], false
	for d, v := range x {
		if v == box[d].low || v == box[d].high {
			if s := t.sideOf(n.left, d, p).join(t.sideOf(n.right, d, p)); s != box[d] {
				box[d], changed = s, true
			}
		}
	}
	if changed {
		t.setSum(i)
	}
	return changed
}

// sideOf returns a side of the box of ref.
func (t *tree) sideOf(ref uint16, d int, p *points) side {
	if ref&isLeaf == 0 {
		return t.boxes[int(ref)*t.dims+d]
	}
	v := p.value(t.leaves[ref&^isLeaf].point, d)
	return side{v, v}
}

func (t *tree) setSum(i uint16) {
	if t.dims > 1 {
		t.sums[i] = sides(t.box(i))
	}
}

// replace puts now where was hangs below parent.
func (t *tree) replace(parent, was, now uint16) {
	switch {
	case parent == nothing:
		t.root = now
	case t.nodes[parent].left == was:
		t.nodes[parent].left = now
	default:
		t.nodes[parent].right = now
	}
}

func (t *tree) setParent(ref, parent uint16) {
	if ref&isLeaf == 0 {
		t.nodes[ref].parent = parent
	} else {
		t.leaves[ref&^isLeaf].parent = parent
	}
}

// newLeaf returns the reference of a leaf that holds x, which is kept as *as:
// once for all trees.
func (t *tree) newLeaf(x []float32, p *points, as *uint32, sample int) uint16 {
	if *as == noPoint {
		*as = p.add(x)
	}
	p.hold(*as)
	i := t.freeLeaf
	if i != nothing {
		t.freeLeaf = t.leaves[i].parent
	} else {
		i = uint16(len(t.leaves))
		t.leaves = double(t.leaves, 1, sample)
	}
	t.leaves[i] = leaf{point: *as, mass: 1, parent: nothing}
	return i | isLeaf
}

func (t *tree) newNode(sample int) uint16 {
	if i := t.freeNode; i != nothing {
		t.freeNode = t.nodes[i].left
		return i
	}
	i := len(t.nodes)
	t.nodes = double(t.nodes, 1, sample)
	t.boxes = double(t.boxes, t.dims, sample)
	if t.dims > 1 {
		t.sums = double(t.sums, 1, sample)
	}
	return uint16(i)
}

// double returns s with one more group of n elements. The memory for groups is
// doubled up to most of them: a forest that has seen little is small.
func double[T any](s []T, n, most int) []T {
	if len(s)+n > cap(s) {
		grown := make([]T, len(s), n*min(most, max(8, 2*len(s)/n)))
		copy(grown, s)
		s = grown
	}
	return s[:len(s)+n]
}
