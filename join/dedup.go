package join

import (
	"fmt"
	"slices"
	"time"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/watermark"
)

// Dedup tells what a duplicate is: a fact at most Horizon away, in event time
// and on either side, from one of its key that was accepted. It is exact.
//
//	horizon 2, fed     5   7   8   2
//	                  yes dup yes yes
type Dedup struct {
	Horizon  time.Duration // how far a duplicate may lie, inclusive; 0: only facts of one time are duplicates
	Earliest bool          // keep the earliest by event time, when W has passed it; false: the first fed, at once
}

// Check returns what is wrong with the settings.
func (d Dedup) Check() error {
	if d.Horizon < 0 {
		return fmt.Errorf("join: Dedup: Horizon is %v: must not be negative", d.Horizon)
	}
	return nil
}

// Seen is the set of facts that were accepted, by key and time. It works without
// a pipeline. Not safe for concurrent use.
//
// A fact costs one probe. What is accepted is remembered, 8 bytes beside its
// key, until W is beyond it by twice the horizon: then no fact that is not late
// can be its duplicate.
type Seen[K comparable] struct {
	horizon time.Duration
	plan    *keys.Plan[K]
	hash    func(K) uint64
	byKey   table.Table[K, accepted]
	timers  waiting.Queue[uint32] // positions in byKey, at the times they have
	times   int
	w       watermark.Time
}

// accepted are the times of a key, rising; most keys have one.
type accepted struct {
	first watermark.Time
	more  []watermark.Time
}

// Verdict is what Take finds.
type Verdict uint8

// The verdicts.
const (
	Accepted  Verdict = iota // it is remembered
	Duplicate                // one of its key is within the horizon
	Late                     // it lies behind W by more than the horizon: nobody can know
)

// NewSeen returns an empty set. The error tells of a K that cannot be a key, or
// of a horizon below 0.
func NewSeen[K comparable](horizon time.Duration) (*Seen[K], error) {
	plan, err := keys.Compile[K]()
	if err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	if err := (Dedup{Horizon: horizon}).Check(); err != nil {
		return nil, err
	}
	return &Seen[K]{horizon: horizon, plan: plan, hash: plan.Hash1, timers: waiting.New[uint32](), w: watermark.Min}, nil
}

// Take judges a fact, and remembers it if it is accepted.
func (s *Seen[K]) Take(key K, t watermark.Time) Verdict {
	if s.late(t) {
		return Late
	}
	hash := s.hash(key)
	n := s.byKey.Guess(hash)
	if n >= uint(len(s.byKey.Entries)) || s.byKey.Entries[n].Key != key {
		at := s.byKey.Find(key, hash)
		if at < 0 {
			at = s.byKey.Slot(key, hash, s.hash)
			s.byKey.Entries[at].Value.first = t
			s.remember(at, t)
			return Accepted
		}
		n = uint(at)
	}
	a := &s.byKey.Entries[n].Value
	if near(a.first, t, s.horizon) {
		return Duplicate
	}
	i, _ := slices.BinarySearch(a.more, t)
	if i < len(a.more) && near(a.more[i], t, s.horizon) || i > 0 && near(a.more[i-1], t, s.horizon) {
		return Duplicate
	}
	if t < a.first {
		a.first, t, i = t, a.first, 0
		s.remember(int(n), a.first)
		a.more = slices.Insert(a.more, 0, t)
		return Accepted
	}
	a.more = slices.Insert(a.more, i, t)
	s.remember(int(n), t)
	return Accepted
}

// near reports whether two times are at most d apart.
func near(a, b watermark.Time, d time.Duration) bool {
	if a < b {
		a, b = b, a
	}
	return uint64(a)-uint64(b) <= uint64(d)
}

// late reports whether t lies behind W by more than the horizon.
func (s *Seen[K]) late(t watermark.Time) bool { return t.Add(s.horizon) < s.w }

func (s *Seen[K]) remember(at int, t watermark.Time) {
	s.times++
	s.timers.Push(t, uint32(at))
}

// Advance moves W to w, and forgets what nothing can be a duplicate of any more.
func (s *Seen[K]) Advance(w watermark.Time) {
	if w <= s.w {
		return
	}
	s.w = w
	for s.timers.Len() > 0 && s.timers.First().Add(s.horizon).Add(s.horizon) < w {
		_, at := s.timers.Pop()
		s.times--
		e := &s.byKey.Entries[at]
		if len(e.Value.more) == 0 {
			s.byKey.Remove(int(at), s.hash(e.Key), s.hash)
			continue
		}
		// Times are forgotten in their order: this is the first of its key.
		e.Value.first = e.Value.more[0]
		e.Value.more = slices.Delete(e.Value.more, 0, 1)
	}
}

// Held tells the size of the state: keys, times and bytes.
func (s *Seen[K]) Held() (keys, times, bytes int64) {
	bytes = int64(cap(s.byKey.Entries))*int64(unsafe.Sizeof(table.Entry[K, accepted]{})) + int64(s.byKey.Slots())*4 + int64(s.timers.Size())*12
	for i := range s.byKey.Entries {
		bytes += int64(cap(s.byKey.Entries[i].Value.more)) * 8
	}
	return int64(s.byKey.Len()), int64(s.times), bytes
}
