package tidemark

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Window folds the facts of each key and span into an A. The panes of a span
// fire when W reaches its end, in the order of their keys' first facts (or by
// key, with window.Sorted); the event time of a pane is the end less 1 ns. A
// fact all of whose spans have fired is late.
func Window[A, T any, K comparable, P window.Accumulator[A, T]](s Keyed[K, T], rule window.Rule, options ...window.Option) (panes Keyed[K, window.Pane[K, A]], late Stream[Missed[T]]) {
	type pane = window.Pane[K, A]
	st := newStage("window", s.port)
	op := &windowed[K, A, T, P]{st: st, in: s, rule: rule, options: options, w: watermark.Min, x: newItems[pane]()}
	op.out = newPort[pane](st, "", embedded)
	op.out.stamp = func(p *pane) *row.Stamp { return &p.Stamp }
	op.late = newMisses[T](st, "late")
	st.op = op
	return Keyed[K, pane]{Stream[pane]{op.out}, func(p pane) K { return p.Key }}, Stream[Missed[T]]{op.late.out}
}

type windowed[K comparable, A, T any, P window.Accumulator[A, T]] struct {
	st      *stage
	in      Keyed[K, T]
	rule    window.Rule
	options []window.Option
	store   *window.Store[K, A, T, P]
	w       watermark.Time // before the run at hand
	keys    []K
	x       items[window.Pane[K, A]]
	out     *port[window.Pane[K, A]]
	late    misses[T]
	at      int // where the items begin that the store is given
	miss    func(i int, spans []Span)
}

func (op *windowed[K, A, T, P]) open() error {
	set, wrong := window.Apply(op.options...)
	op.miss = op.missed
	set.Stage = op.st.p.Name + "/" + op.st.name
	store, err := window.NewStore[A, T, K, P](op.rule, set)
	op.store = store
	return errors.Join(wrong, err)
}

func (op *windowed[K, A, T, P]) detail() string {
	s := strings.TrimPrefix(fmt.Sprintf("%T%+v", op.rule, op.rule), "window.")
	for _, o := range op.options {
		s += fmt.Sprintf(", %v", o)
	}
	return s
}

func (op *windowed[K, A, T, P]) held() (keys, rows, bytes int64) { return op.store.Held() }

func (op *windowed[K, A, T, P]) run() {
	op.out.begin()
	op.x.begin()
	heard := op.late.out.reads > 0
	if heard {
		op.late.begin()
	}
	b := &op.in.port.batch
	if len(b.facts) > 0 {
		op.keys = op.in.keys(b, op.keys)
	}
	// W between two marks that close nothing makes no difference to any fact:
	// only the marks at which the store has something to do part the batch.
	pos, marks := 0, b.marks
	for len(marks) > 0 && marks[len(marks)-1].W >= op.store.Next() {
		next := op.store.Next()
		i := sort.Search(len(marks), func(i int) bool { return marks[i].W >= next })
		m := marks[i]
		end := b.until(pos, m.After)
		op.add(b, pos, end)
		op.fire(m)
		pos, marks = end, marks[i+1:]
	}
	op.add(b, pos, len(b.facts))
	if len(op.x.facts) > 0 || len(op.out.facts) > 0 {
		op.x.give(op.out)
	}
	op.out.marks = b.marks
	op.w = op.in.port.w
	op.out.moved(op.in.port.w, op.in.port.idle)
	if heard {
		op.late.give(b.marks, op.in.port.w, op.in.port.idle)
	}
}

// add counts the items from pos to end.
func (op *windowed[K, A, T, P]) add(b *batch[T], pos, end int) {
	if pos == end {
		return
	}
	op.at = pos
	op.store.AddAll(op.keys[pos:end], b.times[pos:end], b.facts[pos:end], op.miss)
	op.st.counted(end - pos)
}

// missed tells of a fact that the store has found late.
func (op *windowed[K, A, T, P]) missed(i int, spans []Span) {
	op.st.ledger.Counted--
	op.st.ledger.Late++
	op.late.add(&op.in.port.batch, op.at+i, op.w, Missed[T]{Reason: Late, Spans: spans})
}

// fire gives the panes that a mark closes.
func (op *windowed[K, A, T, P]) fire(m watermark.Mark) {
	x, n := &op.x, len(op.x.facts)
	x.facts = op.store.AppendFired(x.facts, m.W, op.st.p.forced)
	fired := len(x.facts) - n
	op.st.ledger.Out.Final += uint64(fired)
	if !op.out.orders {
		return
	}
	x.times, x.cause = slices.Grow(x.times, fired), slices.Grow(x.cause, fired)
	for i := range x.facts[n:] {
		x.times = append(x.times, x.facts[n+i].Stamp.Time)
		x.cause = append(x.cause, m.After)
	}
}
