// Package ordered keeps values by time, those of one time as they came, for each
// key apart: what a join keeps of its facts.
package ordered

import (
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/scan"
	"github.com/tidemark-go/tidemark/watermark"
)

// Trees are values by time, those of one time as they came, in as many trees as
// there are keys. A tree is a treap (Seidel and Aragon, "Randomized Search Trees",
// Algorithmica 16, 1996): to put a value in, to find those of an interval and to
// take one out takes steps in the logarithm of what the tree holds, in whatever
// order they come. The ranks are a hash of a running number, so they are the same
// in every run. All trees share their nodes; place 0 is none, and an empty tree
// has it as its root. Make it with NewTrees. Not safe for concurrent use.
type Trees[T any] struct {
	// Nodes are read by place. Whoever holds a pointer into them gives it up with
	// the next Put.
	Nodes []Node[T]
	Wipe  bool // T has pointers: who takes a value out is to let them go

	free uint32 // a node that is free; the next one is its left
	n    int    // nodes in trees
	made uint32 // values put in, ever
	low  int    // values put in since more than a quarter of the nodes was in use
}

// Node is a value with its time. Mark is its owner's; Take needs the marks of one
// time to rise in a tree, from the first that came to the last.
type Node[T any] struct {
	At          watermark.Time
	left, right uint32
	rank        uint32 // not below those of its children
	Mark        uint32
	Val         T
}

// NewTrees returns empty ones.
func NewTrees[T any]() Trees[T] {
	return Trees[T]{Nodes: make([]Node[T], 1), Wipe: scan.For[T]()}
}

// Len is the number of values in all trees.
func (o *Trees[T]) Len() int { return o.n }

// Put adds a value to the tree of root, after those of its time. It returns its
// place, and that of the one before it, 0 if it is the first.
func (o *Trees[T]) Put(root *uint32, at watermark.Time, mark uint32, val T) (place, last uint32) {
	place = o.free
	if place == 0 {
		place = uint32(len(o.Nodes))
		o.Nodes = append(o.Nodes, Node[T]{})
	}
	n := &o.Nodes[place]
	if o.free != 0 {
		o.free = n.left
	}
	o.n++
	o.made++
	if o.low++; o.n > len(o.Nodes)/4 {
		o.low = 0
	}
	n.At, n.Val, n.Mark, n.rank = at, val, mark, rank(o.made)
	link := root
	for *link != 0 && o.Nodes[*link].rank >= n.rank {
		if x := &o.Nodes[*link]; x.At <= at {
			last, link = *link, &x.right
		} else {
			link = &x.left
		}
	}
	// What is below is parted by time: into what comes before the value, and after.
	below := *link
	*link = place
	before, after := &n.left, &n.right
	for below != 0 {
		if b := &o.Nodes[below]; b.At <= at {
			*before, last = below, below
			before, below = &b.right, b.right
		} else {
			*after = below
			after, below = &b.left, b.left
		}
	}
	*before, *after = 0, 0
	return place, last
}

// rank makes a number of the running one that knows nothing of its order: the
// last step of MurmurHash3 (Appleby), which is one-to-one.
func rank(n uint32) uint32 {
	n ^= n >> 16
	n *= 0x85ebca6b
	n ^= n >> 13
	n *= 0xc2b2ae35
	return n ^ n>>16
}

// First takes the first value out of the tree of root, which must have one. Its
// place is free from the next Put on.
func (o *Trees[T]) First(root *uint32) *Node[T] {
	link := root
	for o.Nodes[*link].left != 0 {
		link = &o.Nodes[*link].left
	}
	place := *link
	n := &o.Nodes[place]
	*link = n.right
	o.release(n, place)
	return n
}

// Take takes the value at a place out of the tree of root. Its place is free from
// the next Put on.
func (o *Trees[T]) Take(root *uint32, place uint32) *Node[T] {
	n, link := &o.Nodes[place], root
	for *link != place {
		x := &o.Nodes[*link]
		switch {
		case *link == 0:
			panic("ordered: a value is in another tree") // bug: a root of another key, or marks that do not rise
		case x.At < n.At || x.At == n.At && x.Mark < n.Mark:
			link = &x.right
		default:
			link = &x.left
		}
	}
	a, b := n.left, n.right // all of a is before all of b
	for a != 0 && b != 0 {
		if x, y := &o.Nodes[a], &o.Nodes[b]; x.rank >= y.rank {
			*link, link, a = a, &x.right, x.right
		} else {
			*link, link, b = b, &y.left, y.left
		}
	}
	*link = a | b
	o.release(n, place)
	return n
}

func (o *Trees[T]) release(n *Node[T], place uint32) {
	n.left, o.free = o.free, place
	o.n--
}

// Least returns the place of the first value of a tree, 0 if it is empty.
func (o *Trees[T]) Least(root uint32) uint32 {
	for root != 0 && o.Nodes[root].left != 0 {
		root = o.Nodes[root].left
	}
	return root
}

// Within appends the places of what lies from lo to hi, both inclusive, in order.
func (o *Trees[T]) Within(root uint32, lo, hi watermark.Time, dst []uint32) []uint32 {
	for root != 0 {
		switch n := &o.Nodes[root]; {
		case n.At < lo:
			root = n.right
		case n.At > hi:
			root = n.left
		default:
			if n.left != 0 {
				dst = o.Within(n.left, lo, hi, dst)
			}
			dst = append(dst, root)
			root = n.right
		}
	}
	return dst
}

// few nodes are kept, however few are in use.
const few = 1024

// Sparse reports whether most nodes are free, and have been while as many values
// were put in as there are nodes: what comes and goes in waves keeps its memory.
func (o *Trees[T]) Sparse() bool { return len(o.Nodes) > few && o.low > len(o.Nodes) }

// Compact gives back the memory of the nodes that are free. It returns the new
// place for each old one, 0 for those that are free; the roots are to be changed
// accordingly.
func (o *Trees[T]) Compact() (moved []uint32) {
	moved = make([]uint32, len(o.Nodes))
	for f := o.free; f != 0; f = o.Nodes[f].left {
		moved[f] = 1
	}
	old := o.Nodes
	o.Nodes, o.free, o.low = make([]Node[T], 1, 1+o.n+o.n/4), 0, 0
	for place := 1; place < len(old); place++ {
		if moved[place] != 0 {
			moved[place] = 0
			continue
		}
		moved[place] = uint32(len(o.Nodes))
		o.Nodes = append(o.Nodes, old[place])
	}
	for i := range o.Nodes {
		n := &o.Nodes[i]
		n.left, n.right = moved[n.left], moved[n.right]
	}
	return moved
}

// Touch loads a node, whose first byte and last mostly lie in two lines of a
// cache, and returns some of it so that the load is made.
func (o *Trees[T]) Touch(place uint32) uint32 {
	n := unsafe.Pointer(&o.Nodes[place])
	return uint32(*(*byte)(n)) + uint32(*(*byte)(unsafe.Add(n, unsafe.Sizeof(Node[T]{})-1)))
}

// Bytes is the memory of the nodes, without what the values point to.
func (o *Trees[T]) Bytes() int64 { return int64(cap(o.Nodes)) * int64(unsafe.Sizeof(Node[T]{})) }
