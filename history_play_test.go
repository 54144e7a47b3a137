package tidemark_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// action is one call of a history.
type action struct {
	verb  verb
	input int // among the inputs
	part  int // among the partitions of the input; 0: the unnamed one
	facts []sale
	at    int64 // Advance: to; wait: how far the clock moves; drain: at most so many rows
}

type verb string

const (
	doFeed    verb = "feed"
	doAdvance verb = "advance"
	doIdle    verb = "idle"
	doClose   verb = "close"
	doName    verb = "name" // the next partition of the input
	doWait    verb = "wait" // moves the clock, and calls nothing
	doFlush   verb = "flush"
	doDrain   verb = "drain"
	doEnd     verb = "end" // closes the pipeline
)

// record is a row as it came out, of any type, comparable.
type record struct {
	stamp  row.Stamp
	sale   sale
	pane   takings
	reason tidemark.Reason // of what was missed; the fact is in sale or pane
	time   watermark.Time
	w      watermark.Time
	stage  string
	detail string
	spans  int
	span   tidemark.Span
}

// player is a pipeline built from a shape.
type player struct {
	p       tidemark.Pipeline
	shape   *shape
	now     int64
	inputs  [][]*tidemark.Input[sale] // with their partitions
	rows    [][]record                // by outlet
	drains  []func(most int)
	sinks   []*flaky
	steps   []built
	refused int
	due     []time.Time // what Next told after each call; the zero time: nothing is due
}

// built has the outputs of a step, those that it has.
type built struct {
	sales       tidemark.Stream[sale]
	keyed       tidemark.Keyed[int, sale]
	panes       tidemark.Keyed[int, takings]
	missed      tidemark.Stream[tidemark.Missed[sale]]
	missedPanes tidemark.Stream[tidemark.Missed[takings]]
}

// flaky counts the writes that it refuses: every third.
type flaky struct{ writes int }

var errFlaky = errors.New("not now")

func (k *flaky) refuse() error {
	if k.writes++; k.writes%3 == 1 {
		return errFlaky
	}
	return nil
}

// into is a sink that keeps what it does not refuse.
type into[R any] struct {
	*flaky
	keep func(row.Stamp, R)
}

func (k into[R]) Write(b sink.Batch[R]) error {
	if err := k.refuse(); err != nil {
		return err
	}
	for i := range b.Rows {
		k.keep(b.Stamps[i], b.Rows[i])
	}
	return nil
}

func (k into[R]) Flush(context.Context) error { return k.refuse() }
func (k into[R]) Close(context.Context) error { return k.refuse() }

func newPlayer(sh *shape, start int64) (*player, error) {
	pl := &player{shape: sh, now: start, rows: make([][]record, len(sh.outs)), steps: make([]built, len(sh.steps))}
	pl.p.Limit = sh.limit
	if sh.clock {
		pl.p.Clock = func() time.Time { return time.Unix(0, pl.now) }
	}
	for i := range sh.steps {
		pl.build(i)
	}
	for i, o := range sh.outs {
		pl.out(i, o)
	}
	return pl, pl.p.Check()
}

// named names the step that made s; an input has its name already.
func named[S tidemark.Same[S, T], T any](s *step, i int, of S) S {
	if s.op == opInput {
		return of
	}
	return tidemark.Named(of, s.name(i))
}

