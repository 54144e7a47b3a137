package window

import (
	"slices"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// sessionSent is what is to be known of the rows that a session has sent.
type sessionSent[A any] struct {
	n     uint32 // rows sent: the revision of the next
	final uint32 // the revision of the final one
	early bool   // the last was a preview, which is in the rest
	soil  bool   // a correction waits, and the rest is what it will replace
	Span
	last  watermark.Time
	facts int64
	value A
}

// paneSent makes the pane of the row that a session has sent last, to which
// the value passes.
func (s *sessions[K, A, T, P]) paneSent(n uint32, x *sessionSent[A]) Pane[K, A] {
	p := Pane[K, A]{Key: s.table.Entries[n].Key, Value: x.value, Facts: int(x.facts), Last: x.last}
	s.name(&p, x.Span, 0)
	p.Revision = x.n - 1
	switch {
	case x.early:
		p.Kind = row.Early
	case p.Revision > x.final:
		p.Kind = row.Correction
	}
	return p
}

// note keeps a session as it is now.
func (s *sessions[K, A, T, P]) note(at uint32) *sessionSent[A] {
	x, o := &s.all[at], &s.sent[at]
	o.Span, o.last, o.facts, o.value = x.Span, x.last, x.facts, copyOf[A, T, P](&x.value, s.deep)
	return o
}

// correct adds a fact to a final session.
func (s *sessions[K, A, T, P]) correct(n int, at uint32, fact *T, told *Told[K, A]) {
	x, o := &s.all[at], &s.sent[at]
	if !o.soil {
		s.note(at)
	}
	x.facts++
	P(&x.value).Add(*fact)
	d := sessionDue{x.Span, x.number, at, uint32(n), false}
	switch {
	case s.set.Coalesce == 0:
		s.revise(d, told)
	case !o.soil:
		o.soil = true
		if due := x.End.Add(s.set.Lateness); len(s.dirty) == 0 || due < s.until {
			s.until = due
		}
		s.dirty = append(s.dirty, d)
	}
}

// revise sends the correction of a session.
func (s *sessions[K, A, T, P]) revise(d sessionDue, told *Told[K, A]) {
	o := &s.sent[d.at]
	told.Replaced = append(told.Replaced, Replaced[K, A]{len(told.Panes), s.paneSent(d.n, o)})
	s.send(told, d.n, d.at, row.Correction, o.n, false)
	*o = sessionSent[A]{n: o.n + 1, final: o.final}
}

// flush sends the corrections that wait: all, or those of sessions that are over.
func (s *sessions[K, A, T, P]) flush(all bool, told *Told[K, A]) {
	if !all && s.w < s.until {
		return
	}
	slices.SortFunc(s.dirty, s.by)
	n := 0
	s.until = watermark.Max
	for _, d := range s.dirty {
		if all || s.over(d.End) {
			s.revise(d, told)
			continue
		}
		s.until = min(s.until, d.End.Add(s.set.Lateness))
		s.dirty[n] = d
		n++
	}
	s.dirty = s.dirty[:n]
}

// preview sends Early rows of the open sessions that have changed.
func (s *sessions[K, A, T, P]) preview(told *Told[K, A]) {
	s.dues = s.dues[:0]
	for n := range s.table.Entries {
		for at := s.table.Entries[n].Value.open; at != 0; at = s.all[at].newer {
			x, o := &s.all[at], &s.sent[at]
			if !o.early || o.facts != x.facts {
				s.dues = append(s.dues, sessionDue{x.Span, x.number, at, uint32(n), false})
			}
		}
	}
	slices.SortFunc(s.dues, s.by)
	for _, d := range s.dues {
		o := &s.sent[d.at]
		if o.early {
			told.Replaced = append(told.Replaced, Replaced[K, A]{len(told.Panes), s.paneSent(d.n, o)})
		}
		s.send(told, d.n, d.at, row.Early, o.n, false)
		s.note(d.at)
		o.n++
		o.early = true
	}
}

// withdraw takes back what a session has sent, as its Start is not what it was.
func (s *sessions[K, A, T, P]) withdraw(n int, at uint32, told *Told[K, A]) {
	o := &s.sent[at]
	if !o.early {
		return
	}
	p := s.paneSent(uint32(n), o)
	told.Replaced = append(told.Replaced, Replaced[K, A]{len(told.Panes), p})
	p.Value = copyOf[A, T, P](&o.value, s.deep)
	p.Kind, p.Revision = row.Withdrawn, o.n
	told.Panes = append(told.Panes, p)
	*o = sessionSent[A]{}
}
