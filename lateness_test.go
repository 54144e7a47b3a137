package tidemark_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// lateTicks are n ticks a millisecond apart, exponentially late by so much.
func lateTicks(seed uint64, n int, by time.Duration) []tick {
	r := rand.New(rand.NewPCG(seed, 0))
	facts := make([]tick, n)
	for i := range facts {
		facts[i] = tick{T: 1e18 + int64(i)*int64(time.Millisecond) - int64(r.ExpFloat64()*float64(by)), K: int64(r.IntN(3)), N: 1}
	}
	return facts
}

// A run with a generous delay tells what a lesser one would have cost, and the
// run with the lesser one costs that.
func ExampleInput_Lateness() {
	facts := lateTicks(1, 50_000, time.Second)
	run := func(delay time.Duration) (watermark.Delays, float64) {
		var p tidemark.Pipeline
		in, ticks := tidemark.FromNanos(&p, "ticks", tick.nanos, watermark.Bounded{Delay: delay})
		ordered, late := tidemark.InOrder(ticks)
		kept, missed := tidemark.Collect(ordered), tidemark.Collect(late)
		if err := in.Feed(facts...); err != nil {
			panic(err)
		}
		if err := p.Close(context.Background()); err != nil {
			panic(err)
		}
		return in.Lateness(), float64(missed.Len()) / float64(missed.Len()+kept.Len())
	}
	seen, _ := run(time.Minute)
	delay := seen.Suggest(0.999)
	fmt.Printf("of %d facts, 0.999 come within %v\n", seen.N(), delay.Round(100*time.Millisecond))
	fmt.Printf("a second would lose %.2f\n", seen.Lost(time.Second))
	_, lost := run(delay)
	fmt.Printf("with the delay suggested %.4f are late\n", lost)
	// Output:
	// of 50000 facts, 0.999 come within 7s
	// a second would lose 0.36
	// with the delay suggested 0.0009 are late
}

func TestLatenessIsOfThePartitionOrOfAll(t *testing.T) {
	var p tidemark.Pipeline
	in, ticks := tidemark.FromNanos(&p, "ticks", tick.nanos, watermark.Bounded{})
	tidemark.Collect(ticks)
	a, b := in.Partition("a"), in.Partition("b")
	must(t, a.Feed(tick{T: 100}, tick{T: 93}, tick{T: 99}))
	must(t, b.Feed(tick{T: 50}, tick{T: 30}))
	must(t, in.Feed(tick{T: 1000}))
	must(t, in.Feed(tick{T: 960}))
	must(t, a.Advance(time.Unix(0, 5000))) // no fact
	must(t, p.Close(context.Background()))
	for _, c := range []struct {
		name    string
		d       watermark.Delays
		n       uint64
		longest time.Duration
		lost    float64 // with a delay of 7
	}{
		{"a", a.Lateness(), 3, 7, 0},
		{"b", b.Lateness(), 2, 20, 0.5},
		{"all", in.Lateness(), 7, 40, 2. / 7},
		{"none", new(tidemark.Input[tick]).Lateness(), 0, 0, 0},
	} {
		if c.d.N() != c.n || c.d.Suggest(1) != c.longest || c.d.Lost(7) != c.lost {
			t.Errorf("%s: %v, a delay of 7 loses %v; want %d within %v, %v", c.name, c.d, c.d.Lost(7), c.n, c.longest, c.lost)
		}
	}
}

// What is refused is not measured, and nothing is measured by it.
func TestRefusedFactsAreNotMeasured(t *testing.T) {
	p := tidemark.Pipeline{Clock: func() time.Time { return time.Unix(1000, 0) }}
	in, ticks := tidemark.FromNanos(&p, "ticks", tick.nanos, watermark.Percentile{Keep: 0.5, MaxAhead: time.Second})
	tidemark.Collect(ticks)
	refused := tidemark.Collect(in.Refused())
	const now = 1000e9
	must(t, in.Feed(tick{T: now}, tick{T: now + 1e9 + 1}, tick{T: now - 3}, tick{T: now + 1e9}, tick{T: now + 1e9 - 5}))
	if d := in.Lateness(); d.N() != 4 || d.Suggest(1) != 5 || refused.Len() != 1 {
		t.Errorf("%v, %d refused; want 4 facts within 5, and 1", d, refused.Len())
	}
}

// Rule 5, with a delay that is learned: however the facts are cut into calls, and
// whatever other partitions do meanwhile, the same rows come in the same order.
func TestPercentileAnyCutIsTheSame(t *testing.T) {
	facts := lateTicks(2, 6000, 100*time.Millisecond)
	run := func(r *rand.Rand, most int) (rows []string) {
		var p tidemark.Pipeline
		in, ticks := tidemark.FromNanos(&p, "ticks", tick.nanos, watermark.Percentile{Keep: 0.9})
		panes, late := tidemark.Window[adder](tidemark.KeyBy(ticks, tick.key), window.Tumble{Size: 100 * time.Millisecond})
		out, missed := tidemark.Collect(panes), tidemark.Collect(late)
		for rest := facts; len(rest) > 0; {
			n := min(1+r.IntN(most), len(rest))
			must(t, in.Feed(rest[:n]...))
			rest = rest[n:]
			for x := range out.Drain() {
				rows = append(rows, fmt.Sprint(x.Start, x.Key, x.Value.N))
			}
		}
		rows = append(rows, "")
		for m := range missed.Drain() {
			rows = append(rows, fmt.Sprint(m.Fact, m.Watermark))
		}
		return append(rows, p.Explain().String(), p.Stats().Inputs[0].Watermark.String(), in.Lateness().String())
	}
	want := run(rand.New(rand.NewPCG(0, 0)), 1)
	if len(want) < 200 || slices.Index(want, "") > len(want)-100 {
		t.Fatalf("only %d rows and facts missed: it shows nothing", len(want))
	}
	for seed := range uint64(4) {
		if got := run(rand.New(rand.NewPCG(seed, 1)), []int{2, 50, 1500, 6000}[seed]); !slices.Equal(got, want) {
			t.Errorf("seed %d: other rows than one by one", seed)
		}
	}
}

func TestExplainTellsWhatPartitionsHaveLearned(t *testing.T) {
	var p tidemark.Pipeline
	in, ticks := tidemark.FromNanos(&p, "ticks", tick.nanos, watermark.Percentile{Keep: 0.75})
	tidemark.Collect(ticks)
	expect := func(want string) {
		t.Helper()
		want = "ticks: input " + want + "\nticks/collect: collect <- ticks\n"
		if got := p.Explain().String(); got != want {
			t.Errorf("it says\n%swant\n%s", got, want)
		}
	}
	expect("keep 0.75")
	a, b := in.Partition("a"), in.Partition("b")
	must(t, a.Feed(tick{T: 10}, tick{T: 9}, tick{T: 11}))
	expect("keep 0.75; learned 1ns; still learning: 1 of 2 partitions")
	must(t, b.Feed(tick{T: 10}, tick{T: 5}, tick{T: 11}))
	expect("keep 0.75; learned 1ns to 5ns")
}
