package window

import (
	"slices"
	"time"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/watermark"
)

// sliced is the mechanism of windows whose spans depend on time alone. A fact
// is added to one slice, whatever the number of spans that hold it; a span is
// put together from its slices when it fires.
//
// A slice is sealed once a span that holds it has fired. What comes for it after
// that takes a path of its own (behind.go), off the loop over facts.
type sliced[K comparable, A, T any, P Accumulator[A, T]] struct {
	*base[K, A]
	lay     layout         // nil: the rule is a function of time
	reached watermark.Time // W, but for the rise that Close makes
	hold    time.Duration  // W fires a span so long after its End: the lateness, if the clock is to fire it

	open    open[K, A]
	stacks  stacks[K, A]
	sent    []*sentSpan[K, A] // by End and Start: what is to be known of rows that were sent
	dirty   []dirty[K, A]     // corrections that wait
	known   known[K]          // Fill
	census  census[K]         // MaxKeys
	overlap bool              // a function of time has given more than one span for a time
	wake    watermark.Time    // of a function of time: the least W at which a span that it gave fires or is over
	room    room              // nil: no accumulator asks for it
	clock   []clocked         // Deadline: spans with facts, by End and Start
	soonest watermark.Time    // when the clock fires the next of them

	spans   []Span              // of the fact at hand
	slices  [block]*slice[K, A] // of the facts that touch has read ahead for
	touched uint32              // keeps the loads of touch
}

func newSliced[K comparable, A, T any, P Accumulator[A, T]](b *base[K, A]) *sliced[K, A, T, P] {
	s := &sliced[K, A, T, P]{base: b}
	width := time.Duration(0)
	switch b.plan.kind {
	case onGrid, staggered:
		s.lay, width = b.plan.grid, b.plan.grid.width
	case onCalendar:
		cursor := newCalendarCursor(b.plan.calendar)
		s.lay = days{&cursor}
	}
	if b.plan.arrival {
		s.hold, b.set.Deadline = b.set.Lateness, b.plan.size
	}
	s.open = newOpen[K, A](width)
	s.room = roomOf[A]()
	s.stacks.from, s.stacks.mid, s.stacks.done, s.reached = watermark.Min, watermark.Min, watermark.Min, watermark.Min
	s.soonest, s.wake = watermark.Max, watermark.Max
	return s
}

// add takes facts in a row.
func (s *sliced[K, A, T, P]) add(b columns[K, T], told *Told[K, A]) {
	if !s.open.large || len(b.keys) == 1 {
		s.fold(0, b, told)
		return
	}
	for i := 0; i < len(b.keys); i += block {
		n := min(i+block, len(b.keys))
		part := columns[K, T]{b.keys[i:n], b.hashes[i:n], b.times[i:n], b.facts[i:n]}
		s.touch(part.hashes, part.times)
		s.foldTouched(i, part, told)
	}
}

// block is the number of facts for which touch reads ahead: what it brings in
// has to stay in the nearest cache.
const block = 128

// fold adds facts to their cells, the first of them being number from.
func (s *sliced[K, A, T, P]) fold(from int, b columns[K, T], told *Told[K, A]) {
	key, hashes, t, facts := b.keys, b.hashes, b.times, b.facts
	facts, t, key = facts[:len(hashes)], t[:len(hashes)], key[:len(hashes)]
	near := s.open.near // a copy: what the accumulators write cannot change it
	for i, h := range hashes {
		at := near.at(t[i])
		if at == nil {
			if at = s.slice(t[i]); at == nil {
				s.behind(from+i, key[i], h, t[i], &facts[i], told)
				continue
			}
			near = s.open.near
		}
		n := at.table.Guess(h)
		if n >= uint(len(at.table.Entries)) || at.table.Entries[n].Key != key[i] {
			if n = s.place(from+i, at, key[i], h, told); n == none {
				continue
			}
		}
		c := &at.table.Entries[n].Value
		c.facts++
		c.last = max(c.last, time.Duration(t[i]-at.Start))
		P(&c.value).Add(facts[i])
	}
}

