package tidemark_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// tick is a fact whose time is a plain number.
type tick struct {
	T, K, N int64
}

func (x tick) nanos() int64 { return x.T }
func (x tick) key() int64   { return x.K }

// adder is an accumulator over ticks.
type adder struct{ N int64 }

func (a *adder) Add(x tick)     { a.N += x.N }
func (a *adder) Merge(o *adder) { a.N += o.N }

type tickPane = window.Pane[int64, adder]

// tumbling is ticks in windows of 10, with what is late.
func tumbling(p *tidemark.Pipeline) (*tidemark.Input[tick], tidemark.Keyed[int64, tickPane], tidemark.Stream[tidemark.Missed[tick]]) {
	in, ticks := tidemark.FromNanos(p, "ticks", tick.nanos, watermark.Bounded{})
	panes, late := tidemark.Window[adder](tidemark.KeyBy(ticks, tick.key), window.Tumble{Size: 10})
	return in, panes, late
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestABreakLeavesTheRestToDrain(t *testing.T) {
	var p tidemark.Pipeline
	in, panes, _ := tumbling(&p)
	out := tidemark.Collect(panes)
	for i := range int64(5) {
		must(t, in.Feed(tick{T: i * 10}))
	}
	var got []watermark.Time
	for r := range out.Drain() {
		got = append(got, r.Start)
		must(t, in.Feed(tick{T: 50 + int64(len(got))*10})) // the lock is not held
		if len(got) == 2 {
			break
		}
	}
	if out.Len() != 4 {
		t.Errorf("%d rows to drain, want 4", out.Len())
	}
	for s, r := range out.DrainStamped() {
		if s.Time != r.End-1 || s.ID != r.ID || s.ID == (row.ID{}) {
			t.Errorf("stamp %+v of pane %+v", s, r)
		}
		got = append(got, r.Start)
		if len(got) == 3 {
			break
		}
	}
	for _, r := range out.DrainTo(nil) {
		got = append(got, r.Start)
	}
	if want := []watermark.Time{0, 10, 20, 30, 40, 60}; !slices.Equal(got, want) {
		t.Errorf("rows of %v, want %v", got, want)
	}
}

func TestAFullOutputStopsFeedBeforeItTakesAnything(t *testing.T) {
	p := tidemark.Pipeline{Limit: 2}
	in, panes, _ := tumbling(&p)
	out := tidemark.Collect(panes)
	must(t, in.Feed(tick{T: 1}, tick{T: 11}, tick{T: 21}, tick{T: 31})) // one call may go beyond
	for range 2 {
		if err := in.FeedAt("b", tick{T: 41}); !errors.Is(err, tidemark.ErrFull) {
			t.Fatalf("got %v, want ErrFull", err)
		}
	}
	if in.Position() != "" || p.Stats().Inputs[0].Fed != 4 {
		t.Error("something was taken")
	}
	if n := len(out.DrainTo(nil)); n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
	must(t, in.FeedAt("b", tick{T: 41}))
	must(t, p.Close(context.Background()))
	if n := len(out.DrainTo(nil)); n != 2 || in.Position() != "b" {
		t.Errorf("%d rows, want 2; position %q", n, in.Position())
	}
}

func TestEveryFactThatCannotBeTakenIsTold(t *testing.T) {
	var p tidemark.Pipeline
	in, panes, _ := tumbling(&p)
	out := tidemark.Collect(panes)
	facts := make([]tick, 5000)
	for i := range facts {
		facts[i].N = 1
	}
	bad := []int{0, 1023, 1024, 4999}
	for _, i := range bad {
		facts[i].T = int64(watermark.Min)
	}
	err := in.FeedAt("end", facts...)
	var got []int
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		f, ok := errors.AsType[*tidemark.FactError](e)
		if !ok {
			t.Fatalf("%T: %v", e, e)
		}
		got = append(got, f.Index)
	}
	if !slices.Equal(got, bad) {
		t.Errorf("told of %v, want %v", got, bad)
	}
	if !strings.Contains(err.Error(), "tidemark: ticks: fact 1023: event time -9223372036854775808: an event time must be set") {
		t.Errorf("the error does not name input, index, value and rule:\n%v", err)
	}
	must(t, p.Close(context.Background()))
	if r := out.DrainTo(nil); r[0].Facts != 4996 || in.Position() != "end" {
		t.Errorf("%d facts counted, want all others", r[0].Facts)
	}
}

