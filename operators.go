package tidemark

import (
	"errors"
	"fmt"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/row"
)

var errNilFunc = errors.New("its function is nil")

// KeyBy gives each fact a key: what state downstream is kept by. It is no stage.
// A key is made of integers, booleans, strings, network addresses and arrays and
// structs of these; Check refuses others where a stage needs the key.
func KeyBy[T any, K comparable](s Of[T], key func(T) K) Keyed[K, T] {
	t := Stream[T]{portOf(s)}
	if key == nil && t.port != nil {
		t.port.of.mistakeNow(errors.New("KeyBy: its function is nil"))
	}
	return Keyed[K, T]{t, key}
}

// Named names the stage that made s, for errors, Stats, Explain and the IDs of
// its rows. An input has its name from From.
func Named[S Same[S, T], T any](s S, name string) S {
	o := s.stream().port
	switch {
	case o == nil:
	case o.of.kind == "input":
		o.of.mistakeNow(fmt.Errorf("Named %q: an input has its name from From", name))
	case name == "":
		o.of.mistakeNow(errors.New("Named: the name is empty"))
	case o.of.p.begun:
		o.of.mistakeNow(fmt.Errorf("Named %q: name it before the first call", name))
	default:
		o.rename(name)
	}
	return s
}

// Map gives f of each fact. The key is gone; KeyBy gives it a new one.
func Map[T, R any](s Of[T], f func(T) R) Stream[R] {
	in := portOf(s)
	st := newStage("map", in)
	op := &mapper[T, R]{st: st, in: in, f: f, x: newItems[R](), out: newPort[R](st, "", in.inherit())}
	st.op = op
	if f == nil {
		st.mistakeNow(errNilFunc)
	}
	return Stream[R]{op.out}
}

type mapper[T, R any] struct {
	stateless
	st  *stage
	in  *port[T]
	f   func(T) R
	x   items[R]
	out *port[R]
}

func (op *mapper[T, R]) open() error { op.out.inherits(op.in); return nil }

func (op *mapper[T, R]) detail() string { return "" }

func (op *mapper[T, R]) run() {
	op.out.begin()
	op.x.begin()
	b := &op.in.batch
	for i := range b.facts {
		op.x.facts = append(op.x.facts, op.f(b.facts[i]))
	}
	for i := range b.olds {
		op.x.olds = append(op.x.olds, replaced[R]{b.olds[i].at, op.f(b.olds[i].fact), b.olds[i].stamp})
	}
	op.out.facts, op.out.times, op.out.cause, op.out.marks, op.out.olds = op.x.facts, b.times, b.cause, b.marks, op.x.olds
	if op.out.mode == columned {
		if op.out.stamps = b.stamps; b.stamps == nil {
			op.x.stamps = b.appendStamps(op.x.stamps)
			op.out.stamps = op.x.stamps
		}
	}
	op.st.counted(len(b.facts))
	op.out.moved(op.in.w, op.in.idle)
}

// FlatMap gives what f emits for each fact. The second row of a fact and those
// after it have IDs of their own, by their number.
func FlatMap[T, R any](s Of[T], f func(fact T, emit func(R))) Stream[R] {
	in := portOf(s)
	st := newStage("flatmap", in)
	op := &flatMapper[T, R]{st: st, in: in, f: f, x: newItems[R](), out: newPort[R](st, "", in.inherit())}
	st.op = op
	op.emit = func(r R) {
		if !op.live { // kept by f beyond its call
			return
		}
		op.x.facts = append(op.x.facts, r)
	}
	if f == nil {
		st.mistakeNow(errNilFunc)
	}
	return Stream[R]{op.out}
}

type flatMapper[T, R any] struct {
	stateless
	st   *stage
	in   *port[T]
	f    func(T, func(R))
	emit func(R)
	live bool
	seed uint64 // of the IDs of further rows
	x    items[R]
	out  *port[R]
}

func (op *flatMapper[T, R]) open() error {
	op.out.inherits(op.in)
	op.seed = keys.Seed(op.st.p.Name + "/" + op.st.name)[0]
	return nil
}

func (op *flatMapper[T, R]) detail() string { return "" }

func (op *flatMapper[T, R]) run() {
	op.out.begin()
	op.x.begin()
	x, b := &op.x, &op.in.batch
	op.live = true
	for i := range b.facts {
		if old := b.replacedBy(i); old != nil {
			op.again(b, i, old)
			continue
		}
		op.f(b.facts[i], op.emit)
		for n := 0; len(x.times) < len(x.facts); n++ {
			x.times = append(x.times, b.times[i])
			x.cause = append(x.cause, b.cause[i])
			if op.out.mode == columned {
				s := b.stampOf(i)
				s.ID = op.numbered(s.ID, n)
				x.stamps = append(x.stamps, s)
			}
		}
	}
	op.live = false
	x.marks = append(x.marks, b.marks...)
	x.give(op.out)
	op.st.counted(len(b.facts))
	op.out.moved(op.in.w, op.in.idle)
}

// again gives the rows of an item that takes the place of another: each that of
// the same number, and those that have no successor leave as withdrawn.
func (op *flatMapper[T, R]) again(b *batch[T], i int, old *replaced[T]) {
	x, from := &op.x, len(op.x.facts)
	op.f(old.fact, op.emit)
	before := append([]R(nil), x.facts[from:]...)
	x.facts = x.facts[:from]
	op.f(b.facts[i], op.emit)
	s, was := b.stampOf(i), old.stamp
	now := append([]R(nil), x.facts[from:]...)
	x.facts = x.facts[:from]
	for n := range max(len(before), len(now)) {
		s.ID, was.ID = op.numbered(b.stampOf(i).ID, n), op.numbered(old.stamp.ID, n)
		stamp := s
		if n < len(now) {
			x.facts = append(x.facts, now[n])
		} else {
			x.facts, stamp.Kind = append(x.facts, before[n]), row.Withdrawn
			op.st.ledger.Out.Withdrawn++
		}
		x.times, x.cause, x.stamps = append(x.times, b.times[i]), append(x.cause, b.cause[i]), append(x.stamps, stamp)
		if n < len(now) && n < len(before) {
			x.replace(before[n], was)
		}
	}
}

// numbered gives the rows that come of one row each their ID. The stage is in it:
// others give the rows of one time or of one row their IDs by a number too.
func (op *flatMapper[T, R]) numbered(id row.ID, n int) row.ID {
	if n == 0 || id == (row.ID{}) {
		return id
	}
	return row.ID(keys.Fold([2]uint64(id), op.seed, uint64(n)))
}
