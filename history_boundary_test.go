package tidemark_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

func TestSpanHoldsItsStartAndNotItsEnd(t *testing.T) {
	for _, c := range []struct {
		at   int64
		span string
	}{{-11, "[-20 -10)"}, {-10, "[-10 0)"}, {-1, "[-10 0)"}, {0, "[0 10)"}, {1, "[0 10)"}, {9, "[0 10)"}, {10, "[10 20)"}, {11, "[10 20)"}} {
		m := newMarket(t, watermark.Bounded{}, 10, false)
		m.feed(c.at)
		m.close()
		m.want(c.span + " 1: 1 forced")
	}
}

func TestOffsetMovesSpansForNegativeTimesToo(t *testing.T) {
	for _, offset := range []int64{3, 13, -7, -17} {
		for at, want := range map[int64]string{-8: "[-17 -7)", -7: "[-7 3)", 2: "[-7 3)", 3: "[3 13)"} { // order: each by itself
			var p tidemark.Pipeline
			in, sales := tidemark.FromNanos(&p, "sales", sale.nanos, watermark.Bounded{})
			panes, _ := tidemark.Window[till](tidemark.KeyBy(sales, sale.shop), window.Tumble{Size: 10, Offset: time.Duration(offset)})
			out := tidemark.Collect(panes)
			if err := errors.Join(in.Feed(sale{At: at}), p.Close(t.Context())); err != nil {
				t.Fatal(err)
			}
			for pane := range out.Drain() {
				if got := fmt.Sprintf("[%d %d)", pane.Start, pane.End); got != want {
					t.Errorf("offset %d: fact at %d is in %s, want %s", offset, at, got, want)
				}
				if pane.Stamp.Time != pane.End-1 || int64(pane.Last) != at {
					t.Errorf("offset %d: pane %v has the time %d and Last %d", offset, pane.Span, pane.Stamp.Time, pane.Last)
				}
			}
		}
	}
}

func TestSpanFiresWhenWReachesItsEnd(t *testing.T) {
	for _, delay := range []int64{0, 1, 4} {
		m := newMarket(t, watermark.Bounded{Delay: time.Duration(delay)}, 10, false)
		m.feed(5, 9+delay) // W 9
		m.want("")
		m.feed(10 + delay) // W 10
		if delay == 0 {
			m.want("[0 10) 1: 2")
		} else {
			m.want(fmt.Sprintf("[0 10) 1: %d", 1))
		}
	}
	// Advance moves W by itself.
	m := newMarket(t, watermark.Bounded{}, 10, false)
	m.feed(5)
	for w, want := range []string{9: "", 10: "[0 10) 1: 1"} {
		if err := m.in.Advance(time.Unix(0, int64(w))); err != nil {
			t.Fatal(err)
		}
		m.want(want)
	}
}

func TestFactIsLateForItsSpanAtItsEndAndNotBefore(t *testing.T) {
	m := newMarket(t, watermark.Bounded{}, 10, false)
	m.feed(9, 0, 5) // W 9 = End - 1: behind W, and in time for the span
	m.want("")
	m.feed(10) // W = End
	m.want("[0 10) 1: 3")
	m.feed(9, 0)
	for x := range m.late.Drain() {
		if x.Reason != tidemark.Late || x.Watermark != 10 || x.Stage != "sales/window" || !slices.Equal(x.Spans, []tidemark.Span{{Start: 0, End: 10}}) {
			t.Errorf("late fact: %+v", x)
		}
	}
}