// foldTouched is fold after touch.
func (s *sliced[K, A, T, P]) foldTouched(from int, b columns[K, T], told *Told[K, A]) {
	key, t, facts := b.keys[:len(b.hashes)], b.times[:len(b.hashes)], b.facts[:len(b.hashes)]
	slices := s.slices[:len(b.hashes)]
	for i, h := range b.hashes {
		at := slices[i]
		if at == nil { // or it was opened since
			if at = s.slice(t[i]); at == nil {
				s.behind(from+i, key[i], h, t[i], &facts[i], told)
				continue
			}
		}
		n := at.table.Guess(h)
		if n >= uint(len(at.table.Entries)) || at.table.Entries[n].Key != key[i] {
			if n = s.place(from+i, at, key[i], h, told); n == none {
				continue
			}
		}
		c := &at.table.Entries[n].Value
		c.facts++
		c.last = max(c.last, time.Duration(t[i]-at.Start))
		P(&c.value).Add(facts[i])
	}
}

// foldOne is fold for a fact by itself, which finds its cell as most do: what a
// batch is made ready by is not worth it. It reports false if it does not.
func (s *sliced[K, A, T, P]) foldOne(key K, hash uint64, t watermark.Time, fact *T) bool {
	at := s.open.near.at(t)
	if at == nil {
		return false
	}
	n := at.table.Guess(hash)
	if n >= uint(len(at.table.Entries)) || at.table.Entries[n].Key != key {
		return false
	}
	c := &at.table.Entries[n].Value
	c.facts++
	c.last = max(c.last, time.Duration(t-at.Start))
	P(&c.value).Add(*fact)
	return true
}

// none is no position in a table.
const none = ^uint(0)

// place returns the position of key in a slice, put there if need be, or none
// if MaxKeys refuses it.
func (s *sliced[K, A, T, P]) place(i int, at *slice[K, A], key K, hash uint64, told *Told[K, A]) uint {
	if s.set.MaxKeys.N > 0 && !s.admit(i, at, key, hash, told) {
		return none
	}
	keys := at.table.Len()
	n := at.table.Slot(key, hash, s.hash)
	if at.table.Len() > keys {
		if s.set.Deadline > 0 && keys == 0 {
			s.begin(at)
		}
		if s.room != nil {
			s.settle(at, n, key, hash)
		}
	}
	return uint(n)
}

// touch brings in what the facts of a batch will need. In loops of their own the
// loads overlap; in that of fold each waits behind a branch on the one before.
func (s *sliced[K, A, T, P]) touch(hashes []uint64, t []watermark.Time) {
	x := uint32(0)
	near := s.open.near
	t, slices := t[:len(hashes)], s.slices[:len(hashes)]
	for i, h := range hashes {
		at := near.at(t[i])
		slices[i] = at
		if at != nil {
			x += at.table.Touch(h)
		}
	}
	for i, h := range hashes {
		if at := slices[i]; at != nil {
			x += at.table.TouchEntry(h)
		}
	}
	s.touched = x
}

// slice returns the slice of t, opened if need be, or nil if a span that holds t
// has fired: then behind takes the fact.
func (s *sliced[K, A, T, P]) slice(t watermark.Time) *slice[K, A] {
	if s.lay == nil {
		return s.sliceByTime(t)
	}
	if at := s.open.find(t); at != nil {
		if at.sealed {
			return nil
		}
		return at
	}
	span := s.lay.slice(t)
	if s.begun(span) {
		return nil
	}
	return s.open.add(span, false, s.hash)
}

// fired reports whether the panes of a span have been sent, by W or by the clock.
func (s *sliced[K, A, T, P]) fired(span Span) bool {
	return s.w >= span.End.Add(s.hold) || s.set.Deadline > 0 && s.expired(span)
}

// begun reports whether a span that holds a slice has fired.
func (s *sliced[K, A, T, P]) begun(slice Span) bool {
	if s.set.Deadline == 0 { // W fires them in their order
		return s.fired(s.lay.ending(s.lay.first(slice)))
	}
	s.spans = s.lay.spans(s.spans[:0], slice)
	return slices.ContainsFunc(s.spans, s.fired)
}