func TestAPanicOfTheProgramIsNotForgotten(t *testing.T) {
	var p tidemark.Pipeline
	in, ticks := tidemark.FromNanos(&p, "ticks", tick.nanos, watermark.Bounded{})
	tidemark.Collect(tidemark.Map(ticks, func(x tick) int64 { return 1 / x.N }))
	func() {
		defer func() { _ = recover() }()
		_ = in.Feed(tick{})
	}()
	for name, err := range map[string]error{"Feed": in.Feed(tick{N: 1}), "Flush": p.Flush(context.Background()), "Close": p.Close(context.Background())} {
		if err == nil || !strings.Contains(err.Error(), "panicked") {
			t.Errorf("%s after a panic: %v", name, err)
		}
	}
}

func TestAStageAddedWhileItRunsIsAMistake(t *testing.T) {
	var p tidemark.Pipeline
	in, panes, late := tumbling(&p)
	tidemark.Collect(panes)
	must(t, in.Feed(tick{}))
	stray := tidemark.Collect(late)
	for _, want := range []string{"ticks/window:late/collect: was added after the first call", ""} { // told once
		err := in.Feed(tick{T: 20})
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	other, _ := tidemark.FromNanos(&p, "other", tick.nanos, watermark.Bounded{})
	if err := other.Feed(tick{}); err == nil {
		t.Error("an input that nothing reads has taken a fact")
	}
	_, _ = p.Stats(), p.Explain()
	must(t, p.Close(context.Background()))
	if stray.Len() != 0 {
		t.Error("a stage that is not there has rows")
	}
}

// TestASinkMayChangeItsBatch: what it refuses comes again as it was.
func TestASinkMayChangeItsBatch(t *testing.T) {
	var p tidemark.Pipeline
	in, panes, _ := tumbling(&p)
	var got []int64
	failed := false
	tidemark.Into(panes, sink.Func[tickPane](func(b sink.Batch[tickPane]) error {
		if !failed {
			failed = true
			b.Rows = slices.DeleteFunc(b.Rows, func(x tickPane) bool { return x.Key == 1 })
			clear(b.Stamps)
			return errors.New("down")
		}
		for i, r := range b.Rows {
			if b.Stamps[i] != r.Stamp {
				t.Errorf("row %d has another stamp", i)
			}
			got = append(got, r.Key)
		}
		return nil
	}))
	must(t, in.Feed(tick{K: 0}, tick{K: 1}, tick{K: 2}, tick{T: 10, K: 3}))
	must(t, p.Close(context.Background()))
	if !slices.Equal(got, []int64{0, 1, 2, 3}) {
		t.Errorf("the sink has keys %v", got)
	}
}

// TestSinksAreCheckedBeforeAFactIsTaken: their settings are the pipeline's.
func TestSinksAreCheckedBeforeAFactIsTaken(t *testing.T) {
	var p tidemark.Pipeline
	in, panes, _ := tumbling(&p)
	tidemark.Into(panes, &sink.NDJSON[tickPane]{}, &sink.Writer[tickPane]{}, (*sink.NDJSON[tickPane])(nil), sink.Func[tickPane](nil))
	err := in.Feed(tick{})
	for _, want := range []string{
		"ticks/window/sink: sink: NDJSON: Path is empty", "ticks/window/sink#2: sink: Writer: W is nil",
		"ticks/window/sink#3: the sink is nil", "ticks/window/sink#4: the sink is nil",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Feed does not say %q:\n%v", want, err)
		}
	}
	if fed := p.Stats().Inputs[0].Fed; fed != 0 {
		t.Errorf("%d facts were taken", fed)
	}
}