func TestFactAtWIsOnTimeForInOrder(t *testing.T) {
	var p tidemark.Pipeline
	in, sales := tidemark.FromNanos(&p, "sales", sale.nanos, watermark.Bounded{Delay: 5})
	ordered, late := tidemark.InOrder(sales)
	out, missed := tidemark.Collect(ordered), tidemark.Collect(late)
	for _, step := range []struct{ at, rows, late []int64 }{
		{[]int64{10}, nil, nil},                  // W 5
		{[]int64{5}, nil, nil},                   // at W
		{[]int64{4}, nil, []int64{4}},            // 1 ns behind it
		{[]int64{6, 5}, nil, nil},                // none is given as long as W is 5
		{[]int64{11}, []int64{5, 5}, nil},        // W 6 gives what is before 6
		{[]int64{12, 6}, []int64{6}, []int64{6}}, // W 7
	} {
		for _, at := range step.at {
			if err := in.Feed(sale{At: at}); err != nil {
				t.Fatal(err)
			}
		}
		var rows, misses []int64
		for s := range out.Drain() {
			rows = append(rows, s.At)
		}
		for m := range missed.Drain() {
			misses = append(misses, int64(m.Time))
		}
		if !slices.Equal(rows, step.rows) || !slices.Equal(misses, step.late) {
			t.Errorf("after %d: rows %d and late %d, want %d and %d", step.at, rows, misses, step.rows, step.late)
		}
	}
	balanced(t, &p)
}

// exchange is a pipeline that joins sales with the rate of their shop.
type exchange struct {
	testing.TB
	p     tidemark.Pipeline
	in    *tidemark.Input[sale]
	rates *tidemark.Input[sale]
	out   *tidemark.Output[string]
	lost  *tidemark.Output[tidemark.Missed[sale]]
}

func newExchange(t testing.TB, how join.AsOf) *exchange {
	x := &exchange{TB: t}
	in, sales := tidemark.FromNanos(&x.p, "sales", sale.nanos, watermark.Bounded{})
	dim, rates := tidemark.FromNanos(&x.p, "rates", sale.nanos, watermark.Bounded{})
	rows, lost := tidemark.JoinAsOf(tidemark.KeyBy(sales, sale.shop), tidemark.KeyBy(rates, sale.shop), how, func(s, r sale) string {
		return fmt.Sprintf("%d:%d", s.At, r.N)
	})
	x.in, x.rates, x.out, x.lost = in, dim, tidemark.Collect(rows), tidemark.Collect(lost)
	return x
}

func (x *exchange) rate(at, n int64) {
	x.Helper()
	if err := x.rates.Feed(sale{1, at, n}); err != nil {
		x.Fatal(err)
	}
}

func (x *exchange) feed(at ...int64) {
	x.Helper()
	for _, t := range at {
		if err := x.in.Feed(sale{Shop: 1, At: t}); err != nil {
			x.Fatal(err)
		}
	}
}

// want checks the rows since the last call, and the reasons of those missed.
func (x *exchange) want(rows string, missed ...string) {
	x.Helper()
	if got := strings.Join(slices.Collect(x.out.Drain()), " "); got != rows {
		x.Errorf("joined %q, want %q", got, rows)
	}
	var got []string
	for m := range x.lost.Drain() {
		got = append(got, fmt.Sprintf("%d %v", m.Time, m.Reason))
	}
	if !slices.Equal(got, missed) {
		x.Errorf("missed %q, want %q", got, missed)
	}
	balanced(x, &x.p)
}

func TestVersionHoldsFromItsTimeOn(t *testing.T) {
	for _, how := range []join.AsOf{{Wait: join.Live}, {}, {Wait: join.Within(0)}} {
		x := newExchange(t, how)
		x.rate(10, 1)
		x.rate(20, 2)
		x.feed(9, 10, 11, 19, 20, 21)
		x.want("10:1 11:1 19:1 20:2 21:2", "9 unmatched")
	}
	x := newExchange(t, join.AsOf{Wait: join.Live, Missing: join.Zero})
	x.rate(10, 1)
	x.rate(10, 3) // the later fed wins
	x.feed(9, 10)
	x.want("9:0 10:3")
}

func TestWithinWaitsForTheFactsOwnW(t *testing.T) {
	x := newExchange(t, join.AsOf{Wait: join.Within(5)})
	x.feed(10, 14) // W 14 = 10 + 5 - 1
	x.want("")
	x.rate(10, 1)
	x.want("")
	x.feed(15) // W 15 = 10 + 5
	x.want("10:1")
	x.feed(18)
	x.want("")
	x.feed(19) // W 19 = 14 + 5
	x.want("14:1")
	x.feed(18) // behind W: joins at once, before those that wait
	x.want("18:1")
	if err := x.p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	x.want("15:1 18:1 19:1")
}

