package join

import (
	"fmt"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/ordered"
	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/watermark"
)

// Pairs is the state of an interval join: the facts of two sides, by key and
// time, as long as others may come that they meet. It works without a pipeline.
// Make it with NewPairs. Not safe for concurrent use.
//
// A left fact at t is kept until the W of the right side is beyond t+To, a right
// one until that of the left side is beyond t-From: from then on nobody who is on
// time can meet it. A fact costs one probe for its key, steps in the logarithm of
// what is kept of that key, and one for each fact that it meets; W costs by what
// it makes go, never by what is kept. Nothing is allocated per fact once there is
// room for as many as are kept at a time.
type Pairs[K comparable, L, R any] struct {
	in     Interval
	plan   *keys.Plan[K]
	hash   func(K) uint64
	byKey  table.Table[K, roots]
	lefts  side[L]
	rights side[R]

	touched uint32 // keeps the loads of what is read ahead
}

// roots are the trees of a key: of its left facts, and of its right ones.
type roots [2]uint32

const (
	left = iota
	right
)

// The marks of facts.
const (
	alone = iota
	met
)

// side is what is kept of one side.
type side[T any] struct {
	ordered.Trees[T]
	which  int            // of roots
	timers waiting.Timers // positions in byKey, at the times of its facts
	from   watermark.Time // a fact before this cannot meet anybody who still comes
	alone  int            // kept, and have met nobody
	met    uint64         // facts that have met somebody, ever
	found  []uint32
	gone   []Past[T]

	touched uint32 // as in Pairs
}

// Fate is what becomes of a fact that Pairs is given.
type Fate uint8

// The fates.
const (
	Kept    Fate = iota // until nobody can come any more whom it would meet
	Passed              // nobody can come any more; it has met what was kept
	Refused             // as many are kept as MaxFacts; it has met nobody
	NoKey               // facts of as many other keys are kept as MaxKeys, and none of its own; it has met nobody
)

// Met are the facts that another one met, by time, those of one time as they
// came. It is good until the next call of the Pairs that gave it.
type Met[T any] struct {
	places []uint32
	of     *ordered.Trees[T]
}

// Len is their number.
func (m Met[T]) Len() int { return len(m.places) }

// At returns the time of number i, from 0, and the fact itself.
func (m Met[T]) At(i int) (watermark.Time, *T) {
	n := &m.of.Nodes[m.places[i]]
	return n.At, &n.Val
}

// Past is a fact that is kept no more.
type Past[T any] struct {
	Time watermark.Time
	Met  bool // it met somebody; else it is unmatched for good
	Fact T
}

// NewPairs returns an empty state. The error tells of a K that cannot be a key,
// or of what is wrong with the interval.
func NewPairs[K comparable, L, R any](in Interval) (*Pairs[K, L, R], error) {
	plan, err := keys.Compile[K]()
	if err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	if err := in.Check(); err != nil {
		return nil, err
	}
	return &Pairs[K, L, R]{
		in: in, plan: plan, hash: plan.Hash1,
		lefts:  side[L]{Trees: ordered.NewTrees[L](), which: left, timers: waiting.New[struct{}](), from: in.leftsFrom(watermark.Min)},
		rights: side[R]{Trees: ordered.NewTrees[R](), which: right, timers: waiting.New[struct{}](), from: in.rightsFrom(watermark.Min)},
	}, nil
}

// Hash gives the hashes of keys for LeftHashed and RightHashed, which makes it
// cheaper for many: where the state is beyond the nearer caches, what the hashes
// lead to is read in loops of its own, in which no load waits for another.
func (p *Pairs[K, L, R]) Hash(dst []uint64, key []K) {
	p.plan.Hash(dst, key)
	if !p.byKey.Large() {
		return
	}
	for _, h := range dst {
		p.touched += p.byKey.Touch(h)
	}
	for _, h := range dst {
		p.touched += p.byKey.TouchEntry(h)
	}
	for _, h := range dst {
		if n := p.byKey.Guess(h); n < uint(len(p.byKey.Entries)) {
			trees := p.byKey.Entries[n].Value
			p.touched += p.lefts.Touch(trees[left]) + p.rights.Touch(trees[right])
		}
	}
}

// Left takes a left fact, and returns the right ones that it meets.
func (p *Pairs[K, L, R]) Left(key K, t watermark.Time, fact L) (Met[R], Fate) {
	return p.LeftHashed(key, p.hash(key), t, fact)
}

// Right takes a right fact, and returns the left ones that it meets.
func (p *Pairs[K, L, R]) Right(key K, t watermark.Time, fact R) (Met[L], Fate) {
	return p.RightHashed(key, p.hash(key), t, fact)
}

// LeftHashed is Left for a key whose hash is known.
func (p *Pairs[K, L, R]) LeftHashed(key K, hash uint64, t watermark.Time, fact L) (Met[R], Fate) {
	lo, hi := p.in.rights(t)
	fate := fateOf(&p.lefts, t, lo, p.in.MaxFacts)
	if fate == Kept && !p.room(key, hash) {
		fate = NoKey
	}
	return meet(&p.byKey, p.hash, &p.lefts, &p.rights, fate, key, hash, t, lo, hi, fact), fate
}

// RightHashed is Right for a key whose hash is known.
func (p *Pairs[K, L, R]) RightHashed(key K, hash uint64, t watermark.Time, fact R) (Met[L], Fate) {
	lo, hi := p.in.lefts(t)
	fate := fateOf(&p.rights, t, lo, p.in.MaxFacts)
	if fate == Kept && !p.room(key, hash) {
		fate = NoKey
	}
	return meet(&p.byKey, p.hash, &p.rights, &p.lefts, fate, key, hash, t, lo, hi, fact), fate
}

