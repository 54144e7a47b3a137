package window

import "unsafe"

const (
	slideBlock = 32      // keys of which touch brings in what they need: it has to stay in the nearest cache
	slideLines = 6       // lines of a cache that are brought in of the head of a queue, at most
	cacheLine  = 64      // the least size of one
	nearCache  = 1 << 20 // what the nearer caches hold in any case
)

// touch brings in what some facts of each key, each, will read and write of its
// queue, in a loop of its own, where the loads overlap.
func (s *slides[K, A, T, P]) touch(keys []uint32, each int) {
	var lines [slideBlock * (slideLines + 2)]*byte
	size := unsafe.Sizeof(slideEntry[A]{})
	heads := max(1, min(slideLines, (uintptr(each)+slideFew-1)*size/cacheLine))
	x, m := byte(0), 0
	for _, k := range keys {
		q := &s.queues[k]
		if q.n == uint32(len(q.ring)) || q.head+slideFew > uint32(len(q.ring)) {
			continue // it grows, or goes round: that is rare
		}
		first, last := unsafe.Pointer(&q.ring[q.head]), unsafe.Pointer(&q.ring[q.at(q.n)])
		end := uintptr(uint32(len(q.ring))-q.head)*size - 1 // of the ring
		at := lines[m:][:heads+2]
		for i := range heads {
			at[i] = (*byte)(unsafe.Add(first, min(i*cacheLine, end)))
		}
		at[heads], at[heads+1] = (*byte)(last), (*byte)(unsafe.Add(last, size-1))
		m += len(at)
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
