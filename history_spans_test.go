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
	"github.com/tidemark-go/tidemark/window"
)

// twice reports whether rows of step i may have one ID though none takes the place of
// another, as a stage that gives IDs reaches it in two ways.
func (sh *shape) twice(i int) bool {
	for _, ways := range sh.ways(i) { // order: any will do
		if ways > 1 {
			return true
		}
	}
	return false
}

// ways is in how many ways the rows of each stage that gives IDs reach step i.
func (sh *shape) ways(i int) map[int]int {
	s := &sh.steps[i]
	switch s.op {
	case opInput:
		return nil
	case opWindow, opWindowPanes, opTop:
		return map[int]int{i: 1}
	case opMerge:
	default:
		return sh.ways(s.from[0])
	}
	all := map[int]int{}
	for _, from := range s.from {
		f := sh.steps[from]
		f.not = !f.not
		if !f.not && slices.ContainsFunc(s.from, func(k int) bool {
			o := &sh.steps[k]
			return o.op == f.op && o.a == f.a && o.m == f.m && !o.not && o.from[0] == f.from[0]
		}) {
			continue // the other part is counted
		}
		for of, n := range sh.ways(from) { // order: sums
			all[of] += n
		}
	}
	return all
}

// revises reports whether rows of step i can take the place of others. What a
// stage tells of such rows can come again too.
func (sh *shape) revises(i int) bool {
	s := &sh.steps[i]
	switch s.op {
	case opWindow, opWindowPanes:
		return s.lateness > 0 || s.early > 0 || s.deadline > 0 || s.rules == ruleArrival
	case opInput, opTop, opInOrder:
		return false
	case opMissed:
		of := &sh.steps[s.from[0]]
		return (of.op == opValidate || of.op == opJoin) && sh.revises(of.from[0])
	case opJoin:
		return s.how.History > 0 || sh.revises(s.from[0])
	}
	return slices.ContainsFunc(s.from, sh.revises)
}

// unsure reports whether rows of step i can come again, and were joined without
// waiting for their versions: what a stage made of the one before cannot be known.
func (sh *shape) unsure(i int) bool {
	s := &sh.steps[i]
	if !sh.revises(i) {
		return false
	}
	if s.op == opJoin {
		_, holds := s.how.Missing.(join.Hold)
		return s.how.History == 0 && (s.how.Wait != join.Strict || holds || s.how.MaxKeys > 0 || sh.unsure(s.from[0]))
	}
	return slices.ContainsFunc(s.from, sh.unsure)
}

// behind is the greatest lateness of the windows that the rows of step i come from.
func (sh *shape) behind(i int) (most int64) {
	s := &sh.steps[i]
	switch s.op {
	case opWindow, opWindowPanes:
		return s.lateness
	case opInput, opTop, opInOrder:
		return 0
	case opMissed:
		of := &sh.steps[s.from[0]]
		if of.op != opValidate && of.op != opJoin {
			return 0
		}
		return sh.behind(of.from[0])
	case opJoin:
		return sum(sh.behind(s.from[0]), int64(s.how.History))
	}
	for _, f := range s.from {
		most = max(most, sh.behind(f))
	}
	return most
}

// back is w less d; the end of time stays what it is.
func back(w watermark.Time, d time.Duration) watermark.Time {
	if w == watermark.Max {
		return w
	}
	return w.Add(-d)
}

// refWindow is what the reference keeps of a window: every pane of every span
// that is not over, by itself.
type refWindow struct {
	open    []*refPane // in the order of their first facts
	opened  map[tidemark.Span]watermark.Time
	expired map[tidemark.Span]bool
	known   []refKnown
	emitted map[[2]int]int         // OnlyChanged: facts at the last row, by start and key
	dirt    int                    // corrections that had to wait so far
	reached watermark.Time         // W, but for the rise that Close makes
	owners  map[int]watermark.Time // MaxKeys: the end of the last span of a key
	evicted int                    // MaxKeys: keys that were let go
	overlap bool                   // spans of a rule of one's own have overlapped
	mech    mechanism              // of a window whose spans depend on the facts of a key
}

type refPane struct {
	takings
	id     row.ID         // of its rows; zero: by key and span
	at     watermark.Time // the event time of its rows, if timed; else the end less 1
	timed  bool
	number int // of the panes of a count, as they began
	key    int
	sent   uint32 // rows
	facts  int    // at the last of them
	dirty  int    // the order in which a correction had to wait; 0: none does
}

// refKnown is a key that Fill knows, and for how many spans it has had no facts.
type refKnown struct{ key, without int }

func byEnd(a, b tidemark.Span) int {
	return cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Start, b.Start))
}

func (s *refStage) fired(span tidemark.Span, w watermark.Time) bool {
	return w >= span.End.Add(s.hold()) || s.expired[span]
}