func TestStrictWaitsUntilTheWOfTheVersionsHasPassed(t *testing.T) {
	x := newExchange(t, join.AsOf{Wait: join.Strict})
	x.rate(5, 1)
	x.feed(4, 5, 6)
	x.want("", "4 unmatched") // W 5 > 4, and not > 5
	x.rate(6, 2)
	x.want("5:1")
	x.rate(6, 3)
	x.want("")
	if err := x.rates.Advance(time.Unix(0, 6)); err != nil { // no more than it was
		t.Fatal(err)
	}
	x.want("")
	if err := x.rates.Advance(time.Unix(0, 7)); err != nil {
		t.Fatal(err)
	}
	x.want("6:3")
}

func TestVersionIsPrunedWhenANewerOneIsAtTheLeastW(t *testing.T) {
	x := newExchange(t, join.AsOf{Wait: join.Live, Missing: join.Zero})
	x.rate(10, 1)
	x.rate(20, 2)
	x.feed(19) // both Ws: 19, 20
	x.feed(15) // behind W, and its version is there
	x.want("19:1 15:1")
	x.feed(20) // the least W is 20: nobody on time asks for what is before
	x.feed(19, 10)
	x.want("20:2", "19 late", "10 late") // never null, nor another version
	x.rate(30, 3)
	x.feed(40) // the least W is 30, by the versions
	x.feed(29)
	x.feed(31)
	x.want("40:3 31:3", "29 late")
}

func TestClockRefusesBeyondMaxAhead(t *testing.T) {
	for _, c := range []struct{ set, bound time.Duration }{{0, 5 * time.Minute}, {time.Second, time.Second}} {
		m := newMarket(t, watermark.Bounded{MaxAhead: c.set}, 10, true)
		m.now = time.Unix(100, 0)
		most := m.now.Add(c.bound).UnixNano()
		m.feed(most, most-1)
		if _, ok := errors.AsType[*tidemark.FactError](m.in.Feed(sale{1, most + 1, 1})); !ok {
			t.Errorf("MaxAhead %v: a fact 1 ns beyond was taken", c.set)
		}
		m.now = m.now.Add(1)
		m.feed(most + 1)
		m.now = m.now.Add(-time.Hour) // the clock does not go back
		m.feed(most + 1)
		st := m.p.Stats().Inputs[0]
		if st.Refused != 1 {
			t.Errorf("MaxAhead %v: %d refused, want 1", c.set, st.Refused)
		}
	}
	m := newMarket(t, watermark.Bounded{MaxAhead: -1}, 10, true) // no bound
	m.feed(1 << 60)
}

func TestWithoutAClockMaxAheadHoldsBackOneFactAlone(t *testing.T) {
	for _, c := range []struct {
		facts []int64
		w     int64 // -1: not set
	}{
		{[]int64{100}, -1},
		{[]int64{100, 100}, 100},
		{[]int64{100, 110}, 110},      // at most MaxAhead beyond the second
		{[]int64{100, 111}, 100},      // 1 ns more
		{[]int64{111, 100}, 100},      // in any order
		{[]int64{100, 111, 101}, 111}, // the second catches up
		{[]int64{100, 111, 111}, 111}, // equal times are two
		{[]int64{100, 1000, 989, 990}, 1000},
		{[]int64{100, 1000, 989}, 989},
	} {
		m := newMarket(t, watermark.Bounded{MaxAhead: 10}, 1<<40, false)
		m.feed(c.facts...)
		got := int64(-1)
		if w := m.p.Stats().Inputs[0].Watermark; !w.IsZero() {
			got = w.UnixNano()
		}
		if got != c.w {
			t.Errorf("after %d: W is %d, want %d", c.facts, got, c.w)
		}
	}
}

