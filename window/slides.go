package window

import (
	"fmt"
	"slices"
	"sort"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/watermark"
)

// slides is the mechanism of Slide. A fact is held until W has passed it; then
// all facts of its time go into the queues of their keys, and each gives a pane.
// A key is there from its first fact until W is Size beyond its last.
type slides[K comparable, A, T any, P Accumulator[A, T]] struct {
	*base[K, A]
	waits  waiting.Queue[T]
	table  table.Table[K, watermark.Time] // the time of the last fact of each key
	queues []slideQueue[A]                // by the position of their keys
	rings  slideRings[A]
	ends   waiting.Timers // keys, at the times at which they may be over
	seed   [2]uint64      // of the IDs: Size has a part in it, and so a span is known by its end

	passed []slideMark // what W has passed since panes were given
	forced bool        // of the panes at hand

	nos   []uint32          // keys of the facts that are being added
	facts waiting.Values[T] // of the run at hand
	first []uint32          // by key: its first place of the run, plus 1
	chain []uint32          // by place of the run: the next of its key, plus 1
	order []uint32          // keys of the run

	touched byte // keeps the loads of touch and touchKeys
}

// slideMark is a rise of W that is put off.
type slideMark struct {
	w      watermark.Time
	forced bool
}

// newSlides makes the mechanism.
func newSlides[K comparable, A, T any, P Accumulator[A, T]](b *base[K, A]) mechanism[K, A, T] {
	return &slides[K, A, T, P]{
		base:  b,
		waits: waiting.New[T](),
		ends:  waiting.New[struct{}](),
		seed:  keys.Fold(b.seed, uint64(b.plan.size)),
	}
}

// add takes facts in a row.
func (s *slides[K, A, T, P]) add(b columns[K, T], told *Told[K, A]) {
	if !s.table.Large() || len(b.keys) == 1 {
		s.hold(0, b, told)
		return
	}
	for i := 0; i < len(b.keys); i += block {
		n := min(i+block, len(b.keys))
		part := columns[K, T]{b.keys[i:n], b.hashes[i:n], b.times[i:n], b.facts[i:n]}
		s.touchKeys(part.hashes)
		s.hold(i, part, told)
	}
}

// hold holds facts until W has passed them, the first of them being number from.
func (s *slides[K, A, T, P]) hold(from int, b columns[K, T], told *Told[K, A]) {
	key, t := b.keys[:len(b.hashes)], b.times[:len(b.hashes)]
	nos := slices.Grow(s.nos[:0], len(t))[:len(t)]
	s.nos = nos
	held := 0 // so far, or missed
	for i, h := range b.hashes {
		at := t[i]
		n := s.table.Guess(h)
		if at < s.w || n >= uint(len(s.table.Entries)) || s.table.Entries[n].Key != key[i] {
			if n = s.place(from+i, key[i], h, at, told); n == none {
				s.waits.PutAll(t[held:i], nos[held:], b.facts[held:])
				held = i + 1
				continue
			}
		}
		e := &s.table.Entries[n]
		e.Value = max(e.Value, at)
		nos[i] = uint32(n)
	}
	s.waits.PutAll(t[held:], nos[held:], b.facts[held:])
}

// span is that of a fact at t.
func (s *slides[K, A, T, P]) span(t watermark.Time) Span {
	return Span{t.Add(1 - s.plan.size), t + 1}
}

// place returns the position of key, made for a fact at t if need be, or none if
// the fact is late or MaxKeys refuses it.
func (s *slides[K, A, T, P]) place(i int, key K, hash uint64, t watermark.Time, told *Told[K, A]) uint {
	if t < s.w {
		told.miss(i, Late, []Span{s.span(t)}, "")
		return none
	}
	if n := s.table.Find(key, hash); n >= 0 {
		return uint(n)
	}
	if most := s.set.MaxKeys.N; most > 0 && s.table.Len() >= most {
		told.miss(i, Refused, nil, fmt.Sprintf("%d keys are held: must be at most MaxKeys", s.table.Len()))
		return none
	}
	n := s.table.Slot(key, hash, s.hash)
	e := &s.table.Entries[n]
	e.Value = t
	if n == len(s.queues) {
		s.queues, s.first = append(s.queues, slideQueue[A]{}), append(s.first, 0)
	}
	q := &s.queues[n]
	q.a, q.b = s.keys.Lanes(s.seed[0], s.seed[1], &e.Key)
	s.arm(n, t)
	return uint(n)
}

// arm notes when a key is to be looked at whose last fact so far is at t.
func (s *slides[K, A, T, P]) arm(n int, t watermark.Time) {
	if end := t.Add(s.plan.size); end < watermark.Max { // else it stays to the end
		s.ends.Put(end, uint32(n))
	}
}

