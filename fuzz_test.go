package tidemark_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// program reads what to do from the bytes that the fuzzer makes; zeros follow
// the last.
type program []byte

func (b *program) next() byte {
	if len(*b) == 0 {
		return 0
	}
	c := (*b)[0]
	*b = (*b)[1:]
	return c
}

// int64 reads a number: one near a bound or near 0, or any.
func (b *program) int64() int64 {
	switch c := b.next(); {
	case c < 128:
		return int64(c) - 64
	case c < 160:
		return math.MinInt64 + int64(c) - 128
	case c < 192:
		return math.MaxInt64 - int64(c) + 160
	case c < 224:
		return int64(c-192) * 1e9
	}
	var raw [8]byte
	for i := range raw {
		raw[i] = b.next()
	}
	return int64(binary.LittleEndian.Uint64(raw[:]))
}

// time reads a time, some of them beyond what a watermark.Time can be.
func (b *program) time() time.Time {
	switch b.next() % 8 {
	case 0:
		return time.Time{}
	case 1:
		return time.Unix(b.int64(), b.int64())
	case 2:
		return time.Date(int(b.next())*4000-400_000, 1, 1, 0, 0, 0, int(b.next()), time.UTC)
	}
	return time.Unix(0, b.int64())
}

// stamped is a fact with a time of its own, of any year.
type stamped struct {
	at time.Time
	n  int64
}

type counted struct{ n int64 }

func (c *counted) Add(stamped)      { c.n++ }
func (c *counted) Merge(o *counted) { c.n += o.n }

// Whatever the times are, nothing panics and every fact ends in one column of
// the ledger.
func FuzzFeed(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{3, 64, 3, 70, 3, 60, 3, 90})
	f.Add([]byte{0x80, 10, 5, 3, 128, 3, 129, 3, 159, 3, 160, 3, 161, 3, 191, 0, 1, 255, 255, 255, 255, 2, 0, 2, 255})
	f.Add([]byte{0x41, 255, 255, 255, 255, 255, 255, 255, 255, 127, 9, 3, 64, 3, 65, 3, 66, 3, 67, 1, 192, 3, 200, 3, 201, 3, 202})
	f.Fuzz(func(t *testing.T, data []byte) {
		b := program(data)
		var p tidemark.Pipeline
		flags := b.next()
		size, offset, delay := max(1, b.int64()), b.int64(), max(0, b.int64())
		ahead := b.int64()
		if flags&1 != 0 {
			now := b.time()
			p.Clock = func() time.Time { now = now.Add(time.Duration(flags)); return now }
		}
		how := watermark.Bounded{Delay: time.Duration(delay)}
		if flags&2 != 0 {
			how.MaxAhead = time.Duration(ahead)
		}
		var in *tidemark.Input[stamped]
		var facts tidemark.Stream[stamped]
		switch {
		case flags&4 != 0:
			in, facts = tidemark.FromNanos(&p, "in", func(s stamped) int64 { return s.n }, how)
		case flags&8 != 0:
			in, facts = tidemark.From(&p, "in", func(s stamped) time.Time { return s.at }, watermark.Punctuated[stamped]{
				Mark: func(s stamped) (time.Time, bool) { return s.at.Add(time.Duration(s.n)), s.n&1 == 0 }, MaxAhead: how.MaxAhead})
		default:
			in, facts = tidemark.From(&p, "in", func(s stamped) time.Time { return s.at }, how)
		}
		key := func(s stamped) int8 { return int8(s.n) % 4 }
		rule := window.Tumble{Size: time.Duration(size), Offset: time.Duration(offset)}
		panes, late := tidemark.Window[counted](tidemark.KeyBy(facts, key), rule)
		again, none := tidemark.Window[count2](panes, window.Tumble{Size: 7})
		ordered, behind := tidemark.InOrder(facts)
		joined, lost := tidemark.JoinAsOf(tidemark.KeyBy(ordered, key), tidemark.KeyBy(facts, key), join.AsOf{Wait: join.Within(max(0, delay/2))}, func(a, b stamped) int64 { return a.n + b.n })
		outs := []interface{ Len() int }{tidemark.Collect(panes), tidemark.Collect(late), tidemark.Collect(again), tidemark.Collect(none), tidemark.Collect(behind), tidemark.Collect(joined), tidemark.Collect(lost)}
		if flags&16 != 0 {
			outs = append(outs, tidemark.Collect(in.Refused()))
		}
		fed := uint64(0)
		for len(b) > 0 {
			batch := make([]stamped, 1+b.next()%16)
			for i := range batch {
				batch[i] = stamped{b.time(), b.int64()}
			}
			if flags&32 != 0 && b.next()%4 == 0 {
				in = in.Partition(fmt.Sprint(b.next() % 3))
			}
			switch err := in.Feed(batch...).(type) {
			case nil:
			case interface{ Unwrap() []error }:
				for _, e := range err.Unwrap() {
					if _, ok := e.(*tidemark.FactError); !ok || flags&16 != 0 {
						t.Fatal(e)
					}
				}
			default:
				t.Fatal(err)
			}
			fed += uint64(len(batch))
		}
		if err := p.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		st := p.Stats()
		taken, refused := uint64(0), uint64(0)
		for _, i := range st.Inputs {
			taken, refused = taken+i.Fed, refused+i.Refused
		}
		for _, i := range st.Stages {
			if i.Balance() != 0 || i.Held != 0 { // all is out after Close
				t.Errorf("stage %+v", i)
			}
		}
		rows := 0
		for pane := range outs[0].(*tidemark.Output[window.Pane[int8, counted]]).Drain() {
			if pane.Value.n != int64(pane.Facts) || pane.Start >= pane.End || !pane.Contains(pane.Last) {
				t.Errorf("pane %+v", pane)
			}
			rows += pane.Facts
		}
		if taken != fed || uint64(rows+outs[1].Len())+refused != fed {
			t.Errorf("%d facts fed, %d in the ledger, %d counted, %d late, %d refused", fed, taken, rows, outs[1].Len(), refused)
		}
		if w := st.Stages[0]; w.Counted != uint64(rows) || w.Late != uint64(outs[1].Len()) || w.Fed != fed-refused {
			t.Errorf("%d facts fed, panes have %d: %+v", fed, rows, w)
		}
	})
}

