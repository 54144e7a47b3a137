package tidemark_test

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// refHolds is what the reference keeps of a join beside what waits for a time.
type refHolds struct {
	passed watermark.Time  // W that the join gave before the event at hand
	stands map[row.ID]bool // left rows that came, and were not withdrawn
	parked []refWaiting    // Hold: without a version, in the order of their coming
	lines  []refWaiting    // behind one of their ID that is parked
	kept   []*refKept      // History: in the order of their coming
	ids    uint64          // that it has given
}

// refKept is a left row, as it came last, with the row that was made of it.
type refKept struct {
	refRow
	met   refMet
	given sale
	sent  uint32 // rows under its ID
	out   bool   // the last of them holds
	off   bool   // the left row was withdrawn
}

// refMet is what a look at the versions has found.
type refMet struct {
	version   sale
	is        bool            // there is one
	why       tidemark.Reason // there is no row
	forgotten bool            // it is pruned
}

func (s *refStage) holds() (time.Duration, bool) {
	h, ok := s.how.Missing.(join.Hold)
	return time.Duration(h), ok
}

// join takes what the event caused, left facts before versions, then moves W.
func (r *reference) join(s *refStage, before watermark.Time) {
	left, right := &r.stages[s.from[0]].main, &r.stages[s.from[1]].main
	s.passed = before
	for _, x := range left.rows {
		s.ledger.Fed++
		w := refWaiting{refRow: x, came: s.lw, again: s.stands[x.stamp.ID] || x.stamp.Kind == row.Correction || x.stamp.Kind == row.Withdrawn}
		if s.stands == nil {
			s.stands = map[row.ID]bool{}
		}
		if x.stamp.ID != (row.ID{}) {
			s.stands[x.stamp.ID] = x.stamp.Kind != row.Withdrawn
		}
		if s.due(x.time, left.idle, right.idle) || s.waitsWithin() && x.time < s.lw && !r.shape.revises(s.from[0]) {
			r.proceed(s, w)
		} else {
			s.held = append(s.held, w)
		}
	}
	for _, x := range right.rows {
		r.version(s, refVersion{x, x.sale.Deleted()}, s.due(x.time, left.idle, right.idle))
	}
	s.lw, s.rw = left.w, right.w
	byTime := func(a, b refWaiting) int { return cmp.Compare(a.time, b.time) }
	slices.SortStableFunc(s.held, byTime)
	for len(s.held) > 0 && s.due(s.held[0].time, left.idle, right.idle) {
		x := s.held[0]
		s.held = s.held[1:]
		r.proceed(s, x)
	}
	for {
		slices.SortStableFunc(s.parked, byTime)
		if len(s.parked) == 0 || !s.waited(s.parked[0].time) {
			break
		}
		x := s.parked[0]
		s.parked = slices.Clone(s.parked[1:])
		r.pursue(s, x)
	}
	first := watermark.Max
	for _, x := range slices.Concat(s.held, s.parked) {
		first = min(first, x.time)
	}
	s.main.w, s.main.idle = max(before, min(s.lw, first)), left.idle
	s.kept = slices.DeleteFunc(s.kept, func(k *refKept) bool { return s.forgets(s.main.w, k.time) })
	bound := s.lw
	if s.how.History > 0 {
		bound = s.main.w
	}
	if !right.idle {
		bound = min(bound, s.rw)
	}
	s.bound = max(s.bound, min(back(bound, s.behind), first))
}

// version takes one; due: facts of its time need not wait any more.
func (r *reference) version(s *refStage, v refVersion, due bool) {
	s.old.Fed++
	switch {
	case s.unknown(v.key, s.how.MaxKeys):
		s.full = true
		s.old.Refused++
	case v.time < s.covered(v.key):
		s.versions = append(s.versions, v)
		s.old.Late++
	default:
		s.versions = append(s.versions, v)
		s.old.Counted++
		s.renew(v.key)
		if s.lw > v.time && due && (s.how.History == 0 || s.forgets(s.passed, v.time)) {
			s.old.Stale++
		}
	}
	r.rough = r.rough || s.how.Wait == join.Strict && s.how.History == 0 && r.shape.revises(s.from[0]) && v.time <= s.joined
	var of []refWaiting // that it lets go
	s.parked = slices.DeleteFunc(s.parked, func(x refWaiting) bool {
		mine := x.key == v.key && x.time >= v.time
		if mine {
			of = append(of, x)
		}
		return mine
	})
	slices.SortStableFunc(of, func(a, b refWaiting) int { return cmp.Compare(a.time, b.time) })
	for _, x := range of {
		r.pursue(s, x)
	}
}

