package tidemark_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// What other systems lose in hops, sessions and the like. See also the tests of
// the same kind on tumbling windows.

// Jet and Arroyo drop a fact that is late for one span of a hop from all.
func TestFactLateForOneSpanOfAHopCountsInTheOthers(t *testing.T) {
	m := newMarketOf(t, watermark.Bounded{}, false, window.Hop{Size: 10, Every: 5})
	m.feed(3, 6) // W 6: [-5 5) has fired
	m.want("[-5 5) 1: 1")
	m.feed(4)
	if s := m.p.Stats().Stages[0]; s.Partly != 1 || s.Counted != 3 || s.Late != 0 {
		t.Errorf("the ledger is %+v, want one fact partly late, and counted", s)
	}
	m.feed(10)
	m.want("[0 10) 1: 3")
	m.feed(0) // late for both
	m.wantLate(0)
	m.close()
	m.want("[5 15) 1: 2 forced, [10 20) 1: 1 forced")
}

// The same holds for the steps of a cumulate.
func TestFactLateForOneStepCountsInTheLaterOnes(t *testing.T) {
	m := newMarketOf(t, watermark.Bounded{}, false, window.Cumulate{Size: 15, Step: 5})
	m.feed(5, 4)
	m.want("")
	m.feed(10)
	m.want("[0 10) 1: 2")
	m.close()
	m.want("[0 15) 1: 3 forced")
}

// Kafka Streams opens a final session again for a late fact, and gives two finals
// that overlap.
func TestLateFactDoesNotOpenAFinalSessionAgain(t *testing.T) {
	m := newMarketOf(t, watermark.Bounded{}, false, window.Session{Gap: 10})
	m.feed(0, 5, 16) // W 16: [0 15) is final
	m.want("[0 15) 1: 2")
	m.feed(12, 14) // less than 10 from 5, though also from 16, which is open
	m.wantLate(12, 14)
	m.feed(15) // 10 from 5
	m.close()
	m.want("[15 26) 1: 2 forced")
}

func TestFinalSessionsOfAKeyNeverOverlap(t *testing.T) {
	for _, options := range [][]window.Option{nil, {window.Lateness(30)}, {window.EarlyEvery(5)}} {
		for seed := range uint64(100) {
			dice := rand.New(rand.NewPCG(seed, 5))
			m := newMarketOf(t, watermark.Bounded{Delay: time.Duration(dice.IntN(10))}, false, window.Session{Gap: 10}, options...)
			for at := int64(0); at < 500; at += dice.Int64N(9) {
				m.feed(at - dice.Int64N(60)*dice.Int64N(2))
			}
			m.close()
			last := map[int64]window.Pane[int, till]{} // by Start: the last revision
			for p := range m.out.Drain() {
				if p.Kind.String() != "early" && p.Kind.String() != "withdrawn" {
					last[int64(p.Start)] = p
				}
			}
			var finals []window.Pane[int, till]
			for _, p := range last { // order: sorted below
				finals = append(finals, p)
			}
			slices.SortFunc(finals, func(a, b window.Pane[int, till]) int { return cmp.Compare(a.Start, b.Start) })
			for i := 1; i < len(finals); i++ {
				if finals[i].Start < finals[i-1].End {
					t.Fatalf("%v, seed %d: %v overlaps %v", options, seed, finals[i], finals[i-1])
				}
			}
			balanced(t, &m.p)
		}
	}
}

// ekuiper loses exactly the facts that lie on a boundary.
func TestFactsOnTheBoundariesOfAHopAreInAllItsSpans(t *testing.T) {
	m := newMarketOf(t, watermark.Bounded{}, false, window.Hop{Size: 10, Every: 5})
	for at := int64(-50); at <= 50; at += 5 {
		m.feed(at, at)
	}
	m.close()
	rows, facts := 0, 0
	for p := range m.out.Drain() {
		rows, facts = rows+1, facts+p.Facts
		if want := 4; p.Facts != want && p.Start != -55 && p.End != 60 {
			t.Errorf("%v has %d facts, want %d", p.Span, p.Facts, want)
		}
	}
	if rows != 22 || facts != 2*2*21 {
		t.Errorf("%d rows with %d facts, want 22 with 84", rows, facts)
	}
	m.want("")
}

func TestFactsAGapApartAreSessionsOfTheirOwn(t *testing.T) {
	m := newMarketOf(t, watermark.Bounded{}, false, window.Session{Gap: 10})
	m.feed(0, 10, 20, 29, 39)
	m.want("[0 10) 1: 1, [10 20) 1: 1, [20 39) 1: 2")
	m.close()
	m.want("[39 49) 1: 1 forced")
}

func TestAFactAtTheEndOfAStaggerOpensTheNext(t *testing.T) {
	m := newMarketOf(t, watermark.Bounded{}, false, window.Stagger{Size: 10})
	m.feed(3, 12, 13, 22, 23, 24)
	m.want("[3 13) 1: 2, [13 23) 1: 2")
	m.close()
	m.want("[23 33) 1: 2 forced")
}

