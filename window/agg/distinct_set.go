package agg

import (
	"math/bits"
	"slices"
	"unsafe"
)

// set is a set of unsigned integers: a hash table, or a bitmap if dense is set.
//
// The table is open: a key lies in the first group of slots, from that one its
// hash says, that had a slot free. A group fills from its front, so one whose
// last slot is free ends the search. The slots of a group are compared without
// a branch between them, as the processor could not guess where a key lies: a
// sixth less time than slot by slot when three quarters are full.
type set[E uint32 | uint64] struct {
	groups [][slots]E // none, or a power of two; 0 is a free slot
	n      int        // keys, but for those that wait
	wait   *[together]E
	dense  *dense
	room   uint32 // keys to come, as Reserve has been told
	waits  uint16 // keys that wait
	zero   bool

	touched bool // keeps the loads of settle
}

const (
	slots = 4 // of a group
	full  = 3 // keys a group, on average, beyond which the table grows

	// Up to hasty groups a table grows to four times its size at once: it is
	// the first steps, with an allocation each, that cost.
	hasty = 256

	setBytes = int(unsafe.Sizeof(set[uint64]{}))
)

// home is where the search for k begins, up to the bits that are too many.
func home[E uint32 | uint64](k E) uint64 { return fold(uint64(k)^golden, pi) }

// isZero returns 1 if x is 0, else 0.
func isZero(x uint64) uint64 {
	_, borrow := bits.Sub64(x, 1, 0)
	return borrow
}

func (s *set[E]) add(k E) {
	if s.wait == nil {
		s.insert(k)
		return
	}
	s.wait[s.waits%together] = k
	if s.waits++; s.waits == together {
		s.settle()
	}
}

// insert adds k to the table, or the bitmap, itself.
func (s *set[E]) insert(k E) {
	groups := s.groups
	if len(groups) == 0 || k == 0 {
		s.addRare(k)
		return
	}
	w := uint64(k)
	for i := home(k); ; i++ {
		g := &groups[i&uint64(len(groups)-1)]
		if isZero(uint64(g[0])^w)|isZero(uint64(g[1])^w)|isZero(uint64(g[2])^w)|isZero(uint64(g[3])^w) != 0 {
			return
		}
		if g[slots-1] == 0 {
			g[free(g)] = k
			if s.n++; s.n > len(groups)*full {
				s.grow()
			}
			return
		}
	}
}

// free returns the first free slot of a group whose last slot is free.
func free[E uint32 | uint64](g *[slots]E) uint64 {
	return (slots - 1 - isZero(uint64(g[0])) - isZero(uint64(g[1])) - isZero(uint64(g[2]))) % slots
}

// addRare is insert for the first key, for a key of 0 and for a bitmap.
func (s *set[E]) addRare(k E) {
	switch {
	case s.dense != nil:
		s.addDense(k)
	case k == 0:
		if !s.zero {
			s.zero = true
			s.n++
		}
	default:
		s.sized(groupsFor(int(s.room)))
		s.insert(k)
	}
}

// groupsFor is the number of groups of a table for n keys.
func groupsFor(n int) int {
	size := 1
	for size*full < n {
		size *= 2
	}
	return size
}

func (s *set[E]) has(k E) bool {
	return s.settled(k) || s.waits > 0 && slices.Contains(s.wait[:s.waits], k)
}

// settled reports whether k is in the table, or the bitmap, itself.
func (s *set[E]) settled(k E) bool {
	switch {
	case s.dense != nil:
		return s.dense.bits.Contains(uint64(k))
	case k == 0:
		return s.zero
	case len(s.groups) == 0:
		return false
	}
	for i := home(k); ; i++ {
		g := &s.groups[i&uint64(len(s.groups)-1)]
		if g[0] == k || g[1] == k || g[2] == k || g[3] == k {
			return true
		}
		if g[slots-1] == 0 {
			return false
		}
	}
}

// grow gives a table that is three quarters full more groups, or makes it a bitmap.
func (s *set[E]) grow() {
	if s.condense() {
		return
	}
	if len(s.groups) < hasty {
		s.resize(4 * len(s.groups))
	} else {
		s.resize(2 * len(s.groups))
	}
}

// resize moves the keys to a table of n groups.
func (s *set[E]) resize(n int) {
	old := s.groups
	s.sized(n)
	for i := range old {
		for _, k := range old[i] {
			if k == 0 {
				break
			}
			s.put(k)
		}
	}
}

// put is add for a key that is not there, not 0, and for which there is room.
func (s *set[E]) put(k E) {
	for i := home(k); ; i++ {
		g := &s.groups[i&uint64(len(s.groups)-1)]
		if g[slots-1] == 0 {
			g[free(g)] = k
			return
		}
	}
}

// merge adds the keys of o.
func (s *set[E]) merge(o *set[E]) {
	small := *o
	// Adding the small one to a copy of the large one is the cheaper way, and
	// a bitmap must not be taken apart.
	if s.dense == nil && (o.dense != nil || s.n < o.n) {
		small = *s
		*s = set[E]{groups: slices.Clone(o.groups), n: o.n, room: s.room, zero: o.zero, dense: o.dense.clone()}
		if o.wait != nil {
			wait := *o.wait
			s.wait, s.waits = &wait, o.waits
		}
	}
	s.addAll(&small)
}

// addAll adds the keys of o, which has no more than s and is a bitmap only if s is one.
func (s *set[E]) addAll(o *set[E]) {
	if o.dense != nil {
		s.dense.bits.Or(&o.dense.bits)
		s.n = int(s.dense.bits.GetCardinality())
		return
	}
	if s.waits > 0 {
		s.settle()
	}
	if o.zero {
		s.add(0)
	}
	// Keys come in the order of the table, which is that of their hashes: in a
	// table that has no room for all of them they would crowd at the one end
	// before it grows, each search longer than the last.
	if len(s.groups) > 0 && s.n+o.n > full*len(s.groups) {
		s.grow()
	}
	for i := range o.groups {
		for _, k := range o.groups[i] {
			if k == 0 {
				break
			}
			s.add(k)
		}
	}
	for i := range o.waits {
		s.add(o.wait[i])
	}
}

// all gives the keys in no order.
func (s *set[E]) all(yield func(E) bool) {
	if s.zero && !yield(0) {
		return
	}
	for i := range s.groups {
		for _, k := range s.groups[i] {
			if k != 0 && !yield(k) {
				return
			}
		}
	}
	for k := range s.waiting {
		if !yield(k) {
			return
		}
	}
	if s.dense != nil {
		for it := s.dense.bits.Iterator(); it.HasNext(); {
			if !yield(E(it.Next())) {
				return
			}
		}
	}
}

// bytes returns the bytes that s owns.
func (s *set[E]) bytes() int {
	n := cap(s.groups)*int(unsafe.Sizeof([slots]E{})) + s.dense.bytes()
	if s.wait != nil {
		n += int(unsafe.Sizeof(*s.wait))
	}
	return n
}