// waited reports whether a fact at t has waited for a first version as long as it may.
func (s *refStage) waited(t watermark.Time) bool {
	h, _ := s.holds()
	return s.lw > watermark.Min && s.lw >= t.Add(h)
}

// proceed is what a left row does that waits for no time any more: none overtakes
// an earlier one of its ID that waits for a version.
func (r *reference) proceed(s *refStage, x refWaiting) {
	same := func(y refWaiting) bool { return y.stamp.ID == x.stamp.ID && x.stamp.ID != (row.ID{}) }
	if r.shape.revises(s.from[0]) && slices.ContainsFunc(s.parked, same) {
		s.lines = append(s.lines, x)
		return
	}
	r.pursue(s, x)
}

// pursue lets a left row wait for a first version of its key, or joins it, and then
// those of its ID that waited for it.
func (r *reference) pursue(s *refStage, x refWaiting) {
	if _, holds := s.holds(); holds && !s.waited(x.time) && !s.hadVersion(x.key, x.time) && !(s.full && s.unknown(x.key, 1)) {
		s.parked = append(s.parked, x)
		return
	}
	s.meet(x, r.shape.revises(s.from[0]))
	next := slices.IndexFunc(s.lines, func(y refWaiting) bool { return y.stamp.ID == x.stamp.ID })
	if next >= 0 && x.stamp.ID != (row.ID{}) {
		x = s.lines[next]
		s.lines = slices.Delete(s.lines, next, next+1)
		r.pursue(s, x)
	}
}

// hadVersion reports whether there is, or may have been, one of key at or before t.
func (s *refStage) hadVersion(key int, t watermark.Time) bool {
	covered := s.covered(key)
	return slices.ContainsFunc(s.versions, func(v refVersion) bool { return v.key == key && (v.time <= t || v.time < covered) })
}

