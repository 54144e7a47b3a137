package tidemarktest

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// call is the fact of these tests.
type call struct {
	At     int64 // seconds
	Org    int
	Length float64
}

func (c call) time() time.Time { return time.Unix(c.At, 0) }
func (c call) org() int        { return c.Org }

// length adds up, and its sum depends on the order in its last bits.
type length struct{ Sum float64 }

func (l *length) Add(c call)      { l.Sum += c.Length }
func (l *length) Merge(o *length) { l.Sum += o.Sum }

// first keeps what is fed first: that is no accumulator.
type first struct {
	Length float64
	some   bool
}

func (f *first) Add(c call) { f.Merge(&first{c.Length, true}) }
func (f *first) Merge(o *first) {
	if !f.some {
		*f = *o
	}
}

const delay = 4 * time.Second

// windowed builds a pipeline with one window by org.
func windowed[A any, P window.Accumulator[A, call]](rule window.Rule, options ...window.Option) Build[call] {
	return func(p *tidemark.Pipeline) (func(...call) error, []Rows) {
		in, calls := tidemark.From(p, "calls", call.time, watermark.Bounded{Delay: delay})
		panes, late := tidemark.Window[A, call, int, P](tidemark.KeyBy(calls, call.org), rule, options...)
		return in.Feed, []Rows{Of(tidemark.Collect(panes)), Of(tidemark.Collect(late))}
	}
}

// mapped is a pipeline of a Map alone, with the function that build gives.
func mapped(build func() func(call) call) Build[call] {
	return func(p *tidemark.Pipeline) (func(...call) error, []Rows) {
		in, calls := tidemark.From(p, "calls", call.time, watermark.Bounded{Delay: delay})
		return in.Feed, []Rows{Of(tidemark.Collect(tidemark.Map(calls, build())))}
	}
}

// calls gives n calls, out of order by at most the delay.
func calls(n int) (all []call) {
	r := rand.New(rand.NewPCG(1, 2))
	at := int64(0)
	for range n {
		at += int64(r.IntN(3))
		all = append(all, call{at - int64(r.IntN(int(delay/time.Second)+1)), r.IntN(3), float64(r.IntN(1000)) / 7})
	}
	return all
}

// recorder is a test that notes what goes wrong.
type recorder struct {
	testing.TB
	told []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.told = append(r.told, fmt.Sprintf(format, args...))
}

// fails runs f, which must fail once with a message that has all of the parts.
func fails(t *testing.T, f func(t testing.TB), parts ...string) string {
	t.Helper()
	r := &recorder{TB: t}
	f(r)
	if len(r.told) != 1 {
		t.Fatalf("%d failures, want one: %s", len(r.told), r.told)
	}
	for _, p := range parts {
		if !strings.Contains(r.told[0], p) {
			t.Errorf("the failure does not tell %q:\n%s", p, r.told[0])
		}
	}
	return r.told[0]
}

// wantFacts asserts how many facts a failure tells.
func wantFacts(t *testing.T, why string, n int) {
	t.Helper()
	if got := strings.Count(why, "\tfact "); got != n {
		t.Errorf("%d facts are told, want %d:\n%s", got, n, why)
	}
}

func TestWindowsDependOnNoOrder(t *testing.T) {
	facts := calls(60)
	s := time.Second
	for _, build := range []Build[call]{
		windowed[length](window.Tumble{Size: 5 * s}),
		windowed[length](window.Tumble{Size: 5 * s}, window.Sorted),
		windowed[length](window.Hop{Size: 7 * s, Every: 3 * s}, window.EarlyEvery(2*s)),
		windowed[length](window.Cumulate{Size: 6 * s, Step: 2 * s}, window.Fill(2)),
		windowed[length](window.Session{Gap: 2 * s}),
		windowed[length](window.Session{Gap: 2 * s, MaxSpan: 5 * s}),
		windowed[length](window.Stagger{Size: 5 * s}, window.EarlyEvery(2*s)),
		windowed[length](window.Slide{Size: 3 * s}),
	} {
		Cut(t, build, facts, Options{Tries: 30})
		Permute(t, build, facts, call.time, delay, Options{Tries: 30, Seed: 1000})
	}
	// Facts of one time are parted by who comes first.
	Cut(t, windowed[length](window.Count{N: 3}), facts, Options{})
	fails(t, func(t testing.TB) {
		Permute(t, windowed[length](window.Count{N: 3}), facts, call.time, delay, Options{})
	}, "output 0: row ")
}

