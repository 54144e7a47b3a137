package tidemark

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"unsafe"

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
	told    window.Told[K, A]
	given   int      // panes of told that have their causes
	later   []uint32 // causes of what the store has put off
	revises bool     // rows can take the place of others
}

func (op *windowed[K, A, T, P]) open() error {
	set, wrong := window.Apply(op.options...)
	set.Stage = op.st.p.Name + "/" + op.st.name
	store, err := window.NewStore[A, T, K, P](op.rule, set)
	op.store = store
	op.told.Brief[window.Partly], op.told.Brief[window.Late] = true, op.late.out.reads == 0 // nobody reads them
	if op.revises = err == nil && store.Revises(); op.revises {
		op.out.rev.by = op.st.name
	}
	op.out.rev.behind = set.Lateness
	if err == nil && store.Clocked() && op.st.p.Clock == nil {
		err = errors.New("Deadline and Stagger.Arrival go by the clock: give Pipeline.Clock")
	}
	return errors.Join(wrong, err, once(op.in.port, "Window counts rows"))
}

func (op *windowed[K, A, T, P]) detail() string {
	s := strings.TrimPrefix(fmt.Sprintf("%T%+v", op.rule, op.rule), "window.")
	for _, o := range op.options {
		s += fmt.Sprintf(", %v", o)
	}
	return s
}

// held is the store's, and the memory for the panes that it gives.
func (op *windowed[K, A, T, P]) held() (keys, rows, bytes int64) {
	keys, rows, bytes = op.store.Held()
	return keys, rows, bytes + int64(cap(op.x.facts))*int64(unsafe.Sizeof(window.Pane[K, A]{})) + int64(cap(op.x.times))*12
}

func (op *windowed[K, A, T, P]) run() {
	b := &op.in.port.batch
	op.out.begin()
	op.x.begin()
	heard := op.late.out.reads > 0
	if heard {
		op.late.begin()
	}
	op.store.Tick(op.st.p.now)
	if len(b.facts) == 1 && op.alone(b) {
		op.pass(b, heard)
		return
	}
	if len(b.facts) > 0 {
		op.keys = op.in.keys(b, op.keys)
	}
	op.told.Panes, op.given = op.x.facts, 0
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
	op.settle()
	op.give()
	op.pass(b, heard)
}

// pass hands on how far W has come.
func (op *windowed[K, A, T, P]) pass(b *batch[T], heard bool) {
	in := op.in.port
	op.out.marks = b.marks
	op.w = in.w
	op.out.moved(in.w, in.idle)
	if heard {
		op.late.give(b.marks, in.w, in.idle)
	}
}

// alone counts a fact by itself that brings nothing about, as most do: there is
// no use in making columns for it. It reports false if it has not.
func (op *windowed[K, A, T, P]) alone(b *batch[T]) bool {
	if n := len(b.marks); n > 0 && b.marks[n-1].W >= op.store.Next() || op.in.key == nil || len(op.out.facts) > 0 {
		return false
	}
	if !op.store.AddOne(op.in.key(b.facts[0]), b.times[0], &b.facts[0]) {
		return false
	}
	op.st.counted(1)
	return true
}

// give hands the panes to the port, with those that they take the place of.
func (op *windowed[K, A, T, P]) give() {
	if len(op.told.Panes) == 0 && len(op.out.facts) == 0 {
		return
	}
	op.x.facts, op.told.Panes = op.told.Panes, nil
	for _, r := range op.told.Replaced {
		op.x.olds = append(op.x.olds, replaced[window.Pane[K, A]]{r.At, r.Pane, r.Pane.Stamp})
	}
	clear(op.told.Replaced)
	op.told.Replaced = op.told.Replaced[:0]
	if len(op.x.facts) > 0 || len(op.out.facts) > 0 {
		op.x.give(op.out)
	}
}

// due is the time of the clock at which a span is to fire.
func (op *windowed[K, A, T, P]) due() watermark.Time {
	if t, ok := op.store.Due(); ok {
		return t
	}
	return watermark.Max
}

// expire fires the spans that the clock has made due. W stays where it is.
func (op *windowed[K, A, T, P]) expire() {
	op.out.begin()
	op.x.begin()
	op.late.begin()
	op.told.Panes, op.given = op.x.facts, 0
	op.store.Tick(op.st.p.now)
	op.store.Expire(&op.told)
	op.gave(len(op.told.Panes), 0)
	op.give()
	op.out.marks = nil
	op.late.give(nil, op.late.out.w, op.late.out.idle)
}

// add counts the items from pos to end.
func (op *windowed[K, A, T, P]) add(b *batch[T], pos, end int) {
	if pos == end {
		return
	}
	op.store.AddAll(op.keys[pos:end], b.times[pos:end], b.facts[pos:end], &op.told)
	op.st.counted(end - pos)
	if len(op.told.Missed) > 0 {
		op.missed(b, pos)
	}
	if len(op.told.Given) > 0 {
		for _, g := range op.told.Given {
			op.gave(g.Upto, b.cause[pos+g.Fact])
		}
		op.told.Given = op.told.Given[:0]
	}
}

// missed tells of the facts that some spans have missed, counted from pos on.
func (op *windowed[K, A, T, P]) missed(b *batch[T], pos int) {
	l := &op.st.ledger
	for _, m := range op.told.Missed {
		switch m.Fate {
		case window.Partly:
			l.Partly++
			continue
		case window.Refused:
			l.Refused++
		case window.Late:
			l.Late++
		}
		l.Counted--
		reason := Late
		if m.Fate == window.Refused {
			reason = Refused
		}
		op.late.add(b, pos+m.Fact, op.w, Missed[T]{Reason: reason, Detail: m.Detail, Spans: m.Spans})
	}
	clear(op.told.Missed)
	op.told.Missed = op.told.Missed[:0]
}

// fire gives the panes that a mark closes.
func (op *windowed[K, A, T, P]) fire(m watermark.Mark) {
	if op.store.Pass(m.W, op.st.p.forced, &op.told) {
		op.later = append(op.later, m.After)
		return
	}
	op.gave(len(op.told.Panes), m.After)
}

// settle gives the panes that the store has put off.
func (op *windowed[K, A, T, P]) settle() {
	if len(op.later) == 0 {
		return
	}
	op.store.Settle(&op.told)
	for i, upto := range op.told.Settled {
		op.gave(upto, op.later[i])
	}
	op.told.Settled, op.later = op.told.Settled[:0], op.later[:0]
}

// gave completes the panes up to n, which one cause has brought about.
func (op *windowed[K, A, T, P]) gave(n int, cause uint32) {
	x, from := &op.x, op.given
	op.given = n
	panes := op.told.Panes[from:n]
	if !op.revises {
		op.st.ledger.Out.Final += uint64(len(panes))
	} else {
		for i := range panes {
			op.st.ledger.Out.add(panes[i].Kind)
		}
	}
	if !op.out.orders {
		return
	}
	x.times, x.cause = slices.Grow(x.times, len(panes)), slices.Grow(x.cause, len(panes))
	for i := range panes {
		x.times = append(x.times, panes[i].Stamp.Time)
		x.cause = append(x.cause, cause)
	}
}
