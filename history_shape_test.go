package tidemark_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// shape is a pipeline as data: the reference and the pipeline itself are built
// from it.
type shape struct {
	steps []step
	outs  []outlet
	clock bool
	limit int
}

// outlet is where rows leave: a Collect, or a sink that fails now and then.
type outlet struct {
	step   int
	missed bool // the second output of the step
	sink   bool
}

// step is one operator. It reads the main outputs of earlier steps, and a
// missed one the second output.
type step struct {
	op        operation
	kind      kind // of its main output
	from      []int
	a, m      int64 // parameters of its function
	size      int64
	offset    int64
	sorted    bool
	how       join.AsOf
	leftPanes bool // of a join
	source    *feedSpec
	commute   bool // what depends on the order of facts is left out of the values
	not       bool // a filter keeps what another does not
	n         int  // of a top
	windowSpec
}

// feedSpec is an input.
type feedSpec struct {
	how        watermark.Bounded
	punctuated bool // W by marks; Delay is how far they lie behind
	nanos      bool // FromNanos, else From
}

type kind uint8

const (
	sales kind = iota // Stream[sale]
	keyed             // Keyed[int, sale]
	paned             // Keyed[int, takings]
)

type operation string

const (
	opInput       operation = "input"
	opKey         operation = "key"
	opFilter      operation = "filter"
	opMap         operation = "map"
	opFlatMap     operation = "flatmap"
	opValidate    operation = "validate"
	opInOrder     operation = "inorder"
	opMerge       operation = "merge"
	opWindow      operation = "window"
	opWindowPanes operation = "window of panes"
	opJoin        operation = "join"
	opMissed      operation = "missed"
	opTop         operation = "top"
)

// name is the name of the stage; reference and pipeline must agree on it.
func (s *step) name(i int) string { return fmt.Sprintf("s%d", i) }

// hasSecond reports whether the step has a stream of what it missed.
func (s *step) hasSecond() bool {
	switch s.op {
	case opInput, opValidate, opInOrder, opWindow, opWindowPanes, opJoin, opTop:
		return true
	}
	return false
}

// takings are the panes of the windows here.
type takings = window.Pane[int, fold]

// fold tells in which order sales were added, and what they sum up to.
type fold struct{ Chain, Sum int64 }

func (f *fold) Add(s sale) { f.Chain, f.Sum = f.Chain*31+s.N, f.Sum+s.N }

func (f *fold) Merge(o *fold) { f.Chain, f.Sum = f.Chain*31+o.Chain, f.Sum+o.Sum }

// foldPanes is fold for a window of panes.
type foldPanes struct{ fold }

func (f *foldPanes) Add(p takings)      { f.fold.Add(paneSale(p, false)) }
func (f *foldPanes) Merge(o *foldPanes) { f.fold.Merge(&o.fold) }

// foldSums is foldPanes where the order of facts must not matter.
type foldSums struct{ fold }

func (f *foldSums) Add(p takings)     { f.fold.Add(paneSale(p, true)) }
func (f *foldSums) Merge(o *foldSums) { f.fold.Merge(&o.fold) }

// Deleted makes some of the sales tombstones, where they are versions.
func (s sale) Deleted() bool { return uint64(s.N)%8 == 7 }

// mark is what a punctuated input takes as a mark of a sale.
func (f *feedSpec) mark(s sale) (w watermark.Time, ok bool) {
	return watermark.Time(s.At).Add(-f.how.Delay), s.N&3 == 0
}

// mix is a hash of numbers.
func mix(x ...int64) uint64 {
	h := uint64(14695981039346656037)
	for _, v := range x {
		h = (h ^ uint64(v)) * 1099511628211
		h ^= h >> 29
	}
	return h
}

// paneSale makes a pane a sale.
func paneSale(p takings, commute bool) sale {
	value := p.Value.Chain
	if commute {
		value = p.Value.Sum
	}
	return sale{p.Key, int64(p.Last), int64(mix(value, p.Value.Sum, int64(p.Start), int64(p.End), int64(p.Facts), int64(p.Last)))}
}

// missedSale makes a missed fact a sale.
func missedSale(of sale, reason tidemark.Reason, w watermark.Time, spans []tidemark.Span, commute bool) sale {
	of.N += int64(reason)
	if !commute { // W depends on who came before
		of.N = int64(mix(of.N, int64(w), int64(len(spans))))
	}
	return of
}

func joinSales(l, version sale) sale {
	return sale{l.Shop + version.Shop, l.At, int64(mix(l.N, version.N, version.At))}
}

func nth(s sale, n int) sale { return sale{s.Shop + n%2, s.At, s.N + int64(n)*7} }

// The functions that the steps give to operators, on sales.

func (s *step) keepsSale(x sale) bool { return (uint64(x.N+s.a)%uint64(s.m) != 0) != s.not }
func (s *step) keyOf(x sale) int      { return int(uint(x.Shop) % uint(s.m)) }
func (s *step) copies(x sale) int     { return int(uint64(x.N+s.a) % uint64(s.m)) }

func (s *step) mapSale(x sale) sale {
	return sale{x.Shop + int(s.a), x.At, x.N*s.m + s.a}
}

func (s *step) checkSale(x sale) error {
	if s.keepsSale(x) {
		return nil
	}
	return fmt.Errorf("sale of %d", x.N)
}

// The same functions, on what the reference has.

func (s *refStage) of(x refRow) sale {
	if x.pane != (takings{}) {
		return paneSale(x.pane, s.commute)
	}
	return x.sale
}

func (s *refStage) keeps(x refRow) bool  { return s.keepsSale(s.of(x)) }
func (s *refStage) check(x refRow) error { return s.checkSale(s.of(x)) }

func (s *refStage) convert(x refRow) sale {
	if m := x.miss; m != nil {
		return missedSale(s.of(m.of), m.reason, m.w, m.spans, s.commute)
	}
	return s.mapSale(s.of(x))
}

// String gives the shape, a line a step.
func (sh *shape) String() string {
	var b strings.Builder
	for i := range sh.steps {
		s := &sh.steps[i]
		fmt.Fprintf(&b, "s%d = %s", i, s.op)
		if len(s.from) > 0 {
			fmt.Fprintf(&b, " of s%s", strings.Trim(strings.ReplaceAll(fmt.Sprint(s.from), " ", ", s"), "[]"))
		}
		switch s.op {
		case opInput:
			fmt.Fprintf(&b, " %+v", *s.source)
		case opWindow, opWindowPanes:
			fmt.Fprintf(&b, " %T%+v %v", s.rule(), s.rule(), s.options())
		case opTop:
			fmt.Fprintf(&b, " n %d %v", s.n, s.options())
		case opJoin:
			fmt.Fprintf(&b, " wait %v missing %v history %d keys %d", s.how.Wait, s.how.Missing, s.how.History, s.how.MaxKeys)
		case opMerge, opInOrder, opMissed:
		default:
			fmt.Fprintf(&b, " a %d m %d not %t", s.a, s.m, s.not)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "outs %+v clock %v limit %d\n", sh.outs, sh.clock, sh.limit)
	return b.String()
}

// limits are the settings as the reference needs them.
func (f *feedSpec) ahead(clock bool, now watermark.Time) watermark.Time {
	switch {
	case !clock || f.how.MaxAhead < 0:
		return watermark.Max
	case f.how.MaxAhead == 0:
		return now.Add(5 * time.Minute)
	}
	return now.Add(f.how.MaxAhead)
}
