package tidemark

import (
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/row"
)

// holder holds facts back with all that they have beside them, to be given by
// event time, those of one time as they came.
type holder[T any] struct {
	waiting.Queue[T]
	stamps slab[row.Stamp] // of what is held, by its number, if there are columns of them, and
	keys   column          // by the same numbers
}

func newHolder[T any]() holder[T] { return holder[T]{Queue: waiting.New[T]()} }

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
	no := uint32(0)
	if mode == columned || b.keys != nil {
		no = q.stamps.put(b.stampOf(i))
	}
	if b.keys != nil {
		if q.keys == nil {
			q.keys = b.keys.empty()
		}
		q.keys.set(int(no), b.keys, i)
	}
	q.Push(b.times[i], no, b.facts[i])
}

// release appends the first of what is held to x, as of cause.
func (q *holder[T]) release(x *items[T], cause uint32, mode stampMode) {
	p, fact := q.Pop()
	x.facts = append(x.facts, fact)
	x.times = append(x.times, p.Time)
	x.cause = append(x.cause, cause)
	if mode == columned || q.keys != nil {
		stamp := q.stamps.take(p.No)
		if mode == columned {
			x.stamps = append(x.stamps, stamp)
		}
	}
	if q.keys != nil {
		if x.keys == nil {
			x.keys = q.keys.empty()
		}
		x.keys.push(q.keys, int(p.No))
	}
}
