package window

import (
	"github.com/tidemark-go/tidemark/row"
)

// staggerSent is what is to be known of the rows that a span has sent.
type staggerSent[A any] struct {
	n      uint32   // rows sent: the revision of the next
	kind   row.Kind // of the last
	soiled int32    // its place, from 1 on, among those whose correction waits; 0: none does
	cell   cell[A]  // what the last row had, where another is to take its place
}

// send sends what a span has. The value passes to the pane if it is of no more use.
func (s *staggers[K, A, T, P]) send(at int32, kind row.Kind, forced bool, told *Told[K, A]) {
	x := &s.spans[at]
	p := Pane[K, A]{Key: s.table.Entries[x.key].Key, Facts: int(x.cell.facts), Last: x.start.Add(x.cell.last)}
	if kind == row.Final && s.set.Lateness == 0 {
		p.Value = x.cell.value
	} else {
		p.Value = copyOf[A, T, P](&x.cell.value, s.deep)
	}
	ordinal := uint64(0)
	if s.parts { // panes of one key can have one span
		ordinal = x.opening
	}
	s.stamp(&p, s.span(at), kind, forced, ordinal)
	if s.sent != nil {
		r := &s.sent[at]
		if p.Revision = r.n; r.n > 0 {
			old := p
			old.Value, old.Facts, old.Last = r.cell.value, int(r.cell.facts), x.start.Add(r.cell.last)
			old.Kind, old.Forced, old.Revision = r.kind, false, r.n-1
			told.Replaced = append(told.Replaced, Replaced[K, A]{len(told.Panes), old})
		}
		r.n++
		r.kind, r.cell = kind, cell[A]{}
	}
	told.Panes = append(told.Panes, p)
}

// soil notes that a span which has fired is about to change.
func (s *staggers[K, A, T, P]) soil(at int32) {
	r := &s.sent[at]
	if r.soiled > 0 {
		return
	}
	r.cell = s.copied(at)
	s.soiled = append(s.soiled, at)
	r.soiled = int32(len(s.soiled))
}

// copied is what a span has now.
func (s *staggers[K, A, T, P]) copied(at int32) cell[A] {
	c := &s.spans[at].cell
	return cell[A]{c.facts, c.last, copyOf[A, T, P](&c.value, s.deep)}
}

// correct sends a span that is soiled, which it is not any more.
func (s *staggers[K, A, T, P]) correct(at int32, told *Told[K, A]) {
	last := s.soiled[len(s.soiled)-1]
	s.soiled = s.soiled[:len(s.soiled)-1]
	if i := s.sent[at].soiled; last != at {
		s.soiled[i-1], s.sent[last].soiled = last, i
	}
	s.sent[at].soiled = 0
	s.send(at, row.Correction, false, told)
}

// flush sends all corrections that wait.
func (s *staggers[K, A, T, P]) flush(told *Told[K, A]) {
	s.group = append(s.group[:0], s.soiled...)
	s.order(s.group)
	for _, at := range s.group {
		s.correct(at, told)
	}
}

// preview sends Early rows of the open spans that have changed.
func (s *staggers[K, A, T, P]) preview(told *Told[K, A]) {
	s.group = s.group[:0]
	for i := range s.spans {
		if x := &s.spans[i]; x.state == staggerOpen && x.cell.facts != s.sent[i].cell.facts {
			s.group = append(s.group, int32(i))
		}
	}
	s.order(s.group)
	for _, at := range s.group {
		s.send(at, row.Early, false, told)
		s.sent[at].cell = s.copied(at)
	}
}
