package window

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// stacks puts spans of many slices together at a cost that does not depend on
// how many there are: the two stacks of a queue that can be summed without ever
// subtracting, with a column of all keys in each place of a value.
//
// The front stack is the slices from the start of the last span that fired up to mid:
// each has a sum of itself and all slices after it up to there. The back stack is one
// sum of the slices from mid to done. A span from S to done, S before mid, is the sum
// of the first slice from S on, what has come late for those from S on, and the back.
// Once S is beyond mid, the slices at hand become the front.
//
// Source: Tangwongsan, Hirzel, Schneider: Low-latency sliding-window
// aggregation in worst-case constant time (2017), section 2, of one value.
type stacks[K comparable, A any] struct {
	from, mid, done watermark.Time
	front           []suffix[K, A] // the last first, as spans leave the first behind
	late            lates[K, A]    // for slices of the front
	back            cells[K, A]
	sum             cells[K, A] // the span at hand
	ahead           cells[K, A] // of a preview, the slices behind its front
	emitted         []int64     // facts in the back at the last pane of a key, by position: OnlyChanged
	free            []*cells[K, A]
}

// suffix is a slice of the front and all after it, as they were when it was made.
type suffix[K comparable, A any] struct {
	start watermark.Time
	sum   *cells[K, A] // the table of the slice itself, unless that is kept
}

// bytes is the memory of the stacks, with that of the front if it is theirs, and
// without what accumulators own.
func (k *stacks[K, A]) bytes(front bool) int64 {
	n := bytesOfTable(&k.back) + bytesOfTable(&k.sum) + bytesOfTable(&k.ahead) + k.late.bytes() + int64(cap(k.emitted))*8
	for _, t := range k.free {
		n += bytesOfTable(t)
	}
	for i := range k.front {
		if front {
			n += bytesOfTable(k.front[i].sum)
		}
	}
	return n
}

// holds reports whether what starts at t is in the front.
func (k *stacks[K, A]) holds(t watermark.Time) bool { return k.from <= t && t < k.mid }

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
	k.from = span.Start
	s.shed(span.Start)
	k.sum.Reset(s.deep)
	s.mergeFront(&k.sum, span.Start)
	s.merge(&k.sum, span.Start, &k.back, k.mid)
	return &k.sum
}

// mergeFront adds what the front has from start on to dst, whose times are from there.
func (s *sliced[K, A, T, P]) mergeFront(dst *cells[K, A], start watermark.Time) {
	k := &s.stacks
	if !k.holds(start) {
		return
	}
	i, ok := slices.BinarySearchFunc(k.front, start, func(f suffix[K, A], t watermark.Time) int { return cmp.Compare(t, f.start) })
	if !ok {
		i-- // the first that starts later
	}
	if i >= 0 {
		s.merge(dst, start, k.front[i].sum, k.front[i].start)
	}
	s.mergeLate(dst, start)
}

// flip makes the slices of span the front, and the back empty. Spans that grow
// have no front: what they share is their start.
func (s *sliced[K, A, T, P]) flip(span Span) {
	k := &s.stacks
	k.back.Reset(s.wipe)
	k.emitted = k.emitted[:0]
	k.from = span.Start
	s.shed(watermark.Max)
	if s.plan.grid.grow {
		k.mid, k.done = span.Start, span.Start
		return
	}
	k.late.begin(span.Start, s.plan.grid.width, s.wipe)
	for i := s.open.from(span.End) - 1; i >= 0 && s.open.all[i].Start >= span.Start; i-- {
		at := s.open.all[i]
		sum := &at.table // the slice alone is of no use any more
		if s.keeps() {
			sum = k.table()
			s.merge(sum, at.Start, &at.table, at.Start)
		}
		if n := len(k.front); n > 0 {
			s.merge(sum, at.Start, k.front[n-1].sum, k.front[n-1].start)
		}
		k.front = append(k.front, suffix[K, A]{at.Start, sum})
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

// shed lets go of what the front has of slices that start before t.
func (s *sliced[K, A, T, P]) shed(t watermark.Time) {
	k := &s.stacks
	n := len(k.front)
	for ; n > 0 && k.front[n-1].start < t; n-- {
		if s.keeps() {
			k.front[n-1].sum.Reset(s.wipe)
			k.free = append(k.free, k.front[n-1].sum)
		}
		k.front[n-1].sum = nil
	}
	k.front = k.front[:n]
	if k.late.most > 0 && t >= k.late.base {
		k.late.shed(k.late.number(t), s.wipe)
	}
}

// melted reports whether the table of a slice is not its own any more, but of the front.
func (s *sliced[K, A, T, P]) melted(at *slice[K, A]) bool {
	return s.stacks.holds(at.Start) && !s.keeps()
}

// late takes a fact that is behind into its slice, and into the stacks if they have
// taken that in.
func (s *sliced[K, A, T, P]) late(at *slice[K, A], key K, hash uint64, t watermark.Time, fact *T) {
	k := &s.stacks
	if !s.melted(at) {
		s.addTo(&at.table, at.Start, key, hash, t, fact)
	}
	switch {
	case k.holds(at.Start):
		s.addLate(at.Start, key, hash, t, fact)
	case k.mid <= at.Start && at.Start < k.done:
		s.addTo(&k.back, k.mid, key, hash, t, fact)
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
	if k.holds(span.Start) {
		s.mergeFront(&k.sum, span.Start)
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
