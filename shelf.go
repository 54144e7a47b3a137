package tidemark

import (
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/watermark"
)

// shelf keeps values by key, those of a key by time, and of one time as they
// came. Each has a slot, by which it is found and taken away at a constant cost;
// putting it costs a look at those of its key that are later.
type shelf[K comparable, V any] struct {
	plan  *keys.Plan[K]
	byKey table.Table[K, ends]
	vals  []shelved[K, V] // by slot
	free  []uint32
}

// ends are the first and the last of a key, by slot plus 1.
type ends struct{ first, last uint32 }

type shelved[K comparable, V any] struct {
	key        K
	at         watermark.Time
	val        V
	prev, next uint32 // slot plus 1; 0: there is none
}

func newShelf[K comparable, V any](plan *keys.Plan[K]) shelf[K, V] { return shelf[K, V]{plan: plan} }

// count is the number of values.
func (s *shelf[K, V]) count() int { return len(s.vals) - len(s.free) }

// put keeps v, and returns its slot.
func (s *shelf[K, V]) put(key K, at watermark.Time, v V) uint32 {
	var slot uint32
	if n := len(s.free); n > 0 {
		slot, s.free = s.free[n-1], s.free[:n-1]
	} else {
		s.vals = append(s.vals, shelved[K, V]{})
		slot = uint32(len(s.vals) - 1)
	}
	e := &s.byKey.Entries
	of := s.byKey.Slot(key, s.plan.Hash1(key), s.plan.Hash1)
	k := &(*e)[of].Value
	before, after := k.last, uint32(0)
	for before != 0 && s.vals[before-1].at > at {
		before, after = s.vals[before-1].prev, before
	}
	s.vals[slot] = shelved[K, V]{key, at, v, before, after}
	s.link(k, before, slot+1, slot+1, after)
	return slot
}

// link makes a follow before, and after follow b; k is the key of all.
func (s *shelf[K, V]) link(k *ends, before, a, b, after uint32) {
	if before == 0 {
		k.first = a
	} else {
		s.vals[before-1].next = a
	}
	if after == 0 {
		k.last = b
	} else {
		s.vals[after-1].prev = b
	}
}

// take takes the value of a slot away.
func (s *shelf[K, V]) take(slot uint32) V {
	x := s.vals[slot]
	hash := s.plan.Hash1(x.key)
	of := s.byKey.Find(x.key, hash)
	k := &s.byKey.Entries[of].Value
	s.link(k, x.prev, x.next, x.prev, x.next)
	if k.first == 0 {
		s.byKey.Remove(of, hash, s.plan.Hash1)
	}
	s.vals[slot] = shelved[K, V]{}
	s.free = append(s.free, slot)
	return x.val
}

// last returns the slot plus 1 of the latest value of key, 0 if there is none.
func (s *shelf[K, V]) last(key K) uint32 {
	n := s.byKey.Find(key, s.plan.Hash1(key))
	if n < 0 {
		return 0
	}
	return s.byKey.Entries[n].Value.last
}

// between appends the slots of the values of key at times in [from, to) to dst,
// by time.
func (s *shelf[K, V]) between(dst []uint32, key K, from, to watermark.Time) []uint32 {
	start := len(dst)
	for at := s.last(key); at != 0 && s.vals[at-1].at >= from; at = s.vals[at-1].prev {
		if s.vals[at-1].at < to {
			dst = append(dst, at-1)
		}
	}
	for i, j := start, len(dst)-1; i < j; i, j = i+1, j-1 {
		dst[i], dst[j] = dst[j], dst[i]
	}
	return dst
}

// bytes is the memory, without what values point to.
func (s *shelf[K, V]) bytes() int64 {
	return int64(cap(s.vals))*int64(unsafe.Sizeof(shelved[K, V]{})) + int64(cap(s.free))*4 +
		int64(cap(s.byKey.Entries))*int64(unsafe.Sizeof(table.Entry[K, ends]{})) + int64(s.byKey.Slots())*4
}
