package agg

import (
	"unsafe"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// dense is a set as a bitmap: blocks of 2^16 keys, each of at most 8 kB.
//
// A key is added at once. In a block that is a bitmap this costs about what it
// costs in a table; 50 ns are what a block takes that is still an array, and
// condense sees to it that few of them are. To collect 256 keys and add them
// together would save a quarter of that, less than it would cost to look through
// the keys that wait whenever somebody reads.
type dense struct {
	bits roaring64.Bitmap
	next int // the number of keys at which to look whether this was right
}

const (
	// A block in use costs 8 kB, so from perBlock keys on each costs 2 bytes
	// or less; in a table which is about to grow it would have 11 or 21.
	perBlock = 4096
	// Going back takes half as many, so that it does not go back and forth.
	tooFew = perBlock / 2

	patience = 1024

	// What a block costs beyond its bits: key, flag, pointers, slice header.
	blockBytes = 64
	denseBytes = int(unsafe.Sizeof(dense{})) + 128
)

// condense makes the table a bitmap if that is smaller by far, and reports it.
func (s *set[E]) condense() bool {
	if s.n < perBlock {
		return false
	}
	var blocks set[E]
	for k := range s.all {
		blocks.add(k >> 16)
		if blocks.n*perBlock > s.n {
			return false
		}
	}
	keys := make([]uint64, 0, s.n)
	for k := range s.all {
		keys = append(keys, uint64(k))
	}
	sortWords(keys) // each block then comes at once, and grows at its end
	d := &dense{next: s.n + patience}
	d.bits.AddMany(keys)
	*s = set[E]{n: s.n, dense: d}
	return true
}

// addDense is add for a bitmap.
func (s *set[E]) addDense(k E) {
	if !s.dense.bits.CheckedAdd(uint64(k)) {
		return
	}
	if s.n++; s.n < s.dense.next {
		return
	}
	blocks := int(s.dense.bits.Stats().Containers)
	if blocks*tooFew <= s.n {
		s.dense.next = s.n + max(patience, blocks) // looking takes as many steps as there are blocks
		return
	}
	// What came since is scattered: blocks of a few keys each.
	old := *s
	*s = set[E]{n: old.n}
	s.sized(groupsFor(old.n))
	for k := range old.all {
		if k == 0 {
			s.zero = true
		} else {
			s.put(k)
		}
	}
}

// clone returns a copy that shares nothing with d, nil if d is.
func (d *dense) clone() *dense {
	if d == nil {
		return nil
	}
	c := &dense{next: d.next}
	c.bits.Or(&d.bits)
	return c
}

// bytes returns about what d owns.
func (d *dense) bytes() int {
	if d == nil {
		return 0
	}
	s := d.bits.Stats()
	return denseBytes + int(s.BitmapContainerBytes+s.ArrayContainerBytes+s.RunContainerBytes+blockBytes*s.Containers)
}
