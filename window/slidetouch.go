package window

import (
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/waiting"
)

const (
	slideBlock = 32      // facts of which touch brings in what they need: it has to stay in the nearest cache
	slideLines = 5       // lines of a cache that a fact needs of its queue
	cacheLine  = 64      // the least size of one
	nearCache  = 1 << 20 // what the nearer caches hold in any case
)

// touch brings in the queues of the facts that come next, and the entries that
// they will read and write: in loops of their own, with little else in them, the
// loads overlap. Where W rises by a fact at a time, what comes next is not due yet.
func (s *slides[K, A, T, P]) touch(run []waiting.Place) {
	run = run[:min(len(run), slideBlock)]
	ahead := s.waits.Ahead()
	ahead = ahead[:min(len(ahead), slideBlock-len(run))]
	var queues [slideBlock]*slideQueue[A]
	var lines [slideBlock * slideLines]*byte
	x, n, m := byte(0), 0, 0
	for _, places := range [2][]waiting.Place{run, ahead} {
		for _, p := range places {
			queues[n] = &s.queues[s.facts.At(p.At).key]
			n++
		}
	}
	for _, q := range queues[:n] {
		x += byte(q.n)
	}
	for _, q := range queues[:n] {
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