// hold is how long after its end W fires a span.
func (s *step) hold() time.Duration {
	if s.rules == ruleArrival {
		return time.Duration(s.lateness)
	}
	return 0
}

// wait is how long after its first fact the clock fires a span; 0: never.
func (s *step) wait() time.Duration {
	if s.rules == ruleArrival {
		return time.Duration(s.size)
	}
	return time.Duration(s.deadline)
}

// admits reports whether MaxKeys lets a fact of key in, which counts until last is
// over, and how many keys are held.
func (s *refStage) admits(key int, last tidemark.Span, w watermark.Time) (n int, ok bool) {
	for _, end := range s.owners { // order: they are counted
		if !s.over(tidemark.Span{End: end}, w) {
			n++
		}
	}
	end, held := s.owners[key]
	if held = held && !s.over(tidemark.Span{End: end}, w); s.keys > 0 && !held && n >= s.keys {
		return n, false
	}
	if !held {
		end = watermark.Min
	}
	s.owners[key] = max(end, last.End)
	return n, true
}

// letGo sends the oldest pane, and what else its key has.
func (s *refStage) letGo() {
	first := s.all()[0]
	key := s.open[slices.IndexFunc(s.open, func(p *refPane) bool { return p.Span == first })].key
	mine := func(p *refPane) bool { return p.key == key }
	for _, span := range s.all() {
		for _, p := range s.open {
			if p.Span == span && mine(p) {
				s.send(p, row.Final, true)
			}
		}
	}
	s.open = slices.DeleteFunc(s.open, mine)
	delete(s.owners, key)
	s.evicted++
}

func (s *refStage) over(span tidemark.Span, w watermark.Time) bool {
	return w >= span.End.Add(time.Duration(s.lateness))
}

// pane returns that of key and span, made if need be.
func (s *refStage) pane(key int, span tidemark.Span) *refPane {
	for _, p := range s.open {
		if p.key == key && p.Span == span {
			return p
		}
	}
	p := &refPane{takings: takings{Span: span, Key: key, Last: span.Start}, key: key}
	if s.evicted > 0 { // it may be a part of what the span has of the key
		p.id = row.ID{mix(-5, int64(key), int64(span.Start), int64(s.evicted))}
	}
	s.open = append(s.open, p)
	return p
}

// count counts a fact in the spans that are not over, and sends the corrections
// that it makes. If all are over it returns them.
func (s *refStage) count(x refRow, w, now watermark.Time) (late []tidemark.Span, refused string) {
	if s.mech != nil {
		return s.mech.add(x, w)
	}
	spans := s.spans(x.time)
	for len(spans) > 0 && s.over(spans[0], w) {
		late, spans = append(late, spans[0]), spans[1:]
	}
	if len(spans) == 0 {
		return late, ""
	}
	if s.opened == nil {
		s.opened, s.expired, s.emitted = map[tidemark.Span]watermark.Time{}, map[tidemark.Span]bool{}, map[[2]int]int{}
		s.owners = map[int]watermark.Time{}
	}
	s.overlap = s.overlap || s.rules == ruleSpans && len(late)+len(spans) > 1
	if n, ok := s.admits(x.key, spans[len(spans)-1], w); !ok && s.evict && s.overlap {
		return nil, tooMany(n) + ", and none is let go where spans overlap"
	} else if !ok && !s.evict {
		return nil, tooMany(n)
	} else if !ok {
		s.letGo()
		s.admits(x.key, spans[len(spans)-1], w)
	}
	if len(late) > 0 {
		s.ledger.Partly++
	}
	for _, span := range spans {
		if _, ok := s.opened[span]; !ok {
			s.opened[span] = now
		}
		p := s.pane(x.key, span)
		s.fold(p, x)
		switch {
		case !s.fired(span, w):
		case s.coalesce == 0 || p.sent == 0: // a first row is no correction, and waits for nothing
			s.correct(p)
		case p.dirty == 0:
			s.dirt++
			p.dirty = s.dirt
		}
	}
	if s.fill > 0 && (len(late) > 0 || s.fired(spans[0], w)) { // it is known as if it had come in the last span
		if i := slices.IndexFunc(s.known, func(k refKnown) bool { return k.key == x.key }); i >= 0 {
			s.known[i].without = 0
		} else {
			s.known = append(s.known, refKnown{key: x.key})
		}
	}
	return nil, ""
}

// fold adds a fact to a pane.
func (s *refStage) fold(p *refPane, x refRow) {
	f := x.sale
	if s.op == opWindowPanes {
		f = paneSale(x.pane, s.commute)
	}
	if p.Value.Add(f); s.loose() {
		p.Value.Chain = 0
	}
	p.Facts++
	p.Last = max(p.Last, x.time)
}

