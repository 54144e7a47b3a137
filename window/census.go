package window

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// census is the set of keys that are held, each with where it has facts. It is kept
// where MaxKeys bounds them.
type census[K comparable] struct {
	keys  table.Table[K, lived]
	parts uint64 // panes that were let go

	ordinals []uint64 // of the panes of the span at hand
}

// lived is where a key has facts: no slice of it starts before first, and no span of
// it ends after last.
type lived struct{ first, last watermark.Time }

func (c *census[K]) bytes() int64 {
	return int64(cap(c.keys.Entries))*int64(unsafe.Sizeof(table.Entry[K, lived]{})) + int64(c.keys.Slots())*4 + int64(cap(c.ordinals))*8
}

// admit lets a key into a slice, or tells that it is refused.
func (s *sliced[K, A, T, P]) admit(i int, at *slice[K, A], key K, hash uint64, told *Told[K, A]) bool {
	c := &s.census
	n := c.keys.Find(key, hash)
	if n < 0 {
		if c.keys.Len() >= s.set.MaxKeys.N {
			if s.set.MaxKeys.Evict && s.overlap {
				told.miss(i, Refused, nil, fmt.Sprintf("%d keys are held: must be at most MaxKeys, and none is let go where spans overlap", c.keys.Len()))
				return false
			}
			if !s.set.MaxKeys.Evict {
				told.miss(i, Refused, nil, fmt.Sprintf("%d keys are held: must be at most MaxKeys", c.keys.Len()))
				return false
			}
			s.evict(told)
			told.give(i)
		}
		n = c.keys.Slot(key, hash, s.hash)
		c.keys.Entries[n].Value = lived{watermark.Max, watermark.Min}
	}
	if s.set.MaxKeys.Evict {
		s.tidy(at)
	}
	in := &c.keys.Entries[n].Value
	in.first, in.last = min(in.first, at.Start), max(in.last, s.lastEnd(at))
	if c.parts > 0 && at.table.Find(key, hash) < 0 {
		p := at.table.Slot(key, hash, s.hash)
		for len(at.parts) <= p {
			at.parts = append(at.parts, 0)
		}
		at.parts[p] = c.parts
	}
	return true
}

// evict fires the oldest pane, and what else its key has, and lets the key go.
func (s *sliced[K, A, T, P]) evict(told *Told[K, A]) {
	for _, at := range s.open.all {
		if at.table.Len() == 0 {
			continue
		}
		for at.table.Entries[at.hand].Value.facts == 0 { // there is one that has some, as all before it were let go
			at.hand++
		}
		key := at.table.Entries[at.hand].Key
		at.hand++
		hash := s.hash(key)
		held := s.census.keys.Find(key, hash)
		in := s.census.keys.Entries[held].Value
		for i := s.open.from(in.first); i < len(s.open.all) && s.open.all[i].Start < in.last; i++ {
			b := s.open.all[i]
			p := b.table.Find(key, hash)
			if p < 0 {
				continue
			}
			ordinal := uint64(0)
			if p < len(b.parts) {
				ordinal, b.parts[p] = b.parts[p], 0
			}
			out := s.pane(b.Span, key, &b.table.Entries[p].Value, row.Final, true, 0)
			out.ID = s.id(&out.Key, b.Span, ordinal)
			told.Panes = append(told.Panes, out)
			b.table.Remove(p, hash, s.hash)
		}
		s.census.keys.Remove(held, hash, s.hash)
		s.census.parts++
		return
	}
}

// ordinals are those of the panes of a span that may have several slices, by entry of
// what they have together: each is that of the first of its pieces, as all of them
// came after the key was let go.
func (s *sliced[K, A, T, P]) ordinals(span Span, all *cells[K, A]) []uint64 {
	c := &s.census
	if c.parts == 0 {
		return nil
	}
	c.ordinals = slices.Grow(c.ordinals[:0], len(all.Entries))[:len(all.Entries)]
	for i := range c.ordinals {
		c.ordinals[i] = c.parts
	}
	for _, at := range s.open.all {
		if !s.holds(span, at) {
			continue
		}
		for i := range at.table.Entries {
			e := &at.table.Entries[i]
			if e.Value.facts == 0 { // let go
				continue
			}
			ordinal := uint64(0)
			if i < len(at.parts) {
				ordinal = at.parts[i]
			}
			n := all.Find(e.Key, s.hash(e.Key))
			c.ordinals[n] = min(c.ordinals[n], ordinal)
		}
	}
	return c.ordinals
}

// tidy keeps the keys of a slice in the order in which they came, though some are
// let go, and lets go of their places once there are more of those than of keys.
func (s *sliced[K, A, T, P]) tidy(at *slice[K, A]) {
	at.table.Ordered = true
	if n := at.table.Unused(); n < 64 || n < at.table.Len() {
		return
	}
	at.table.Compact(func(to, from int) {
		part := uint64(0)
		if from < len(at.parts) {
			part = at.parts[from]
		}
		if to < len(at.parts) {
			at.parts[to] = part
		}
	}, s.hash)
	at.parts, at.hand = at.parts[:min(len(at.parts), at.table.Len())], 0
}

// leave takes the keys away whose last slice is let go.
func (c *census[K]) leave(over func(watermark.Time) bool, key K, hash uint64, rehash func(K) uint64) {
	if n := c.keys.Find(key, hash); n >= 0 && over(c.keys.Entries[n].Value.last) {
		c.keys.Remove(n, hash, rehash)
	}
}
