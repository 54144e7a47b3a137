package tidemark_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// sale is the fact of these tests.
type sale struct {
	Shop int
	At   int64 // nanoseconds since 1970
	N    int64
}

func (s sale) time() time.Time { return time.Unix(0, s.At) }
func (s sale) nanos() int64    { return s.At }
func (s sale) shop() int       { return s.Shop }

// till adds up sales.
type till struct{ Sales, Sum int64 }

func (a *till) Add(s sale)    { a.Sales++; a.Sum += s.N }
func (a *till) Merge(o *till) { a.Sales += o.Sales; a.Sum += o.Sum }

// market is a pipeline with one window by shop.
type market struct {
	testing.TB
	p     tidemark.Pipeline
	now   time.Time // what Clock tells, if it is set
	in    *tidemark.Input[sale]
	panes tidemark.Keyed[int, window.Pane[int, till]]
	out   *tidemark.Output[window.Pane[int, till]]
	late  *tidemark.Output[tidemark.Missed[sale]]
}

// newMarket has a tumbling window of size; clock says whether the pipeline has one.
func newMarket(t testing.TB, how watermark.Bounded, size time.Duration, clock bool) *market {
	return newMarketOf(t, how, clock, window.Tumble{Size: size})
}

// newMarketOf is newMarket with another window.
func newMarketOf(t testing.TB, how watermark.Bounded, clock bool, rule window.Rule, options ...window.Option) *market {
	m := &market{TB: t}
	if clock {
		m.p.Clock = func() time.Time { return m.now }
	}
	in, sales := tidemark.From(&m.p, "sales", sale.time, how)
	panes, late := tidemark.Window[till](tidemark.KeyBy(sales, sale.shop), rule, options...)
	m.in, m.panes, m.out, m.late = in, panes, tidemark.Collect(panes), tidemark.Collect(late)
	return m
}

// feed feeds a sale of shop 1 at each of the times.
func (m *market) feed(at ...int64) {
	m.Helper()
	for _, t := range at {
		if err := m.in.Feed(sale{1, t, 1}); err != nil {
			m.Fatal(err)
		}
	}
}

// fired drains the panes: "[0 10) 1: 3" is three sales of shop 1.
func (m *market) fired() string {
	var rows []string
	for p := range m.out.Drain() {
		row := fmt.Sprintf("[%d %d) %d: %d", p.Start, p.End, p.Key, p.Value.Sales)
		if p.Forced {
			row += " forced"
		}
		rows = append(rows, row)
	}
	return strings.Join(rows, ", ")
}

// missed drains the times of the late facts.
func (m *market) missed() (at []int64) {
	for x := range m.late.Drain() {
		at = append(at, int64(x.Time))
	}
	return at
}

// want checks what has fired, and that nothing was late.
func (m *market) want(rows string) {
	m.Helper()
	if got := m.fired(); got != rows {
		m.Errorf("fired %q, want %q", got, rows)
	}
	if late := m.missed(); len(late) > 0 {
		m.Errorf("late at %v, want none", late)
	}
	balanced(m, &m.p)
}

// wantLate checks which facts were late.
func (m *market) wantLate(at ...int64) {
	m.Helper()
	if late := m.missed(); !slices.Equal(late, at) {
		m.Errorf("late at %v, want %v", late, at)
	}
	balanced(m, &m.p)
}

func (m *market) close() {
	m.Helper()
	if err := m.p.Close(m.Context()); err != nil {
		m.Fatal(err)
	}
}

// balanced checks the ledger of every stage.
func balanced(t testing.TB, p *tidemark.Pipeline) {
	t.Helper()
	for _, s := range p.Stats().Stages {
		if s.Balance() != 0 {
			t.Errorf("stage %s does not balance: %+v", s.Stage, s)
		}
	}
}

const hour = int64(time.Hour)