// over reports whether a fact for the span is late.
func (s *sliced[K, A, T, P]) over(span Span) bool { return s.w >= span.End.Add(s.set.Lateness) }

// next is the least W at which a span fires or is over, a preview or a
// correction is due. Above W there is always one, whether or not it has facts.
func (s *sliced[K, A, T, P]) next() watermark.Time {
	if s.lay == nil {
		return s.w.Add(1) // no function tells where its spans end
	}
	n := s.lay.next(s.w) // with hold nothing fires there, but what W has reached is not Forced any more
	if d := s.set.Lateness; d > 0 {
		n = min(n, s.lay.next(s.w.Add(-d)).Add(d))
	}
	if e := s.set.EarlyEvery; e > 0 {
		n = min(n, s.w.Add(e-s.w.Phase(e, 0)))
	}
	if c := s.set.Coalesce; c > 0 {
		n = min(n, s.w.Add(c-s.w.Phase(c, 0)))
	}
	return n
}

func (s *sliced[K, A, T, P]) look(key K, t watermark.Time) (span Span, facts int, open bool) {
	hash := s.hash(key)
	spans := s.spansOf(t)
	if len(spans) == 0 {
		return Span{}, 0, false
	}
	span = spans[len(spans)-1]
	if s.over(span) {
		return span, 0, false
	}
	cells := s.peek(span)
	if i := cells.Find(key, hash); i >= 0 {
		facts = int(cells.Entries[i].Value.facts)
	}
	return span, facts, !s.fired(span)
}

// spansOf returns the spans that hold t, until the next call.
func (s *sliced[K, A, T, P]) spansOf(t watermark.Time) []Span {
	if s.lay == nil {
		s.spans = s.plan.spans(s.spans[:0], t)
	} else {
		s.spans = s.lay.spans(s.spans[:0], s.lay.slice(t))
	}
	return s.spans
}

// holds reports whether a slice is part of a span.
func (s *sliced[K, A, T, P]) holds(span Span, at *slice[K, A]) bool {
	if s.lay == nil {
		return slices.Contains(at.spans, span)
	}
	return span.Start <= at.Start && at.End <= span.End
}

func (s *sliced[K, A, T, P]) held() (keys, panes, bytes int64) {
	var seen table.Table[K, struct{}]
	count := func(t *cells[K, A]) {
		for i := range t.Entries {
			if e := &t.Entries[i]; e.Value.facts > 0 {
				seen.Slot(e.Key, s.hash(e.Key), s.hash)
				bytes += bytesOf(&e.Value.value)
			}
		}
	}
	for _, at := range s.open.all {
		bytes += bytesOfTable(&at.table)
		panes += int64(at.table.Len())
		count(&at.table)
	}
	for _, at := range s.open.free {
		bytes += bytesOfTable(&at.table)
	}
	s.stacks.late.each(count) // some keys may be nowhere else
	if s.keeps() {
		for _, f := range s.stacks.front {
			bytes += owned(f.sum)
		}
	}
	bytes += s.stacks.bytes(s.keeps()) + owned(&s.stacks.back) + owned(&s.stacks.sum)
	for _, x := range s.sent {
		bytes += x.bytes()
	}
	bytes += int64(cap(s.dirty))*int64(unsafe.Sizeof(dirty[K, A]{})) + int64(cap(s.clock))*int64(unsafe.Sizeof(clocked{}))
	for i := range s.dirty {
		bytes += bytesOf(&s.dirty[i].before.value)
	}
	bytes += s.known.bytes() + s.census.bytes()
	return int64(seen.Len()), panes, bytes
}

// owned is the memory that the accumulators of a table own.
func owned[K comparable, A any](t *cells[K, A]) (bytes int64) {
	for i := range t.Entries {
		bytes += bytesOf(&t.Entries[i].Value.value)
	}
	return bytes
}
