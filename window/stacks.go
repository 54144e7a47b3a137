package window

import (
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// stacks puts spans of many slices together at a cost that does not depend on
// how many there are: the two stacks of a queue that can be summed without ever
// subtracting, with a column of all keys in each place of a value.
//
// The front stack is slices up to mid: each has, in suffix, itself and all
// slices after it up to mid. The back stack is one sum of the slices from mid to
// done. A span from S to done, S before mid, is the suffix of its first slice
// and the back. Once S is beyond mid, the slices at hand become the front.
//
// Source: Tangwongsan, Hirzel, Schneider: Low-latency sliding-window
// aggregation in worst-case constant time (2017), section 2, of one value.
type stacks[K comparable, A any] struct {
	mid, done watermark.Time
	back      cells[K, A]
	sum       cells[K, A] // the span at hand
	ahead     cells[K, A] // of a preview, the slices behind its front
	emitted   []int64     // facts in the back at the last pane of a key, by position: OnlyChanged
	free      []*cells[K, A]
}

func (k *stacks[K, A]) bytes() int64 {
	n := bytesOfTable(&k.back) + bytesOfTable(&k.sum) + bytesOfTable(&k.ahead) + int64(cap(k.emitted))*8
	for _, t := range k.free {
		n += bytesOfTable(t)
	}
	return n
}

// gather puts span together, which is the next to fire. The cells are the
// caller's, until the next call; their times are from the start of the span.
func (s *sliced[K, A, T, P]) gather(span Span) *cells[K, A] {
	k := &s.stacks
	if span.Start > k.mid {
		s.flip(span)
	}
	for i := s.open.from(k.done); i < len(s.open.all) && s.open.all[i].Start < span.End; i++ {
		at := s.open.all[i]
		s.merge(&k.back, k.mid, &at.table, at.Start)
	}
	k.done = max(k.done, span.End)
	if s.plan.grid.grow { // all of a span is in the back
		return &k.back
	}
	k.sum.Reset(s.deep)
	if i := s.open.from(span.Start); i < len(s.open.all) && s.open.all[i].Start < k.mid {
		at := s.open.all[i]
		s.merge(&k.sum, span.Start, at.suffix, at.Start)
		for i--; i >= 0 && s.open.all[i].suffix != nil; i-- { // no span begins there any more
			s.letGo(s.open.all[i])
		}
	}
	s.merge(&k.sum, span.Start, &k.back, k.mid)
	return &k.sum
}

// flip makes the slices of span the front, and the back empty. Spans that grow
// have no front: what they share is their start.
func (s *sliced[K, A, T, P]) flip(span Span) {
	k := &s.stacks
	k.back.Reset(s.wipe)
	k.emitted = k.emitted[:0]
	if s.plan.grid.grow {
		k.mid, k.done = span.Start, span.Start
		return
	}
	var after *slice[K, A]
	for i := s.open.from(span.End) - 1; i >= 0 && s.open.all[i].Start >= span.Start; i-- {
		at := s.open.all[i]
		s.letGo(at)
		if s.keeps() {
			at.suffix = k.table()
			s.merge(at.suffix, at.Start, &at.table, at.Start)
		} else {
			at.suffix = &at.table // the slice alone is of no use any more
		}
		if after != nil {
			s.merge(at.suffix, at.Start, after.suffix, after.Start)
		}
		after = at
	}
	k.mid, k.done = span.End, span.End
}

// keeps reports whether slices are needed by themselves after their spans have fired.
func (s *sliced[K, A, T, P]) keeps() bool { return s.set.corrects(s.plan) }

// table returns an empty table.
func (k *stacks[K, A]) table() *cells[K, A] {
	n := len(k.free)
	if n == 0 {
		return new(cells[K, A])
	}
	t := k.free[n-1]
	k.free = k.free[:n-1]
	return t
}

// letGo takes the suffix of a slice away.
func (s *sliced[K, A, T, P]) letGo(at *slice[K, A]) {
	if at.suffix != nil && at.suffix != &at.table {
		at.suffix.Reset(s.wipe)
		s.stacks.free = append(s.stacks.free, at.suffix)
	}
	at.suffix = nil
}

// late brings the stacks up to date with a fact that has come for a slice which
// they have taken in. It costs as much as there are slices in the front before it.
func (s *sliced[K, A, T, P]) late(at *slice[K, A], key K, hash uint64, t watermark.Time, fact *T) {
	k := &s.stacks
	switch {
	case at.Start >= k.done || s.lay == nil || s.single():
	case at.Start >= k.mid:
		s.addTo(&k.back, k.mid, key, hash, t, fact)
	default:
		for i := s.open.from(at.Start); i >= 0; i-- {
			b := s.open.all[i]
			if b.suffix == nil {
				return
			}
			if b.suffix != &b.table || b != at { // the fact is in the slice itself already
				s.addTo(b.suffix, b.Start, key, hash, t, fact)
			}
		}
	}
}

// joins gives a slice that has come late its place in the front.
func (s *sliced[K, A, T, P]) joins(at *slice[K, A]) {
	k := &s.stacks
	if s.lay == nil || s.single() || s.plan.grid.grow || at.Start >= k.mid {
		return
	}
	at.suffix = &at.table
	if s.keeps() {
		at.suffix = k.table()
	}
	if i := s.open.from(at.End); i < len(s.open.all) && s.open.all[i].Start < k.mid {
		if b := s.open.all[i]; b.suffix != nil {
			s.merge(at.suffix, at.Start, b.suffix, b.Start)
		}
	}
}

// peek puts together a span that is not the next to fire, and leaves the stacks
// as they are.
func (s *sliced[K, A, T, P]) peek(span Span) *cells[K, A] {
	k := &s.stacks
	k.sum.Reset(s.deep)
	if s.lay == nil {
		for _, at := range s.open.all {
			if s.holds(span, at) {
				s.merge(&k.sum, span.Start, &at.table, at.Start)
			}
		}
		return &k.sum
	}
	i := s.open.from(span.Start)
	if i < len(s.open.all) && s.open.all[i].Start < k.mid && s.open.all[i].suffix != nil {
		at := s.open.all[i]
		s.merge(&k.sum, span.Start, at.suffix, at.Start)
		i = s.open.from(k.mid)
	}
	if span.Start <= k.mid && k.mid < k.done && k.done <= span.End {
		s.merge(&k.sum, span.Start, &k.back, k.mid)
		i = s.open.from(k.done)
	}
	for ; i < len(s.open.all) && s.open.all[i].Start < span.End; i++ {
		at := s.open.all[i]
		s.merge(&k.sum, span.Start, &at.table, at.Start)
	}
	return &k.sum
}

// merge adds the cells of src, whose times are from a start on, to dst.
func (s *sliced[K, A, T, P]) merge(dst *cells[K, A], start watermark.Time, src *cells[K, A], from watermark.Time) {
	shift := from.Sub(start)
	for i := range src.Entries {
		e := &src.Entries[i]
		if e.Value.facts == 0 { // let go
			continue
		}
		hash := s.hash(e.Key)
		n := dst.Guess(hash)
		if n >= uint(len(dst.Entries)) || dst.Entries[n].Key != e.Key {
			n = uint(dst.Slot(e.Key, hash, s.hash))
		}
		s.mergeCell(&dst.Entries[n].Value, &e.Value, shift)
	}
}

func (s *sliced[K, A, T, P]) mergeCell(dst, src *cell[A], shift time.Duration) {
	dst.facts += src.facts
	dst.last = max(dst.last, src.last+shift)
	P(&dst.value).Merge(&src.value)
}

// addTo adds a fact to a piece of time.
func (s *sliced[K, A, T, P]) addTo(dst *cells[K, A], start watermark.Time, key K, hash uint64, t watermark.Time, fact *T) {
	c := &dst.Entries[dst.Slot(key, hash, s.hash)].Value
	c.facts++
	c.last = max(c.last, time.Duration(t-start))
	P(&c.value).Add(*fact)
}
