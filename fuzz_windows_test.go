package tidemark_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// numbers keeps which facts it was given.
type numbers struct{ all []int }

func (a *numbers) Add(f numbered)   { a.all = append(a.all, f.number) }
func (a *numbers) Merge(o *numbers) { a.all = append(a.all, o.all...) }

type numbered struct {
	at     int64
	number int
	key    int8
}

func (f numbered) nanos() int64 { return f.at }
func (f numbered) of() int8     { return f.key }

// rule reads any rule with any parameters.
func (b *program) rule() window.Rule {
	d := func() time.Duration { return time.Duration(b.int64()) }
	switch b.next() % 10 {
	case 0:
		return window.Tumble{Size: d(), Offset: d()}
	case 1:
		return window.Hop{Size: d(), Every: d(), Offset: d()}
	case 2:
		return window.Cumulate{Size: d(), Step: d(), Offset: d(), OnlyChanged: b.next()&1 == 0}
	case 3:
		return window.Session{Gap: d(), MaxSpan: d()}
	case 4:
		return window.Stagger{Size: d(), Arrival: b.next()&1 == 0}
	case 5:
		return window.Slide{Size: d()}
	case 6:
		return window.Count{N: int(b.int64()), MaxWait: d()}
	case 7:
		return window.Calendar{Unit: window.Unit(b.next() % 7), N: int(b.int64())}
	case 8:
		return pairs{max(1, d()>>8)}
	}
	return window.Session{Gap: d()}
}

func (b *program) option() window.Option {
	switch b.next() % 10 {
	case 0:
		return window.Lateness(b.int64())
	case 1:
		return window.Coalesce(b.int64())
	case 2:
		return window.EarlyEvery(b.int64())
	case 3:
		return window.Deadline(b.int64())
	case 4:
		return window.Sorted
	case 5:
		return window.Order(b.next())
	case 6:
		return window.Fill(b.int64())
	case 7, 8:
		return window.MaxKeys{N: int(b.int64()), Evict: b.next()&1 == 0}
	}
	return nil
}

// rowsOfAFact is how many spans hold a fact, at most.
func rowsOfAFact(rule window.Rule) time.Duration {
	switch r := rule.(type) {
	case window.Hop:
		return r.Size / r.Every
	case window.Cumulate:
		return r.Size / r.Step
	}
	return 1
}

// filled is how many spans Fill may add to a fact.
func filled(options []window.Option) (n window.Fill) {
	for _, o := range options {
		if f, ok := o.(window.Fill); ok {
			n = f
		}
	}
	return n
}

// names are the words of which each mistake must have one: what the rule and the
// options are called.
func names(rule window.Rule, options []window.Option) []string {
	words := []string{strings.TrimPrefix(strings.TrimPrefix(fmt.Sprintf("%T", rule), "window."), "tidemark_test."), "an option is nil", "order", "Spans"}
	for _, o := range options {
		words = append(words, strings.TrimPrefix(fmt.Sprintf("%T", o), "window."))
	}
	return words
}

// windowProgram plays a window with the facts and moves that a program says.
type windowProgram struct {
	program
	p       tidemark.Pipeline
	now     int64
	in      *tidemark.Input[numbered]
	rule    window.Rule
	options []window.Option
	base    int64
	fed     int
	panes   *tidemark.Output[window.Pane[int8, numbers]]
	late    *tidemark.Output[tidemark.Missed[numbered]]
	refused *tidemark.Output[tidemark.Missed[numbered]]
}

func (w *windowProgram) build() error {
	how := watermark.Bounded{Delay: time.Duration(max(0, w.int64()))}
	if w.next()&1 == 0 {
		w.p.Clock = func() time.Time { return time.Unix(0, w.now) }
		how.MaxAhead = -1
	}
	w.rule = w.program.rule()
	for range w.next() % 4 {
		w.options = append(w.options, w.option())
	}
	w.base = w.int64()
	var facts tidemark.Stream[numbered]
	w.in, facts = tidemark.FromNanos(&w.p, "in", numbered.nanos, how)
	panes, late := tidemark.Window[numbers](tidemark.KeyBy(facts, numbered.of), w.rule, w.options...)
	w.panes, w.late, w.refused = tidemark.Collect(panes), tidemark.Collect(late), tidemark.Collect(w.in.Refused())
	return w.p.Check()
}