// build makes the stage of step i.
func (pl *player) build(i int) {
	s, b := &pl.shape.steps[i], &pl.steps[i]
	var in, second *built
	if len(s.from) > 0 {
		in = &pl.steps[s.from[0]]
	}
	if len(s.from) > 1 {
		second = &pl.steps[s.from[1]]
	}
	of := s.kind // of what it reads
	if in != nil {
		of = pl.shape.steps[s.from[0]].kind
	}
	switch s.op {
	case opInput:
		pl.input(s, i)
	case opKey:
		b.keyed = tidemark.KeyBy(in.sales, s.keyOf)
	case opMap, opFlatMap:
		b.sales = named(s, i, pl.converted(s, of, in))
	case opMissed:
		if pl.shape.missesPanes(s.from[0]) {
			b.sales = tidemark.Map(in.missedPanes, func(m tidemark.Missed[takings]) sale {
				return missedSale(paneSale(m.Fact, s.commute), m.Reason, m.Watermark, m.Spans, s.commute)
			})
		} else {
			b.sales = tidemark.Map(in.missed, func(m tidemark.Missed[sale]) sale {
				return missedSale(m.Fact, m.Reason, m.Watermark, m.Spans, s.commute)
			})
		}
		b.sales = named(s, i, b.sales)
	case opWindow:
		windowSales(s, i, in, b)
	case opTop:
		top(s, i, of, in, b)
	case opWindowPanes:
		windowPanes(s, i, in, b)
	case opJoin:
		if s.leftPanes {
			b.keyed, b.missedPanes = tidemark.JoinAsOf(in.panes, second.keyed, s.how, func(l takings, r sale) sale {
				return joinSales(paneSale(l, s.commute), r)
			})
		} else {
			b.keyed, b.missed = tidemark.JoinAsOf(in.keyed, second.keyed, s.how, joinSales)
		}
		b.keyed = named(s, i, b.keyed)
	default:
		switch of {
		case sales:
			b.sales, b.missed = same(pl, s, i, func(b *built) tidemark.Stream[sale] { return b.sales }, func(x sale) sale { return x })
		case keyed:
			b.keyed, b.missed = same(pl, s, i, func(b *built) tidemark.Keyed[int, sale] { return b.keyed }, func(x sale) sale { return x })
		case paned:
			b.panes, b.missedPanes = same(pl, s, i, func(b *built) tidemark.Keyed[int, takings] { return b.panes }, func(x takings) sale { return paneSale(x, s.commute) })
		}
	}
}

func (pl *player) input(s *step, i int) {
	f := s.source
	var in *tidemark.Input[sale]
	var out tidemark.Stream[sale]
	marks := watermark.Punctuated[sale]{MaxAhead: f.how.MaxAhead, IdleAfter: f.how.IdleAfter, Mark: func(x sale) (time.Time, bool) {
		w, ok := f.mark(x)
		return w.UTC(), ok
	}}
	switch {
	case f.nanos && f.punctuated:
		in, out = tidemark.FromNanos(&pl.p, s.name(i), sale.nanos, marks)
	case f.nanos:
		in, out = tidemark.FromNanos(&pl.p, s.name(i), sale.nanos, f.how)
	case f.punctuated:
		in, out = tidemark.From(&pl.p, s.name(i), sale.time, marks)
	default:
		in, out = tidemark.From(&pl.p, s.name(i), sale.time, f.how)
	}
	pl.inputs = append(pl.inputs, []*tidemark.Input[sale]{in})
	pl.steps[i].sales, pl.steps[i].missed = out, in.Refused()
}

// converted is a Map or FlatMap of any stream.
func (pl *player) converted(s *step, of kind, in *built) tidemark.Stream[sale] {
	if of == paned {
		if s.op == opMap {
			return tidemark.Map(in.panes, func(x takings) sale { return s.mapSale(paneSale(x, s.commute)) })
		}
		return tidemark.FlatMap(in.panes, func(x takings, emit func(sale)) { s.emit(s.mapSale(paneSale(x, s.commute)), emit) })
	}
	var from tidemark.Of[sale] = in.sales
	if of == keyed {
		from = in.keyed
	}
	if s.op == opMap {
		return tidemark.Map(from, s.mapSale)
	}
	return tidemark.FlatMap(from, func(x sale, emit func(sale)) { s.emit(s.mapSale(x), emit) })
}

func (s *step) emit(x sale, emit func(sale)) {
	for n := range s.copies(x) {
		emit(nth(x, n))
	}
}