// unknown reports whether there is no version of key, but of most others; 0: of
// any number.
func (s *refStage) unknown(key, most int) bool {
	known := map[int]bool{}
	for i := range s.versions {
		known[s.versions[i].key] = true
	}
	return most > 0 && len(known) >= most && !known[key]
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

// look finds the newest version of key that is not after t.
func (s *refStage) look(key int, t watermark.Time) (m refMet) {
	var found *refVersion
	covered, gone := s.covered(key), false
	for i := range s.versions {
		switch v := &s.versions[i]; {
		case v.key != key:
		case v.time < covered:
			gone = true
		case v.time <= t && (found == nil || v.time >= found.time): // of equal times the later fed
			found = v
		}
	}
	switch {
	case found == nil && gone:
		return refMet{why: tidemark.Late, forgotten: true}
	case s.full && s.unknown(key, 1):
		return refMet{why: tidemark.Refused}
	case found != nil && !found.deleted:
		return refMet{version: found.sale, is: true}
	case s.how.Missing != join.Zero:
		return refMet{why: tidemark.Unmatched}
	}
	return refMet{}
}

// unmet tells of a left row that has no version.
func (s *refStage) unmet(x refWaiting, m refMet) {
	miss := refMiss{w: x.came, reason: m.why}
	switch m.why {
	case tidemark.Late:
		s.ledger.Late++
	case tidemark.Refused:
		s.ledger.Refused++
		miss.detail = fmt.Sprintf("versions of %d other keys are kept, MaxKeys, and of some keys they were refused", s.how.MaxKeys)
	default:
		s.ledger.Unmatched++
	}
	s.miss(x.refRow, miss)
}

// pair makes the row of a left row and a version.
func (s *refStage) pair(x *refRow, version sale) sale {
	if s.leftPanes {
		return joinSales(paneSale(x.pane, s.commute), version)
	}
	return joinSales(x.sale, version)
}

// meet joins a left fact with the newest version that is not after it; revised:
// left rows can come again.
func (s *refStage) meet(x refWaiting, revised bool) {
	s.joined = max(s.joined, x.time)
	m := s.look(x.key, x.time)
	switch {
	case s.how.History > 0:
		s.keep(x, m, revised)
	case x.stamp.Kind == row.Withdrawn:
		if s.give(x.refRow) {
			s.ledger.Counted++
		} else {
			s.ledger.Filtered++
		}
	case m.why != 0:
		s.unmet(x, m)
		s.give(x.refRow)
	default:
		s.ledger.Counted++
		y := x.refRow
		y.sale, y.pane = s.pair(&x.refRow, m.version), takings{}
		s.give(x.refRow, y)
	}
}

// forgets reports whether rows at t are not kept any more when W is w.
func (s *refStage) forgets(w, t watermark.Time) bool {
	return w > watermark.Min && w >= t.Add(s.behind)
}

// keep is meet with History: the rows under an ID are numbered here.
func (s *refStage) keep(x refWaiting, m refMet, revised bool) {
	at := -1
	if revised && x.stamp.ID != (row.ID{}) {
		at = slices.IndexFunc(s.kept, func(k *refKept) bool { return k.stamp.ID == x.stamp.ID })
	}
	withdrawn, over := x.stamp.Kind == row.Withdrawn, s.forgets(s.passed, x.time)
	switch {
	case m.forgotten, at < 0 && over && x.again:
		m.why = tidemark.Late
		s.unmet(x, m)
		return
	case at < 0 && withdrawn:
		s.ledger.Filtered++
		return
	case at < 0 && over && m.why != 0:
		s.unmet(x, m)
		return
	}
	k := &refKept{refRow: x.refRow}
	if at < 0 && k.stamp.ID == (row.ID{}) {
		s.ids++
		k.stamp.ID = row.ID{s.ids, uint64(s.index) + 1<<32}
	}
	switch {
	case at < 0 && over: // is not kept
	case at < 0:
		s.kept = append(s.kept, k)
	case withdrawn:
		k = s.kept[at]
		k.off = true
		if k.out {
			s.ledger.Counted++
			s.takeBack(k)
		} else {
			s.ledger.Filtered++
		}
		return
	default:
		old := s.kept[at]
		k.sent, k.out, k.given = old.sent, old.out, old.given
		if s.kept[at] = k; k.key != old.key || k.time != old.time {
			s.kept = append(slices.Delete(s.kept, at, at+1), k)
		}
	}
	if k.met = m; m.why != 0 {
		s.unmet(x, m)
		if k.out {
			s.takeBack(k)
			s.ledger.Out.Withdrawn++
		}
		return
	}
	s.ledger.Counted++
	s.sendKept(k)
}

// sendKept gives the row of a kept one; the first under its ID is no Correction.
func (s *refStage) sendKept(k *refKept) {
	if k.sent == 0 && k.stamp.Kind == row.Correction {
		k.stamp.Kind = row.Final
	}
	k.given, k.out = s.pair(&k.refRow, k.met.version), true
	s.tell(k)
}

// takeBack gives the row that was sent last as one that does not hold any more.
func (s *refStage) takeBack(k *refKept) {
	kind := k.stamp.Kind
	k.stamp.Kind, k.out = row.Withdrawn, false
	s.tell(k)
	k.stamp.Kind = kind
}

func (s *refStage) tell(k *refKept) {
	y := k.refRow
	y.sale, y.pane, y.stamp.Time, y.stamp.Revision = k.given, takings{}, k.time, k.sent
	k.sent++
	s.main.rows = append(s.main.rows, y)
}

// renew sends the kept rows of a key again whose version is another now.
func (s *refStage) renew(key int) {
	some := slices.Clone(s.kept)
	slices.SortStableFunc(some, func(a, b *refKept) int { return cmp.Compare(a.time, b.time) })
	for _, k := range some {
		if k.key != key {
			continue
		}
		was := k.met
		if k.met = s.look(key, k.time); k.met == was || k.off {
			continue
		}
		switch {
		case k.met.why == 0:
			if k.stamp.Kind != row.Early && k.sent > 0 {
				k.stamp.Kind = row.Correction
			}
			s.sendKept(k)
			switch k.stamp.Kind {
			case row.Final:
				s.ledger.Out.Final++
			case row.Early:
				s.ledger.Out.Early++
			default:
				s.ledger.Out.Correction++
			}
		case k.out:
			s.takeBack(k)
			s.ledger.Out.Withdrawn++
		}
	}
}