// count2 counts panes.
type count2 struct{ panes, facts int64 }

func (c *count2) Add(p window.Pane[int8, counted]) { c.panes, c.facts = c.panes+1, c.facts+p.Value.n }
func (c *count2) Merge(o *count2)                  { c.panes, c.facts = c.panes+o.panes, c.facts+o.facts }

// stubborn is a sink that refuses some of what it is told.
type stubborn struct {
	p    *program
	rows int
}

func (k *stubborn) err() error {
	if k.p.next()%4 == 1 {
		return errFlaky
	}
	return nil
}

func (k *stubborn) Write(b sink.Batch[sale]) error {
	if len(b.Rows) != len(b.Stamps) {
		panic("rows and stamps differ in number")
	}
	err := k.err()
	if err == nil {
		k.rows += len(b.Rows)
	}
	clear(b.Rows) // it is the sink's until Write returns: but not if it refuses
	return err
}
func (k *stubborn) Flush(context.Context) error { return k.err() }
func (k *stubborn) Close(context.Context) error { return k.err() }

// yard is what a program builds and calls.
type yard struct {
	program
	t      *testing.T
	p      *tidemark.Pipeline
	now    time.Time
	inputs []*tidemark.Input[sale]
	sales  []tidemark.Stream[sale]
	keyed  []tidemark.Keyed[int, sale]
	panes  []tidemark.Keyed[int, takings]
	missed []tidemark.Stream[tidemark.Missed[sale]]
	outs   []*tidemark.Output[sale]
	told   []*tidemark.Output[tidemark.Missed[sale]]
	fired  []*tidemark.Output[takings]
	fed    uint64
	sound  bool // it was built without a mistake
	late   bool // a stage was added between the calls
}

