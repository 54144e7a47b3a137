package window

import (
	"slices"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// take finds what a fact reaches: nothing, and it opens a session; open ones,
// which become one with it; or a final one. The key is that at n, -1 if there is
// none yet.
func (s *sessions[K, A, T, P]) take(i, n int, key K, hash uint64, t watermark.Time, fact *T, told *Told[K, A]) {
	span, why := s.spanOf(t)
	if why != "" {
		told.miss(i, Refused, nil, why)
		return
	}
	if s.w >= span.End.Add(s.set.Lateness) || t < s.forgot {
		s.miss(i, span, told)
		return
	}
	s.reach = max(s.reach, span.End.Sub(t))
	newer, at := uint32(0), uint32(0)
	if n >= 0 {
		at = s.table.Entries[n].Value.newest
	}
	for at != 0 && s.all[at].Start >= span.End {
		newer, at = at, s.all[at].older
	}
	s.met = s.met[:0]
	final := false
	for x := at; x != 0 && s.all[x].End > t; x = s.all[x].older {
		s.met = append(s.met, x)
		final = final || s.all[x].End <= s.w
	}
	sent := len(told.Panes)
	switch {
	case final:
		s.behind(i, n, t, fact, told)
	case len(s.met) > 0:
		s.join(n, span, t, fact, told)
	default:
		if n = s.admit(i, n, key, hash, told); n < 0 {
			return
		}
		x := s.open(n, newer, at, span, t, fact)
		if span.End <= s.w {
			s.fireLate(n, x, told)
		}
	}
	if len(told.Panes) > sent {
		told.give(i)
	}
}

// miss tells of a late fact and the spans that it would have opened or reached.
func (s *sessions[K, A, T, P]) miss(i int, span Span, told *Told[K, A]) {
	s.spans = append(s.spans[:0], span)
	told.miss(i, Late, s.spans, "")
}

// behind takes a fact that reaches a final session: it corrects the one that it
// is inside of, and is else late, whatever else it reaches.
func (s *sessions[K, A, T, P]) behind(i, n int, t watermark.Time, fact *T, told *Told[K, A]) {
	s.spans = s.spans[:0]
	for _, at := range slices.Backward(s.met) {
		x := &s.all[at]
		if x.End > s.w {
			continue
		}
		if x.facts > 0 && x.Start <= t && t <= x.last {
			s.correct(n, at, fact, told)
			return
		}
		s.spans = append(s.spans, x.Span)
	}
	told.miss(i, Late, s.spans, "")
}

// join makes one session of a fact and the open ones that it reaches.
func (s *sessions[K, A, T, P]) join(n int, span Span, t watermark.Time, fact *T, told *Told[K, A]) {
	c := &s.table.Entries[n].Value
	x := &s.all[s.met[len(s.met)-1]] // the oldest: the others become part of it
	start, was := min(x.Start, t), x.number
	earlier := start < x.Start
	if s.sent != nil {
		for _, at := range slices.Backward(s.met) {
			if s.all[at].Start != start {
				s.withdraw(n, at, told)
			}
		}
	}
	x.Start, x.End, x.last = start, max(x.End, span.End), max(x.last, t)
	for _, at := range slices.Backward(s.met[:len(s.met)-1]) {
		o := &s.all[at]
		x.End, x.last = max(x.End, o.End), max(x.last, o.last)
		x.facts += o.facts
		x.number = min(x.number, o.number)
		P(&x.value).Merge(&o.value)
		s.unlink(c, at)
		s.drop(at)
		s.leave(c)
	}
	x.facts++
	P(&x.value).Add(*fact)
	if s.set.MaxKeys.Evict && (earlier || x.number < was) {
		s.await(uint32(n))
	}
}

// open opens a session of key n, between two others in its list.
func (s *sessions[K, A, T, P]) open(n int, newer, older uint32, span Span, t watermark.Time, fact *T) uint32 {
	at := s.place()
	x := &s.all[at]
	x.Span, x.last, x.facts, x.number = span, t, 1, s.opened
	P(&x.value).Add(*fact)
	s.opened++
	c := &s.table.Entries[n].Value
	s.link(c, at, newer, older)
	s.enter(c)
	if s.set.MaxKeys.Evict {
		if c.open == at {
			s.await(uint32(n))
		}
	} else if due := s.dueAt(x); due < c.armed || c.armed == watermark.Max {
		s.arm(&s.ends, uint32(n), due)
	}
	return at
}

// fireLate fires a session that W had passed when its first fact came.
func (s *sessions[K, A, T, P]) fireLate(n int, at uint32, told *Told[K, A]) {
	s.send(told, uint32(n), at, row.Final, 0, false)
	s.sent[at].n = 1
}
