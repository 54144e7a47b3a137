package tidemark

import "github.com/tidemark-go/tidemark/watermark"

// waiting is what a stage holds back, by event time and then in the order in
// which it came: a heap of small entries over values that stay in their place.
type waiting[V any] struct {
	heap []waiter
	vals []V
	free []uint32
	seq  uint64
}

type waiter struct {
	t    watermark.Time
	seq  uint64
	slot uint32
}

func (a waiter) less(b waiter) bool { return a.t < b.t || a.t == b.t && a.seq < b.seq }

// len is the number of values held.
func (q *waiting[V]) len() int { return len(q.heap) }

// first returns the least time held, Max if there is nothing.
func (q *waiting[V]) first() watermark.Time {
	if len(q.heap) == 0 {
		return watermark.Max
	}
	return q.heap[0].t
}

// push holds v back, and returns the slot that it has until it is popped.
func (q *waiting[V]) push(t watermark.Time, v V) uint32 {
	var slot uint32
	if n := len(q.free); n > 0 {
		slot, q.free = q.free[n-1], q.free[:n-1]
		q.vals[slot] = v
	} else {
		slot = uint32(len(q.vals))
		q.vals = append(q.vals, v)
	}
	q.seq++
	e := waiter{t, q.seq, slot}
	i := len(q.heap)
	q.heap = append(q.heap, e)
	for i > 0 {
		up := (i - 1) / 4
		if !e.less(q.heap[up]) {
			break
		}
		q.heap[i] = q.heap[up]
		i = up
	}
	q.heap[i] = e
	return slot
}

// pop takes the first value out.
func (q *waiting[V]) pop() (t watermark.Time, v V, slot uint32) {
	e := q.heap[0]
	n := len(q.heap) - 1
	last := q.heap[n]
	q.heap = q.heap[:n]
	for i := 0; n > 0; {
		down := 4*i + 1
		if down >= n {
			q.heap[i] = last
			break
		}
		for k, end := down+1, min(down+4, n); k < end; k++ {
			if q.heap[k].less(q.heap[down]) {
				down = k
			}
		}
		if !q.heap[down].less(last) {
			q.heap[i] = last
			break
		}
		q.heap[i] = q.heap[down]
		i = down
	}
	v = q.vals[e.slot]
	var zero V
	q.vals[e.slot] = zero
	q.free = append(q.free, e.slot)
	return e.t, v, e.slot
}
