package tidemark_test

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
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

	input *refInput
	refWindow
	given map[row.ID][]refRow // the rows that stand, by that of which they were made
	held  []refWaiting        // inorder, top, join: in the order of their coming
	refHolds
	versions []refVersion   // join: in the order of their coming
	bound    watermark.Time // join: what versions have been pruned by
	joined   watermark.Time // join: the latest time of a row given
	behind   time.Duration  // join: the greatest lateness before it
	full     bool           // join: versions have been refused
	old      tidemark.StageStats
}

type refWaiting struct {
	refRow
	came  watermark.Time // W when it came
	again bool           // it takes the place of a row that came before
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
	clock  *refStage // the window that the clock fires in the event at hand
	unsure bool      // rows that can come again were joined without waiting for their versions
	rough  bool      // and taken apart behind that, or a version came after they had been joined
}

func newReference(sh *shape) *reference {
	r := &reference{shape: sh, rows: make([][]refRow, len(sh.outs))}
	for i := range sh.steps {
		s := &refStage{step: &sh.steps[i], index: i, bound: watermark.Min, lw: watermark.Min, rw: watermark.Min}
		s.main.w, s.missed.w, s.joined, s.reached = watermark.Min, watermark.Min, watermark.Min, watermark.Min
		s.behind = time.Duration(sh.behind(i))
		if s.op == opWindow || s.op == opWindowPanes {
			s.mech = newMechanism(s)
		}
		r.stages = append(r.stages, s)
		r.unsure, r.rough = r.unsure || sh.unsure(i), r.rough || (s.op == opJoin || s.op == opFlatMap) && sh.unsure(s.from[0])
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
	defer func() { r.clock = nil }()
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
		switch s.op {
		case opWindow, opWindowPanes:
			s.advance(before, in.w, r.forced)
			if r.clock == s {
				s.expire(r.now, in.w)
			}
		case opTop:
			s.rank(in.w, r.forced)
		default:
			s.release(in.w)
		}
	}
	s.missed.w, s.missed.idle = s.main.w, s.main.idle
	if s.op != opTop { // which counts them as they come
		s.ledger.Held = uint64(len(s.held) + len(s.parked) + len(s.lines))
	}
}

// take is what the stages with one input do with a row; w is W as it finds it.
func (r *reference) take(s *refStage, x refRow, w watermark.Time) {
	switch s.op {
	case opFilter:
		if s.keeps(x) && s.give(x, x) || !s.keeps(x) && s.give(x) {
			break
		}
		s.ledger.Filtered++
		return
	case opValidate:
		err := s.check(x)
		went := err == nil && s.give(x, x) || err != nil && s.give(x)
		switch withdrawn := x.stamp.Kind == row.Withdrawn; {
		case withdrawn && !went:
			s.ledger.Filtered++
			return
		case !withdrawn && err != nil:
			s.ledger.Invalid++
			s.miss(x, refMiss{w: w, reason: tidemark.Invalid, detail: err.Error()})
			return
		}
	case opMap, opMissed:
		y := x
		y.sale = s.convert(x)
		y.pane, y.miss = takings{}, nil
		s.give(x, y)
	case opFlatMap:
		from := s.convert(x)
		var rows []refRow
		for n := range s.copies(from) {
			y := x
			y.sale, y.pane = nth(from, n), takings{}
			if id := x.stamp.ID; n > 0 && id != (row.ID{}) {
				y.stamp.ID = row.ID{mix(int64(id[0]), int64(n), int64(s.index)), id[1]}
			}
			rows = append(rows, y)
		}
		s.give(x, rows...)
	case opInOrder, opTop:
		if x.time < w {
			s.ledger.Late++
			s.miss(x, refMiss{w: w, reason: tidemark.Late})
			return
		}
		if held, no := s.crowded(x.key); no {
			s.ledger.Refused++
			s.miss(x, refMiss{w: w, reason: tidemark.Refused, detail: tooMany(held)})
			return
		}
		s.held = append(s.held, refWaiting{refRow: x, came: w})
		if s.op == opInOrder {
			return
		}
	case opWindow, opWindowPanes:
		late, refused := s.count(x, w, r.now)
		switch {
		case refused != "":
			s.ledger.Refused++
			s.miss(x, refMiss{w: w, reason: tidemark.Refused, detail: refused})
			return
		case len(late) > 0:
			s.ledger.Late++
			s.miss(x, refMiss{w: w, reason: tidemark.Late, spans: late})
			return
		}
	}
	s.ledger.Counted++
}

// give gives the rows that a stage makes of x, and reports whether there are any.
// If x takes the place of another row, those that were made of that one, and have
// no successor, leave as withdrawn, as they were sent.
func (s *refStage) give(x refRow, rows ...refRow) bool {
	stamp := x.stamp
	if stamp.ID == (row.ID{}) {
		s.main.rows = append(s.main.rows, rows...)
		return len(rows) > 0
	}
	if s.given == nil {
		s.given = map[row.ID][]refRow{}
	}
	if stamp.Kind == row.Withdrawn {
		rows = nil
	}
	all := slices.Clone(rows)
	for _, old := range s.given[stamp.ID] {
		same := func(y refRow) bool { return y.stamp.ID == old.stamp.ID }
		if stamp.Kind != row.Withdrawn && stamp.Revision == 0 || slices.ContainsFunc(rows, same) {
			continue
		}
		id := old.stamp.ID
		old.stamp, old.time = stamp, x.time
		old.stamp.ID, old.stamp.Kind = id, row.Withdrawn
		if stamp.Kind != row.Withdrawn {
			s.ledger.Out.Withdrawn++
		}
		all = append(all, old)
	}
	s.given[stamp.ID] = slices.Clone(rows)
	s.main.rows = append(s.main.rows, all...)
	return len(all) > 0
}

// release gives what W has made due: W is beyond a fact held back.
func (s *refStage) release(w watermark.Time) {
	slices.SortStableFunc(s.held, func(a, b refWaiting) int { return cmp.Compare(a.time, b.time) })
	for len(s.held) > 0 && s.held[0].time < w {
		s.ledger.Counted++
		s.main.rows = append(s.main.rows, s.held[0].refRow)
		s.held = s.held[1:]
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
	var rows [][]refRow
	for _, f := range s.from {
		in := &r.stages[f].main
		rows = append(rows, in.rows)
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
	for _, some := range rows {
		s.ledger.Fed += uint64(len(some))
	}
	s.ledger.Counted = s.ledger.Fed
	s.main.rows = meet(rows)
}