func any1[T any](y *yard, x []T) (z T) {
	if len(x) == 0 || y.program.next() == 255 { // a zero value now and then
		return z
	}
	return x[int(y.next())%len(x)]
}

// fn is f, or nil now and then.
func fn[F any](y *yard, f F) (none F) {
	if y.next() == 255 {
		return none
	}
	return f
}

// build adds a stage, right or wrong.
func (y *yard) build() {
	s := step{a: int64(y.next()), m: int64(y.next()%5) + 1}
	switch y.next() % 12 {
	case 0:
		name := []string{"a", "b", "c", "d", "", "a/b"}[y.next()%6]
		how := watermark.Bounded{Delay: time.Duration(y.int64()), MaxAhead: time.Duration(y.int64()), IdleAfter: time.Duration(y.int64())}
		var in *tidemark.Input[sale]
		var x tidemark.Stream[sale]
		switch y.next() % 3 {
		case 0:
			in, x = tidemark.From(y.p, name, fn(y, sale.time), how)
		case 1:
			in, x = tidemark.FromNanos(y.p, name, fn(y, sale.nanos), how)
		default:
			in, x = tidemark.FromNanos(y.p, name, fn(y, sale.nanos), watermark.Punctuated[sale]{Mark: fn(y, func(x sale) (time.Time, bool) { return time.Unix(0, x.At), x.N%2 == 0 })})
		}
		y.inputs, y.sales, y.missed = append(y.inputs, in), append(y.sales, x), append(y.missed, in.Refused())
	case 1:
		y.keyed = append(y.keyed, tidemark.KeyBy(any1(y, y.sales), fn(y, sale.shop)))
	case 2:
		y.sales = append(y.sales, tidemark.Filter(any1(y, y.sales), fn(y, s.keepsSale)))
		y.panes = append(y.panes, tidemark.Filter(any1(y, y.panes), fn(y, func(p takings) bool { return p.Facts > 1 })))
	case 3:
		y.sales = append(y.sales, tidemark.Map(any1(y, y.panes), fn(y, func(p takings) sale { return paneSale(p, false) })))
	case 4:
		y.sales = append(y.sales, tidemark.FlatMap(any1(y, y.keyed), fn(y, s.emit)))
	case 5:
		good, bad := tidemark.Validate(any1(y, y.keyed), fn(y, s.checkSale))
		y.keyed, y.missed = append(y.keyed, good), append(y.missed, bad)
	case 6:
		y.sales = append(y.sales, tidemark.Merge(any1(y, y.sales), any1(y, y.sales), any1(y, y.sales)))
		y.keyed = append(y.keyed, tidemark.Merge(any1(y, y.keyed), any1(y, y.keyed)))
	case 7:
		ordered, late := tidemark.InOrder(any1(y, y.sales))
		y.sales, y.missed = append(y.sales, ordered), append(y.missed, late)
	case 8:
		var rule window.Rule = window.Tumble{Size: time.Duration(y.int64()), Offset: time.Duration(y.int64())}
		panes, late := tidemark.Window[fold](any1(y, y.keyed), fn(y, rule), []window.Option{window.Sorted, nil, window.Order(3)}[:y.next()%4%3]...)
		y.panes, y.missed = append(y.panes, panes), append(y.missed, late)
	case 9:
		how := join.AsOf{Wait: []join.Wait{nil, join.Live, join.Strict, join.Within(y.int64()), join.Waiting(9)}[y.next()%5], Missing: []join.Missing{nil, join.Zero, join.Absent(3)}[y.next()%3]}
		rows, lost := tidemark.JoinAsOf(any1(y, y.keyed), any1(y, y.keyed), how, fn(y, joinSales))
		y.keyed, y.missed = append(y.keyed, rows), append(y.missed, lost)
	case 10:
		y.sales = append(y.sales, tidemark.Named(any1(y, y.sales), []string{"", "x", "a", "in"}[y.next()%4]))
	case 11:
		y.sales = append(y.sales, tidemark.Map(any1(y, y.missed), fn(y, func(m tidemark.Missed[sale]) sale { return m.Fact })))
	}
}

