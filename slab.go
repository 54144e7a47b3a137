package tidemark

import "unsafe"

// slab keeps what some of the values that wait have beside them, by slot.
type slab[V any] struct {
	vals []V
	free []uint32
	low  int // values put since more than a quarter of the slots was in use
}

// put keeps v, and returns its slot.
func (s *slab[V]) put(v V) uint32 {
	if s.low++; len(s.vals)-len(s.free) >= len(s.vals)/4 {
		s.low = 0
	}
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

// sparse reports whether most slots are free, and have been while as many values
// were put as there are slots: what comes and goes in waves keeps its memory.
func (s *slab[V]) sparse() bool { return len(s.vals) > 1024 && s.low > len(s.vals) }

// restart empties the slab, and gives its memory back. It returns what it had, by
// slot: what is in use is to be put again.
func (s *slab[V]) restart() []V {
	old, n := s.vals, len(s.vals)-len(s.free)
	*s = slab[V]{vals: make([]V, 0, n+n/4)}
	return old
}

// bytes is the memory of the slab, without what its values point to.
func (s *slab[V]) bytes() int64 {
	var v V
	return int64(cap(s.vals))*int64(unsafe.Sizeof(v)) + int64(cap(s.free))*4
}
