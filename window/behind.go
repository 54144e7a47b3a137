package window

import (
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// sliceByTime is slice for a rule that is a function of time: facts that share
// all their spans share a slice.
func (s *sliced[K, A, T, P]) sliceByTime(t watermark.Time) *slice[K, A] {
	spans := s.spansOf(t)
	if wrong(spans, t) != "" {
		return nil
	}
	if at := s.sliceOf(spans); at != nil {
		if at.sealed {
			return nil
		}
		return at
	}
	if slices.ContainsFunc(spans, s.fired) {
		return nil
	}
	return s.openByTime(spans, false)
}

// sliceOf returns the slice of the facts that spans hold, nil if there is none.
func (s *sliced[K, A, T, P]) sliceOf(spans []Span) *slice[K, A] {
	start := startOf(spans)
	for i := s.open.from(start); i < len(s.open.all) && s.open.all[i].Start == start; i++ {
		if at := s.open.all[i]; slices.Equal(at.spans, spans) {
			return at
		}
	}
	return nil
}

// startOf returns where the slice of the facts that spans hold stands: at the start
// that the latest of them has.
func startOf(spans []Span) watermark.Time {
	start := spans[0].Start
	for _, o := range spans[1:] {
		start = max(start, o.Start)
	}
	return start
}

// openByTime opens a slice of the facts that spans hold.
func (s *sliced[K, A, T, P]) openByTime(spans []Span, sealed bool) *slice[K, A] {
	at := s.open.add(Span{startOf(spans), spans[0].End}, sealed, s.hash)
	at.spans = append(at.spans[:0], spans...)
	s.overlap = s.overlap || len(spans) > 1
	s.rouse(spans)
	return at
}

// wrong tells what is wrong with the spans that a function gave for t.
func wrong(spans []Span, t watermark.Time) string {
	if len(spans) == 0 {
		return fmt.Sprintf("the rule gives no span for %v: each time must be in one", t)
	}
	for i, o := range spans {
		if !o.Contains(t) {
			return fmt.Sprintf("the rule gives the span %v for %v: must hold it", o, t)
		}
		if i > 0 && byEnd(spans[i-1], o) >= 0 {
			return fmt.Sprintf("the rule gives the span %v after %v: must be by End, each once", o, spans[i-1])
		}
	}
	return ""
}

// behind takes a fact for a slice of which spans have fired: it is late for
// those that are over, corrects those that are not, and counts in the others.
// There may be thousands: only those that it corrects are looked at one by one.
func (s *sliced[K, A, T, P]) behind(i int, key K, hash uint64, t watermark.Time, fact *T, told *Told[K, A]) {
	var first, last watermark.Time // ends of the spans that hold it
	if s.lay == nil {
		spans := s.spansOf(t)
		if why := wrong(spans, t); why != "" {
			told.miss(i, Refused, nil, why)
			return
		}
		first, last = spans[0].End, spans[len(spans)-1].End
	} else {
		piece := s.lay.slice(t)
		first, last = s.lay.first(piece), s.lay.last(piece)
	}
	over := since(s.w, s.set.Lateness) // spans that end later are not
	if last <= over {
		if told.Brief[Late] {
			told.miss(i, Late, nil, "")
			return
		}
		told.miss(i, Late, s.spansOf(t), "")
		return
	}
	at := s.sliceBehind(t, s.spans)
	if (!s.melted(at) || s.set.MaxKeys.N > 0) && s.place(i, at, key, hash, told) == none {
		return
	}
	sent := slices.DeleteFunc(s.firedOf(at, over), func(span Span) bool { return s.soiled(span, key, hash) })
	before := s.ofAll(sent, at, key, hash)
	s.late(at, key, hash, t, fact)
	for j, span := range sent {
		d := dirty[K, A]{span, key, hash, before[j]}
		if s.waits(&d) {
			continue
		}
		c := cell[A]{d.before.facts + 1, max(d.before.last, time.Duration(t-span.Start)), copyOf[A, T, P](&d.before.value, s.deep)}
		P(&c.value).Add(*fact)
		s.correct(&d, &c, told)
	}
	if s.set.Fill > 0 { // it is known as if it had come in the last span
		k := &s.known.keys
		k.Entries[k.Slot(key, hash, s.hash)].Value = 0
	}
	switch {
	case first > over:
	case told.Brief[Partly]:
		told.miss(i, Partly, nil, "")
	default:
		s.spans = s.endsOf(s.spans[:0], at, watermark.Min, over)
		told.miss(i, Partly, s.spans, "")
	}
	told.give(i)
}

// endsOf appends those of the spans that hold a slice which end in (from, to], by End.
func (s *sliced[K, A, T, P]) endsOf(dst []Span, at *slice[K, A], from, to watermark.Time) []Span {
	if s.lay == nil {
		for _, span := range at.spans {
			if from < span.End && span.End <= to {
				dst = append(dst, span)
			}
		}
		return dst
	}
	to = min(to, s.lay.last(at.Span))
	if from >= to {
		return dst
	}
	for end := max(s.lay.first(at.Span), s.lay.next(from)); end <= to; end = s.lay.next(end) {
		dst = append(dst, s.lay.ending(end))
		if end == to { // which may be the end of time
			break
		}
	}
	return dst
}

// firedOf returns those of the spans that hold a slice which have fired and end after
// t, by End, until the next call: those that W has fired, then those that the clock has.
func (s *sliced[K, A, T, P]) firedOf(at *slice[K, A], t watermark.Time) []Span {
	if !s.keeps() { // they are over
		return nil
	}
	w := since(s.w, s.hold)
	s.spans = s.endsOf(s.spans[:0], at, t, w)
	w = max(w, t, at.Start)
	i, _ := slices.BinarySearchFunc(s.clock, w, endsAfter)
	for last := s.lastEnd(at); i < len(s.clock) && s.clock[i].End <= last; i++ {
		if c := &s.clock[i]; c.fired && s.holds(c.Span, at) {
			s.spans = append(s.spans, c.Span)
		}
	}
	return s.spans
}

// sliceBehind returns the slice of a fact that is behind, opened if need be.
func (s *sliced[K, A, T, P]) sliceBehind(t watermark.Time, spans []Span) *slice[K, A] {
	if s.lay == nil {
		if at := s.sliceOf(spans); at != nil {
			return at
		}
		return s.openByTime(spans, true)
	}
	if at := s.open.find(t); at != nil {
		return at
	}
	return s.open.add(s.lay.slice(t), true, s.hash)
}
