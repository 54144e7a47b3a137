package join

import (
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/scan"
	"github.com/tidemark-go/tidemark/watermark"
)

// ordered keeps facts by time, those of one time as they came, in one tree for
// each key. A tree is a treap (Seidel and Aragon, "Randomized Search Trees",
// Algorithmica 16, 1996): to put a fact in and to find those of an interval takes
// steps in the logarithm of what the tree holds, in whatever order they come.
// The ranks are a hash of a running number, so they are the same in every run.
// All trees share their nodes; place 0 is none.
type ordered[T any] struct {
	nodes []node[T]
	free  uint32 // a node that is free; the next one is its left
	n     int    // nodes in trees
	made  uint32 // facts put in, ever
	wipe  bool   // T has pointers, which are to be let go
}

type node[T any] struct {
	at          watermark.Time
	left, right uint32
	rank        uint32 // not below those of its children
	met         bool
	fact        T
}

func newOrdered[T any]() ordered[T] {
	return ordered[T]{nodes: make([]node[T], 1), wipe: scan.For[T]()}
}

// put adds a fact to the tree of root, after those of its time.
func (o *ordered[T]) put(root *uint32, at watermark.Time, fact T, met bool) {
	place := o.free
	if place == 0 {
		place = uint32(len(o.nodes))
		o.nodes = append(o.nodes, node[T]{})
	}
	n := &o.nodes[place]
	if o.free != 0 {
		o.free = n.left
	}
	o.n++
	o.made++
	n.at, n.fact, n.met, n.rank = at, fact, met, rank(o.made)
	link := root
	for *link != 0 && o.nodes[*link].rank >= n.rank {
		link = o.nodes[*link].toward(at)
	}
	// What is below is parted by time: into what comes before the fact, and after.
	below := *link
	*link = place
	before, after := &n.left, &n.right
	for below != 0 {
		if b := &o.nodes[below]; b.at <= at {
			*before = below
			before, below = &b.right, b.right
		} else {
			*after = below
			after, below = &b.left, b.left
		}
	}
	*before, *after = 0, 0
}

// toward is the link on the way to the end of what is at a time.
func (n *node[T]) toward(at watermark.Time) *uint32 {
	if n.at <= at {
		return &n.right
	}
	return &n.left
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

// first takes the first node out of the tree of root, which must have one. Its
// place is free from the next put on.
func (o *ordered[T]) first(root *uint32) *node[T] {
	link := root
	for o.nodes[*link].left != 0 {
		link = &o.nodes[*link].left
	}
	place := *link
	n := &o.nodes[place]
	*link = n.right
	n.left, o.free = o.free, place
	o.n--
	return n
}

// within appends the places of what lies from lo to hi, both inclusive, in order.
func (o *ordered[T]) within(place uint32, lo, hi watermark.Time, dst []uint32) []uint32 {
	for place != 0 {
		switch n := &o.nodes[place]; {
		case n.at < lo:
			place = n.right
		case n.at > hi:
			place = n.left
		default:
			if n.left != 0 {
				dst = o.within(n.left, lo, hi, dst)
			}
			dst = append(dst, place)
			place = n.right
		}
	}
	return dst
}

// touch loads a node, whose first byte and last mostly lie in two lines of a
// cache, and returns some of it so that the load is made.
func (o *ordered[T]) touch(place uint32) uint32 {
	n := unsafe.Pointer(&o.nodes[place])
	return uint32(*(*byte)(n)) + uint32(*(*byte)(unsafe.Add(n, unsafe.Sizeof(node[T]{})-1)))
}

// bytes is the memory of the nodes, without what the facts point to.
func (o *ordered[T]) bytes() int64 { return int64(cap(o.nodes)) * int64(unsafe.Sizeof(node[T]{})) }