// TestEachSinkThatFailsIsTold, and offered again while another is down.
func TestEachSinkThatFailsIsTold(t *testing.T) {
	var p tidemark.Pipeline
	in, panes, _ := tumbling(&p)
	down := [2]bool{true, true}
	rows := [2]int{}
	for i := range down {
		tidemark.Into(panes, sink.Func[tickPane](func(b sink.Batch[tickPane]) error {
			if down[i] {
				return fmt.Errorf("sink %d is down", i)
			}
			rows[i] += len(b.Rows)
			return nil
		}))
	}
	must(t, in.Feed(tick{}, tick{T: 10}))
	err := in.Feed(tick{T: 20})
	if err == nil || !strings.Contains(err.Error(), "sink 0 is down") || !strings.Contains(err.Error(), "sink 1 is down") {
		t.Errorf("got %v", err)
	}
	down[1] = false
	if err := in.Feed(tick{T: 20}); err == nil || strings.Contains(err.Error(), "sink 1") || rows[1] != 1 {
		t.Errorf("got %v; the second sink has %d rows", err, rows[1])
	}
	down[0] = false
	must(t, in.Feed(tick{T: 20}))
	must(t, p.Close(context.Background()))
	if rows != [2]int{3, 3} {
		t.Errorf("the sinks have %v rows", rows)
	}
}

// TestQuestionsDoNotFreezeTheGraph: Check, WhyNot, Stats, Explain and Next may
// be asked while it is built.
func TestQuestionsDoNotFreezeTheGraph(t *testing.T) {
	var p tidemark.Pipeline
	in, panes, _ := tumbling(&p)
	_, _, _, _ = p.Check(), tidemark.WhyNot(panes, 1, time.Unix(0, 1)), p.Stats(), p.Explain()
	_, _ = p.Next()
	out := tidemark.Collect(panes)
	must(t, in.Feed(tick{}, tick{T: 10}))
	if out.Len() != 1 {
		t.Errorf("%d rows", out.Len())
	}
}

// TestABreakLeavesTheOutputFull: what a break gives back counts again.
func TestABreakLeavesTheOutputFull(t *testing.T) {
	p := tidemark.Pipeline{Limit: 2}
	in, panes, _ := tumbling(&p)
	out := tidemark.Collect(panes)
	must(t, in.Feed(tick{}, tick{T: 10}, tick{T: 20}, tick{T: 30}))
	for range out.Drain() {
		must(t, in.Feed(tick{T: 31}))
		break
	}
	if err := in.Feed(tick{T: 32}); !errors.Is(err, tidemark.ErrFull) {
		t.Errorf("%d rows of 2, and Feed says %v", out.Len(), err)
	}
}

// TestZeroValuesDoNotPanic: they say what they are, or have nothing.
func TestZeroValuesDoNotPanic(t *testing.T) {
	var in tidemark.Input[tick]
	if in.Feed(tick{}) == nil || in.Advance(time.Unix(1, 0)) == nil || in.FeedAt("x") == nil || in.Idle() == nil || in.Close() == nil || in.Position() != "" || in.Partition("a").Feed() == nil {
		t.Error("a zero Input takes calls")
	}
	var out tidemark.Output[tick]
	for range out.Drain() {
		t.Error("a zero Output has rows")
	}
	if out.Len() != 0 || out.DrainTo(nil) != nil {
		t.Error("a zero Output has rows")
	}
	none, ticks := tidemark.FromNanos(nil, "none", tick.nanos, watermark.Bounded{})
	tidemark.Collect(ticks)
	if err := none.Feed(tick{}); err == nil || !strings.Contains(err.Error(), "the pipeline is nil") {
		t.Errorf("got %v", err)
	}
	tidemark.Collect(tidemark.Map(nil, func(tick) int { return 0 }))
	tidemark.Into[tick](nil, sink.Func[tick](nil))
}

// TestAFactBehindWCountsInASpanThatIsOpen, and one decades back is told.
func TestAFactBehindWCountsInASpanThatIsOpen(t *testing.T) {
	var p tidemark.Pipeline
	in, panes, late := tumbling(&p)
	out, missed := tidemark.Collect(panes), tidemark.Collect(late)
	must(t, in.Feed(tick{T: 19, N: 1}, tick{T: 11, N: 2}, tick{T: -1 << 62, N: 4}))
	must(t, p.Close(context.Background()))
	for r := range out.Drain() {
		if r.Value.N != 3 || r.Facts != 2 {
			t.Errorf("pane %+v", r)
		}
	}
	for m := range missed.Drain() {
		if m.Fact.N != 4 || m.Reason != tidemark.Late || len(m.Spans) != 1 || !m.Spans[0].Contains(-1<<62) {
			t.Errorf("missed %+v", m)
		}
	}
	if s := p.Stats().Stages[0]; s.Late != 1 || s.Counted != 2 {
		t.Errorf("%+v", s)
	}
}

