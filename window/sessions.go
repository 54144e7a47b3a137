package window

import (
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/watermark"
)

// sessions is the mechanism of spans per key that become one where they overlap.
//
// A key has a list of sessions that do not overlap, by time; lists are short, and
// their elements lie in a slab. What W has reached stays in the list, at first to
// be corrected, then without its value, for as long as a fact could come that
// reaches it. Whether a session is open is not noted: its End is beyond W.
//
// A key has one timer, not one per session: it is set to the first time at which
// there is something to do, and not moved when facts move that. The key is looked
// at when W reaches it.
type sessions[K comparable, A, T any, P Accumulator[A, T]] struct {
	*base[K, A]
	table  table.Table[K, sessionKey]
	all    []session[A]   // by position; 0 is that of none
	free   []uint32       // positions that are not used
	opened uint64         // sessions so far
	bar    watermark.Time // facts up to it take the careful path

	ends   waiting.Timers // keys with an open session, by when something is due
	graves waiting.Timers // keys that have none, by when they are forgotten
	reach  time.Duration  // the longest span of a fact
	forgot watermark.Time // the greatest End of what is forgotten

	waits  waiting.Queue[T] // MaxSpan: facts that W has not reached
	sent   []sessionSent[A] // by position: what is to be known of rows that were sent
	dirty  []sessionDue     // corrections that wait
	until  watermark.Time   // when the first of them has to be sent
	live   int              // keys that have something live: MaxKeys
	cut    uint64           // sessions when the first key was let go, plus 1
	firsts firsts[K]        // MaxKeys.Evict: in the place of ends

	met     []uint32     // sessions that the fact at hand reaches
	dues    []sessionDue // that fire
	ripe    []uint32     // keys that are looked at
	spots   []uint32     // sessions that touch brings in
	by      func(a, b sessionDue) int
	spans   []Span
	touched uint32 // keeps the loads of touch
}

// session is a span of a key. It has no facts any more once it can neither fire
// nor be corrected.
type session[A any] struct {
	Span
	last   watermark.Time
	facts  int64
	number uint64 // of sessions: those of one span are in the order of their first facts
	newer  uint32 // those beside it in the list of its key, 0 if there is none
	older  uint32
	value  A
}

// sessionKey is what the table has of a key.
type sessionKey struct {
	newest, oldest uint32         // its sessions: the ends of the list
	open           uint32         // the oldest that is open
	live           uint32         // sessions that have facts, and facts that are held
	armed          watermark.Time // when it is looked at: timers of it that were set before mean nothing; Max: not at all
}

func newSessions[K comparable, A, T any, P Accumulator[A, T]](b *base[K, A]) mechanism[K, A, T] {
	s := &sessions[K, A, T, P]{
		base:   b,
		all:    make([]session[A], 1),
		ends:   waiting.New[struct{}](),
		graves: waiting.New[struct{}](),
		waits:  waiting.New[T](),
		reach:  b.plan.size,
		forgot: watermark.Min,
	}
	if b.set.revises(b.plan) {
		s.sent = make([]sessionSent[A], 1)
	}
	s.by = s.order
	s.raise(b.w)
	return s
}

// raise sets W.
func (s *sessions[K, A, T, P]) raise(w watermark.Time) {
	s.w = w
	s.bar = watermark.Max // a function has to be asked, and at Max all is late
	if s.plan.span == nil && w < watermark.Max {
		s.bar = w.Add(-s.plan.size).Add(-s.set.Lateness)
	}
}

// next: each fact meets W as it is.
func (s *sessions[K, A, T, P]) next() watermark.Time { return s.w.Add(1) }

// add takes facts in a row.
func (s *sessions[K, A, T, P]) add(b columns[K, T], told *Told[K, A]) {
	if s.plan.most > 0 {
		s.hold(b, told)
		return
	}
	if len(s.table.Entries) < touchable || len(b.keys) == 1 {
		s.fold(0, b, told)
		return
	}
	for i := 0; i < len(b.keys); i += block {
		n := min(i+block, len(b.keys))
		part := columns[K, T]{b.keys[i:n], b.hashes[i:n], b.times[i:n], b.facts[i:n]}
		s.touch(part.hashes)
		s.fold(i, part, told)
	}
}

// fold adds facts, the first of them being number from. A fact in the newest
// session of its key is added at once, without regard to the others: it reaches
// none of them.
func (s *sessions[K, A, T, P]) fold(from int, b columns[K, T], told *Told[K, A]) {
	key, hashes, times, facts := b.keys, b.hashes, b.times, b.facts
	facts, times, key = facts[:len(hashes)], times[:len(hashes)], key[:len(hashes)]
	w, bar, gap := s.w, s.bar, s.plan.size
	for i, h := range hashes {
		t := times[i]
		n := int(s.table.Guess(h))
		if uint(n) >= uint(len(s.table.Entries)) || s.table.Entries[n].Key != key[i] {
			n = s.table.Find(key[i], h)
		}
		if n >= 0 && t > bar {
			x := &s.all[s.table.Entries[n].Value.newest]
			if x.Start <= t && t < x.End && w < x.End {
				x.facts++
				if t > x.last {
					x.last, x.End = t, t.Add(gap)
				}
				P(&x.value).Add(facts[i])
				continue
			}
		}
		s.take(from+i, n, key[i], h, t, &facts[i], told)
	}
}

// spanOf returns the span that a fact at t opens, or what is wrong with it.
func (s *sessions[K, A, T, P]) spanOf(t watermark.Time) (span Span, why string) {
	if s.plan.span == nil {
		return Span{t, t.Add(s.plan.size)}, ""
	}
	if span = s.plan.span(t); span.Start != t || span.End <= t {
		return Span{}, fmt.Sprintf("the rule gives the span %v for %v: must start at it and end after it", span, t)
	}
	return span, ""
}