// Kafka Streams loses the last window before a gap in traffic.
func TestGapInTrafficLosesNoWindow(t *testing.T) {
	for _, c := range []struct {
		rule window.Rule
		want string
	}{
		{window.Hop{Size: 10, Every: 5}, "[-5 5) 1: 2, [0 10) 1: 2"},
		{window.Cumulate{Size: 10, Step: 5}, "[0 5) 1: 2, [0 10) 1: 2"},
		{window.Session{Gap: 10}, "[1 12) 1: 2"},
		{window.Session{Gap: 10, MaxSpan: 20}, "[1 12) 1: 2"},
		{window.Stagger{Size: 10}, "[1 11) 1: 2"},
		{window.Slide{Size: 10}, "[-8 2) 1: 1, [-7 3) 1: 2"},
		{window.Count{N: 3, MaxWait: 10}, "[1 3) 1: 2"},
	} {
		for _, gap := range []int64{0, 1, 10, 11, 20, 25, 640, 641, 6400, 1e6, 1e15} {
			m := newMarketOf(t, watermark.Bounded{}, false, c.rule)
			m.feed(1, 2, 15+gap)
			if got := m.fired(); got != c.want {
				t.Errorf("%#v, a gap of %d: fired %q, want %q", c.rule, gap, got, c.want)
			}
			m.wantLate()
		}
	}
}

// VictoriaMetrics writes nothing at the end before the first boundary; streamsql
// has no flush at all.
func TestCloseFiresWhatAnyWindowHolds(t *testing.T) {
	for _, c := range []struct {
		rule window.Rule
		want string
	}{
		{window.Hop{Size: 10, Every: 5}, "[-5 5) 1: 2 forced, [0 10) 1: 2 forced"},
		{window.Cumulate{Size: 10, Step: 5}, "[0 5) 1: 2 forced, [0 10) 1: 2 forced"},
		{window.Session{Gap: 10}, "[1 12) 1: 2 forced"},
		{window.Session{Gap: 10, MaxSpan: 20}, "[1 12) 1: 2 forced"},
		{window.Stagger{Size: 10}, "[1 11) 1: 2 forced"},
		{window.Slide{Size: 10}, "[-8 2) 1: 1 forced, [-7 3) 1: 2 forced"},
		{window.Count{N: 3}, "[1 3) 1: 2 forced"},
	} {
		m := newMarketOf(t, watermark.Bounded{Delay: time.Hour}, false, c.rule)
		m.feed(2, 1)
		m.want("")
		m.close()
		if got := m.fired(); got != c.want {
			t.Errorf("%#v: Close fired %q, want %q", c.rule, got, c.want)
		}
		m.wantLate()
	}
}

// Bytewax drops a fact that is behind the watermark from a window still open;
// streamsql one that comes before the first window seen.
func TestFactBehindTheWatermarkCountsInWhatIsOpen(t *testing.T) {
	for _, c := range []struct {
		rule window.Rule
		want string
	}{
		{window.Hop{Size: 10, Every: 10}, "[10 20) 1: 1, [20 30) 1: 1"},
		{window.Session{Gap: 10}, "[15 30) 1: 2"},
		{window.Stagger{Size: 10}, "[15 25) 1: 2"},
	} {
		m := newMarketOf(t, watermark.Bounded{Delay: 1}, false, c.rule)
		m.feed(20, 15) // W 19
		m.want("")
		m.feed(40)
		m.want(c.want)
	}
}

// streamsql loses the windows that are open to one fact 20 hours ahead.
func TestOneFactFarAheadTakesNothingFromOpenHopsAndSessions(t *testing.T) {
	for _, c := range []struct {
		rule window.Rule
		want string
	}{
		{window.Hop{Size: 10, Every: 5}, "[-5 5) 1: 1, [0 10) 1: 3"},
		{window.Session{Gap: 10}, "[1 17) 1: 3"},
		{window.Stagger{Size: 10}, "[1 11) 1: 3"},
		{window.Count{N: 3}, "[1 8) 1: 3"},
	} {
		m := newMarketOf(t, watermark.Bounded{MaxAhead: 100}, false, c.rule)
		m.feed(1, 5) // W 5, and [-5 5) has fired
		m.feed(20*hour, 7, 18)
		if got := m.fired(); got != c.want {
			t.Errorf("%#v: fired %q, want %q", c.rule, got, c.want)
		}
		m.wantLate()
	}
}

// streamsql gives another count in every run of the same facts.
func TestSameFactsGiveTheSameRowsInEveryRunOfAnyWindow(t *testing.T) {
	for _, rule := range []window.Rule{window.Hop{Size: 5e9, Every: 2e9}, window.Session{Gap: 5e8}, window.Stagger{Size: 5e9}, window.Slide{Size: 1e8}, window.Count{N: 7}} {
		run := func() string {
			m := newMarketOf(t, watermark.Bounded{Delay: 4 * time.Second}, false, rule)
			var facts []sale
			for i := range int64(2000) {
				facts = append(facts, sale{int(i * 7919 % 101), i*1e7 - i*i%37*1e8, i})
			}
			if err := m.in.Feed(facts...); err != nil {
				t.Fatal(err)
			}
			m.close()
			return fmt.Sprint(slices.Collect(m.out.Drain()), slices.Collect(m.late.Drain()))
		}
		if run() != run() {
			t.Errorf("%#v: another run gave other rows", rule)
		}
	}
}