func TestNilFunctionsAndZeroStreamsAreMistakes(t *testing.T) {
	var p, q tidemark.Pipeline
	_, ticks := tidemark.FromNanos[tick](&p, "ticks", nil, watermark.Bounded{})
	_, others := tidemark.FromNanos(&q, "others", tick.nanos, watermark.Bounded{})
	keyed := tidemark.KeyBy[tick, int64](ticks, nil)
	tidemark.Collect(tidemark.Map[tick, int](ticks, nil))
	tidemark.Collect(tidemark.FlatMap[tick, int](ticks, nil))
	tidemark.Collect(tidemark.Filter(keyed, nil))
	good, _ := tidemark.Validate(ticks, nil)
	tidemark.Collect(tidemark.Merge(good, others))
	rows, _ := tidemark.JoinAsOf[int64, tick, tick, int](keyed, tidemark.Keyed[int64, tick]{}, join.AsOf{Wait: join.Within(-1)}, nil)
	tidemark.Collect(rows)
	panes, _ := tidemark.Window[adder](keyed, nil, nil)
	tidemark.Into(panes, nil)
	tidemark.Into(panes)
	err := p.Check()
	for _, want := range []string{
		"ticks: the function for the event time is nil", "ticks: KeyBy: its function is nil", "ticks/map: its function is nil", "ticks/flatmap: its function is nil",
		"ticks/filter: its function is nil", "ticks/validate: its function is nil", "is of another pipeline", "ticks/join: its function is nil",
		"ticks/join: stream 2 of its arguments is a zero value", "Within is -1ns", "an option is nil", "the sink is nil", "there is no sink",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Check does not say %q:\n%v", want, err)
		}
	}
	// What has no pipeline at all does nothing, and does not panic.
	var none tidemark.Stream[tick]
	out := tidemark.Collect(tidemark.Filter(tidemark.Merge(none, none), func(tick) bool { return true }))
	for range out.Drain() {
		t.Error("a row from nowhere")
	}
}

func TestKeysThatCannotBeAreNamedByCheck(t *testing.T) {
	var p tidemark.Pipeline
	_, ticks := tidemark.FromNanos(&p, "ticks", tick.nanos, watermark.Bounded{})
	panes, _ := tidemark.Window[adder](tidemark.KeyBy(ticks, func(x tick) struct{ At time.Time } { return struct{ At time.Time }{} }), window.Tumble{Size: 1})
	tidemark.Collect(panes)
	if err := p.Check(); err == nil || !strings.Contains(err.Error(), "tidemark: ticks/window: window: key type") {
		t.Errorf("got %v", err)
	}
}

// TestKeysFollowTheirRows through operators that keep them, where no function
// of the row could give them.
func TestKeysFollowTheirRows(t *testing.T) {
	var p tidemark.Pipeline
	in, ticks := tidemark.FromNanos(&p, "ticks", tick.nanos, watermark.Bounded{Delay: 5})
	dim, names := tidemark.FromNanos(&p, "names", tick.nanos, watermark.Bounded{})
	byKey := tidemark.KeyBy(ticks, tick.key)
	// The rows of the join are ticks without their key.
	rows, _ := tidemark.JoinAsOf(byKey, tidemark.KeyBy(names, tick.key), join.AsOf{Wait: join.Live, Missing: join.Zero}, func(l, d tick) tick { return tick{T: l.T, N: l.N * max(1, d.N)} })
	odd := tidemark.Filter(rows, func(x tick) bool { return x.N%2 == 1 })
	good, _ := tidemark.Validate(odd, func(tick) error { return nil })
	// Two branches with different functions for the key: each fact keeps its own.
	twice := tidemark.KeyBy(ticks, func(x tick) int64 { return x.K + 100 })
	both := tidemark.Merge(good, twice)
	ordered, _ := tidemark.InOrder(both)
	panes, _ := tidemark.Window[adder](ordered, window.Tumble{Size: 10})
	out := tidemark.Collect(panes)
	must(t, dim.Feed(tick{K: 1, N: 3}))
	must(t, in.Feed(tick{1, 1, 1}, tick{2, 2, 2}, tick{0, 2, 5}, tick{3, 1, 7}))
	must(t, p.Close(context.Background()))
	got := map[int64]int64{}
	for r := range out.Drain() {
		got[r.Key] = r.Value.N
	}
	if want := map[int64]int64{1: 24, 2: 5, 101: 8, 102: 7}; !reflect.DeepEqual(got, want) {
		t.Errorf("sums by key %v, want %v", got, want)
	}
}