func TestLoneFactsTwelveHoursApartAreNeitherRefusedNorLost(t *testing.T) {
	for _, clock := range []bool{false, true} {
		m := newMarket(t, watermark.Bounded{Delay: 4 * time.Second}, 5*time.Second, clock)
		m.now = time.Unix(0, 10*24*hour)
		rows := ""
		for i := range int64(6) {
			m.feed(i * 12 * hour)
			if i > 0 {
				m.want(fmt.Sprintf("[%d %d) 1: 1", (i-1)*12*hour, (i-1)*12*hour+5e9))
			}
			rows = fmt.Sprintf("[%d %d) 1: 1 forced", i*12*hour, i*12*hour+5e9)
		}
		m.close()
		m.want(rows)
	}
}

func TestOneFactTwentyHoursAheadMakesNothingLateWithMaxAhead(t *testing.T) {
	m := newMarket(t, watermark.Bounded{MaxAhead: time.Hour}, 5*time.Second, false)
	m.feed(1e9, 2e9, 20*hour, 3e9, 4e9, 6e9)
	m.want("[0 5000000000) 1: 4")
	m.feed(7e9, 11e9)
	m.want("[5000000000 10000000000) 1: 2")

	// With a Clock it is refused, as a value and as an error.
	m = newMarket(t, watermark.Bounded{}, 5*time.Second, true)
	m.now = time.Unix(10, 0)
	m.feed(1e9, 2e9)
	err := m.in.Feed(sale{1, 3e9, 1}, sale{1, 20 * hour, 1}, sale{1, 4e9, 1})
	fact, ok := errors.AsType[*tidemark.FactError](err)
	if !ok || fact.Index != 1 || fact.Input != "sales" {
		t.Errorf("Feed of a fact far ahead: %v", err)
	}
	m.feed(6e9)
	m.want("[0 5000000000) 1: 4")

	// Without either the fact leads: that is what MaxAhead is for.
	m = newMarket(t, watermark.Bounded{}, 5*time.Second, false)
	m.feed(1e9, 20*hour, 2e9)
	m.wantLate(2e9)
}

func TestSilentPartitionIsNamedByWhyNot(t *testing.T) {
	m := newMarket(t, watermark.Bounded{}, 10, false)
	a, b := m.in.Partition("a"), m.in.Partition("b")
	why := func() tidemark.Why { return tidemark.WhyNot(m.panes, 1, time.Unix(0, 5)) }
	if w := why(); w.Held || w.Facts != 0 || !w.Watermark.IsZero() {
		t.Errorf("before any fact: %#v", w)
	}
	if err := a.Feed(sale{1, 5, 1}, sale{1, 6, 1}, sale{1, 25, 1}); err != nil {
		t.Fatal(err)
	}
	w := why()
	if !w.Held || w.Facts != 2 || w.Span != (tidemark.Span{Start: 0, End: 10}) || w.Behind != "sales/b" || !strings.Contains(w.String(), "sales/b") {
		t.Errorf("with b silent: %#v", w)
	}
	m.want("")
	if err := b.Feed(sale{2, 9, 1}); err != nil {
		t.Fatal(err)
	}
	if w := why(); !w.Held || w.Behind != "sales/b" || !w.Watermark.Equal(time.Unix(0, 9)) {
		t.Errorf("with b behind: %#v", w)
	}
	if err := b.Idle(); err != nil {
		t.Fatal(err)
	}
	m.want("[0 10) 1: 2, [0 10) 2: 1")
	if w := why(); w.Held || w.Behind != "" {
		t.Errorf("after it has fired: %#v", w)
	}
}

