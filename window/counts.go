package window

import (
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/watermark"
)

// counts is the mechanism of panes of a number of facts.
//
// Facts of all keys are counted in the order of their times, so panes begin in
// that order too: linked by it, the first of those that have begun is the one
// that MaxWait closes next.
type counts[K comparable, A, T any, P Accumulator[A, T]] struct {
	*base[K, A]
	n    int64
	most time.Duration // 0: no bound

	table table.Table[K, counted[A]]
	facts waiting.Queue[T] // that W has not passed
	first int32            // of the panes that have begun, the position of the key and 1 more; 0: none
	last  int32
	open  int    // panes that have begun
	begun uint64 // in all
	shut  []shut // panes closed by the advance at hand
	wake  watermark.Time
}

// counted is the state of a key.
type counted[A any] struct {
	start    watermark.Time // of the pane
	cell     cell[A]        // no facts: none has begun
	begun    uint64         // its number among all
	waits    int32          // facts that wait
	before   int32          // the pane that began before, and
	after    int32          // the one that began after; as counts.first
	again    uint32         // panes so far whose facts were all
	instants watermark.Time // at this time
}

// newCounts makes the mechanism.
func newCounts[K comparable, A, T any, P Accumulator[A, T]](b *base[K, A]) mechanism[K, A, T] {
	return &counts[K, A, T, P]{
		base:  b,
		n:     int64(b.plan.n),
		most:  b.plan.most,
		facts: waiting.New[T](),
		wake:  watermark.Max,
	}
}

// add takes facts in a row.
func (s *counts[K, A, T, P]) add(b columns[K, T], told *Told[K, A]) {
	for i, h := range b.hashes {
		key, t := b.keys[i], b.times[i]
		if t < s.w {
			told.miss(i, Late, []Span{{t, t + 1}}, "")
			continue
		}
		n := s.table.Guess(h)
		if n >= uint(len(s.table.Entries)) || s.table.Entries[n].Key != key {
			if n = s.place(i, key, h, told); n == none {
				continue
			}
		}
		s.table.Entries[n].Value.waits++
		s.facts.Push(t, uint32(n), b.facts[i])
		s.wake = min(s.wake, t+1)
	}
}

// place returns the position of key, put there if need be, or none if MaxKeys
// refuses it.
func (s *counts[K, A, T, P]) place(i int, key K, hash uint64, told *Told[K, A]) uint {
	if most := s.set.MaxKeys; most.N > 0 && !most.Evict && s.table.Len() >= most.N && s.table.Find(key, hash) < 0 {
		told.miss(i, Refused, nil, fmt.Sprintf("%d keys are held: must be at most MaxKeys", s.table.Len()))
		return none
	}
	return uint(s.table.Slot(key, hash, s.hash))
}

func (s *counts[K, A, T, P]) next() watermark.Time { return s.w.Add(1) }

// advance counts the facts that W passes.
func (s *counts[K, A, T, P]) advance(w watermark.Time, forced bool, told *Told[K, A]) {
	before := s.w
	s.w = w
	if w < s.wake {
		return
	}
	n := len(told.Panes)
	s.shut = s.shut[:0]
	for places, facts := s.facts.Take(w); len(places) > 0; places, facts = s.facts.Take(w) {
		for _, p := range places {
			s.wait(p.Time, forced, told)
			s.take(p, facts.At(p.At), before, forced, told)
		}
	}
	s.wait(w, forced, told)
	for w == watermark.Max && s.first != 0 { // the end of the input
		s.close(s.first-1, before, forced, told)
	}
	s.order(told.Panes[n:])
	s.wake = min(s.facts.First().Add(1), s.ending())
}

// ending is when MaxWait closes the pane that began first, Max if none.
func (s *counts[K, A, T, P]) ending() watermark.Time {
	if s.first == 0 || s.most == 0 {
		return watermark.Max
	}
	return s.table.Entries[s.first-1].Value.start.Add(s.most)
}

// wait closes the panes that MaxWait closes at t or before.
func (s *counts[K, A, T, P]) wait(t watermark.Time, forced bool, told *Told[K, A]) {
	for end := s.ending(); end <= t && end < watermark.Max; end = s.ending() {
		s.close(s.first-1, end.Add(-1), forced, told)
	}
}

// take counts a fact that has waited. before is what W was.
func (s *counts[K, A, T, P]) take(p waiting.Place, fact *T, before watermark.Time, forced bool, told *Told[K, A]) {
	n, t := int32(p.No), p.Time
	e := &s.table.Entries[n].Value
	e.waits--
	if e.cell.facts == 0 {
		if most := s.set.MaxKeys; most.Evict && s.open >= most.N {
			s.close(s.first-1, before, true, told)
		}
		s.begin(n, t)
	}
	addFact[A, T, P](&e.cell, t.Sub(e.start), *fact)
	if e.cell.facts == s.n {
		s.close(n, t, forced, told)
	}
}

// begin begins a pane of the key at position n.
func (s *counts[K, A, T, P]) begin(n int32, t watermark.Time) {
	e := &s.table.Entries[n].Value
	s.begun++
	s.open++
	e.start, e.begun = t, s.begun
	s.link(s.last, n+1)
	s.link(n+1, 0)
}

// link makes b the pane that began after a; 0 is none.
func (s *counts[K, A, T, P]) link(a, b int32) {
	if a == 0 {
		s.first = b
	} else {
		s.table.Entries[a-1].Value.after = b
	}
	if b == 0 {
		s.last = a
	} else {
		s.table.Entries[b-1].Value.before = a
	}
}

// No clock is asked.
func (s *counts[K, A, T, P]) due() watermark.Time { return watermark.Max }
func (s *counts[K, A, T, P]) expire(*Told[K, A])  {}