// TestStampsReachTheSinks: a row keeps its stamp when it is no pane any more.
func TestStampsReachTheSinks(t *testing.T) {
	var p tidemark.Pipeline
	in, panes, _ := tumbling(&p)
	direct := tidemark.Collect(panes)
	large := tidemark.Filter(panes, func(x tickPane) bool { return x.Value.N > 0 })
	texts := tidemark.Map(large, func(x tickPane) string { return fmt.Sprint(x.Key) })
	several := tidemark.FlatMap(texts, func(s string, emit func(string)) { emit(s + "a"); emit(s + "b") })
	var stamps []row.Stamp
	tidemark.Into(texts, sink.Func[string](func(b sink.Batch[string]) error { stamps = append(stamps, b.Stamps...); return nil }))
	out := tidemark.Collect(several)
	must(t, in.Feed(tick{1, 1, 1}, tick{2, 2, 0}, tick{3, 3, 1}, tick{10, 1, 1}))
	must(t, p.Close(context.Background()))
	var want []row.Stamp
	for r := range direct.Drain() {
		if r.Value.N > 0 {
			want = append(want, r.Stamp)
		}
	}
	if !reflect.DeepEqual(stamps, want) || len(want) != 3 || !want[2].Forced || want[0].Forced {
		t.Errorf("the sink has\n%+v, the window gave\n%+v", stamps, want)
	}
	ids := map[row.ID]bool{}
	n := 0
	for s := range out.DrainStamped() {
		ids[s.ID] = true
		n++
	}
	if n != 6 || len(ids) != 6 || !ids[want[0].ID] {
		t.Errorf("%d rows of FlatMap have %d IDs", n, len(ids))
	}
}

