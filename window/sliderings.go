package window

import (
	"math/bits"
	"unsafe"
)

// slideRings has the rings. One that is let go serves the next queue of its
// size. Sizes are an eighth apart, so that little of a ring is empty.
type slideRings[A any] struct {
	free  [][][]slideEntry[A] // by class
	bytes int64               // of all rings
	spare int64               // of those that are free
	hand  int                 // the class that gave one up last
}

const (
	leastRing  = 2       // facts in the smallest ring
	spareRings = 1 << 18 // bytes of free rings that are kept in any case
)

// ringClass returns the class of rings for n facts, and their size.
func ringClass(n uint32) (class int, size uint32) {
	if n <= 8 {
		k := bits.Len32(max(n, leastRing) - 1)
		return k - 1, 1 << k
	}
	k := bits.Len32(n-1) - 4
	eighths := (n + 1<<k - 1) >> k // 9 to 16
	return 3 + 8*k + int(eighths) - 9, eighths << k
}

// bytesOfRing is the memory of a ring.
func bytesOfRing[A any](ring []slideEntry[A]) int64 {
	return int64(len(ring)) * int64(unsafe.Sizeof(slideEntry[A]{}))
}

// get returns a ring for n facts.
func (r *slideRings[A]) get(n uint32) []slideEntry[A] {
	class, size := ringClass(n)
	if class < len(r.free) {
		if k := len(r.free[class]); k > 0 {
			ring := r.free[class][k-1]
			r.free[class] = r.free[class][:k-1]
			r.spare -= bytesOfRing(ring)
			return ring
		}
	}
	ring := make([]slideEntry[A], size)
	r.bytes += bytesOfRing(ring)
	return ring
}

// put lets a ring go. So many are kept that keys can come and go, and queues grow
// and shrink; beyond that the classes give up theirs in turn, as some may not be
// asked for any more.
func (r *slideRings[A]) put(ring []slideEntry[A], wipe bool) {
	if len(ring) == 0 {
		return
	}
	if wipe {
		clear(ring)
	}
	class, _ := ringClass(uint32(len(ring)))
	for class >= len(r.free) {
		r.free = append(r.free, nil)
	}
	r.free[class] = append(r.free[class], ring)
	r.spare += bytesOfRing(ring)
	for r.spare > max(spareRings, r.bytes/4) {
		r.hand = (r.hand + 1) % len(r.free)
		free := &r.free[r.hand]
		if k := len(*free); k > 0 {
			n := bytesOfRing((*free)[k-1])
			(*free)[k-1], *free = nil, (*free)[:k-1]
			r.spare -= n
			r.bytes -= n
		}
	}
}

// move gives a queue a ring for n facts.
func (r *slideRings[A]) move(q *slideQueue[A], n uint32, wipe bool) {
	ring := r.get(n)
	k := copy(ring, q.ring[q.head:min(int(q.head+q.n), len(q.ring))])
	copy(ring[k:q.n], q.ring)
	r.put(q.ring, wipe)
	q.ring, q.head = ring, 0
}