func TestSameFactsGiveTheSameCountInEveryRun(t *testing.T) {
	run := func() string {
		m := newMarket(t, watermark.Bounded{Delay: 4 * time.Second}, 5*time.Second, false)
		var facts []sale
		for i := range int64(20_000) {
			facts = append(facts, sale{int(i * 7919 % 101), i*1e7 - i*i%37*1e8, i})
		}
		if err := m.in.Feed(facts...); err != nil {
			t.Fatal(err)
		}
		m.close()
		return fmt.Sprint(slices.Collect(m.out.Drain()), slices.Collect(m.late.Drain()))
	}
	want := run()
	for range 3 {
		if got := run(); got != want {
			t.Fatal("another run gave other rows")
		}
	}
}

func TestFactInBoundBeforeTheFirstWindowSeenIsCounted(t *testing.T) {
	m := newMarket(t, watermark.Bounded{Delay: 10}, 10, false)
	m.feed(25, 17, 15, 31) // W 15, 15, 15, 21: [10 20) came after [20 30)
	m.want("[10 20) 1: 2")
	m.feed(-5) // behind W, its span is over
	m.wantLate(-5)
	m.close()
	m.want("[20 30) 1: 1 forced, [30 40) 1: 1 forced")
}

func TestGapInTrafficDoesNotLoseTheWindowBeforeIt(t *testing.T) {
	for _, gap := range []int64{10, 11, 20, 25, 640, 641, 6400, 1e6, 1e15} {
		m := newMarket(t, watermark.Bounded{}, 10, false)
		m.feed(1, 2, 5+gap)
		m.want("[0 10) 1: 2")
		m.feed(5 + 2*gap + 10)
		start := (5 + gap) / 10 * 10
		m.want(fmt.Sprintf("[%d %d) 1: 1", start, start+10))
	}
}

