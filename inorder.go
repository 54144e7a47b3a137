package tidemark

import "github.com/tidemark-go/tidemark/watermark"

// InOrder gives the facts by event time, once W is beyond them; those of one
// time in the order in which they were fed. A fact before W is late.
//
// The state is the facts that W has not passed, of whatever key: no MaxKeys bounds
// it but the delay of the watermark, and the MaxAhead of an input that runs ahead.
func InOrder[S Same[S, T], T any](s S) (ordered S, late Stream[Missed[T]]) {
	in := s.stream().port
	st := newStage("inorder", in)
	op := &inOrder[T]{st: st, in: in, w: watermark.Min, q: newHolder[T](), x: newItems[T](), out: newPort[T](st, "", plain)}
	if in != nil {
		op.out.mode, op.out.stamp = in.mode, in.stamp
	}
	op.late = newMisses[T](st, "late")
	st.op = op
	return s.with(Stream[T]{op.out}), Stream[Missed[T]]{op.late.out}
}

type inOrder[T any] struct {
	st   *stage
	in   *port[T]
	w    watermark.Time
	q    holder[T]
	x    items[T]
	out  *port[T]
	late misses[T]
}

func (op *inOrder[T]) open() error { return once(op.in, "InOrder puts rows in order of time") }

func (op *inOrder[T]) detail() string { return "" }

func (op *inOrder[T]) held() (keys, rows, bytes int64) { return op.q.held() }

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
			op.q.release(&op.x, m.After, op.out.mode)
			op.st.ledger.Counted++
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
		if b.times[i] < op.w {
			op.st.ledger.Late++
			op.late.add(b, i, op.w, Missed[T]{Reason: Late})
			continue
		}
		op.q.hold(b, i, op.out.mode)
	}
}
