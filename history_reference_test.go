package tidemark_test

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// The reference: a slow pipeline that follows the rules of DESIGN.md word by
// word. It takes one fact or one call at a time, all through its stages, and
// looks at everything that it has kept each time anew.

// refRow is a row between two stages: a sale, a pane, or what was missed.
type refRow struct {
	sale  sale
	pane  takings
	miss  *refMiss
	key   int // of a keyed stream
	time  watermark.Time
	stamp row.Stamp
}

// refMiss is a Missed of a sale or a pane.
type refMiss struct {
	of     refRow
	w      watermark.Time
	stage  string
	reason tidemark.Reason
	detail string
	spans  []tidemark.Span
}

// refPort is what a stage gave in the event at hand, W after it, and whether
// others need not wait.
type refPort struct {
	rows []refRow
	w    watermark.Time
	idle bool
}

// refStage is a step of a shape, with all that it has seen.
type refStage struct {
	*step
	index  int
	main   refPort
	missed refPort
	lw, rw watermark.Time // join: W of both sides
	ledger tidemark.StageStats

	input    *refInput
	open     []refPane      // window: in the order of their first facts
	held     []refWaiting   // inorder, join: in the order of their coming
	versions []refVersion   // join: in the order of their coming
	bound    watermark.Time // join: what versions have been pruned by
	old      tidemark.StageStats
}

type refPane struct {
	takings
	key int
}

type refWaiting struct {
	refRow
	came watermark.Time // W when it came
}

type refVersion struct {
	refRow
	deleted bool
}

type reference struct {
	shape  *shape
	stages []*refStage
	inputs []*refInput
	rows   [][]refRow // by outlet
	now    watermark.Time
	ticked bool
	forced bool
	ended  bool
	errors int // refused facts that nobody listens to
	due    []time.Time
}

func newReference(sh *shape) *reference {
	r := &reference{shape: sh, rows: make([][]refRow, len(sh.outs))}
	for i := range sh.steps {
		s := &refStage{step: &sh.steps[i], index: i, bound: watermark.Min, lw: watermark.Min, rw: watermark.Min}
		s.main.w, s.missed.w = watermark.Min, watermark.Min
		r.stages = append(r.stages, s)
		if s.op == opInput {
			s.input = newRefInput(s.source, sh.clock)
			r.inputs = append(r.inputs, s.input)
		}
	}
	return r
}

// event runs all stages once, after f has changed the inputs.
func (r *reference) event(f func()) {
	for _, s := range r.stages {
		s.main.rows, s.missed.rows = nil, nil
	}
	f()
	for _, s := range r.stages {
		if s.op != opInput {
			r.step(s)
		} else {
			s.main.w, s.main.idle = s.input.w, s.input.idle
			s.missed.w, s.missed.idle = s.main.w, s.main.idle
		}
	}
	for i, o := range r.shape.outs {
		port := &r.stages[o.step].main
		if o.missed {
			port = &r.stages[o.step].missed
		}
		r.rows[i] = append(r.rows[i], port.rows...)
	}
}

// step lets a stage read what those before it gave.
func (r *reference) step(s *refStage) {
	in := &r.stages[s.from[0]].main
	if s.op == opMissed {
		in = &r.stages[s.from[0]].missed
	}
	before := s.main.w
	s.main.w, s.main.idle = in.w, in.idle
	switch s.op {
	case opKey:
		for _, x := range in.rows {
			x.key = s.keyOf(x.sale)
			s.main.rows = append(s.main.rows, x)
		}
		return
	case opMerge:
		r.merge(s, before)
	case opJoin:
		r.join(s, before)
	default:
		for _, x := range in.rows {
			s.ledger.Fed++
			r.take(s, x, before)
		}
		s.release(in.w, r.forced)
	}
	s.missed.w, s.missed.idle = s.main.w, s.main.idle
	s.ledger.Held = uint64(len(s.held))
}

