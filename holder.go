package tidemark

import (
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/row"
)

// holder holds facts back with all that they have beside them, to be given by
// event time, those of one time as they came.
type holder[T any] struct {
	waiting.Queue[held[T]]
	stamps slab[row.Stamp] // of what is held, and
	keys   column          // by the same slots
}

type held[T any] struct {
	fact T
	slot uint32 // of its key and stamp, if there are columns of them
}

func newHolder[T any]() holder[T] { return holder[T]{Queue: waiting.New[held[T]]()} }

// held tells the size of the state.
func (q *holder[T]) held() (keys, rows, bytes int64) {
	bytes = q.Bytes() + q.stamps.bytes()
	if q.keys != nil {
		bytes += q.keys.bytes()
	}
	return 0, int64(q.Len()), bytes
}

// hold holds item i of b back.
func (q *holder[T]) hold(b *batch[T], i int, mode stampMode) {
	h := held[T]{fact: b.facts[i]}
	if mode == columned || b.keys != nil {
		h.slot = q.stamps.put(b.stampOf(i))
	}
	if b.keys != nil {
		if q.keys == nil {
			q.keys = b.keys.empty()
		}
		q.keys.set(int(h.slot), b.keys, i)
	}
	q.Push(b.times[i], h)
}

// release appends the first of what is held to x, as of cause.
func (q *holder[T]) release(x *items[T], cause uint32, mode stampMode) {
	t, h := q.Pop()
	x.facts = append(x.facts, h.fact)
	x.times = append(x.times, t)
	x.cause = append(x.cause, cause)
	if mode == columned || q.keys != nil {
		stamp := q.stamps.take(h.slot)
		if mode == columned {
			x.stamps = append(x.stamps, stamp)
		}
	}
	if q.keys != nil {
		if x.keys == nil {
			x.keys = q.keys.empty()
		}
		x.keys.push(q.keys, int(h.slot))
	}
}
