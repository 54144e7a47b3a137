package window

import (
	"cmp"
	"slices"

	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// sessionDue is a session that is to be told of.
type sessionDue struct {
	Span
	number uint64
	at, n  uint32 // its position, and its key's
	cut    bool   // MaxSpan has ended it before its time
}

// advance fires the sessions that the rise of W to w ends, by their ends, then
// corrections that are due, then previews.
func (s *sessions[K, A, T, P]) advance(w watermark.Time, forced bool, told *Told[K, A]) {
	before := s.w
	s.raise(w)
	s.dues = s.dues[:0]
	if s.plan.most > 0 {
		s.release()
	}
	s.ripen()
	if len(s.dues) > 0 {
		s.fire(forced, told)
	}
	if len(s.dirty) > 0 {
		c := s.set.Coalesce
		s.flush(passed(before, w, c), told)
	}
	for _, n := range s.ripe {
		s.tidy(n)
	}
	if e := s.set.EarlyEvery; e > 0 && passed(before, w, e) && w < watermark.Max {
		s.preview(told)
	}
}

// ripen finds the keys that there is something to do for, and their sessions
// that end by W.
func (s *sessions[K, A, T, P]) ripen() {
	s.ripe = s.ripe[:0]
	for _, q := range [...]*waiting.Timers{&s.ends, &s.graves} {
		for {
			places, _ := q.Take(s.w.Add(1))
			if len(places) == 0 {
				break
			}
			for _, p := range places {
				s.ripe = append(s.ripe, p.No)
			}
		}
	}
	s.touchRipe()
	ripe := s.ripe[:0]
	for _, n := range s.ripe {
		if s.timed(n, s.w) {
			ripe = append(ripe, n)
			s.end(n)
		}
	}
	s.ripe = ripe
	s.ripenFirsts()
}

// end finds the open sessions of a key that end by W.
func (s *sessions[K, A, T, P]) end(n uint32) {
	c := &s.table.Entries[n].Value
	at := c.open
	for at != 0 && s.all[at].End <= s.w {
		x := &s.all[at]
		s.dues = append(s.dues, sessionDue{x.Span, x.number, at, n, false})
		at = x.newer
	}
	if s.plan.most > 0 && at != c.open { // nothing can reach what W has passed
		s.unlink(c, c.open)
		s.leave(c)
	}
	c.open = at
}

// order is that in which sessions are told of.
func (s *sessions[K, A, T, P]) order(a, b sessionDue) int {
	if c := byEnd(a.Span, b.Span); c != 0 {
		return c
	}
	if s.set.Sorted {
		if c := s.keys.Compare(s.table.Entries[a.n].Key, s.table.Entries[b.n].Key); c != 0 {
			return c
		}
	}
	return cmp.Compare(a.number, b.number)
}

// fire sends the panes of sessions that are due.
func (s *sessions[K, A, T, P]) fire(forced bool, told *Told[K, A]) {
	slices.SortFunc(s.dues, s.by)
	told.Panes = slices.Grow(told.Panes, len(s.dues))
	for _, d := range s.dues {
		n := uint32(0)
		if s.sent != nil {
			x := &s.sent[d.at]
			if n = x.n; x.early {
				told.Replaced = append(told.Replaced, Replaced[K, A]{len(told.Panes), s.paneSent(d.n, x)})
			}
			*x = sessionSent[A]{n: n + 1, final: n}
		}
		s.send(told, d.n, d.at, row.Final, n, forced)
		if d.cut { // W may have been passed on as far as the fact that shows the end
			told.Panes[len(told.Panes)-1].Stamp.Time = d.End
		}
		if s.plan.most > 0 {
			s.drop(d.at)
		}
	}
}

// send sends a pane of a session. The value passes to it if it is not needed any
// more.
func (s *sessions[K, A, T, P]) send(told *Told[K, A], n, at uint32, kind row.Kind, revision uint32, forced bool) {
	i := len(told.Panes)
	told.Panes = slices.Grow(told.Panes, 1)[:i+1]
	p, x := &told.Panes[i], &s.all[at]
	p.Key, p.Facts, p.Last, p.Value = s.table.Entries[n].Key, int(x.facts), x.last, x.value
	if s.sent != nil && s.deep {
		p.Value = copyOf[A, T, P](&x.value, true)
	}
	s.name(p, x.Span, x.number)
	p.Kind, p.Revision, p.Forced = kind, revision, forced
}

// name writes span, time and ID of a pane. The ID is over Start: End rises.
func (s *sessions[K, A, T, P]) name(p *Pane[K, A], span Span, number uint64) {
	p.Span, p.Stamp.Time = span, span.End.Add(-1)
	ordinal := uint64(0)
	if s.cut > 0 && number+1 >= s.cut {
		ordinal = number + 1
	}
	p.ID = s.id(&p.Key, Span{span.Start, span.Start}, ordinal)
}