func TestPartitionIsIdleAfterExactlyIdleAfter(t *testing.T) {
	m := newMarket(t, watermark.Bounded{IdleAfter: 100}, 10, true)
	a, b := m.in.Partition("a"), m.in.Partition("b")
	m.now = time.Unix(0, 1000)
	if err := errors.Join(a.Feed(sale{1, 5, 1}), b.Feed(sale{1, 5, 1})); err != nil {
		t.Fatal(err)
	}
	m.now = time.Unix(0, 1099)
	if err := b.Feed(sale{1, 15, 1}); err != nil {
		t.Fatal(err)
	}
	m.want("")
	if due, ok := m.p.Next(); !ok || due.UnixNano() != 1100 {
		t.Errorf("Next is %v, %v, want 1100 ns", due, ok)
	}
	m.now = time.Unix(0, 1100)
	if err := m.p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.want("[0 10) 1: 2")
	m.now = time.Unix(0, 1150)
	if err := a.Feed(sale{1, 15, 1}); err != nil { // back, at W
		t.Fatal(err)
	}
	m.now = time.Unix(0, 1249) // b since 1099, a since 1150
	if err := m.p.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, s := range m.p.Stats().Inputs {
		if s.Partition != "" && s.Idle != (s.Partition == "b") {
			t.Errorf("%s is idle: %v", s.Partition, s.Idle)
		}
	}
}

func TestClockIsReadOnceACall(t *testing.T) {
	m := newMarket(t, watermark.Bounded{IdleAfter: 100}, 10, true)
	reads := 0
	m.p.Clock = func() time.Time { reads++; return time.Unix(0, int64(reads)) }
	for i, call := range []func() error{
		func() error { return m.in.Feed(make([]sale, 5000)...) },
		func() error { return m.in.Feed() },
		func() error { return m.in.Advance(time.Unix(0, 7)) },
		m.in.Idle,
		func() error { return m.p.Flush(t.Context()) },
	} {
		if err := call(); err != nil || reads != i+1 {
			t.Fatalf("call %d: the clock was read %d times: %v", i, reads, err)
		}
	}
	m.p.Stats()
	m.p.Next()
	m.fired()
	if m.close(); reads != 5 {
		t.Errorf("the clock was read %d times, want 5", reads)
	}
}

func TestFactErrorTellsThePlaceInTheCall(t *testing.T) {
	var p tidemark.Pipeline
	in, sales := tidemark.From(&p, "sales", func(s sale) time.Time {
		if s.N < 0 {
			return time.Time{}
		}
		return s.time()
	}, watermark.Bounded{})
	out := tidemark.Collect(sales)
	facts := make([]sale, 3000)
	bad := []int{0, 5, 1023, 1024, 2500, 2999}
	for _, i := range bad {
		facts[i].N = -1
	}
	err := in.Feed(facts...)
	many, ok := err.(interface{ Unwrap() []error })
	if !ok || len(many.Unwrap()) != len(bad) {
		t.Fatalf("Feed: %v", err)
	}
	for k, e := range many.Unwrap() {
		if fact, ok := errors.AsType[*tidemark.FactError](e); !ok || fact.Index != bad[k] {
			t.Errorf("error %d: %v, want one of fact %d", k, e, bad[k])
		}
	}
	if out.Len() != 3000-len(bad) {
		t.Errorf("%d facts were taken", out.Len())
	}
}

func TestSpanIsCutOffAtTheBoundsOfTime(t *testing.T) {
	for _, c := range []struct {
		at   watermark.Time
		span tidemark.Span
	}{
		{watermark.Max - 1, tidemark.Span{Start: 9223372036854775800, End: watermark.Max}},
		{watermark.Min + 1, tidemark.Span{Start: watermark.Min, End: -9223372036854775800}},
	} {
		m := newMarket(t, watermark.Bounded{}, 10, false)
		m.feed(int64(c.at))
		m.close()
		for p := range m.out.Drain() {
			if p.Span != c.span {
				t.Errorf("pane of a fact at %d: [%d %d)", c.at, p.Start, p.End)
			}
		}
		m = newMarket(t, watermark.Bounded{}, 10, false)
		if err := m.in.Partition("a").Close(); err != nil { // W is at the end
			t.Fatal(err)
		}
		m.feed(int64(c.at))
		for x := range m.late.Drain() {
			if len(x.Spans) != 1 || x.Spans[0] != c.span {
				t.Errorf("missed by a fact at %d: %d", c.at, x.Spans)
			}
		}
	}
}