// TestAnyGoroutineMayCall: facts are neither lost nor counted twice.
func TestAnyGoroutineMayCall(t *testing.T) {
	var p tidemark.Pipeline
	in, ticks := tidemark.FromNanos(&p, "ticks", tick.nanos, watermark.Bounded{Delay: 1 << 40})
	panes, late := tidemark.Window[adder](tidemark.KeyBy(ticks, tick.key), window.Tumble{Size: 1000})
	out, missed := tidemark.Collect(panes), tidemark.Collect(late)
	const feeders, each = 4, 500
	var feeding, draining sync.WaitGroup
	stop := make(chan struct{})
	total := int64(0)
	draining.Go(func() {
		for {
			for r := range out.Drain() {
				total += r.Value.N
			}
			_, _, _ = p.Stats().String(), p.Explain().String(), tidemark.WhyNot(panes, 1, time.Unix(0, 1)).String()
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	var parts []*tidemark.Input[tick] // all are named before one is fed: each holds W
	for f := range feeders {
		parts = append(parts, in.Partition(fmt.Sprint(f)))
	}
	for _, part := range parts {
		feeding.Go(func() {
			for i := range int64(each) {
				if err := part.Feed(tick{T: i, K: i % 7, N: 1}, tick{T: i, K: i % 5, N: 1}); err != nil {
					t.Error(err)
				}
			}
			if err := part.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	feeding.Wait()
	must(t, p.Close(context.Background()))
	close(stop)
	draining.Wait()
	for r := range out.Drain() {
		total += r.Value.N
	}
	if total != feeders*each*2 || missed.Len() != 0 {
		t.Errorf("%d facts counted, %d late, want %d and 0", total, missed.Len(), feeders*each*2)
	}
}

// grave is a version that says itself whether it is deleted, by a method on
// the pointer.
type grave struct{ tick }

func (g *grave) Deleted() bool { return g.N < 0 }

// TestTombstonesOnPointersAndInterfaces: wherever the method is.
func TestTombstonesOnPointersAndInterfaces(t *testing.T) {
	var p tidemark.Pipeline
	in, ticks := tidemark.FromNanos(&p, "ticks", tick.nanos, watermark.Bounded{})
	dim, ends := tidemark.FromNanos(&p, "graves", func(g grave) int64 { return g.T }, watermark.Bounded{})
	anyDim, anyEnds := tidemark.FromNanos(&p, "anything", func(e any) int64 { return 0 }, watermark.Bounded{})
	ptrDim, ptrEnds := tidemark.FromNanos(&p, "pointers", func(g *grave) int64 { return g.T }, watermark.Bounded{})
	byKey := tidemark.KeyBy(ticks, tick.key)
	c, _ := tidemark.JoinAsOf(byKey, tidemark.KeyBy(ptrEnds, func(g *grave) int64 { return g.K }), join.AsOf{}, func(x tick, _ *grave) int64 { return x.K })
	outC := tidemark.Collect(c)
	a, lostA := tidemark.JoinAsOf(byKey, tidemark.KeyBy(ends, func(g grave) int64 { return g.K }), join.AsOf{}, func(x tick, _ grave) int64 { return x.K })
	b, lostB := tidemark.JoinAsOf(byKey, tidemark.KeyBy(anyEnds, func(e any) int64 {
		if g, ok := e.(*grave); ok {
			return g.K
		}
		return e.(tick).K
	}), join.AsOf{}, func(x tick, _ any) int64 { return x.K })
	outA, outB, noA, noB := tidemark.Collect(a), tidemark.Collect(b), tidemark.Collect(lostA), tidemark.Collect(lostB)
	must(t, ptrDim.Feed(&grave{tick{K: 1}}, &grave{tick{K: 2}}, &grave{tick{K: 2, N: -1}}))
	must(t, dim.Feed(grave{tick{K: 1}}, grave{tick{K: 2}}, grave{tick{K: 2, N: -1}}))
	must(t, anyDim.Feed(tick{K: 1}, tick{K: 2}, &grave{tick{K: 2, N: -1}}))
	must(t, in.Feed(tick{T: 5, K: 1}, tick{T: 5, K: 2}))
	must(t, p.Close(context.Background()))
	for name, got := range map[string][]int64{"on the pointer": outA.DrainTo(nil), "behind an interface": outB.DrainTo(nil), "of a pointer": outC.DrainTo(nil)} {
		if !slices.Equal(got, []int64{1}) {
			t.Errorf("%s: keys %v are joined, want 1 alone", name, got)
		}
	}
	if noA.Len() != 1 || noB.Len() != 1 {
		t.Errorf("%d and %d unmatched, want one each", noA.Len(), noB.Len())
	}
}

// TestNothingIsAllocatedPerFact in any stage, at one fact a Feed.
func TestNothingIsAllocatedPerFact(t *testing.T) {
	if testing.Short() {
		t.Skip("counts allocations")
	}
	type keyed = tidemark.Keyed[int64, tick]
	for name, build := range map[string]func(s keyed) keyed{
		"filter":   func(s keyed) keyed { return tidemark.Filter(s, func(x tick) bool { return x.N%2 == 0 }) },
		"validate": func(s keyed) keyed { good, _ := tidemark.Validate(s, func(tick) error { return nil }); return good },
		"map": func(s keyed) keyed {
			return tidemark.KeyBy(tidemark.Map(s, func(x tick) tick { return x }), tick.key)
		},
		"merge":   func(s keyed) keyed { return tidemark.Merge(s, s) },
		"inorder": func(s keyed) keyed { o, _ := tidemark.InOrder(s); return o },
		"join": func(s keyed) keyed {
			o, _ := tidemark.JoinAsOf(s, s, join.AsOf{Missing: join.Zero}, func(x, _ tick) tick { return x })
			return o
		},
	} {
		var p tidemark.Pipeline
		in, ticks := tidemark.FromNanos(&p, "ticks", tick.nanos, watermark.Bounded{Delay: 100})
		panes, _ := tidemark.Window[adder](build(tidemark.KeyBy(ticks, tick.key)), window.Tumble{Size: 1000})
		out := tidemark.Collect(panes)
		i := int64(0)
		pass := func() {
			for range 5000 {
				i++
				must(t, in.Feed(tick{T: i - i*7%50, K: i % 16, N: i}))
			}
			for range out.Drain() {
			}
		}
		pass()
		pass()
		if per := testing.AllocsPerRun(3, pass) / 5000; per > 0.02 {
			t.Errorf("%s: %.3f allocations a fact, want none", name, per)
		}
	}
}