func TestSlowReplayUnderAMovingClockLosesNothing(t *testing.T) {
	m := newMarket(t, watermark.Bounded{Delay: time.Second, IdleAfter: time.Minute}, 5*time.Second, true)
	m.now = time.Unix(0, 1000*24*hour)
	rows, want := 0, 2000
	for i := range want {
		m.now = m.now.Add(time.Duration(i) * 7 * time.Second) // ever slower, with pauses beyond IdleAfter
		m.feed(int64(i) * 1e9)
		if i%3 == 0 {
			if err := m.p.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	m.close()
	for p := range m.out.Drain() {
		rows += p.Facts
	}
	if rows != want {
		t.Errorf("%d of %d facts were counted", rows, want)
	}
	m.want("")
}

func TestFactsOnABoundaryAreCountedOnce(t *testing.T) {
	m := newMarket(t, watermark.Bounded{}, 10, false)
	var want []string
	for at := int64(-50); at <= 50; at += 10 {
		m.feed(at, at, at)
		want = append(want, fmt.Sprintf("[%d %d) 1: 3", at, at+10))
	}
	want[len(want)-1] += " forced"
	m.close()
	m.want(strings.Join(want, ", "))
}

func TestCloseFiresEverythingBeforeTheFirstBoundaryToo(t *testing.T) {
	m := newMarket(t, watermark.Bounded{Delay: time.Hour}, time.Minute, false)
	m.feed(1, 2)
	m.want("")
	m.close()
	m.want("[0 60000000000) 1: 2 forced")
	m.close() // again: nothing more
	m.want("")
	if err := m.in.Feed(sale{}); !errors.Is(err, tidemark.ErrClosed) {
		t.Errorf("Feed after Close: %v, want ErrClosed", err)
	}
}

func TestInputCloseFiresFinally(t *testing.T) {
	m := newMarket(t, watermark.Bounded{Delay: time.Hour}, time.Minute, false)
	m.feed(1, 2)
	for range 2 {
		if err := m.in.Close(); err != nil {
			t.Fatal(err)
		}
	}
	m.want("[0 60000000000) 1: 2")
	if err := m.in.Feed(sale{}); !errors.Is(err, tidemark.ErrClosed) {
		t.Errorf("Feed after Close: %v, want ErrClosed", err)
	}
	m.close()
	m.want("")
}

func TestResultsAreNotDroppedForASlowReader(t *testing.T) {
	m := newMarket(t, watermark.Bounded{}, 10, false)
	m.p.Limit = 7
	full, got := 0, 0
	for i := range int64(1000) {
		for {
			err := m.in.Feed(sale{1, 10 * i, 1}, sale{2, 10 * i, 1}, sale{3, 10 * i, 1})
			if err == nil {
				break
			}
			if !errors.Is(err, tidemark.ErrFull) {
				t.Fatal(err)
			}
			full++
			if m.out.Len() < m.p.Limit {
				t.Fatalf("ErrFull with %d rows, below the limit of %d", m.out.Len(), m.p.Limit)
			}
			for range m.out.Drain() { // one row, and the rest stays
				got++
				break
			}
		}
	}
	m.close()
	for p := range m.out.Drain() {
		if at := int64(p.Start); at != int64(got/3)*10 || p.Key != got%3+1 {
			t.Fatalf("row %d is %v of %d", got, p.Span, p.Key)
		}
		got++
	}
	if got != 3000 || full == 0 {
		t.Errorf("%d rows of 3000, ErrFull %d times", got, full)
	}
	m.want("")
}

func TestProcessThatSleptWasNotIdle(t *testing.T) {
	m := newMarket(t, watermark.Bounded{IdleAfter: time.Minute}, 10, true)
	a, b := m.in.Partition("a"), m.in.Partition("b")
	at := func(s int64) { m.now = time.Unix(s, 0) }
	flush := func() {
		t.Helper()
		if err := m.p.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	at(1000)
	if err := errors.Join(a.Feed(sale{1, 5, 1}), b.Feed(sale{1, 25, 1})); err != nil {
		t.Fatal(err)
	}
	at(1000 + 3600) // an hour asleep: a is not idle yet
	flush()
	m.want("")
	if due, ok := m.p.Next(); !ok || !due.Equal(time.Unix(4660, 0)) {
		t.Errorf("Next is %v, %v, want a minute after waking", due, ok)
	}
	if err := b.Feed(sale{1, 26, 1}); err != nil {
		t.Fatal(err)
	}
	at(4659)
	flush()
	m.want("")
	if err := b.Feed(sale{1, 26, 1}); err != nil {
		t.Fatal(err)
	}
	at(4660)
	flush() // a was silent for a minute in which there were calls
	m.want("[0 10) 1: 1")
}

func TestCallsOfManyGoroutinesComeOneAfterAnother(t *testing.T) {
	m := newMarket(t, watermark.Bounded{}, 10, false)
	m.p.Limit = -1
	const parts, each = 4, 300
	var shops [parts]*tidemark.Input[sale]
	for shop := range shops { // all of them before any fact: W waits for each, nobody comes late
		shops[shop] = m.in.Partition(fmt.Sprint(shop))
	}
	var all sync.WaitGroup
	for shop, in := range shops {
		all.Go(func() {
			for i := range int64(each) {
				if err := in.Feed(sale{shop, 2 * i, i}, sale{shop, 2*i + 1, i}); err != nil {
					t.Error(err)
				}
			}
			if err := in.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	facts, stop := 0, make(chan bool)
	var reader sync.WaitGroup
	reader.Go(func() {
		end := watermark.Min
		for last := false; ; {
			for p := range m.out.Drain() {
				if p.End < end {
					t.Errorf("%v came after %v", p.Span, end)
				}
				facts, end = facts+p.Facts, p.End
			}
			balanced(t, &m.p)
			_ = tidemark.WhyNot(m.panes, 1, time.Unix(0, 1)).String()
			if last {
				return
			}
			select {
			case <-stop:
				last = true
			default:
			}
		}
	})
	all.Wait()
	m.close()
	close(stop)
	reader.Wait()
	if facts != 2*parts*each {
		t.Errorf("%d facts in panes, want %d", facts, 2*parts*each)
	}
	m.want("")
}
