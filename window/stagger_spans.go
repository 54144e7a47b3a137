package window

import (
	"cmp"
	"slices"

	"github.com/tidemark-go/tidemark/watermark"
)

// staggerSpan is a fixed span of a key. Those of a key are linked by time.
type staggerSpan[A any] struct {
	start        watermark.Time
	cell         cell[A] // zero once it is over
	opening      uint64  // its number among all
	key          int32   // its position
	older, newer int32   // of the same key; 0: none. older is the next free one, where it is not in use
	state        staggerState
}

type staggerState uint8

const (
	staggerOpen  staggerState = iota + 1 // W has not reached its end
	staggerFired                         // it has sent its pane, and can be corrected
	staggerOver                          // its times alone are known
)

// span is the piece of time of a span.
func (s *staggers[K, A, T, P]) span(at int32) Span {
	start := s.spans[at].start
	return Span{start, start.Add(s.size)}
}

// begin opens a span of a key at t, just older than newer. It makes room if
// MaxKeys asks for that.
func (s *staggers[K, A, T, P]) begin(key int32, t watermark.Time, newer int32, told *Told[K, A]) int32 {
	if most := s.set.MaxKeys; most.Evict && s.open.Len() >= most.N {
		s.evict(told)
	}
	at := s.insert(key, t, newer)
	s.spans[at].state = staggerOpen
	s.open.Put(t, uint32(at))
	s.wake = min(s.wake, t.Add(s.size))
	return at
}

// insert makes a span.
func (s *staggers[K, A, T, P]) insert(key int32, t watermark.Time, newer int32) int32 {
	at := s.free
	if at == 0 {
		at = int32(len(s.spans))
		s.spans = append(s.spans, staggerSpan[A]{})
		if s.sent != nil {
			s.sent = append(s.sent, staggerSent[A]{})
		}
	} else {
		s.free = s.spans[at].older
	}
	e := &s.table.Entries[key].Value
	older := e.newest
	if newer != 0 {
		older = s.spans[newer].older
	}
	s.opened++
	s.spans[at] = staggerSpan[A]{start: t, opening: s.opened, key: key, older: older, newer: newer}
	s.link(e, older, at)
	s.link(e, at, newer)
	e.spans++
	return at
}

// link makes two spans of a key neighbours; 0 is none.
func (s *staggers[K, A, T, P]) link(e *staggerKey, older, newer int32) {
	if newer == 0 {
		e.newest = older
	} else {
		s.spans[newer].older = older
	}
	if older != 0 {
		s.spans[older].newer = newer
	}
}

// around returns, of the spans from one on to the older ones, the last that
// starts at t or before, and the one after it.
func (s *staggers[K, A, T, P]) around(at int32, t watermark.Time) (older, newer int32) {
	for at != 0 && s.spans[at].start > t {
		at, newer = s.spans[at].older, at
	}
	return at, newer
}

// done takes a span off those of its key that are not over.
func (s *staggers[K, A, T, P]) done(at int32) {
	e := &s.table.Entries[s.spans[at].key].Value
	if e.spans--; e.spans == 0 && e.facts == 0 {
		s.live--
	}
}

// lapse makes a span one of which the times alone are known.
func (s *staggers[K, A, T, P]) lapse(at int32) {
	s.done(at)
	x := &s.spans[at]
	x.state, x.cell = staggerOver, cell[A]{}
	if s.sent != nil {
		s.sent[at] = staggerSent[A]{}
	}
	s.over.Put(x.start, uint32(at))
}

// forget lets a span go.
func (s *staggers[K, A, T, P]) forget(at int32) {
	x := s.spans[at]
	s.link(&s.table.Entries[x.key].Value, x.older, x.newer)
	s.spans[at] = staggerSpan[A]{older: s.free}
	s.free = at
	s.leave(x.key)
}

// drop lets go of what is over, with the corrections that wait for it, and of
// the times that no fact can make a difference to.
func (s *staggers[K, A, T, P]) drop(told *Told[K, A]) {
	late := s.set.Lateness
	s.group = s.group[:0]
	for s.fired.Len() > 0 && s.fired.First().Add(s.size).Add(late) <= s.w {
		p, _ := s.fired.Pop()
		s.group = append(s.group, int32(p.No))
	}
	if len(s.soiled) > 0 {
		s.order(s.group)
	}
	for _, at := range s.group {
		if s.sent[at].soiled > 0 {
			s.correct(at, told)
		}
		s.lapse(at)
	}
	// A fact at the last time of such a span could open one until W is here.
	for s.over.Len() > 0 && s.over.First().Add(s.size).Add(late).Add(s.size-1) <= s.w {
		p, _ := s.over.Pop()
		s.forget(int32(p.No))
	}
}

// order puts spans into the order of panes: by start, which is as good as by
// end, then by opening, or by key.
func (s *staggers[K, A, T, P]) order(spans []int32) {
	slices.SortFunc(spans, func(a, b int32) int {
		x, y := &s.spans[a], &s.spans[b]
		if x.start != y.start {
			return cmp.Compare(x.start, y.start)
		}
		if s.set.Sorted {
			return s.keys.Compare(s.table.Entries[x.key].Key, s.table.Entries[y.key].Key)
		}
		return cmp.Compare(x.opening, y.opening)
	})
}
