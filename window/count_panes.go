package window

import (
	"cmp"
	"slices"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// shut is the place of a pane in the order of those that one advance closes.
type shut struct {
	Span
	begun uint64
	at    int // its place among them, as they were closed
}

// close sends the pane of the key at position n. Its event time is at least at,
// which W has not passed yet for whoever reads the panes.
func (s *counts[K, A, T, P]) close(n int32, at watermark.Time, forced bool, told *Told[K, A]) {
	entry := &s.table.Entries[n]
	e := &entry.Value
	span := Span{e.start, e.start.Add(e.cell.last).Add(1)}
	ordinal := uint64(0)
	if e.cell.last == 0 { // all that could have one span are closed while W passes its only time
		if e.again == 0 || e.instants != e.start {
			e.again, e.instants = 0, e.start
		}
		ordinal = uint64(e.again)
		e.again++
	}
	p := Pane[K, A]{Key: entry.Key, Value: e.cell.value, Facts: int(e.cell.facts), Last: span.End.Add(-1)}
	s.stamp(&p, span, row.Final, forced, ordinal)
	p.Stamp.Time = max(p.Stamp.Time, at)
	s.shut = append(s.shut, shut{span, e.begun, len(s.shut)})
	told.Panes = append(told.Panes, p)

	s.link(e.before, e.after)
	s.open--
	e.cell, e.before, e.after = cell[A]{}, 0, 0
	if e.waits == 0 { // and so no other fact of that time will be counted
		s.table.Remove(int(n), s.hash(entry.Key), s.hash)
	}
}

// order puts the panes that one advance has closed into their order: by end, by
// start, then as they began, or by key. They were closed nearly so: those that
// have waited come behind those that were filled.
func (s *counts[K, A, T, P]) order(panes []Pane[K, A]) {
	before := func(x, y shut) int {
		c := byEnd(x.Span, y.Span)
		if c == 0 && s.set.Sorted {
			c = s.keys.Compare(panes[x.at].Key, panes[y.at].Key)
		}
		if c == 0 {
			c = cmp.Compare(x.begun, y.begun)
		}
		return c
	}
	if slices.IsSortedFunc(s.shut, before) {
		return
	}
	slices.SortFunc(s.shut, before)
	for i := range s.shut { // each pane moves once, to where the one that it displaces comes from
		if s.shut[i].at == i {
			continue
		}
		p, to := panes[i], i
		for {
			from := s.shut[to].at
			s.shut[to].at = to
			if from == i {
				break
			}
			panes[to], to = panes[from], from
		}
		panes[to] = p
	}
}
