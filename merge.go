package tidemark

import (
	"fmt"

	"github.com/tidemark-go/tidemark/watermark"
)

// Merge joins streams of one type; W is the least of theirs, idle ones left
// out. What one fact caused comes in the order of the arguments. Each fact
// keeps the key that it had, and its ID: two branches that both let a row
// through give it twice.
func Merge[S Same[S, T], T any](s S, more ...S) S {
	all := append([]S{s}, more...)
	var from []reader
	op := &merger[S, T]{args: all, x: newItems[T]()}
	for _, a := range all {
		op.in = append(op.in, arg[T]{port: a.stream().port, w: watermark.Min})
		from = append(from, a.stream().port)
	}
	op.st = newStage("merge", from...)
	op.st.op = op
	op.out = newPort[T](op.st, "", plain)
	for i, a := range op.in {
		switch {
		case a.port == nil:
		case i == 0:
			op.out.mode, op.out.stamp = a.port.mode, a.port.stamp
		case a.port.mode != op.out.mode:
			op.out.mode, op.out.stamp = columned, nil
		}
	}
	op.w = watermark.Min
	op.cols = make([]column, len(all))
	return s.withKeys(Stream[T]{op.out})
}

// arg is a port that is read beside others: W as far as it has been read.
type arg[T any] struct {
	*port[T]
	w    watermark.Time
	at   int // items read in the run at hand
	mark int // marks read
}

// start begins to read the run at hand.
func (a *arg[T]) start() { a.at, a.mark = 0, 0 }

// next returns the cause of the next item or mark; ok is false at the end.
func (a *arg[T]) next() (cause uint32, ok bool) {
	if !a.fed() {
		return 0, false
	}
	cause = ^uint32(0)
	if a.at < len(a.cause) {
		cause, ok = a.cause[a.at], true
	}
	if a.mark < len(a.marks) {
		cause, ok = min(cause, a.marks[a.mark].After), true
	}
	return cause, ok
}

// advance reads the mark of cause, if there is one, and reports whether W moved.
func (a *arg[T]) advance(cause uint32) bool {
	if !a.fed() || a.mark == len(a.marks) || a.marks[a.mark].After != cause {
		return false
	}
	a.w = a.marks[a.mark].W
	a.mark++
	return true
}

type merger[S Same[S, T], T any] struct {
	stateless
	st   *stage
	args []S
	in   []arg[T]
	cols []column // the keys of each argument
	met  meeting  // where rows can take the place of others
	x    items[T]
	out  *port[T]
	w    watermark.Time
}

func (op *merger[S, T]) open() error {
	for i := range op.in {
		op.out.inherits(op.in[i].port)
	}
	return nil
}

func (op *merger[S, T]) detail() string { return fmt.Sprintf("of %d", len(op.in)) }

func (op *merger[S, T]) run() {
	op.out.begin()
	op.x.begin()
	for i := range op.in {
		op.in[i].start()
		if op.in[i].fed() {
			op.cols[i] = op.args[i].keysOf(&op.in[i].batch, op.cols[i])
		}
	}
	moved := true // idleness may have changed
	for {
		cause, ok := uint32(0), false
		for i := range op.in {
			if c, is := op.in[i].next(); is && (!ok || c < cause) {
				cause, ok = c, true
			}
		}
		if !ok && !moved {
			break
		}
		if ok && op.out.rev.by != "" && op.meet(cause) {
			op.takeMet(cause)
		} else {
			for i := range op.in {
				op.take(i, cause, ok)
			}
		}
		for i := range op.in {
			if op.in[i].advance(cause) {
				moved = true
			}
		}
		if w, active, open := op.least(); moved && (active || !open) && w > op.w {
			op.w = w
			op.x.mark(cause, w)
		}
		moved = false
	}
	op.x.give(op.out)
	_, active, open := op.least()
	op.out.moved(op.w, !active && open)
}

// take takes the items of cause from argument i.
func (op *merger[S, T]) take(i int, cause uint32, ok bool) {
	a := &op.in[i]
	if !ok || !a.fed() {
		return
	}
	b := a.batch
	b.keys = op.cols[i]
	n := a.at
	for a.at < len(b.cause) && b.cause[a.at] == cause {
		op.x.take(&b, a.at, cause, op.out.mode)
		a.at++
	}
	op.st.counted(a.at - n)
}

// least returns the least W of the arguments that are active: neither idle nor
// at their end. Without one W holds, unless none is open any more.
func (op *merger[S, T]) least() (w watermark.Time, active, open bool) {
	w = watermark.Max
	for i := range op.in {
		if a := &op.in[i]; a.w < watermark.Max {
			open = true
			if !a.idle {
				w, active = min(w, a.w), true
			}
		}
	}
	return w, active, open
}
