package tidemark

import (
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// Filter keeps the facts for which keep is true.
func Filter[S Same[S, T], T any](s S, keep func(T) bool) S {
	in := s.stream().port
	st := newStage("filter", in)
	op := &filter[T]{st: st, in: in, keep: keep, picker: newPicker(in, st)}
	st.op = op
	if keep == nil {
		st.mistakeNow(errNilFunc)
	}
	return s.with(Stream[T]{op.out})
}

type filter[T any] struct {
	stateless
	picker[T]
	st   *stage
	in   *port[T]
	keep func(T) bool
}

func (op *filter[T]) open() error { op.out.inherits(op.in); return nil }

func (op *filter[T]) detail() string { return "" }

func (op *filter[T]) run() {
	b := &op.in.batch
	op.start()
	if len(b.olds) > 0 || op.in.rev.unsure && op.in.rev.by != "" {
		op.revise(b)
		return
	}
	for i := range b.facts {
		if op.keep(b.facts[i]) {
			op.pick = append(op.pick, uint32(i))
		}
	}
	op.give(b, op.in.w, op.in.idle)
	n, kept := uint64(len(b.facts)), uint64(len(op.pick))
	op.st.ledger.Fed += n
	op.st.ledger.Counted += kept
	op.st.ledger.Filtered += n - kept
}

// revise is run for a batch in which rows take the place of others. One that is
// not kept while the other was leaves as withdrawn, with the other's value.
func (op *filter[T]) revise(b *batch[T]) {
	for i := range b.facts {
		op.st.ledger.Fed++
		if op.again(b, i, op.keep(b.facts[i]), op.keep) {
			op.st.ledger.Counted++
		} else {
			op.st.ledger.Filtered++
		}
	}
	op.giveOwn(b, op.in.w, op.in.idle)
}

// Validate parts the facts for which check gives an error: they go to bad, with
// the error as Detail.
func Validate[S Same[S, T], T any](s S, check func(T) error) (good S, bad Stream[Missed[T]]) {
	in := s.stream().port
	st := newStage("validate", in)
	op := &validate[T]{st: st, in: in, check: check, picker: newPicker(in, st), seen: watermark.Min}
	op.bad = newMisses[T](st, "bad")
	st.op = op
	if check == nil {
		st.mistakeNow(errNilFunc)
	}
	return s.with(Stream[T]{op.out}), Stream[Missed[T]]{op.bad.out}
}

type validate[T any] struct {
	stateless
	picker[T]
	st    *stage
	in    *port[T]
	check func(T) error
	bad   misses[T]
	seen  watermark.Time // W before the batch
}

func (op *validate[T]) open() error {
	op.out.inherits(op.in)
	op.bad.out.inherits(op.in)
	return nil
}

func (op *validate[T]) detail() string { return "" }

func (op *validate[T]) run() {
	b := &op.in.batch
	op.start()
	op.bad.begin()
	if op.in.rev.by != "" { // what comes withdrawn has no row that it replaces
		op.revise(b)
		return
	}
	for i := range b.facts {
		if err := op.check(b.facts[i]); err == nil {
			op.pick = append(op.pick, uint32(i))
		} else {
			op.bad.add(b, i, op.seen, Missed[T]{Reason: Invalid, Detail: err.Error()})
		}
	}
	op.give(b, op.in.w, op.in.idle)
	op.bad.give(b.marks, op.in.w, op.in.idle)
	op.seen = op.in.w
	n, good := uint64(len(b.facts)), uint64(len(op.pick))
	op.st.ledger.Fed += n
	op.st.ledger.Counted += good
	op.st.ledger.Invalid += n - good
}

// revise is run for rows that can take the place of others, as in
// Filter. One that is not valid while the other was goes to bad, and the other
// leaves the good ones as withdrawn. What comes withdrawn itself is no fact that
// could be missed: it goes where the row went that it takes back.
func (op *validate[T]) revise(b *batch[T]) {
	for i := range b.facts {
		op.st.ledger.Fed++
		err := op.check(b.facts[i])
		went := op.again(b, i, err == nil, func(f T) bool { return op.check(f) == nil })
		switch gone := b.stampOf(i).Kind == row.Withdrawn; {
		case gone && !went:
			op.st.ledger.Filtered++
		case gone || err == nil:
			op.st.ledger.Counted++
		default:
			op.st.ledger.Invalid++
			op.bad.add(b, i, op.seen, Missed[T]{Reason: Invalid, Detail: err.Error()})
		}
	}
	op.giveOwn(b, op.in.w, op.in.idle)
	op.bad.give(b.marks, op.in.w, op.in.idle)
	op.seen = op.in.w
}

// picker gives some of the items of a batch, as they are.
type picker[T any] struct {
	pick []uint32
	x    items[T]
	out  *port[T]
}

func newPicker[T any](in *port[T], st *stage) picker[T] {
	out := newPort[T](st, "", plain)
	if in != nil {
		out.mode, out.stamp = in.mode, in.stamp
	}
	return picker[T]{x: newItems[T](), out: out}
}

func (k *picker[T]) start() {
	k.out.begin()
	k.x.begin()
	k.pick = k.pick[:0]
}

// give hands the picked items to the port: b itself if that is all of them.
func (k *picker[T]) give(b *batch[T], w watermark.Time, idle bool) {
	k.out.moved(w, idle)
	if len(k.pick) == len(b.facts) {
		k.out.batch, k.out.own = *b, nil
		return
	}
	for _, i := range k.pick {
		k.x.take(b, int(i), b.cause[i], k.out.mode)
	}
	k.x.give(k.out)
	k.out.marks = b.marks
}

// again gives item i, if it is kept, with the row whose place it takes, if that
// was; or that row as withdrawn, if it alone was. It reports whether a row went on.
func (k *picker[T]) again(b *batch[T], i int, kept bool, keep func(T) bool) bool {
	old := b.replacedBy(i)
	// Where nobody can know what was sent, a row that is not kept withdraws it in
	// any case: to delete what is not there does no harm.
	unsure := k.out.rev.unsure
	was := old != nil && (unsure || keep(old.fact))
	kept = kept || unsure && b.stampOf(i).Kind == row.Withdrawn
	switch {
	case kept:
		k.x.take(b, i, b.cause[i], k.out.mode)
		if old != nil && !was {
			k.x.olds = k.x.olds[:len(k.x.olds)-1]
		}
	case was:
		k.x.withdraw(b, i, old.fact, old.stamp.ID, k.out)
	}
	return kept || was
}

// giveOwn hands what again has given to the port.
func (k *picker[T]) giveOwn(b *batch[T], w watermark.Time, idle bool) {
	k.out.moved(w, idle)
	k.x.give(k.out)
	k.out.marks = b.marks
}