// move feeds facts, or moves W or the clock.
func (w *windowProgram) move() error {
	switch c := w.next(); {
	case c < 200:
		var facts []numbered
		for range 1 + c%4 {
			at := int64(watermark.Time(w.base).Add(time.Duration(int8(w.next()))))
			facts = append(facts, numbered{at, w.fed, int8(w.next() % 3)})
			w.fed++
		}
		return w.in.Feed(facts...)
	case c < 220:
		w.base = int64(watermark.Time(w.base).Add(time.Duration(w.next())))
	case c < 230:
		w.base = w.int64()
	case c < 245:
		w.now = int64(watermark.Time(w.now).Add(time.Duration(w.next())))
		return w.p.Flush(context.Background())
	default:
		return w.in.Advance(time.Unix(0, w.base))
	}
	return nil
}

// check returns what is wrong with the rows at the end: every fact is in one, or missed.
func (w *windowProgram) check() string {
	counted, missed := map[int]bool{}, map[int]int{}
	last := map[row.ID]uint32{}
	for p := range w.panes.Drain() {
		if r, ok := last[p.ID]; ok && p.Revision <= r {
			return fmt.Sprintf("revision %d of %v after %d", p.Revision, p, r)
		}
		last[p.ID] = p.Revision
		if len(p.Value.all) != p.Facts || !p.Contains(p.Last) && p.Facts > 0 {
			return fmt.Sprintf("%v has facts %v, last %v", p, p.Value.all, p.Last)
		}
		all := slices.Compact(slices.Sorted(slices.Values(p.Value.all)))
		if len(all) != p.Facts {
			return fmt.Sprintf("%v has a fact twice", p)
		}
		for _, n := range all {
			counted[n] = true
		}
	}
	for _, out := range []*tidemark.Output[tidemark.Missed[numbered]]{w.late, w.refused} {
		for m := range out.Drain() {
			missed[m.Fact.number]++
		}
	}
	for n := range w.fed {
		if counted[n] == (missed[n] > 0) || missed[n] > 1 {
			return fmt.Sprintf("fact %d: in a row %t, missed %d times", n, counted[n], missed[n])
		}
	}
	for _, s := range w.p.Stats().Stages {
		if s.Balance() != 0 || s.Held != 0 {
			return fmt.Sprintf("the ledger does not balance: %+v", s)
		}
	}
	return ""
}

// playWindow plays a program, and returns what is wrong.
func playWindow(data []byte) string {
	w := &windowProgram{program: data}
	if err := w.build(); err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if !slices.ContainsFunc(names(w.rule, w.options), func(word string) bool { return strings.Contains(line, word) }) {
				return fmt.Sprintf("%#v %v: the mistake does not name what is wrong: %s", w.rule, w.options, line)
			}
		}
		return ""
	}
	if rowsOfAFact(w.rule) > 500 || filled(w.options) > 20 { // more rows than time to look at them
		return ""
	}
	for range 60 {
		if len(w.program) == 0 {
			break
		}
		if err := w.move(); err != nil {
			return fmt.Sprintf("%#v %v: %v", w.rule, w.options, err)
		}
	}
	if err := w.p.Close(context.Background()); err != nil {
		return err.Error()
	}
	if why := w.check(); why != "" {
		return fmt.Sprintf("%#v %v: %s", w.rule, w.options, why)
	}
	return ""
}

// Any window, right or wrong: Check refuses it and names what is wrong, or nothing
// panics, the ledger balances, and each fact is in a row or missed.
func FuzzWindows(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(noise(rand.New(rand.NewPCG(seed, 3))))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if why := playWindow(data); why != "" {
			t.Error(why)
		}
	})
}

// TestAnyWindow plays many programs at random, and sees that they are no poor ones.
func TestAnyWindow(t *testing.T) {
	programs := uint64(4000)
	if testing.Short() {
		programs = 500
	}
	right := map[reflect.Type]int{}
	for seed := range programs {
		data := noise(rand.New(rand.NewPCG(seed, 4)))
		if why := playWindow(data); why != "" {
			t.Fatalf("seed %d: %s", seed, why)
		}
		if w := (&windowProgram{program: data}); w.build() == nil {
			right[reflect.TypeOf(w.rule)]++
		}
	}
	if len(right) < 9 {
		t.Errorf("windows without a mistake: %v: there must be some of each kind", right)
	}
}
