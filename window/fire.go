package window

import (
	"slices"
	"time"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// advance fires what the rise of W to w closes: spans by their end, then
// corrections that are due, then previews, each by the end of their span.
func (s *sliced[K, A, T, P]) advance(w watermark.Time, forced bool, told *Told[K, A]) {
	before := s.w
	s.w = w
	if !forced {
		s.reached = w
	}
	ends, c := s.lay != nil || w >= s.wake, s.set.Coalesce
	if ends {
		s.fire(since(before, s.hold), since(w, s.hold), told)
	}
	if all := c > 0 && passed(before, w, c); all || ends {
		s.flush(all, told)
	}
	if ends {
		s.seal(since(before, s.hold))
		if s.set.Deadline > 0 && s.passes(since(before, s.hold), since(w, s.hold)) {
			s.settleDue()
		}
		s.drop()
	}
	if e := s.set.EarlyEvery; e > 0 && passed(before, w, e) && w < watermark.Max {
		s.preview(told)
	}
}

// since is w less d; the bounds of time stay what they are.
func since(w watermark.Time, d time.Duration) watermark.Time {
	if w == watermark.Max || d == 0 {
		return w
	}
	return w.Add(-d)
}

// passed reports whether there is a multiple of step in (from, to].
func passed(from, to watermark.Time, step time.Duration) bool {
	return from < to.Floor(step, 0)
}

// fire sends the panes of the spans that end in (from, to].
func (s *sliced[K, A, T, P]) fire(from, to watermark.Time, told *Told[K, A]) {
	if s.lay == nil {
		for _, span := range s.spansByTime(from, to) {
			s.fireSpan(span, told)
		}
		return
	}
	for from < to {
		end, ok := s.nextEnd(from, to)
		if !ok || end > to {
			return
		}
		s.fireSpan(s.lay.ending(end), told)
		from = end
	}
}

// nextEnd returns the least end after t of a span that has panes to send, and
// whether there is one. At the end of time nothing is filled in beyond the facts.
func (s *sliced[K, A, T, P]) nextEnd(t, to watermark.Time) (end watermark.Time, ok bool) {
	end, ok = s.nextWithFacts(t)
	if s.known.len() > 0 && (ok || to < watermark.Max) {
		return s.lay.next(t), true
	}
	return end, ok
}

// nextWithFacts is nextEnd for spans that have facts.
func (s *sliced[K, A, T, P]) nextWithFacts(t watermark.Time) (end watermark.Time, ok bool) {
	i, _ := slices.BinarySearchFunc(s.open.all, t, func(at *slice[K, A], t watermark.Time) int {
		if s.lay.last(at.Span) > t {
			return 1
		}
		return -1
	})
	if i == len(s.open.all) {
		return 0, false
	}
	return max(s.lay.next(t), s.lay.first(s.open.all[i].Span)), true
}

// spansByTime returns the spans that end in (from, to] and hold facts, by End.
func (s *sliced[K, A, T, P]) spansByTime(from, to watermark.Time) (spans []Span) {
	for _, at := range s.open.all {
		for _, span := range at.spans {
			if from < span.End && span.End <= to {
				spans = append(spans, span)
			}
		}
	}
	slices.SortFunc(spans, byEnd)
	return slices.Compact(spans)
}

// openSpans returns the spans that have facts and have not fired, by End.
func (s *sliced[K, A, T, P]) openSpans() (spans []Span) {
	w := since(s.w, s.hold)
	if s.lay == nil {
		spans = s.spansByTime(w, watermark.Max)
	} else {
		for w < watermark.Max {
			end, ok := s.nextWithFacts(w)
			if !ok {
				break
			}
			spans = append(spans, s.lay.ending(end))
			w = end
		}
	}
	return slices.DeleteFunc(spans, s.fired)
}

// fireSpan sends the panes of a span.
func (s *sliced[K, A, T, P]) fireSpan(span Span, told *Told[K, A]) {
	forced := s.reached < span.End
	if s.set.Deadline > 0 && s.expired(span) {
		return
	}
	n := len(told.Panes)
	var x *sentSpan[K, A]
	if len(s.sent) > 0 {
		x = s.sentOf(span, false)
	}
	if at := s.alone(span); at != nil {
		s.send(told, span, &at.table, at.parts, forced, s.keeps())
	} else {
		s.sendGathered(told, span, forced)
	}
	if x == nil && s.plan.changed && s.keeps() {
		x = s.sentOf(span, false)
	}
	if s.set.Fill > 0 {
		x = s.fill(span, n, forced, x, told)
	}
	s.sort(told.Panes[n:])
	if x != nil {
		s.revise(x, n, told)
	}
}

// single reports whether each span is a slice.
func (s *sliced[K, A, T, P]) single() bool {
	return s.plan.kind != byTime && s.plan.alone()
}

// alone returns the slice that is the span, nil if there is none.
func (s *sliced[K, A, T, P]) alone(span Span) *slice[K, A] {
	if !s.single() {
		return nil
	}
	if i := s.open.from(span.Start); i < len(s.open.all) && s.open.all[i].Start == span.Start {
		return s.open.all[i]
	}
	return nil
}

// sendGathered is send for a span of several slices.
func (s *sliced[K, A, T, P]) sendGathered(told *Told[K, A], span Span, forced bool) {
	switch {
	case s.lay == nil:
		from := s.peek(span)
		s.send(told, span, from, s.ordinals(span, from), forced, false)
	case s.single(): // no facts
	case s.plan.grid.grow:
		s.sendGrown(told, span, s.gather(span), forced)
	default:
		s.send(told, span, s.gather(span), nil, forced, false)
	}
}

// send appends the panes of a span. The values pass to the panes unless they
// are to be kept.
func (s *sliced[K, A, T, P]) send(told *Told[K, A], span Span, from *cells[K, A], parts []uint64, forced, keep bool) {
	n := len(told.Panes)
	seed := s.spanSeed(span)
	told.Panes = slices.Grow(told.Panes, from.Len())[:n+from.Len()]
	panes := told.Panes[n:]
	end, k := span.End.Add(-1), 0
	keep = keep && s.deep
	for i := range from.Entries {
		e := &from.Entries[i]
		if e.Value.facts == 0 { // let go
			continue
		}
		p := &panes[k]
		k++
		p.Span = span
		p.Stamp.Time, p.Kind, p.Forced, p.Revision = end, row.Final, forced, 0
		p.ID[0], p.ID[1] = s.keys.Lanes(seed[0], seed[1], &e.Key)
		p.Key = e.Key
		p.Value = e.Value.value
		p.Facts = int(e.Value.facts)
		p.Last = span.Start + watermark.Time(e.Value.last)
		if keep {
			p.Value = copyOf[A, T, P](&e.Value.value, true)
		}
		if i < len(parts) && parts[i] != 0 {
			id := keys.Fold(seed, parts[i])
			p.ID[0], p.ID[1] = s.keys.Lanes(id[0], id[1], &e.Key)
		}
	}
}

// sendGrown is send for spans that share their start: the cells are kept, and
// with OnlyChanged those alone are sent that have changed since they were.
func (s *sliced[K, A, T, P]) sendGrown(told *Told[K, A], span Span, from *cells[K, A], forced bool) {
	k := &s.stacks
	for i := range from.Entries {
		e := &from.Entries[i]
		if i == len(k.emitted) {
			k.emitted = append(k.emitted, 0)
		}
		if e.Value.facts == 0 {
			continue
		}
		if s.plan.changed && k.emitted[i] == e.Value.facts && !s.leaveOut(span, e.Key) {
			continue
		}
		k.emitted[i] = e.Value.facts
		c := cell[A]{e.Value.facts, e.Value.last, copyOf[A, T, P](&e.Value.value, s.deep)}
		told.Panes = append(told.Panes, s.pane(span, e.Key, &c, row.Final, forced, 0))
	}
}

// leaveOut notes that a final row is left out because it would be as the one a
// step before. It reports true if a preview has announced it.
func (s *sliced[K, A, T, P]) leaveOut(span Span, key K) (announced bool) {
	x := s.sentOf(span, s.keeps())
	if x == nil {
		return false
	}
	hash := s.hash(key)
	if s.keeps() {
		return s.row(x, key, hash, false).n > 0
	}
	return x.rows.Find(key, hash) >= 0
}

// seal seals the slices of spans that W has fired since it was before: from the
// newest of them on, as those that are older were sealed then.
func (s *sliced[K, A, T, P]) seal(before watermark.Time) {
	if s.lay == nil {
		for _, at := range s.open.all {
			if !at.sealed && slices.ContainsFunc(at.spans, s.fired) {
				s.open.seal(at)
			}
		}
		return
	}
	to := since(s.w, s.hold)
	i, _ := slices.BinarySearchFunc(s.open.all, to, func(at *slice[K, A], w watermark.Time) int {
		if s.lay.first(at.Span) > w {
			return 1
		}
		return -1
	})
	for i--; i >= 0; i-- {
		at := s.open.all[i]
		if s.lay.first(at.Span) <= before {
			return
		}
		if !at.sealed {
			s.open.seal(at)
		}
	}
}

// drop lets go of what is over.
func (s *sliced[K, A, T, P]) drop() {
	for i := 0; i < len(s.open.all); {
		at := s.open.all[i]
		if !s.over(Span{End: s.lastEnd(at)}) {
			if s.lay != nil {
				break
			}
			i++
			continue
		}
		if s.set.MaxKeys.N > 0 {
			for j := range at.table.Entries {
				key := at.table.Entries[j].Key
				s.census.leave(func(end watermark.Time) bool { return s.over(Span{End: end}) }, key, s.hash(key), s.hash)
			}
		}
		s.shed(at.Start.Add(1)) // before the table is used again
		s.open.close(i, s.wipe)
	}
	n := 0
	for n < len(s.sent) && s.over(s.sent[n].Span) {
		n++
	}
	s.sent = slices.Delete(s.sent, 0, n)
	n = 0
	for n < len(s.clock) && s.over(s.clock[n].Span) { // they are by their ends
		n++
	}
	s.clock = slices.Delete(s.clock, 0, n)
	if s.lay == nil {
		s.wake = watermark.Max
		for _, at := range s.open.all {
			s.rouse(at.spans)
		}
	}
}

// rouse sees to it that no end of spans is passed over.
func (s *sliced[K, A, T, P]) rouse(spans []Span) {
	for _, span := range spans {
		switch {
		case s.w < span.End:
			s.wake = min(s.wake, span.End)
		case !s.over(span):
			s.wake = min(s.wake, span.End.Add(s.set.Lateness))
		}
	}
}

// lastEnd is the end of the last span that holds a slice.
func (s *sliced[K, A, T, P]) lastEnd(at *slice[K, A]) watermark.Time {
	if s.lay == nil {
		return at.spans[len(at.spans)-1].End
	}
	return s.lay.last(at.Span)
}