// next is the next W of all: a fact behind W is late.
func (s *slides[K, A, T, P]) next() watermark.Time { return s.w.Add(1) }

// advance notes that W is to pass the facts before w. Where keys are to be let go
// one by one it gives their panes at once.
func (s *slides[K, A, T, P]) advance(w watermark.Time, forced bool, told *Told[K, A]) {
	s.w = w
	s.passed = append(s.passed, slideMark{w, forced})
	if s.set.MaxKeys.N > 0 {
		s.settle(told)
		told.Settled = told.Settled[:0]
	}
}

// puts reports whether advance has put something off.
func (s *slides[K, A, T, P]) puts() bool { return len(s.passed) > 0 }

// settle gives the panes of the facts that W has passed. All that is due at the
// end of a batch is done together, key by key: see fire.
func (s *slides[K, A, T, P]) settle(told *Told[K, A]) {
	for len(s.passed) > 0 {
		n := 1
		for n < len(s.passed) && s.passed[n].forced == s.passed[0].forced {
			n++
		}
		s.forced = s.passed[0].forced
		from := len(told.Panes)
		for {
			run, facts := s.waits.Take(s.passed[n-1].w)
			if len(run) == 0 {
				break
			}
			s.facts = facts
			for len(run) > 0 {
				m := pieceOf(run)
				s.fire(run[:m], told)
				run = run[m:]
			}
		}
		for _, m := range s.passed[:n] {
			panes := told.Panes[from:]
			from += sort.Search(len(panes), func(i int) bool { return panes[i].Time >= m.w })
			told.Settled = append(told.Settled, from)
		}
		s.passed = slices.Delete(s.passed, 0, n)
	}
	s.drop()
}

// pieceOf returns how many places of a run are given together: what they bring
// into the caches has to stay there, and those of one time are not parted.
func pieceOf(run []waiting.Place) int {
	const most = 1024
	n := min(most, len(run))
	for n < len(run) && run[n].Time == run[n-1].Time {
		n++
	}
	return n
}

// drop lets go of the keys whose last fact is out of reach of all that can come.
func (s *slides[K, A, T, P]) drop() {
	if s.w == watermark.Max {
		s.table.Reset(s.wipe)
		clear(s.queues)
		s.queues, s.first, s.rings, s.ends = s.queues[:0], s.first[:0], slideRings[A]{}, waiting.New[struct{}]() // no fact can come any more
		return
	}
	for {
		run, _ := s.ends.Take(s.w.Add(1))
		if len(run) == 0 {
			return
		}
		for _, p := range run {
			n := int(p.No)
			e := &s.table.Entries[n]
			if e.Value.Add(s.plan.size) > s.w { // more facts have come since
				s.arm(n, e.Value)
				continue
			}
			s.rings.put(s.queues[n].ring, s.deep)
			s.queues[n] = slideQueue[A]{}
			s.table.Remove(n, s.hash(e.Key), s.hash)
		}
	}
}

func (s *slides[K, A, T, P]) due() watermark.Time { return watermark.Max }

func (s *slides[K, A, T, P]) expire(*Told[K, A]) {}

// look tells of the span of a fact at t.
func (s *slides[K, A, T, P]) look(key K, t watermark.Time) (span Span, facts int, open bool) {
	span = s.span(t)
	n := s.table.Find(key, s.hash(key))
	if n < 0 || s.w >= span.End {
		return span, 0, s.w < span.End
	}
	facts = s.queues[n].within(span)
	for p := range s.waits.All {
		if int(p.No) == n && span.Contains(p.Time) {
			facts++
		}
	}
	return span, facts, true
}

func (s *slides[K, A, T, P]) held() (keys, panes, bytes int64) {
	bytes = int64(cap(s.table.Entries))*int64(unsafe.Sizeof(table.Entry[K, watermark.Time]{})) + int64(s.table.Slots())*4
	bytes += s.waits.Bytes() + s.ends.Bytes() + s.rings.bytes
	bytes += int64(cap(s.nos)+cap(s.first)+cap(s.chain)+cap(s.order))*4 + int64(cap(s.passed))*int64(unsafe.Sizeof(slideMark{}))
	bytes += int64(cap(s.queues)) * int64(unsafe.Sizeof(slideQueue[A]{}))
	for i := range s.queues {
		q := &s.queues[i]
		bytes += bytesOf(&q.back)
		for i := range q.n {
			bytes += bytesOf(&q.ring[q.at(i)].sum)
		}
	}
	return int64(s.table.Len()), int64(s.waits.Len()), bytes
}
