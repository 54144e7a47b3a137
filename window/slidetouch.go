package window

import "unsafe"

const (
	slideBlock = 32      // keys of which touch brings in what they need: it has to stay in the nearest cache
	slideLines = 5       // lines of a cache that a fact needs of its queue
	cacheLine  = 64      // the least size of one
	nearCache  = 1 << 20 // what the nearer caches hold in any case
)

// touch brings in what the first fact of each key will read and write of its
// queue, in a loop of its own, where the loads overlap. What the next facts of a
// key need lies behind that.
func (s *slides[K, A, T, P]) touch(keys []uint32) {
	var lines [slideBlock * slideLines]*byte
	x, m := byte(0), 0
	for _, k := range keys {
		q := &s.queues[k]
		if q.n == uint32(len(q.ring)) || q.head+slideFew > uint32(len(q.ring)) {
			continue // it grows, or goes round: that is rare
		}
		size := unsafe.Sizeof(slideEntry[A]{})
		first, last := unsafe.Pointer(&q.ring[q.head]), unsafe.Pointer(&q.ring[q.at(q.n)])
		at := lines[m:][:slideLines]
		at[0] = (*byte)(first)
		at[1] = (*byte)(unsafe.Add(first, min(1*cacheLine, slideFew*size-1)))
		at[2] = (*byte)(unsafe.Add(first, min(2*cacheLine, slideFew*size-1)))
		at[3] = (*byte)(last)
		at[4] = (*byte)(unsafe.Add(last, size-1))
		m += slideLines
	}
	for _, l := range lines[:m] {
		x += *l
	}
	s.touched = x
}

// touchKeys brings in what hold will look up.
func (s *slides[K, A, T, P]) touchKeys(hashes []uint64) {
	x := uint32(0)
	for _, h := range hashes {
		x += s.table.Touch(h)
	}
	for _, h := range hashes {
		x += s.table.TouchEntry(h)
	}
	s.touched = byte(x)
}