func tooMany(n int) string { return fmt.Sprintf("%d keys are held: must be at most MaxKeys", n) }

// send sends a pane as it is.
func (s *refStage) send(p *refPane, kind row.Kind, forced bool) {
	id, at := p.id, p.at
	if id == (row.ID{}) {
		id = row.ID{mix(int64(p.key), int64(p.Start), int64(p.End))}
	}
	if !p.timed {
		at = p.End.Add(-1)
	}
	id[1] ^= uint64(s.index) + 1
	stamp := row.Stamp{Time: at, Kind: kind, Forced: forced, Revision: p.sent, ID: id}
	x := refRow{pane: p.takings, key: p.key, time: stamp.Time, stamp: stamp}
	if s.op == opWindowPanes {
		x.sale, x.pane = paneSale(p.takings, s.commute), takings{}
	}
	s.main.rows = append(s.main.rows, x)
	switch kind {
	case row.Final:
		s.ledger.Out.Final++
	case row.Early:
		s.ledger.Out.Early++
	case row.Correction:
		s.ledger.Out.Correction++
	case row.Withdrawn:
		s.ledger.Out.Withdrawn++
	}
	p.sent++
	p.facts, p.dirty = p.Facts, 0
}

func (s *refStage) correct(p *refPane) {
	kind := row.Correction
	if p.sent == 0 {
		kind = row.Final
	}
	s.send(p, kind, s.reached < p.End)
}

// inSpan returns the panes of a span, in their order.
func (s *refStage) inSpan(span tidemark.Span) (panes []*refPane) {
	for _, p := range s.open {
		if p.Span == span && p.Facts > 0 {
			panes = append(panes, p)
		}
	}
	s.sort(panes)
	return panes
}

func (s *refStage) sort(panes []*refPane) {
	if s.sorted {
		slices.SortStableFunc(panes, func(a, b *refPane) int { return cmp.Compare(a.key, b.key) })
	}
}

// all returns the spans that have panes, by End.
func (s *refStage) all() (spans []tidemark.Span) {
	for _, p := range s.open {
		spans = append(spans, p.Span)
	}
	slices.SortFunc(spans, byEnd)
	return slices.Compact(spans)
}

// passed reports whether W has passed a multiple of step.
func passed(before, w watermark.Time, step int64) bool {
	return step > 0 && before < w.Floor(time.Duration(step), 0)
}

// advance sends what the rise of W brings about: what closes, then corrections,
// then previews.
func (s *refStage) advance(before, w watermark.Time, forced bool) {
	if w <= before {
		return
	}
	if s.mech != nil {
		s.mech.advance(before, w, forced)
		return
	}
	if !forced {
		s.reached = w
	}
	for from, to := back(before, s.hold()), back(w, s.hold()); ; {
		span, ok := s.nextSpan(from, to)
		if !ok {
			break
		}
		s.fire(span)
		from = span.End
	}
	var dirty []*refPane
	for _, p := range s.open {
		if p.dirty > 0 && (passed(before, w, s.coalesce) || s.over(p.Span, w)) {
			dirty = append(dirty, p)
		}
	}
	slices.SortFunc(dirty, func(a, b *refPane) int { return cmp.Or(byEnd(a.Span, b.Span), a.dirty-b.dirty) })
	for _, p := range dirty {
		s.correct(p)
	}
	s.open = slices.DeleteFunc(s.open, func(p *refPane) bool { return s.over(p.Span, w) })
	if w == watermark.Max || !passed(before, w, s.early) {
		return
	}
	for _, span := range s.all() {
		for _, p := range s.inSpan(span) {
			if !s.fired(span, w) && (p.sent == 0 || p.facts != p.Facts) {
				s.send(p, row.Early, false)
			}
		}
	}
}

// nextSpan returns the span that is to fire next after the time from, if it ends at
// w or before. What Fill knows fires in every span, but not beyond the facts at the end.
func (s *refStage) nextSpan(from, w watermark.Time) (next tidemark.Span, ok bool) {
	for _, span := range s.all() {
		if from < span.End && span.End <= w && !ok {
			next, ok = span, true
		}
	}
	beyond := ok || w < watermark.Max || slices.ContainsFunc(s.open, func(p *refPane) bool { return p.End > from })
	if len(s.known) > 0 && beyond {
		if span := s.after(from); span.End <= w && (!ok || span.End < next.End) {
			next, ok = span, true
		}
	}
	return next, ok
}