// fateOf tells what becomes of a fact at t that meets what lies from lo on.
func fateOf[T any](own *side[T], t, lo watermark.Time, most int) Fate {
	switch {
	case t < own.from || lo == watermark.Max:
		return Passed
	case own.Len() >= most && most > 0:
		return Refused
	}
	return Kept
}

// room reports whether facts of key may be kept: whether some are, or it is not
// one key more than MaxKeys.
func (p *Pairs[K, L, R]) room(key K, hash uint64) bool {
	return p.in.MaxKeys == 0 || p.byKey.Len() < p.in.MaxKeys || p.byKey.Find(key, hash) >= 0
}

// meet finds what a fact of its own side meets of the other, and keeps it if that
// is its fate.
func meet[K comparable, T, O any](byKey *table.Table[K, roots], rehash func(K) uint64, own *side[T], other *side[O], fate Fate, key K, hash uint64, t, lo, hi watermark.Time, fact T) Met[O] {
	none := Met[O]{of: &other.Trees}
	if fate == Refused || fate == NoKey {
		return none
	}
	n := byKey.Guess(hash)
	if n >= uint(len(byKey.Entries)) || byKey.Entries[n].Key != key {
		if fate == Kept {
			n = uint(byKey.Slot(key, hash, rehash))
		} else if at := byKey.Find(key, hash); at >= 0 {
			n = uint(at)
		} else {
			return none
		}
	}
	trees := &byKey.Entries[n].Value
	other.found = other.Within(trees[other.which], lo, hi, other.found[:0])
	for _, place := range other.found {
		if o := &other.Nodes[place]; o.Mark == alone {
			o.Mark = met
			other.alone--
			other.met++
		}
	}
	mark := uint32(alone)
	if len(other.found) > 0 {
		mark = met
		own.met++
	}
	if fate == Kept {
		own.Put(&trees[own.which], t, mark, fact)
		own.timers.Put(t, uint32(n))
		if mark == alone {
			own.alone++
		}
	}
	return Met[O]{other.found, &other.Trees}
}

// Advance moves the watermarks of both sides, and returns the facts that are kept
// no more: of each side by time, those of one time as they came. What it returns
// is good until the next call. A watermark that would go back stays.
func (p *Pairs[K, L, R]) Advance(wLeft, wRight watermark.Time) (lefts []Past[L], rights []Past[R]) {
	return pass(&p.byKey, p.hash, &p.lefts, p.in.leftsFrom(wRight)), pass(&p.byKey, p.hash, &p.rights, p.in.rightsFrom(wLeft))
}

// pass forgets the facts of a side before from.
func pass[K comparable, T any](byKey *table.Table[K, roots], rehash func(K) uint64, s *side[T], from watermark.Time) []Past[T] {
	if len(s.gone) > 0 {
		if s.Wipe {
			clear(s.gone)
		}
		s.gone = s.gone[:0]
	}
	if from <= s.from {
		return nil
	}
	s.from = from
	for {
		run, _ := s.timers.Take(from)
		if len(run) == 0 {
			return s.gone
		}
		if len(run) > 1 && byKey.Large() {
			s.touched += ahead(byKey, rehash, s, run)
		}
		for _, timer := range run {
			e := &byKey.Entries[timer.No]
			n := s.First(&e.Value[s.which]) // times are forgotten in their order: it is the first of its key
			s.gone = append(s.gone, Past[T]{n.At, n.Mark == met, n.Val})
			if n.Mark == alone {
				s.alone--
			}
			if s.Wipe {
				var zero T
				n.Val = zero
			}
			if e.Value == (roots{}) {
				byKey.Remove(int(timer.No), rehash(e.Key), rehash)
			}
		}
	}
}

// ahead reads what the facts of a run lead to, as Hash does.
func ahead[K comparable, T any](byKey *table.Table[K, roots], rehash func(K) uint64, s *side[T], run []waiting.Place) (touched uint32) {
	for _, timer := range run {
		touched += byKey.Entries[timer.No].Value[s.which]
	}
	for _, timer := range run {
		e := &byKey.Entries[timer.No]
		touched += s.Touch(e.Value[s.which]) + byKey.Touch(rehash(e.Key))
	}
	return touched
}

// First returns the least times of the facts kept on each side, Max where there
// is none.
func (p *Pairs[K, L, R]) First() (lefts, rights watermark.Time) {
	return p.lefts.timers.First(), p.rights.timers.First()
}

// Alone returns how many facts of each side are kept and have met nobody yet.
func (p *Pairs[K, L, R]) Alone() (lefts, rights int) { return p.lefts.alone, p.rights.alone }

// HaveMet returns how many facts of each side have met somebody, ever.
func (p *Pairs[K, L, R]) HaveMet() (lefts, rights uint64) { return p.lefts.met, p.rights.met }

// Held tells the size of the state: keys, facts, and bytes without what the facts
// point to.
func (p *Pairs[K, L, R]) Held() (keys, facts, bytes int64) {
	return int64(p.byKey.Len()), int64(p.lefts.Len() + p.rights.Len()), p.byKey.Bytes() + p.lefts.held() + p.rights.held()
}

func (s *side[T]) held() int64 {
	return s.Bytes() + s.timers.Bytes() + int64(cap(s.found))*4 + int64(cap(s.gone))*int64(unsafe.Sizeof(Past[T]{}))
}