// take is what the stages with one input do with a row; w is W as it finds it.
func (r *reference) take(s *refStage, x refRow, w watermark.Time) {
	switch s.op {
	case opFilter:
		if !s.keeps(x) {
			s.ledger.Filtered++
			return
		}
		s.main.rows = append(s.main.rows, x)
	case opValidate:
		if err := s.check(x); err != nil {
			s.ledger.Invalid++
			s.miss(x, refMiss{w: w, reason: tidemark.Invalid, detail: err.Error()})
			return
		}
		s.main.rows = append(s.main.rows, x)
	case opMap, opMissed:
		x.sale = s.convert(x)
		x.pane, x.miss = takings{}, nil
		s.main.rows = append(s.main.rows, x)
	case opFlatMap:
		id, from := x.stamp.ID, s.convert(x)
		x.pane = takings{}
		for n := range s.copies(from) {
			x.sale = nth(from, n)
			if x.stamp.ID = id; n > 0 && id != (row.ID{}) {
				x.stamp.ID = row.ID{mix(int64(id[0]), int64(n)), id[1]}
			}
			s.main.rows = append(s.main.rows, x)
		}
	case opInOrder:
		if x.time < w {
			s.ledger.Late++
			s.miss(x, refMiss{w: w, reason: tidemark.Late})
			return
		}
		s.held = append(s.held, refWaiting{x, w})
		return
	case opWindow, opWindowPanes:
		span := s.span(x.time)
		if w >= span.End {
			s.ledger.Late++
			s.miss(x, refMiss{w: w, reason: tidemark.Late, spans: []tidemark.Span{span}})
			return
		}
		s.fold(x, span)
	}
	s.ledger.Counted++
}

// fold adds a fact to the pane of its key and span.
func (s *refStage) fold(x refRow, span tidemark.Span) {
	i := slices.IndexFunc(s.open, func(p refPane) bool { return p.key == x.key && p.Span == span })
	if i < 0 {
		i = len(s.open)
		s.open = append(s.open, refPane{takings{Span: span, Key: x.key, Last: x.time}, x.key})
	}
	p := &s.open[i]
	if s.op == opWindow {
		p.Value.Add(x.sale)
	} else {
		p.Value.Add(paneSale(x.pane, s.commute))
	}
	p.Facts++
	p.Last = max(p.Last, x.time)
}

// release gives what W has made due: W is beyond a fact held back, or at the
// end of a span.
func (s *refStage) release(w watermark.Time, forced bool) {
	slices.SortStableFunc(s.held, func(a, b refWaiting) int { return cmp.Compare(a.time, b.time) })
	for len(s.held) > 0 && s.held[0].time < w {
		s.ledger.Counted++
		s.main.rows = append(s.main.rows, s.held[0].refRow)
		s.held = s.held[1:]
	}
	var fired []refPane
	s.open = slices.DeleteFunc(s.open, func(p refPane) bool {
		if p.End > w {
			return false
		}
		fired = append(fired, p)
		return true
	})
	slices.SortStableFunc(fired, func(a, b refPane) int {
		if c := cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Start, b.Start)); c != 0 || !s.sorted {
			return c
		}
		return cmp.Compare(a.key, b.key)
	})
	for _, p := range fired {
		s.ledger.Out.Final++
		id := row.ID{mix(int64(p.key), int64(p.Start), int64(p.End)), uint64(s.index) + 1}
		p.Stamp = row.Stamp{Time: p.End.Add(-1), Forced: forced, ID: id}
		x := refRow{pane: p.takings, key: p.key, time: p.Stamp.Time, stamp: p.Stamp}
		if s.op == opWindowPanes {
			x.sale, x.pane = paneSale(p.takings, s.commute), takings{}
		}
		s.main.rows = append(s.main.rows, x)
	}
}

// miss tells of a row that the stage did not count. It goes on at W if it is
// behind, but never at the end of time.
func (s *refStage) miss(x refRow, m refMiss) {
	m.of, m.stage = x, s.name(s.index)
	t := max(x.time, min(m.w, watermark.Max-1))
	s.missed.rows = append(s.missed.rows, refRow{miss: &m, time: t, stamp: row.Stamp{Time: t}})
}