// fire sends the panes of a span that closes.
func (s *refStage) fire(span tidemark.Span) {
	if s.expired[span] {
		return
	}
	panes := s.inSpan(span)
	if s.fill > 0 {
		var known []refKnown
		with := map[int]bool{}
		for _, p := range s.open { // as their keys first came
			if p.Span == span && p.Facts > 0 {
				known = append(known, refKnown{key: p.key})
				with[p.key] = true
			}
		}
		for _, k := range s.known {
			if k.without < s.fill && !with[k.key] {
				known = append(known, refKnown{k.key, k.without + 1})
				panes = append(panes, s.pane(k.key, span))
			}
		}
		s.known = known
		s.sort(panes)
	}
	for _, p := range panes {
		at := [2]int{int(p.Start), p.key}
		if s.changed && s.emitted[at] == p.Facts && p.sent == 0 {
			continue
		}
		if s.changed {
			s.emitted[at] = p.Facts
		}
		s.send(p, row.Final, s.reached < p.End)
	}
}

// dueByClock is the time of the clock at which a span is to fire, Max if there is none.
func (s *refStage) dueByClock() watermark.Time {
	due := watermark.Max
	for span, at := range s.opened { // order: the least is looked for
		if s.wait() > 0 && !s.fired(span, s.main.w) {
			due = min(due, at.Add(s.wait()))
		}
	}
	return due
}

// expire sends what the clock has made due.
func (s *refStage) expire(now, w watermark.Time) {
	for _, span := range s.all() {
		if s.fired(span, w) || s.opened[span].Add(s.wait()) > now {
			continue
		}
		for _, p := range s.inSpan(span) {
			s.send(p, row.Final, s.reached < p.End)
		}
		s.expired[span] = true
	}
}

// foldSum is fold without the order of facts.
type foldSum struct{ Sum int64 }

func (f *foldSum) Add(s sale)       { f.Sum += s.N }
func (f *foldSum) Merge(o *foldSum) { f.Sum += o.Sum }

// windowSales is a window of sales. Where spans share slices, its panes are made
// those of the others by a Map.
func windowSales(s *step, i int, in, b *built) {
	if !s.loose() {
		b.panes, b.missed = tidemark.Window[fold](in.keyed, s.rule(), s.options()...)
		b.panes = tidemark.Named(b.panes, s.name(i))
		return
	}
	panes, late := tidemark.Window[foldSum](in.keyed, s.rule(), s.options()...)
	panes = tidemark.Named(panes, s.name(i))
	b.missed = late
	b.panes = tidemark.KeyBy(tidemark.Map(panes, func(p window.Pane[int, foldSum]) takings {
		return takings{Span: p.Span, Stamp: p.Stamp, Key: p.Key, Value: fold{Sum: p.Value.Sum}, Facts: p.Facts, Last: p.Last}
	}), func(p takings) int { return p.Key })
}

// meet gives the rows of several branches in their order, but those of one ID by
// revision, what is withdrawn first.
func meet(branches [][]refRow) (rows []refRow) {
	rows = slices.Concat(branches...)
	gone := func(x refRow) bool { return x.stamp.Kind == row.Withdrawn }
	for sorted := false; !sorted; {
		sorted = true
		for i := range rows {
			for k := i + 1; k < len(rows); k++ {
				a, b := rows[i].stamp, rows[k].stamp
				if a.ID == b.ID && a.ID != (row.ID{}) && (b.Revision < a.Revision || b.Revision == a.Revision && gone(rows[k]) && !gone(rows[i])) {
					rows[i], rows[k] = rows[k], rows[i]
					sorted = false
				}
			}
		}
	}
	return rows
}

// compareStanding compares the rows that stand at the end, of each ID the last:
// where a join does not wait for its versions, what is withdrawn behind it is more
// than has to be. Behind that, what FlatMap and another join have made of a row is
// not known; then the ledger alone is compared.
func (r *reference) compareStanding(pl *player) string {
	rows := r.rows
	if r.rough {
		rows = nil
	}
	for i, want := range rows {
		var records []record
		for k := range want {
			records = append(records, want[k].record())
		}
		count := map[record]int{}
		for _, x := range standing(records) {
			count[x]--
		}
		for _, x := range standing(pl.rows[i]) {
			count[x]++
		}
		for x, n := range count { // order: any that differs will do
			if n != 0 {
				return fmt.Sprintf("outlet %d (%+v): %d too many stand of %+v", i, r.shape.outs[i], n, x)
			}
		}
	}
	for _, s := range pl.p.Stats().Stages {
		if s.Balance() != 0 {
			return "the ledger does not balance: " + s.Stage
		}
	}
	return ""
}

func standing(rows []record) (kept []record) {
	last := map[row.ID]int{}
	for i, r := range rows {
		last[r.stamp.ID] = i
	}
	for i, r := range rows {
		id := r.stamp.ID
		r.stamp.ID = row.ID{}
		if id == (row.ID{}) || last[id] == i && r.stamp.Kind != row.Withdrawn {
			kept = append(kept, r)
		}
	}
	return kept
}
