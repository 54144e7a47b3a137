package window

import (
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// staggers is the mechanism of spans of one size that open at the first fact of
// a key.
//
// A span is fixed when W has passed its start. It is then open, and there is at
// most one open span of a key, the newest: all fixed spans start before W, and
// they do not overlap. W reaches its end and it has fired, W reaches its end and
// the lateness beyond and it is over; from then on only its times are known,
// until no fact that overlaps it could be anything but late.
type staggers[K comparable, A, T any, P Accumulator[A, T]] struct {
	*base[K, A]
	size  time.Duration
	eager bool // facts for an open span count before W has passed them

	table  table.Table[K, staggerKey]
	spans  []staggerSpan[A] // spans[0] is none
	sent   []staggerSent[A] // by span, where rows can take the place of others
	free   int32            // the first of the spans that are not in use
	live   int              // keys that have facts that wait, or spans that are not over
	opened uint64           // spans so far
	parts  bool             // a span was let go before its end

	facts  waiting.Queue[T] // that W has not passed
	open   waiting.Timers   // spans, by their start: so they fire, by their ends, in the order of opening
	fired  waiting.Timers   // and those that can be corrected
	over   waiting.Timers   // and those of which only the times are known
	soiled []int32          // spans whose correction waits
	group  []int32          // spans at hand
	wake   watermark.Time   // the least W at which any of this matters
}

// staggerKey is the state of a key.
type staggerKey struct {
	newest int32 // of its spans, the latest; 0: none
	facts  int32 // that wait
	spans  int32 // that are not over
}

// newStaggers makes the mechanism.
func newStaggers[K comparable, A, T any, P Accumulator[A, T]](b *base[K, A]) mechanism[K, A, T] {
	s := &staggers[K, A, T, P]{
		base:  b,
		size:  b.plan.size,
		eager: !b.set.MaxKeys.Evict,
		spans: make([]staggerSpan[A], 1),
		facts: waiting.New[T](),
		open:  waiting.New[struct{}](),
		fired: waiting.New[struct{}](),
		over:  waiting.New[struct{}](),
	}
	if b.set.revises(b.plan) {
		s.sent = make([]staggerSent[A], 1)
	}
	s.rearm()
	return s
}

// add takes facts in a row.
func (s *staggers[K, A, T, P]) add(b columns[K, T], told *Told[K, A]) {
	for i, h := range b.hashes {
		key, t := b.keys[i], b.times[i]
		n := s.table.Guess(h)
		if n >= uint(len(s.table.Entries)) || s.table.Entries[n].Key != key {
			n = uint(s.table.Find(key, h)) // none, where it is not there
		}
		if n != none {
			x := &s.spans[s.table.Entries[n].Value.newest]
			if x.state == staggerOpen && t >= x.start && uint64(t-x.start) < uint64(s.size) && (s.eager || t < s.w) {
				addFact[A, T, P](&x.cell, t.Sub(x.start), b.facts[i])
				continue
			}
		}
		if t < s.w {
			s.behind(i, n, key, h, t, b.facts[i], told)
			told.give(i)
		} else if n = s.admit(i, n, key, h, told); n != none {
			s.table.Entries[n].Value.facts++
			s.facts.Push(t, uint32(n), b.facts[i])
			s.wake = min(s.wake, t+1)
		}
	}
}

// addFact adds a fact to a cell, after so long a time from its start.
func addFact[A, T any, P Accumulator[A, T]](c *cell[A], after time.Duration, fact T) {
	c.facts++
	c.last = max(c.last, after)
	P(&c.value).Add(fact)
}

// admit returns the position of a key about to get a fact that waits or a span,
// or none if MaxKeys refuses it. It is at n, or at none.
func (s *staggers[K, A, T, P]) admit(i int, n uint, key K, hash uint64, told *Told[K, A]) uint {
	if n != none {
		if e := &s.table.Entries[n].Value; e.facts > 0 || e.spans > 0 {
			return n
		}
	}
	if most := s.set.MaxKeys; most.N > 0 && !most.Evict && s.live >= most.N {
		told.miss(i, Refused, nil, fmt.Sprintf("%d keys are held: must be at most MaxKeys", s.live))
		return none
	}
	s.live++
	if n == none {
		n = uint(s.table.Slot(key, hash, s.hash))
	}
	return n
}

// leave lets go of a key that has nothing any more.
func (s *staggers[K, A, T, P]) leave(n int32) {
	e := &s.table.Entries[n]
	if e.Value == (staggerKey{}) {
		s.table.Remove(int(n), s.hash(e.Key), s.hash)
	}
}

func (s *staggers[K, A, T, P]) next() watermark.Time { return s.w.Add(1) }

// advance passes facts and fires spans in their order, then sends corrections
// that are due, then previews.
func (s *staggers[K, A, T, P]) advance(w watermark.Time, forced bool, told *Told[K, A]) {
	before := s.w
	s.w = w
	if w < s.wake {
		return
	}
	s.pass(w, forced, told)
	if c := s.set.Coalesce; c > 0 && passed(before, w, c) {
		s.flush(told)
	}
	s.drop(told)
	if e := s.set.EarlyEvery; e > 0 && passed(before, w, e) && w < watermark.Max {
		s.preview(told)
	}
	s.rearm()
}

// pass goes through time up to w: a span ends before the facts at its end come.
func (s *staggers[K, A, T, P]) pass(w watermark.Time, forced bool, told *Told[K, A]) {
	for {
		t := s.facts.First()
		switch {
		case s.open.Len() > 0 && s.open.First().Add(s.size) <= min(w, t):
			s.fire(forced, told)
		case t < w:
			s.take(told)
		default:
			return
		}
	}
}

// take counts the first fact that waits: in the span that holds it, or in one
// that it opens.
func (s *staggers[K, A, T, P]) take(told *Told[K, A]) {
	p, fact := s.facts.Pop()
	t, e := p.Time, &s.table.Entries[p.No].Value
	e.facts--
	at := e.newest
	if s.spans[at].state != staggerOpen { // one that is open holds t: else it would have fired
		at = s.begin(int32(p.No), t, 0, told)
	}
	addFact[A, T, P](&s.spans[at].cell, t.Sub(s.spans[at].start), fact)
}

// fire sends the panes of the open spans that start first, all at one time.
func (s *staggers[K, A, T, P]) fire(forced bool, told *Told[K, A]) {
	start := s.open.First()
	s.group = s.group[:0]
	for s.open.Len() > 0 && s.open.First() == start {
		p, _ := s.open.Pop()
		s.group = append(s.group, int32(p.No))
	}
	if s.set.Sorted {
		s.order(s.group)
	}
	for _, at := range s.group {
		s.send(at, row.Final, forced, told)
		s.spans[at].state = staggerFired
		if s.set.Lateness > 0 {
			s.fired.Put(start, uint32(at))
		} else {
			s.lapse(at)
		}
	}
}

// rearm finds the next W that matters.
func (s *staggers[K, A, T, P]) rearm() {
	late := s.set.Lateness
	s.wake = min(s.facts.First().Add(1), s.open.First().Add(s.size))
	s.wake = min(s.wake, s.fired.First().Add(s.size).Add(late), s.over.First().Add(s.size).Add(late).Add(s.size-1))
	if e := s.set.EarlyEvery; e > 0 {
		s.wake = min(s.wake, s.w.Add(e-s.w.Phase(e, 0)))
	}
	if c := s.set.Coalesce; c > 0 {
		s.wake = min(s.wake, s.w.Add(c-s.w.Phase(c, 0)))
	}
}

// No clock is asked.
func (s *staggers[K, A, T, P]) due() watermark.Time { return watermark.Max }
func (s *staggers[K, A, T, P]) expire(*Told[K, A])  {}