// collect takes out what there is.
func (y *yard) collect() {
	for _, s := range y.sales {
		if y.next()%4 == 1 {
			var k sink.Sink[sale] = &stubborn{p: &y.program}
			if !y.sound {
				k = fn(y, k)
			}
			tidemark.Into(s, k)
			continue
		}
		y.outs = append(y.outs, tidemark.Collect(s))
	}
	for _, s := range y.keyed {
		y.outs = append(y.outs, tidemark.Collect(s))
	}
	for _, s := range y.panes {
		y.fired = append(y.fired, tidemark.Collect(s))
	}
	for _, s := range y.missed {
		if y.next()%2 == 0 {
			y.told = append(y.told, tidemark.Collect(s))
		}
	}
}

// taken notes facts that were fed, unless nothing was taken.
func (y *yard) taken(n int, err error) {
	if many, ok := err.(interface{ Unwrap() []error }); err == nil || ok && allFacts(many.Unwrap()) {
		y.fed += uint64(n)
	}
}

func allFacts(errs []error) bool {
	for _, e := range errs {
		if _, ok := e.(*tidemark.FactError); !ok {
			return false
		}
	}
	return true
}

func (y *yard) facts() (facts []sale) {
	for range y.next() % 8 {
		facts = append(facts, sale{int(y.next() % 4), y.int64(), int64(y.next())})
	}
	if y.next() == 254 {
		for range 300 {
			facts = append(facts, facts...)
			if len(facts) > 1500 {
				break
			}
		}
	}
	return facts
}

// call makes a call, in any state.
func (y *yard) call() {
	var in *tidemark.Input[sale]
	if len(y.inputs) > 0 {
		in = y.inputs[int(y.next())%len(y.inputs)]
	}
	verb := y.next() % 24
	if in == nil && verb < 9 {
		return
	}
	switch verb {
	case 0, 1, 2:
		facts := y.facts()
		y.taken(len(facts), in.Feed(facts...))
	case 3:
		facts, was := y.facts(), in.Position()
		err := in.FeedAt("here", facts...)
		y.taken(len(facts), err)
		if errors.Is(err, tidemark.ErrFull) && in.Position() != was {
			y.t.Error("the position of a Feed that took nothing was kept")
		}
	case 4:
		_ = in.Advance(y.time())
	case 5:
		_ = in.Idle()
	case 6:
		_ = in.Close()
	case 7:
		y.inputs = append(y.inputs, in.Partition(string('a'+rune(y.next()%3))))
	case 8:
		y.missed = append(y.missed, in.Refused())
	case 9:
		y.now = y.now.Add(time.Duration(y.int64()))
	case 10, 11:
		most := int(y.next() % 4)
		for _, o := range y.outs {
			n := o.Len()
			for range o.Drain() {
				if most--; most == 0 {
					break
				}
				if in != nil && most == 2 { // the lock is not held
					_ = in.Feed()
				}
			}
			if o.Len() > n {
				y.t.Errorf("%d rows after draining some of %d", o.Len(), n)
			}
		}
	case 12:
		for _, o := range y.outs {
			n := o.Len()
			if got := len(o.DrainTo(nil)); got != n || o.Len() != 0 {
				y.t.Errorf("drained %d rows of %d, %d left", got, n, o.Len())
			}
		}
	case 13:
		for _, o := range y.fired {
			for s, pane := range o.DrainStamped() {
				if s != pane.Stamp || s.ID == (row.ID{}) {
					y.t.Errorf("pane %+v has the stamp %+v", pane, s)
				}
				if y.next()%4 == 0 {
					break
				}
			}
		}
	case 14:
		y.ledger()
	case 15:
		_ = tidemark.WhyNot(any1(y, y.panes), int(y.next()%4), y.time()).String()
	case 16:
		g := y.p.Explain()
		_, _ = g.String(), g.Mermaid()
	case 17:
		y.p.Next()
	case 18:
		_ = y.p.Flush(context.Background())
	case 19:
		_ = y.p.Check()
	case 20:
		_ = y.p.Close(context.Background())
	case 21:
		if y.next()%32 == 0 {
			y.late = true
			y.build() // too late, it may be
		}
	case 22:
		for _, o := range y.told {
			for range o.Drain() {
			}
		}
	case 23:
		y.p.Limit = int(y.next()) - 1
	}
}

