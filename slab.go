package tidemark

import "unsafe"

// slab keeps what some of the values that wait have beside them, by slot.
type slab[V any] struct {
	vals []V
	free []uint32
}

// put keeps v, and returns its slot.
func (s *slab[V]) put(v V) uint32 {
	if n := len(s.free); n > 0 {
		slot := s.free[n-1]
		s.free = s.free[:n-1]
		s.vals[slot] = v
		return slot
	}
	s.vals = append(s.vals, v)
	return uint32(len(s.vals) - 1)
}

// take gives what a slot has, and the slot away.
func (s *slab[V]) take(slot uint32) V {
	s.free = append(s.free, slot)
	return s.vals[slot]
}

// bytes is the memory of the slab, without what its values point to.
func (s *slab[V]) bytes() int64 {
	var v V
	return int64(cap(s.vals))*int64(unsafe.Sizeof(v)) + int64(cap(s.free))*4
}
