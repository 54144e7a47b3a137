package ordered

import (
	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/watermark"
)

// Shelf keeps values by key, those of a key by time, and of one time as they
// came. Each has a slot, from 1 on, by which it is found and taken away. To put a
// value and to take it away costs a probe, and steps in the logarithm of what is
// kept of its key. Make it with NewShelf. Not safe for concurrent use.
type Shelf[K comparable, V any] struct {
	plan  *keys.Plan[K]
	byKey table.Table[K, uint32] // the roots of
	trees Trees[shelved[K, V]]
}

type shelved[K comparable, V any] struct {
	key K
	val V
}

// NewShelf returns an empty shelf.
func NewShelf[K comparable, V any](plan *keys.Plan[K]) Shelf[K, V] {
	return Shelf[K, V]{plan: plan, trees: NewTrees[shelved[K, V]]()}
}

// Len is the number of values.
func (s *Shelf[K, V]) Len() int { return s.trees.Len() }

// Put keeps v, and returns its slot, and its number among those of its key and
// time, which is greater by 1 than that of the one before it.
func (s *Shelf[K, V]) Put(key K, at watermark.Time, v V) (slot, nth uint32) {
	of := s.byKey.Slot(key, s.plan.Hash1(key), s.plan.Hash1)
	slot, last := s.trees.Put(&s.byKey.Entries[of].Value, at, 0, shelved[K, V]{key, v})
	if n := &s.trees.Nodes[last]; last != 0 && n.At == at {
		nth = n.Mark + 1
	}
	s.trees.Nodes[slot].Mark = nth
	return slot, nth
}

// Take takes the value of a slot away.
func (s *Shelf[K, V]) Take(slot uint32) V {
	key := s.trees.Nodes[slot].Val.key
	hash := s.plan.Hash1(key)
	of := s.byKey.Find(key, hash)
	root := &s.byKey.Entries[of].Value
	n := s.trees.Take(root, slot)
	if *root == 0 {
		s.byKey.Remove(of, hash, s.plan.Hash1)
	}
	v := n.Val.val
	n.Val = shelved[K, V]{}
	return v
}

// Value returns where the value of a slot is, until the next Put. That of a slot
// that was taken away, or never given, is the zero value.
func (s *Shelf[K, V]) Value(slot uint32) *V { return &s.trees.Nodes[slot].Val.val }

// Key returns the key of a slot.
func (s *Shelf[K, V]) Key(slot uint32) K { return s.trees.Nodes[slot].Val.key }

// Time returns the time of a slot.
func (s *Shelf[K, V]) Time(slot uint32) watermark.Time { return s.trees.Nodes[slot].At }

// root returns that of the tree of key, 0 if there is none.
func (s *Shelf[K, V]) root(key K) uint32 {
	n := s.byKey.Find(key, s.plan.Hash1(key))
	if n < 0 {
		return 0
	}
	return s.byKey.Entries[n].Value
}

// First returns the slot of the earliest value of key, 0 if there is none.
func (s *Shelf[K, V]) First(key K) uint32 { return s.trees.Least(s.root(key)) }

// Between appends the slots of the values of key at times in [from, to) to dst, in
// their order.
func (s *Shelf[K, V]) Between(dst []uint32, key K, from, to watermark.Time) []uint32 {
	return s.trees.Within(s.root(key), from, to-1, dst)
}

// Shrink gives memory back if a peak is long over, and returns the new slot for
// each old one, 0 for those that are free; else nil.
func (s *Shelf[K, V]) Shrink() (moved []uint32) {
	if !s.trees.Sparse() {
		return nil
	}
	moved = s.trees.Compact()
	old := s.byKey.Entries
	s.byKey = table.Table[K, uint32]{}
	for i := range old {
		if e := &old[i]; e.Value != 0 {
			of := s.byKey.Slot(e.Key, s.plan.Hash1(e.Key), s.plan.Hash1)
			s.byKey.Entries[of].Value = moved[e.Value]
		}
	}
	return moved
}

// Bytes is the memory, without what values point to.
func (s *Shelf[K, V]) Bytes() int64 { return s.trees.Bytes() + s.byKey.Bytes() }
