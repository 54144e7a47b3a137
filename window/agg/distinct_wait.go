package agg

import "slices"

// Keys of a large table wait until there are some, and then go into it together.
// The table lies beyond the nearer caches if there are many like it, one a pane:
// a key by itself waits for its memory, and a branch on what lies there keeps the
// processor from asking for the next; in a loop without a branch the loads overlap.
// W5 in bench is such a case.
const (
	together = 64  // keys that wait, at most
	large    = 256 // groups of a table from which on they do
)

// sized gives s an empty table of n groups.
func (s *set[E]) sized(n int) {
	s.groups = make([][slots]E, n)
	if n >= large && s.wait == nil {
		s.wait = new([together]E)
	}
}

// settle puts the keys that wait into the table.
func (s *set[E]) settle() {
	keys := s.wait[:s.waits]
	s.waits = 0
	touched := E(0)
	for _, k := range keys {
		touched |= s.groups[home(k)&uint64(len(s.groups)-1)][0]
	}
	s.touched = touched != 0
	for _, k := range keys {
		s.insert(k)
	}
}

// waiting gives the keys that wait and are not in the table, each once.
func (s *set[E]) waiting(yield func(E) bool) {
	if s.waits == 0 {
		return
	}
	for i, k := range s.wait[:s.waits] {
		if !s.settled(k) && !slices.Contains(s.wait[:i], k) && !yield(k) {
			return
		}
	}
}

// len is the number of keys. It takes a microsecond at most.
func (s *set[E]) len() int {
	n := s.n
	for range s.waiting {
		n++
	}
	return n
}
