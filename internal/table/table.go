// Package table is a hash table for state that lives for a span of time: a
// sparse index of small integers over a dense, append-only array of entries.
//
// Reading it forward gives the entries as they first came, whatever the hash;
// clearing costs four bytes a slot; and with keys and values free of pointers
// the collector has nothing to scan.
package table

import (
	"math/bits"
	"slices"
	"unsafe"
)

// Entry is a key with its value.
type Entry[K comparable, V any] struct {
	Key   K
	Value V
}

// Table maps keys to entries. Its zero value is ready. The hash of a key comes
// from the caller, who has it for a batch of keys at once: its low bits choose
// the slot, its high bits are the tag. Not safe for concurrent use.
type Table[K comparable, V any] struct {
	// Entries are the keys and values in the order in which the keys came.
	// Whoever holds a pointer into it gives it up when a key is added. The place
	// of a key that was taken away has the zero entry until it is used again.
	Entries []Entry[K, V]

	// index holds the position in Entries, plus 1, in the bits of low, in the next
	// one whether the key is away from its home, and in those above the tag; 0 where
	// there is nothing.
	index []uint32
	low   uint32
	tags  uint32   // the bits of the tag
	most  int      // entries beyond which the index has to grow
	free  []uint32 // places of keys that were taken away

	// Ordered leaves the places of keys that were taken away unused until Compact:
	// the others stay in the order in which they came.
	Ordered bool
}

const (
	leastIndex = 64   // slots of the smallest index
	sparse     = 4096 // entries up to which an index is kept an eighth full: its misses are cheap, a mispredicted probe is not
	leastBits  = 21
)

// slots is the size of an index for n entries: it never falls as n rises.
func slots(n int) int {
	least := n * 8
	if n > sparse {
		least = max(sparse*8, n*2) // between half and a quarter full, once it does not fit the cache anyway
	}
	size := leastIndex
	for size < least {
		size *= 2
	}
	return size
}

// most returns the number of entries that an index of size slots takes.
func most(size int) int {
	if size < sparse*8 {
		return size / 8
	}
	return size / 2
}

// Len is the number of entries.
func (t *Table[K, V]) Len() int { return len(t.Entries) - len(t.free) }

// A key is looked for from its home on: a pair of slots that are read together,
// so that no branch has to be guessed on which of the two it is, then the slots
// after them, where it is marked as away from home. It is put where the first free
// slot is, and a free slot ends the search: when a key is taken away, those behind
// it move up. The mark tells who is at home without a look at the key.

// home returns the first of the pair of slots of a hash.
func (t *Table[K, V]) home(hash uint64) uint64 { return hash & uint64(len(t.index)-2) }

// tag returns what the index has of a hash, in its place.
func (t *Table[K, V]) tag(hash uint64) uint32 { return uint32(hash>>32) & t.tags }

// away is the mark of a key in slot i whose home is another pair.
func (t *Table[K, V]) away(i, home uint64) uint32 {
	if i&^1 == home {
		return 0
	}
	return t.low + 1
}

// Find returns the position of key in Entries, or -1.
func (t *Table[K, V]) Find(key K, hash uint64) int {
	if len(t.index) == 0 {
		return -1
	}
	e, _ := t.search(key, hash)
	return e
}

// search returns the position of key, or -1 and the slot where it belongs.
func (t *Table[K, V]) search(key K, hash uint64) (entry int, slot uint64) {
	mask, tag, home := uint64(len(t.index)-1), t.tag(hash), t.home(hash)
	for i := home; ; i = (i + 1) & mask {
		v := t.index[i]
		if v == 0 {
			return -1, i
		}
		if v&^t.low == tag|t.away(i, home) {
			if e := int(v&t.low) - 1; t.Entries[e].Key == key {
				return e, i
			}
		}
	}
}

// Guess returns the position of the entry at its home that has the tag of hash,
// which is nearly always that of the key, or one beyond all entries. It is small
// enough to be compiled into a loop, which compares the key itself.
func (t *Table[K, V]) Guess(hash uint64) uint {
	if i := hash & uint64(len(t.index)-2); i+1 < uint64(len(t.index)) {
		tag := uint32(hash>>32) & t.tags
		v, w := int64(t.index[i]^tag), int64(t.index[i+1]^tag) // the position alone, where the tag is the same
		return uint(w+(v-w)&((v-w)>>63)) - 1                   // the lesser, without a branch
	}
	return ^uint(0)
}

// Slot returns the position of key in Entries, where it is put with a zero
// value if it was not there. rehash gives the hashes of keys when the index
// grows.
func (t *Table[K, V]) Slot(key K, hash uint64, rehash func(K) uint64) int {
	if len(t.index) == 0 {
		t.Reserve(1, rehash)
	}
	e, slot := t.search(key, hash)
	if e >= 0 {
		return e
	}
	return t.add(key, t.tag(hash)|t.away(slot, t.home(hash)), slot, rehash)
}

// add appends key and writes it to slot i of the index.
func (t *Table[K, V]) add(key K, tag uint32, i uint64, rehash func(K) uint64) int {
	n := len(t.Entries)
	if f := len(t.free); f > 0 && !t.Ordered {
		n = int(t.free[f-1])
		t.free = t.free[:f-1]
		t.Entries[n].Key = key
		t.index[i] = tag | uint32(n+1)
		return n
	}
	if n == cap(t.Entries) {
		t.Grow(n + 1)
	}
	t.Entries = t.Entries[:n+1]
	t.Entries[n] = Entry[K, V]{Key: key}
	t.index[i] = tag | uint32(n+1)
	if n >= t.most {
		t.Reserve(n+1, rehash)
	}
	return n
}

