package tidemark

import (
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// InOrder gives the facts by event time, once W is beyond them; those of one
// time in the order in which they were fed. A fact before W is late.
func InOrder[S Same[S, T], T any](s S) (ordered S, late Stream[Missed[T]]) {
	in := s.stream().port
	st := newStage("inorder", in)
	op := &inOrder[T]{st: st, in: in, w: watermark.Min, q: waiting.New[held[T]](), x: newItems[T](), out: newPort[T](st, "", plain)}
	if in != nil {
		op.out.mode, op.out.stamp = in.mode, in.stamp
	}
	op.late = newMisses[T](st, "late")
	st.op = op
	return s.with(Stream[T]{op.out}), Stream[Missed[T]]{op.late.out}
}

type held[T any] struct {
	fact T
	slot uint32 // of its key and stamp, if there are columns of them
}

type inOrder[T any] struct {
	st     *stage
	in     *port[T]
	w      watermark.Time
	q      waiting.Queue[held[T]]
	stamps slab[row.Stamp] // of what is held, and
	keys   column          // by the same slots
	x      items[T]
	out    *port[T]
	late   misses[T]
}

func (op *inOrder[T]) open() error { return once(op.in, "InOrder puts rows in order of time") }

func (op *inOrder[T]) detail() string { return "" }

func (op *inOrder[T]) held() (keys, rows, bytes int64) {
	n := int64(op.q.Len())
	return 0, n, int64(op.q.Size()) * int64(unsafe.Sizeof(held[T]{})+8)
}

func (op *inOrder[T]) run() {
	op.out.begin()
	op.x.begin()
	op.late.begin()
	b := &op.in.batch
	pos := 0
	for _, m := range b.marks {
		end := b.until(pos, m.After)
		op.take(b, pos, end)
		pos = end
		op.w = m.W
		for op.q.First() < m.W {
			op.release(m.After)
		}
	}
	op.take(b, pos, len(b.facts))
	op.x.marks = append(op.x.marks, b.marks...)
	op.x.give(op.out)
	op.out.moved(op.in.w, op.in.idle)
	op.late.give(b.marks, op.in.w, op.in.idle)
	op.st.ledger.Held = uint64(op.q.Len())
}

// take holds the items from pos to end back.
func (op *inOrder[T]) take(b *batch[T], pos, end int) {
	op.st.ledger.Fed += uint64(end - pos)
	for i := pos; i < end; i++ {
		t := b.times[i]
		if t < op.w {
			op.st.ledger.Late++
			op.late.add(b, i, op.w, Missed[T]{Reason: Late})
			continue
		}
		h := held[T]{fact: b.facts[i]}
		if op.out.mode == columned || b.keys != nil {
			h.slot = op.stamps.put(b.stampOf(i))
		}
		if b.keys != nil {
			if op.keys == nil {
				op.keys = b.keys.empty()
			}
			op.keys.set(int(h.slot), b.keys, i)
		}
		op.q.Push(t, h)
	}
}

// release gives the first of what is held.
func (op *inOrder[T]) release(cause uint32) {
	t, h := op.q.Pop()
	op.x.facts = append(op.x.facts, h.fact)
	op.x.times = append(op.x.times, t)
	op.x.cause = append(op.x.cause, cause)
	if op.out.mode == columned || op.keys != nil {
		stamp := op.stamps.take(h.slot)
		if op.out.mode == columned {
			op.x.stamps = append(op.x.stamps, stamp)
		}
	}
	if op.keys != nil {
		if op.x.keys == nil {
			op.x.keys = op.keys.empty()
		}
		op.x.keys.push(op.keys, int(h.slot))
	}
	op.st.ledger.Counted++
}
