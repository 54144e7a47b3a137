package window

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/scan"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// Store keeps accumulators by key and span; it works without a pipeline. The
// same calls give the same panes. Not safe for concurrent use.
//
// Memory is that of the open slices, and is used again: nothing is allocated
// per fact once the store has seen its traffic.
type Store[K comparable, A, T any, P Accumulator[A, T]] struct {
	plan Plan
	set  Settings
	keys *keys.Plan[K]
	hash func(K) uint64
	seed [2]uint64 // of the IDs
	wipe bool      // K or A has pointers

	open open[K, A]
	w    watermark.Time
	next watermark.Time

	hashes  []uint64 // of the batch at hand
	touched uint32   // keeps the loads of touch
}

// NewStore returns a store for rule; the error tells all that is wrong, a mistake
// a line: with the rule, and with K, which may not hold pointers, interfaces,
// channels or floats.
func NewStore[A, T any, K comparable, P Accumulator[A, T]](rule Rule, set Settings) (*Store[K, A, T, P], error) {
	var plan Plan
	wrong := fmt.Errorf("window: the rule is nil: give Tumble or another")
	if rule != nil {
		plan, wrong = rule.Plan()
	}
	k, err := keys.Compile[K]()
	if err != nil {
		err = fmt.Errorf("window: %w", err)
	}
	if err := errors.Join(wrong, err); err != nil {
		return nil, err
	}
	return &Store[K, A, T, P]{
		plan: plan,
		set:  set,
		keys: k,
		hash: k.Hash1,
		seed: keys.Seed(set.Stage),
		wipe: k.HasPointers() || scan.For[A](),
		open: newOpen[K, A](plan),
		w:    watermark.Min,
		next: plan.next(watermark.Min),
	}, nil
}

// Add takes a fact; it appends to missed the spans that were already closed,
// which is all of them for a fact that is late.
func (s *Store[K, A, T, P]) Add(key K, t watermark.Time, fact T, missed []Span) []Span {
	at := s.open.near.at(t)
	if at == nil {
		if at = s.slice(t); at == nil {
			return s.plan.spans(missed, s.plan.slice(t))
		}
	}
	s.fold(at, key, s.hash(key), t, fact)
	return missed
}

// fold adds a fact to its cell.
func (s *Store[K, A, T, P]) fold(at *slice[K, A], key K, hash uint64, t watermark.Time, fact T) {
	n := at.table.Guess(hash)
	if n >= uint(len(at.table.Entries)) || at.table.Entries[n].Key != key {
		n = uint(at.table.Slot(key, hash, s.hash))
	}
	c := &at.table.Entries[n].Value
	c.facts++
	c.last = max(c.last, time.Duration(t-at.Start))
	P(&c.value).Add(fact)
}

// AddAll is Add for facts in a row, with their keys and times in columns of the
// same length. It calls missed for each late fact, with its position and the
// spans it missed.
func (s *Store[K, A, T, P]) AddAll(key []K, t []watermark.Time, facts []T, missed func(i int, spans []Span)) {
	if len(key) == 1 { // what a batch is made ready by is not worth it
		if spans := s.Add(key[0], t[0], facts[0], nil); spans != nil {
			missed(0, spans)
		}
		return
	}
	if cap(s.hashes) < len(key) {
		s.hashes = make([]uint64, max(len(key), 1024))
	}
	hashes := s.hashes[:len(key)]
	s.keys.Hash(hashes, key)
	if !s.open.large {
		s.addHashed(0, key, hashes, t, facts, missed)
		return
	}
	for i := 0; i < len(key); i += block {
		n := min(i+block, len(key))
		s.touch(hashes[i:n], t[i:n])
		s.addHashed(i, key[i:n], hashes[i:n], t[i:n], facts[i:n], missed)
	}
}

// block is the number of facts for which touch reads ahead: what it brings in
// has to stay in the nearest cache.
const block = 128

// addHashed is AddAll for facts whose hashes are known, the first of them being
// number from.
func (s *Store[K, A, T, P]) addHashed(from int, key []K, hashes []uint64, t []watermark.Time, facts []T, missed func(i int, spans []Span)) {
	facts, t, key = facts[:len(hashes)], t[:len(hashes)], key[:len(hashes)]
	near := s.open.near // a copy: what the accumulators write cannot change it
	for i, h := range hashes {
		at := near.at(t[i])
		if at == nil {
			if at = s.slice(t[i]); at == nil {
				missed(from+i, s.plan.spans(nil, s.plan.slice(t[i])))
				continue
			}
			near = s.open.near
		}
		n := at.table.Guess(h)
		if n >= uint(len(at.table.Entries)) || at.table.Entries[n].Key != key[i] {
			n = uint(at.table.Slot(key[i], h, s.hash))
		}
		c := &at.table.Entries[n].Value
		c.facts++
		c.last = max(c.last, time.Duration(t[i]-at.Start))
		P(&c.value).Add(facts[i])
	}
}