// windowPanes is a window over panes, and a Map of what it gives.
func windowPanes(s *step, i int, in, b *built) {
	if s.commute {
		panes, late := tidemark.Window[foldSums](in.panes, s.rule(), s.options()...)
		panes = tidemark.Named(panes, s.name(i))
		b.missedPanes = late
		b.sales = tidemark.Map(panes, func(p window.Pane[int, foldSums]) sale {
			return paneSale(takings{Span: p.Span, Key: p.Key, Value: p.Value.fold, Facts: p.Facts, Last: p.Last}, true)
		})
		return
	}
	panes, late := tidemark.Window[foldPanes](in.panes, s.rule(), s.options()...)
	panes = tidemark.Named(panes, s.name(i))
	b.missedPanes = late
	b.sales = tidemark.Map(panes, func(p window.Pane[int, foldPanes]) sale {
		return paneSale(takings{Span: p.Span, Key: p.Key, Value: p.Value.fold, Facts: p.Facts, Last: p.Last}, false)
	})
}

// same builds the operators that give what they take.
func same[S tidemark.Same[S, T], T any](pl *player, s *step, i int, get func(*built) S, of func(T) sale) (main S, missed tidemark.Stream[tidemark.Missed[T]]) {
	in := get(&pl.steps[s.from[0]])
	switch s.op {
	case opFilter:
		main = tidemark.Filter(in, func(x T) bool { return s.keepsSale(of(x)) })
	case opValidate:
		main, missed = tidemark.Validate(in, func(x T) error { return s.checkSale(of(x)) })
	case opInOrder:
		main, missed = tidemark.InOrder(in)
	case opMerge:
		var more []S
		for _, f := range s.from[1:] {
			more = append(more, get(&pl.steps[f]))
		}
		main = tidemark.Merge(in, more...)
	}
	return named(s, i, main), missed
}

// out takes rows out at outlet o, which is number i.
func (pl *player) out(i int, o outlet) {
	b, s := &pl.steps[o.step], &pl.shape.steps[o.step]
	switch {
	case o.missed && pl.shape.missesPanes(o.step):
		take(pl, i, o, b.missedPanes, func(m tidemark.Missed[takings]) record {
			return missedRecord(m, record{pane: m.Fact})
		})
	case o.missed:
		take(pl, i, o, b.missed, func(m tidemark.Missed[sale]) record { return missedRecord(m, record{sale: m.Fact}) })
	case s.kind == sales:
		take(pl, i, o, b.sales, func(x sale) record { return record{sale: x} })
	case s.kind == keyed:
		take(pl, i, o, b.keyed, func(x sale) record { return record{sale: x} })
	default:
		take(pl, i, o, b.panes, func(x takings) record { return record{pane: x} })
	}
}

// missesPanes reports whether what a step missed are panes.
func (sh *shape) missesPanes(i int) bool {
	s := &sh.steps[i]
	return len(s.from) > 0 && sh.steps[s.from[0]].kind == paned
}

func missedRecord[T any](m tidemark.Missed[T], r record) record {
	r.reason, r.time, r.w, r.stage, r.detail, r.spans = m.Reason, m.Time, m.Watermark, m.Stage, m.Detail, len(m.Spans)
	if m.Reason != tidemark.Invalid && !strings.Contains(m.Detail, "MaxKeys") {
		r.detail = ""
	}
	if len(m.Spans) > 0 {
		r.span = m.Spans[0]
	}
	return r
}

func take[T any](pl *player, i int, o outlet, from tidemark.Of[T], text func(T) record) {
	keep := func(s row.Stamp, x T) {
		r := text(x)
		r.stamp, r.pane.Stamp = s, row.Stamp{}
		pl.rows[i] = append(pl.rows[i], r)
	}
	if o.sink {
		k := &flaky{}
		pl.sinks = append(pl.sinks, k)
		tidemark.Into(from, sink.Sink[T](into[T]{k, keep}))
		return
	}
	out := tidemark.Collect(from)
	pl.drains = append(pl.drains, func(most int) {
		for s, x := range out.DrainStamped() {
			keep(s, x)
			if most--; most == 0 {
				break
			}
		}
	})
}

