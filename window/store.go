package window

import (
	"errors"
	"fmt"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/scan"
	"github.com/tidemark-go/tidemark/watermark"
)

// Store keeps accumulators by key and span; it works without a pipeline. The
// same calls give the same panes. Not safe for concurrent use.
//
// Memory is that of the open spans, and is used again: nothing is allocated
// per fact once the store has seen its traffic.
type Store[K comparable, A, T any, P Accumulator[A, T]] struct {
	*base[K, A]
	mechanism mechanism[K, A, T]
	sliced    *sliced[K, A, T, P] // the mechanism, if it is this
	later     later[K, A]         // the mechanism, if it puts things off
	until     watermark.Time      // mechanism.next()

	hashes []uint64 // of the batch at hand
	one    columns[K, T]
	told   Told[K, A] // for Add and Advance
}

// NewStore returns a store for rule; the error tells all that is wrong, a mistake
// a line: with the rule, with settings that do not go with it, and with K, which
// may not hold pointers, interfaces, channels or floats.
func NewStore[A, T any, K comparable, P Accumulator[A, T]](rule Rule, set Settings) (*Store[K, A, T, P], error) {
	var plan Plan
	wrong := fmt.Errorf("window: the rule is nil: give Tumble or another")
	if rule != nil {
		if plan, wrong = rule.Plan(); wrong == nil {
			wrong = errors.Join(plan.check(), set.check(plan))
		}
	}
	k, err := keys.Compile[K]()
	if err != nil {
		err = fmt.Errorf("window: %w", err)
	}
	if err := errors.Join(wrong, err); err != nil {
		return nil, err
	}
	deep := scan.For[A]()
	b := &base[K, A]{
		plan: plan,
		set:  set,
		keys: k,
		hash: k.Hash1,
		seed: keys.Seed(set.Stage),
		wipe: k.HasPointers() || deep,
		deep: deep,
		w:    watermark.Min,
	}
	s := &Store[K, A, T, P]{base: b}
	if plan.make == nil {
		s.sliced = newSliced[K, A, T, P](b)
		s.mechanism = s.sliced
	} else {
		s.mechanism = plan.make(maker[K, A, T, P]{b}).(mechanism[K, A, T])
		s.later, _ = s.mechanism.(later[K, A])
	}
	s.one = columns[K, T]{make([]K, 1), make([]uint64, 1), make([]watermark.Time, 1), make([]T, 1)}
	s.until = s.mechanism.next()
	return s, nil
}

// Add takes a fact; it appends to missed the spans that were already closed,
// which is all of them for a fact that is late. What it brings about at once, a
// correction, is fired by the next Advance. A fact beyond MaxKeys, which only
// AddAll tells, counts nowhere.
func (s *Store[K, A, T, P]) Add(key K, t watermark.Time, fact T, missed []Span) []Span {
	n := len(s.told.Missed)
	s.one.keys[0], s.one.times[0], s.one.facts[0] = key, t, fact
	s.one.hashes[0] = s.hash(key)
	s.mechanism.add(s.one, &s.told)
	for _, m := range s.told.Missed[n:] {
		missed = append(missed, m.Spans...)
	}
	s.told.Missed = s.told.Missed[:n]
	return missed
}

// AddAll is Add for facts in a row, with their keys and times in columns of the
// same length. It appends to told what it has to tell.
func (s *Store[K, A, T, P]) AddAll(key []K, t []watermark.Time, facts []T, told *Told[K, A]) {
	if cap(s.hashes) < len(key) {
		s.hashes = make([]uint64, max(len(key), 1024))
	}
	hashes := s.hashes[:len(key)]
	s.keys.Hash(hashes, key)
	s.mechanism.add(columns[K, T]{key, hashes, t[:len(key)], facts[:len(key)]}, told)
}

// AddOne takes a fact that goes into a pane which is open and has its key already,
// as most do, and reports false, with nothing done, if this one does not.
func (s *Store[K, A, T, P]) AddOne(key K, t watermark.Time, fact *T) bool {
	return s.sliced != nil && s.sliced.foldOne(key, s.keys.Hash1(key), t, fact)
}

// Next returns the least W at which Advance would have something to do: as long
// as W stays below, it makes no difference to any fact.
func (s *Store[K, A, T, P]) Next() watermark.Time { return s.until }

// Advance moves W to w and fires what that closes, in order: by End, then by
// key as they first came, or sorted. A w that is not beyond the last fires
// only what Add has brought about.
func (s *Store[K, A, T, P]) Advance(w watermark.Time, fire func(Pane[K, A])) {
	s.Fire(w, false, &s.told)
	for _, p := range s.told.Panes {
		fire(p)
	}
	s.told.Reset(s.wipe)
}

// Fire is Advance that appends to told what it has to tell; forced marks what W
// had not reached.
func (s *Store[K, A, T, P]) Fire(w watermark.Time, forced bool, told *Told[K, A]) {
	if s.Pass(w, forced, told) {
		s.Settle(told)
		told.Settled = told.Settled[:0]
	}
}

// Pass is Fire that may put off what it gives until Settle is called; it reports
// whether it has. Facts can be added meanwhile, and are late as after Fire. It is
// for a batch in which W rises often: some windows give what is due at its end in
// less time together.
func (s *Store[K, A, T, P]) Pass(w watermark.Time, forced bool, told *Told[K, A]) (later bool) {
	if w <= s.w {
		return false
	}
	s.mechanism.advance(w, forced, told)
	s.until = s.mechanism.next()
	return s.later != nil && s.later.puts()
}

// Settle gives what Pass has put off, in the order in which it would have come.
func (s *Store[K, A, T, P]) Settle(told *Told[K, A]) {
	if s.later != nil {
		s.later.settle(told)
	}
}

// Tick tells the time on the clock, for Deadline and Stagger.Arrival, before
// facts are added. It fires nothing.
func (s *Store[K, A, T, P]) Tick(now watermark.Time) { s.now = now }

// Due returns the time on the clock at which Expire would have something to do.
func (s *Store[K, A, T, P]) Due() (t watermark.Time, ok bool) {
	t = s.mechanism.due()
	return t, t < watermark.Max
}

// Expire fires what the clock, as of the last Tick, has made due.
func (s *Store[K, A, T, P]) Expire(told *Told[K, A]) {
	s.mechanism.expire(told)
	s.until = s.mechanism.next()
}

// Clocked reports whether Expire can ever have something to do.
func (s *Store[K, A, T, P]) Clocked() bool { return s.set.Deadline > 0 }

// Revises reports whether rows can take the place of rows sent before.
func (s *Store[K, A, T, P]) Revises() bool { return s.set.revises(s.plan) }

// Look returns the span that holds t and ends last, the facts of key in it, and
// whether it is open.
func (s *Store[K, A, T, P]) Look(key K, t watermark.Time) (span Span, facts int, open bool) {
	return s.mechanism.look(key, t)
}

// Held tells the size of the state: the keys, the panes that are open, and the
// bytes, those that accumulators tell by a method Bytes included.
func (s *Store[K, A, T, P]) Held() (keys, panes, bytes int64) { return s.mechanism.held() }