func TestLateFactsThatAreCountedMakeNoDifferenceAtTheEnd(t *testing.T) {
	// The bound is wider than the Delay: some facts are late, and correct.
	build := windowed[length](window.Hop{Size: 6 * time.Second, Every: 2 * time.Second}, window.Lateness(6*time.Second))
	facts := calls(60)
	Permute(t, build, facts, call.time, delay+6*time.Second, Options{})
	fails(t, func(t testing.TB) {
		Permute(t, build, facts, call.time, delay+20*time.Second, Options{})
	}, "row ")
}

func TestWhatKeepsTheFirstFedIsFound(t *testing.T) {
	build := windowed[first](window.Tumble{Size: 10 * time.Second})
	Cut(t, build, calls(60), Options{})
	why := fails(t, func(t testing.TB) {
		Permute(t, build, calls(60), call.time, delay, Options{})
	}, "Options{Seed: ", "output 0: row 0 is missing: final ", "; there is final ", "the facts in one call:", "and in this order:")
	wantFacts(t, why, 4) // two, in both orders
	// The seed plays that history again.
	var seed uint64
	fmt.Sscanf(regexp.MustCompile(`Seed: (\d+)`).FindStringSubmatch(why)[1], "%d", &seed)
	again := fails(t, func(t testing.TB) {
		Permute(t, build, calls(60), call.time, delay, Options{Tries: 1, Seed: seed})
	})
	if again != why {
		t.Errorf("with the seed it fails otherwise:\n%s\nand was\n%s", again, why)
	}
}

func TestAFunctionWithAMemoryIsFound(t *testing.T) {
	count := 0 // outlives a pipeline
	kept := mapped(func() func(call) call {
		return func(c call) call { count++; c.Length = float64(count); return c }
	})
	why := fails(t, func(t testing.TB) { Cut(t, kept, calls(60), Options{}) }, "played once more", "row 0 is ", "the facts, in one call:")
	wantFacts(t, why, 1)
	// One that begins anew with each pipeline depends on the order of facts alone.
	fresh := mapped(func() func(call) call {
		count := 0
		return func(c call) call { count++; c.Length = float64(count); return c }
	})
	Cut(t, fresh, calls(60), Options{})
	why = fails(t, func(t testing.TB) { Permute(t, fresh, calls(60), call.time, delay, Options{}) }, "row 0 is missing", "and in this order:")
	wantFacts(t, why, 4)
}

func TestAWalkOverAMapIsFound(t *testing.T) {
	walks := mapped(func() func(call) call {
		return func(c call) call {
			for k := range map[int]bool{1: true, 2: true, 3: true, 4: true} { // order: that is the fault
				c.Org = k
			}
			return c
		}
	})
	why := fails(t, func(t testing.TB) { Cut(t, walks, calls(60), Options{}) }, "or walks over a map", "row ")
	wantFacts(t, why, 1)
}

func TestWhatDependsOnTheCallsIsFound(t *testing.T) {
	// A clock that moves with every call, and a deadline.
	build := func(p *tidemark.Pipeline) (func(...call) error, []Rows) {
		now := time.Unix(100, 0)
		p.Clock = func() time.Time { now = now.Add(time.Second); return now }
		return windowed[length](window.Tumble{Size: 10 * time.Second}, window.Deadline(3*time.Second))(p)
	}
	why := fails(t, func(t testing.TB) { Cut(t, build, calls(60), Options{}) }, "one by one", "the facts, cut into these calls, and in one:", "-- the next call", " is ", " and was ")
	if n := strings.Count(why, "\tfact "); n > 6 {
		t.Errorf("%d facts are told:\n%s", n, why)
	}
	// A number of facts that is looked at after each call.
	seen := func(p *tidemark.Pipeline) (func(...call) error, []Rows) {
		in, calls := tidemark.From(p, "calls", call.time, watermark.Bounded{Delay: delay})
		size := 0.0
		out := Of(tidemark.Collect(tidemark.Map(calls, func(c call) call { c.Length = size; return c })))
		return func(facts ...call) error { size = float64(len(facts)); return in.Feed(facts...) }, []Rows{out}
	}
	why = fails(t, func(t testing.TB) { Cut(t, seen, calls(60), Options{}) }, "row 0 is ", "Length:1}, and was ", "Length:2}")
	wantFacts(t, why, 2)
}

