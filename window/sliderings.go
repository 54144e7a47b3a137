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
}

// leastRing is the size of the smallest ring.
const leastRing = 2

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

// put lets a ring go. It is kept while there are not too many.
func (r *slideRings[A]) put(ring []slideEntry[A], wipe bool) {
	if len(ring) == 0 {
		return
	}
	n := bytesOfRing(ring)
	if r.spare+n > max(1<<16, r.bytes/4) {
		r.bytes -= n
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
	r.spare += n
}

// move gives a queue a ring for n facts.
func (r *slideRings[A]) move(q *slideQueue[A], n uint32, wipe bool) {
	ring := r.get(n)
	k := copy(ring, q.ring[q.head:min(int(q.head+q.n), len(q.ring))])
	copy(ring[k:q.n], q.ring)
	r.put(q.ring, wipe)
	q.ring, q.head = ring, 0
}