// ledger checks it: every fact that was taken is in a column.
func (y *yard) ledger() {
	st := y.p.Stats()
	_ = st.String()
	fed := uint64(0)
	for _, i := range st.Inputs {
		fed += i.Fed
	}
	if fed > y.fed {
		y.t.Errorf("%d facts in the ledger, %d were fed", fed, y.fed)
	}
	for _, s := range st.Stages {
		if s.Balance() != 0 {
			y.t.Errorf("stage does not balance: %+v", s)
		}
	}
}

// right builds a pipeline that has no mistake, a random one.
func (y *yard) right() {
	g := newGenerator(uint64(y.next())<<8|uint64(y.next()), false)
	sh, _, _ := g.history()
	pl, err := newPlayer(sh, 0)
	if err != nil {
		y.t.Fatal(err)
	}
	y.p = &pl.p
	for i, s := range sh.steps {
		b := pl.steps[i]
		switch s.kind {
		case sales:
			y.sales = append(y.sales, b.sales)
		case keyed:
			y.keyed = append(y.keyed, b.keyed)
		case paned:
			y.panes = append(y.panes, b.panes)
		}
		if s.hasSecond() && !sh.missesPanes(i) {
			y.missed = append(y.missed, b.missed)
		}
	}
	for _, parts := range pl.inputs {
		y.inputs = append(y.inputs, parts...)
	}
	if pl.p.Clock != nil {
		pl.p.Clock = func() time.Time { return y.now }
	}
}

// run builds a pipeline and makes calls as the program says.
func (y *yard) run() {
	y.sound = y.next()%4 > 0
	if y.p = new(tidemark.Pipeline); y.sound {
		y.right()
	} else {
		if y.next()%2 == 1 {
			y.p.Clock = func() time.Time { return y.now }
		}
		for range 1 + y.next()%8 {
			y.build()
		}
	}
	y.collect()
	y.p.Limit = int(y.next()) * 4
	for len(y.program) > 0 {
		y.call()
	}
	y.ledger()
	if !y.sound {
		_ = y.p.Close(context.Background())
		y.ledger()
		return
	}
	var err error
	for range 100 {
		if err = y.p.Close(context.Background()); !errors.Is(err, errFlaky) {
			break
		}
	}
	if err != nil && !y.late {
		y.t.Errorf("Close: %v", err)
	}
	y.ledger()
	for _, s := range y.p.Stats().Stages {
		if s.Held != 0 && !y.late {
			y.t.Errorf("held after Close (%v): %+v\n%s\n%s", err, s, y.p.Explain(), y.p.Stats())
		}
	}
}

// Whatever is called in whatever order, nothing panics, and the ledger balances.
func FuzzCalls(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 3, 0, 0, 0, 0, 64, 64, 64, 1, 0})
	dice := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		f.Add(noise(dice))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 1<<12 {
			(&yard{program: data, t: t}).run()
		}
	})
}

// noise gives random bytes, the rare ones rarer.
func noise(dice *rand.Rand) []byte {
	b := make([]byte, 20+dice.IntN(300))
	for i := range b {
		if b[i] = byte(dice.IntN(256)); b[i] > 200 && dice.IntN(4) > 0 {
			b[i] = byte(dice.IntN(100))
		}
	}
	return b
}