func TestFactsThatBreakTheBoundAreTold(t *testing.T) {
	build := windowed[length](window.Tumble{Size: 10 * time.Second})
	fails(t, func(t testing.TB) {
		Permute(t, build, []call{{At: 10}, {At: 6}, {At: 5}}, call.time, delay, Options{})
	}, "fact 2 lies 5s behind one before it: must be at most the delay, 4s", "{At:5")
	Permute(t, build, []call{{At: 10}, {At: 6}}, call.time, delay, Options{})
	never := func(c call) time.Time { return time.Time{} }
	fails(t, func(t testing.TB) { Permute(t, build, []call{{}}, never, delay, Options{}) }, "fact 0 has no event time")
}

func TestWhatThePipelineRefusesIsTold(t *testing.T) {
	build := windowed[length](window.Tumble{})
	fails(t, func(t testing.TB) { Cut(t, build, calls(3), Options{}) }, "feed: tidemark: calls/window: window: Tumble: Size is 0s")
	refuses := func(p *tidemark.Pipeline) (func(...call) error, []Rows) {
		p.Clock = func() time.Time { return time.Unix(0, 0) }
		return windowed[length](window.Tumble{Size: 10 * time.Second})(p)
	}
	fails(t, func(t testing.TB) { Cut(t, refuses, []call{{At: 1000}}, Options{}) }, "feed: tidemark: calls: fact 0: event time")
	outputs := 0
	other := func(p *tidemark.Pipeline) (func(...call) error, []Rows) {
		feed, rows := windowed[length](window.Tumble{Size: 10 * time.Second})(p)
		outputs++
		return feed, rows[:outputs%2]
	}
	fails(t, func(t testing.TB) { Cut(t, other, calls(3), Options{}) }, "build returned 0 outputs, and 1 before")
	fails(t, func(t testing.TB) {
		Cut(t, func(p *tidemark.Pipeline) (func(...call) error, []Rows) { return nil, nil }, calls(3), Options{})
	}, "build returned no feed")
}

func TestTwoInputsCanBeFed(t *testing.T) {
	// Facts of an org below 0 are versions.
	build := func(wait join.Wait) Build[call] {
		return func(p *tidemark.Pipeline) (func(...call) error, []Rows) {
			in, calls := tidemark.From(p, "calls", call.time, watermark.Bounded{Delay: delay})
			dim, orgs := tidemark.From(p, "orgs", call.time, watermark.Bounded{Delay: delay})
			rows, lost := tidemark.JoinAsOf(tidemark.KeyBy(calls, call.org), tidemark.KeyBy(orgs, func(c call) int { return -c.Org }), join.AsOf{Wait: wait},
				func(c, org call) call { c.Length = org.Length; return c })
			feed := func(facts ...call) error {
				for _, f := range facts { // one by one, so that Live sees no call
					to := in
					if f.Org < 0 {
						to = dim
					}
					if err := to.Feed(f); err != nil {
						return err
					}
				}
				return nil
			}
			return feed, []Rows{Of(tidemark.Collect(rows)), Of(tidemark.Collect(lost))}
		}
	}
	var facts []call
	for i := range int64(30) {
		facts = append(facts, call{At: 2*i + 1, Org: 1}, call{At: 2*i + 2, Org: -1, Length: float64(i)})
	}
	Cut(t, build(join.Live), facts, Options{Tries: 20})
	Permute(t, build(join.Strict), facts, call.time, delay, Options{})
	why := fails(t, func(t testing.TB) { Permute(t, build(join.Live), facts, call.time, delay, Options{}) }, "row ")
	if n := strings.Count(why, "\tfact "); n > 6 {
		t.Errorf("%d facts are told:\n%s", n, why)
	}
}

func TestNoFactsAreNoFailure(t *testing.T) {
	build := windowed[length](window.Tumble{Size: 10 * time.Second})
	Cut(t, build, nil, Options{})
	Permute(t, build, nil, call.time, delay, Options{})
	Cut(t, func(p *tidemark.Pipeline) (func(...call) error, []Rows) {
		in, calls := tidemark.From(p, "calls", call.time, watermark.Bounded{})
		tidemark.Collect(calls)
		return in.Feed, []Rows{{}}
	}, calls(10), Options{Tries: 3})
}