// Remove takes away the key at position n of Entries, whose hash is given. Its
// entry becomes the zero entry, and its place that of a key to come, unless the
// table is Ordered.
func (t *Table[K, V]) Remove(n int, hash uint64, rehash func(K) uint64) {
	mask := uint64(len(t.index) - 1)
	i := t.home(hash)
	for t.index[i]&t.low != uint32(n+1) {
		i = (i + 1) & mask
	}
	for j := i; ; { // those that would not be found any more move up
		j = (j + 1) & mask
		v := t.index[j]
		if v == 0 {
			break
		}
		home := j &^ 1
		if v&(t.low+1) != 0 {
			home = t.home(rehash(t.Entries[v&t.low-1].Key))
		}
		if (j-home)&mask >= (j-i)&mask {
			t.index[i], i = v&^(t.low+1)|t.away(i, home), j
		}
	}
	t.index[i] = 0
	t.Entries[n] = Entry[K, V]{}
	t.free = append(t.free, uint32(n))
}

// Unused is the number of places of keys that were taken away.
func (t *Table[K, V]) Unused() int { return len(t.free) }

// Compact lets go of the places of keys that were taken away, and tells of each
// other that moves.
func (t *Table[K, V]) Compact(moved func(to, from int), rehash func(K) uint64) {
	gone, n := t.gone(), 0
	for e := range t.Entries {
		if gone[uint32(e)] {
			continue
		}
		if n < e {
			t.Entries[n] = t.Entries[e]
			moved(n, e)
		}
		n++
	}
	clear(t.Entries[n:])
	t.Entries, t.free = t.Entries[:n], t.free[:0]
	clear(t.index)
	t.fill(rehash)
}

// Reserve makes the index fit for n entries.
func (t *Table[K, V]) Reserve(n int, rehash func(K) uint64) {
	n = max(n, len(t.Entries))
	low := max(t.low, 1<<leastBits-1)
	for n+2 >= int(low) {
		low = low<<1 | 1
	}
	size := slots(n)
	if size <= len(t.index) && low == t.low {
		return
	}
	t.low, t.tags = low, ^(low<<1 | 1)
	t.index = make([]uint32, max(size, len(t.index)))
	t.most = min(most(len(t.index)), int(low)-2)
	t.fill(rehash)
}

// fill writes all keys to the index, which is empty.
func (t *Table[K, V]) fill(rehash func(K) uint64) {
	mask := uint64(len(t.index) - 1)
	gone := t.gone()
	for e := range t.Entries {
		if gone != nil && gone[uint32(e)] {
			continue
		}
		h := rehash(t.Entries[e].Key)
		home := t.home(h)
		i := home
		for t.index[i] != 0 {
			i = (i + 1) & mask
		}
		t.index[i] = t.tag(h) | t.away(i, home) | uint32(e+1)
	}
}

// gone is the set of places without a key, nil if there is none.
func (t *Table[K, V]) gone() map[uint32]bool {
	if len(t.free) == 0 {
		return nil
	}
	m := make(map[uint32]bool, len(t.free))
	for _, n := range t.free {
		m[n] = true
	}
	return m
}

// Grow makes room for n entries.
func (t *Table[K, V]) Grow(n int) {
	if more := n - len(t.Entries); more > 0 && n > cap(t.Entries) {
		old := cap(t.Entries)
		t.Entries = slices.Grow(t.Entries, max(more, old-len(t.Entries)+old/4))
	}
}

// Reset empties the table and keeps its memory. wipe says that entries hold
// pointers, which are to be let go.
func (t *Table[K, V]) Reset(wipe bool) {
	if wipe {
		clear(t.Entries)
	}
	t.Entries, t.free = t.Entries[:0], t.free[:0]
	clear(t.index)
}

// Slots is the number of slots of the index, of four bytes each.
func (t *Table[K, V]) Slots() int { return len(t.index) }

// Bytes is the memory of the table, without what keys and values point to.
func (t *Table[K, V]) Bytes() int64 {
	return int64(cap(t.Entries))*int64(unsafe.Sizeof(Entry[K, V]{})) + int64(cap(t.index)+cap(t.free))*4
}

// Touch loads what a look-up of hash will read, and returns some of it so that
// the load is made. In a loop of their own such loads do not wait for one
// another, as they would behind the branches of a look-up.
func (t *Table[K, V]) Touch(hash uint64) uint32 {
	if i := t.home(hash); i < uint64(len(t.index)) {
		return t.index[i]
	}
	return 0
}

// TouchEntry is Touch for the entry, after Touch has brought in the index: its
// first byte and its last, as most entries lie across two lines of a cache.
func (t *Table[K, V]) TouchEntry(hash uint64) uint32 {
	if len(t.Entries) == 0 {
		return 0
	}
	n := t.Guess(hash)
	_, there := bits.Sub(n, uint(len(t.Entries)), 0)
	n &= -there // the first where there is none, without a branch
	e := unsafe.Pointer(&t.Entries[n])
	return uint32(*(*byte)(e)) + uint32(*(*byte)(unsafe.Add(e, unsafe.Sizeof(t.Entries[0])-1)))
}

// Large reports whether the table is beyond the nearer caches.
func (t *Table[K, V]) Large() bool { return len(t.index) > 1<<16 }