// touch brings in what the facts of a batch will need. In loops of their own the
// loads overlap; in that of AddAll each waits behind a branch on the one before.
func (s *Store[K, A, T, P]) touch(hashes []uint64, t []watermark.Time) {
	x := uint32(0)
	for i, h := range hashes {
		if at := s.open.near.at(t[i]); at != nil {
			x += at.table.Touch(h)
		}
	}
	for i, h := range hashes {
		if at := s.open.near.at(t[i]); at != nil {
			x += at.table.TouchEntry(h)
		}
	}
	s.touched = x
}

// slice returns the slice of t, opened if need be, or nil if t is late.
func (s *Store[K, A, T, P]) slice(t watermark.Time) *slice[K, A] {
	if at := s.open.find(t); at != nil {
		return at
	}
	span := s.plan.slice(t)
	if s.w >= s.plan.last(span) {
		return nil
	}
	return s.open.add(span, s.hash)
}

// Next returns the least W at which Advance would have something to do: as long
// as W stays below, it makes no difference to any fact.
func (s *Store[K, A, T, P]) Next() watermark.Time { return s.next }

// Advance moves W to w and fires what that closes, in order: by End, then by
// key as they first came, or sorted. A w that is not beyond the last does nothing.
func (s *Store[K, A, T, P]) Advance(w watermark.Time, fire func(Pane[K, A])) {
	for _, p := range s.AppendFired(nil, w, false) {
		fire(p)
	}
}

// AppendFired is Advance that appends the panes to dst; forced marks them so.
func (s *Store[K, A, T, P]) AppendFired(dst []Pane[K, A], w watermark.Time, forced bool) []Pane[K, A] {
	if w <= s.w {
		return dst
	}
	s.w, s.next = w, s.plan.next(w)
	for len(s.open.all) > 0 && s.open.all[0].End <= w {
		dst = s.fire(dst, s.open.all[0], forced)
		s.open.close(s.wipe)
	}
	return dst
}

// fire appends the panes of a span.
func (s *Store[K, A, T, P]) fire(dst []Pane[K, A], at *slice[K, A], forced bool) []Pane[K, A] {
	n := len(dst)
	seed := keys.Fold(s.seed, uint64(at.Start), uint64(at.End))
	dst = slices.Grow(dst, at.table.Len())[:n+at.table.Len()]
	panes := dst[n:]
	end := at.End.Add(-1)
	for i := range at.table.Entries {
		e, p := &at.table.Entries[i], &panes[i]
		p.Span = at.Span
		p.Stamp.Time, p.Kind, p.Forced, p.Revision = end, row.Final, forced, 0
		p.ID[0], p.ID[1] = s.keys.Lanes(seed[0], seed[1], &e.Key)
		p.Key = e.Key
		p.Value = e.Value.value
		p.Facts = int(e.Value.facts)
		p.Last = at.Start + watermark.Time(e.Value.last)
	}
	if s.set.Sorted {
		slices.SortFunc(panes, func(a, b Pane[K, A]) int { return s.keys.Compare(a.Key, b.Key) })
	}
	return dst
}

// Look returns the span that holds t and ends last, the facts of key in it, and
// whether it is open.
func (s *Store[K, A, T, P]) Look(key K, t watermark.Time) (span Span, facts int, open bool) {
	in := s.plan.slice(t)
	spans := s.plan.spans(nil, in)
	span = spans[len(spans)-1]
	if at := s.open.find(t); at != nil {
		if i := at.table.Find(key, s.hash(key)); i >= 0 {
			facts = int(at.table.Entries[i].Value.facts)
		}
	}
	return span, facts, s.w < s.plan.last(in)
}

// Held tells the size of the state: the keys, the panes that are open, and the
// bytes, those that accumulators tell by a method Bytes included.
func (s *Store[K, A, T, P]) Held() (keys, panes, bytes int64) {
	for i, at := range s.open.all {
		bytes += at.bytes()
		panes += int64(at.table.Len())
		for j := range at.table.Entries {
			e := &at.table.Entries[j]
			if !s.earlier(i, e.Key) {
				keys++
			}
			if o, ok := any(&e.Value.value).(interface{ Bytes() int }); ok {
				bytes += int64(o.Bytes())
			}
		}
	}
	for _, at := range s.open.free {
		bytes += at.bytes()
	}
	return keys, panes, bytes
}

// earlier reports whether one of the first n open slices has key.
func (s *Store[K, A, T, P]) earlier(n int, key K) bool {
	for _, at := range s.open.all[:n] {
		if at.table.Find(key, s.hash(key)) >= 0 {
			return true
		}
	}
	return false
}
