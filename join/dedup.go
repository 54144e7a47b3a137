package join

import (
	"errors"
	"fmt"
	"math/bits"
	"time"

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
	MaxKeys  int           // keys remembered at once; a fact of one more is missed, as Refused, and not remembered; 0: no bound
}

// Check returns all that is wrong with the settings, a mistake a line.
func (d Dedup) Check() error {
	var horizon, most error
	if d.Horizon < 0 {
		horizon = fmt.Errorf("join: Dedup: Horizon is %v: must not be negative", d.Horizon)
	}
	if d.MaxKeys < 0 {
		most = fmt.Errorf("join: Dedup: MaxKeys is %d: must not be negative", d.MaxKeys)
	}
	return errors.Join(horizon, most)
}

// Seen is the set of facts that were accepted, by key and time. It works without
// a pipeline. Not safe for concurrent use.
//
// A fact costs one probe, and three more where several times of its key are
// remembered, however many. What is accepted is remembered, 8 bytes beside its
// key, until W is beyond it by twice the horizon: then no fact that is not late
// can be its duplicate.
type Seen[K comparable] struct {
	// MaxKeys is as in Dedup; a key is forgotten with the last of its times. To be
	// set before the first Take.
	MaxKeys int

	horizon time.Duration
	plan    *keys.Plan[K]
	hash    func(K) uint64
	byKey   table.Table[K, accepted]
	more    table.Table[stretch, watermark.Time] // the times of a key beside the one that byKey has
	rehash  func(stretch) uint64
	timers  waiting.Timers // positions in byKey, at the times they have
	times   int
	w       watermark.Time
}

// accepted are the times of a key; most keys have one.
type accepted struct {
	one  watermark.Time
	has  bool   // it is there
	more uint32 // how many others there are
}

// stretch is a piece of time of a key, of the horizon and 1 ns. Times that were
// accepted lie more than the horizon apart, so there is but one in it, and what
// is near a time is in its own stretch or in one of the two beside it.
type stretch struct {
	at uint32 // the position of the key in byKey
	no uint64
}

// Verdict is what Take finds.
type Verdict uint8

// The verdicts.
const (
	Accepted  Verdict = iota // it is remembered
	Duplicate                // one of its key is within the horizon
	Late                     // it lies behind W by more than the horizon: nobody can know
	Full                     // it is of one key more than MaxKeys
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
	return &Seen[K]{horizon: horizon, plan: plan, hash: plan.Hash1, rehash: stretch.hash, timers: waiting.New[struct{}](), w: watermark.Min}, nil
}

// Take judges a fact, and remembers it if it is accepted.
func (s *Seen[K]) Take(key K, t watermark.Time) Verdict {
	if s.late(t) {
		return Late
	}
	hash := s.hash(key)
	n := s.byKey.Guess(hash)
	if n >= uint(len(s.byKey.Entries)) || s.byKey.Entries[n].Key != key {
		if s.MaxKeys > 0 && s.byKey.Len() >= s.MaxKeys && s.byKey.Find(key, hash) < 0 {
			return Full
		}
		n = uint(s.byKey.Slot(key, hash, s.hash))
	}
	a := &s.byKey.Entries[n].Value
	if a.has && near(a.one, t, s.horizon) {
		return Duplicate
	}
	own := s.stretch(uint32(n), t)
	if a.more > 0 && s.beside(own, t) {
		return Duplicate
	}
	if !a.has {
		a.one, a.has = t, true
	} else {
		a.more++
		s.more.Entries[s.more.Slot(own, s.rehash(own), s.rehash)].Value = t
	}
	s.times++
	s.timers.Put(t, uint32(n))
	return Accepted
}

// stretch returns the one that t lies in.
func (s *Seen[K]) stretch(at uint32, t watermark.Time) stretch {
	return stretch{at, (uint64(t) ^ 1<<63) / (uint64(s.horizon) + 1)}
}

// hash mixes both parts: the steps of a round of Philox, and its high half.
func (x stretch) hash() uint64 {
	hi, lo := bits.Mul64(x.no^0x9e3779b97f4a7c15, 0xd2b74407b1ce6e93)
	hi, lo = bits.Mul64(lo^hi^uint64(x.at)<<32, 0xca5a826395121157)
	return hi ^ lo
}

// beside reports whether a time near t is in its stretch or in one beside it.
func (s *Seen[K]) beside(own stretch, t watermark.Time) bool {
	for _, no := range [3]uint64{own.no, own.no - 1, own.no + 1} { // beyond the bounds there is nothing
		x := stretch{own.at, no}
		if n := s.more.Find(x, s.rehash(x)); n >= 0 && near(s.more.Entries[n].Value, t, s.horizon) {
			return true
		}
	}
	return false
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

// Advance moves W to w, and forgets what nothing can be a duplicate of any more.
func (s *Seen[K]) Advance(w watermark.Time) {
	if w <= s.w {
		return
	}
	s.w = w
	for s.timers.Len() > 0 && s.timers.First().Add(s.horizon).Add(s.horizon) < w {
		p, _ := s.timers.Pop()
		t, at := p.Time, p.No
		s.times--
		e := &s.byKey.Entries[at]
		if a := &e.Value; a.has && a.one == t {
			a.has = false
		} else {
			x := s.stretch(at, t)
			hash := s.rehash(x)
			s.more.Remove(s.more.Find(x, hash), hash, s.rehash)
			a.more--
		}
		if !e.Value.has && e.Value.more == 0 {
			s.byKey.Remove(int(at), s.hash(e.Key), s.hash)
		}
	}
}

// Held tells the size of the state: keys, times and bytes.
func (s *Seen[K]) Held() (keys, times, bytes int64) {
	return int64(s.byKey.Len()), int64(s.times), s.byKey.Bytes() + s.more.Bytes() + s.timers.Bytes()
}