// merge gives what the event caused in the order of the arguments. W is the
// least of those that are neither idle nor at their end. If there is none, it
// holds, or goes to the end with the last of them.
func (r *reference) merge(s *refStage, before watermark.Time) {
	var active []watermark.Time
	open := 0
	for _, f := range s.from {
		in := &r.stages[f].main
		s.main.rows = append(s.main.rows, in.rows...)
		if in.w == watermark.Max {
			continue
		}
		open++
		if !in.idle {
			active = append(active, in.w)
		}
	}
	switch s.main.w, s.main.idle = before, false; {
	case open == 0:
		s.main.w = watermark.Max
	case len(active) > 0:
		s.main.w = max(before, slices.Min(active))
	default:
		s.main.idle = true
	}
	s.ledger.Fed += uint64(len(s.main.rows))
	s.ledger.Counted = s.ledger.Fed
}

// join takes what the event caused, left facts before versions, then moves W.
func (r *reference) join(s *refStage, before watermark.Time) {
	left, right := &r.stages[s.from[0]].main, &r.stages[s.from[1]].main
	for _, x := range left.rows {
		s.ledger.Fed++
		if s.due(x.time, left.idle, right.idle) || s.waitsWithin() && x.time < s.lw {
			s.meet(refWaiting{x, s.lw})
		} else {
			s.held = append(s.held, refWaiting{x, s.lw})
		}
	}
	for _, x := range right.rows {
		v := refVersion{x, x.sale.Deleted()}
		s.old.Fed++
		if v.time < s.covered(v.key) {
			s.old.Late++
		} else {
			s.old.Counted++
		}
		s.versions = append(s.versions, v)
	}
	s.lw, s.rw = left.w, right.w
	slices.SortStableFunc(s.held, func(a, b refWaiting) int { return cmp.Compare(a.time, b.time) })
	for len(s.held) > 0 && s.due(s.held[0].time, left.idle, right.idle) {
		s.meet(s.held[0])
		s.held = s.held[1:]
	}
	first := watermark.Max
	if len(s.held) > 0 {
		first = s.held[0].time
	}
	s.main.w, s.main.idle = max(before, min(s.lw, first)), left.idle
	bound := min(s.lw, first)
	if !right.idle {
		bound = min(bound, s.rw)
	}
	s.bound = max(s.bound, bound)
}

func (s *refStage) waitsWithin() bool {
	_, within := s.how.Wait.(join.Within)
	return within || s.how.Wait == nil
}

// due reports whether a left fact at t need not wait any more.
func (s *refStage) due(t watermark.Time, leftIdle, rightIdle bool) bool {
	switch wait := s.how.Wait.(type) {
	case join.Waiting:
		if wait == join.Strict {
			return s.rw > t || rightIdle && s.lw > t // an idle one need not be waited for
		}
		return true
	case join.Within:
		return s.lw > watermark.Min && s.lw >= t.Add(time.Duration(wait))
	}
	return s.lw > watermark.Min && s.lw >= t
}

// covered is the newest time at or before the bound of the versions of key: what
// is older has been pruned.
func (s *refStage) covered(key int) watermark.Time {
	newest := watermark.Min
	for i := range s.versions {
		if v := &s.versions[i]; v.key == key && v.time <= s.bound {
			newest = max(newest, v.time)
		}
	}
	return newest
}

// meet joins a left fact with the newest version that is not after it.
func (s *refStage) meet(x refWaiting) {
	var found *refVersion
	covered, gone := s.covered(x.key), false
	for i := range s.versions {
		switch v := &s.versions[i]; {
		case v.key != x.key:
		case v.time < covered:
			gone = true
		case v.time <= x.time && (found == nil || v.time >= found.time): // of equal times the later fed
			found = v
		}
	}
	version := sale{}
	switch {
	case found == nil && gone:
		s.ledger.Late++
		s.miss(x.refRow, refMiss{w: x.came, reason: tidemark.Late})
		return
	case found != nil && !found.deleted:
		version = found.sale
	case s.how.Missing != join.Zero:
		s.ledger.Unmatched++
		s.miss(x.refRow, refMiss{w: x.came, reason: tidemark.Unmatched})
		return
	}
	s.ledger.Counted++
	left := x.sale
	if s.leftPanes {
		left = paneSale(x.pane, s.commute)
	}
	y := x.refRow
	y.sale, y.pane = joinSales(left, version), takings{}
	s.main.rows = append(s.main.rows, y)
}