// play makes the calls, and all of them again that ask for it.
func (pl *player) play(calls []action, cut *rand.Rand) error {
	for i := range calls {
		c := calls[i]
		if c.input < len(pl.inputs) {
			c.part = min(c.part, len(pl.inputs[c.input])-1) // its naming may have been dropped
		}
		var err error
		switch c.verb {
		case doFeed:
			err = pl.feed(&c, cut)
		case doAdvance:
			err = pl.try(func() error { return pl.inputs[c.input][c.part].Advance(time.Unix(0, c.at)) })
		case doIdle:
			err = pl.try(pl.inputs[c.input][c.part].Idle)
		case doClose:
			err = pl.try(pl.inputs[c.input][c.part].Close)
		case doName:
			ins := pl.inputs[c.input]
			pl.inputs[c.input] = append(ins, ins[0].Partition(fmt.Sprint("p", len(ins))))
		case doWait:
			pl.now += c.at
		case doFlush:
			err = pl.try(func() error { return pl.p.Flush(context.Background()) })
		case doDrain:
			for _, d := range pl.drains {
				d(int(c.at))
			}
		case doEnd:
			err = pl.try(func() error { return pl.p.Close(context.Background()) })
		}
		if err != nil {
			return fmt.Errorf("call %d, %s: %w", i, c.verb, err)
		}
		if pl.shape.clock {
			due, _ := pl.p.Next()
			pl.due = append(pl.due, due)
		}
	}
	err := pl.try(func() error { return pl.p.Flush(context.Background()) })
	for _, d := range pl.drains {
		d(0)
	}
	return err
}

// try calls f until nothing stands against it that a repetition overcomes.
func (pl *player) try(f func() error) (err error) {
	for range 10_000 {
		err = f()
		switch {
		case err == nil:
			return nil
		case errors.Is(err, tidemark.ErrClosed): // as the reference expects: nothing was counted
			return nil
		case errors.Is(err, tidemark.ErrFull):
			for _, d := range pl.drains {
				d(1)
			}
			continue
		case errors.Is(err, errFlaky):
			continue
		}
		return err
	}
	return fmt.Errorf("does not get through: %w", err)
}

// feed feeds the facts of c, all at once or in the cuts that the dice say.
func (pl *player) feed(c *action, cut *rand.Rand) error {
	in := pl.inputs[c.input][c.part]
	if len(c.facts) == 3 && cut == nil { // some of them with a position
		return pl.feedAt(c, in)
	}
	for facts := c.facts; len(facts) > 0; {
		n := len(facts)
		if cut != nil {
			n = 1 + cut.IntN(min(n, 1+cut.IntN(n)))
		}
		err := pl.try(func() error { return pl.unrefused(in.Feed(facts[:n]...)) })
		if err != nil {
			return err
		}
		facts = facts[n:]
	}
	return nil
}

// unrefused counts the facts that an error tells of, if that is all it does.
func (pl *player) unrefused(err error) error {
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	for _, e := range many.Unwrap() {
		if _, is := e.(*tidemark.FactError); !is {
			return err
		}
	}
	pl.refused += len(many.Unwrap())
	return nil
}

// feedAt feeds with a position, which is kept only if the facts are taken.
func (pl *player) feedAt(c *action, in *tidemark.Input[sale]) error {
	position := fmt.Sprint(c.facts[0])
	return pl.try(func() error {
		was := in.Position()
		err := in.FeedAt(position, c.facts...)
		told := pl.unrefused(err)
		if want := map[bool]string{true: position, false: was}[told == nil]; in.Position() != want {
			return fmt.Errorf("the position is %q after %v, want %q", in.Position(), err, want)
		}
		return told
	})
}
