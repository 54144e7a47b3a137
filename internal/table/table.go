// Package table is a hash table for state that lives for a span of time: a
// sparse index of small integers over a dense, append-only array of entries.
//
// Reading it forward gives the entries as they first came, whatever the hash;
// clearing costs four bytes a slot; and with keys and values free of pointers
// the collector has nothing to scan.
package table

import (
	"slices"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/hugepage"
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
	// Whoever holds a pointer into it gives it up when a key is added.
	Entries []Entry[K, V]

	// index holds tag<<slotBits | (slot + 1), and 0 where there is nothing.
	index    []uint32
	slotBits uint8 // bits for the slot: the rest of 32 are tag
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
		least = max(sparse*8, n*3) // between a third and a sixth full, once it does not fit the cache anyway
	}
	size := leastIndex
	for size < least {
		size *= 2
	}
	return size
}

// Len is the number of entries.
func (t *Table[K, V]) Len() int { return len(t.Entries) }

// Find returns the position of key in Entries, or -1.
func (t *Table[K, V]) Find(key K, hash uint64) int {
	if len(t.index) == 0 {
		return -1
	}
	mask := uint64(len(t.index) - 1)
	tag := uint32(hash>>32) >> t.slotBits
	for i := hash & mask; ; i = (i + 1) & mask {
		v := t.index[i]
		if v == 0 {
			return -1
		}
		if v>>t.slotBits == tag {
			if e := int(v&(1<<t.slotBits-1)) - 1; t.Entries[e].Key == key {
				return e
			}
		}
	}
}

// Hit is Find for a key that lies where its hash says, as most do: small enough
// to be compiled into a loop. It returns nil if the key does not lie there.
func (t *Table[K, V]) Hit(key K, hash uint64) *Entry[K, V] {
	if i := hash & uint64(len(t.index)-1); i < uint64(len(t.index)) {
		v := t.index[i]
		if e := uint(v&(1<<(t.slotBits&31)-1)) - 1; e < uint(len(t.Entries)) && t.Entries[e].Key == key {
			return &t.Entries[e]
		}
	}
	return nil
}

// Slot returns the position of key in Entries, where it is put with a zero
// value if it was not there. rehash gives the hashes of keys when the index
// grows.
func (t *Table[K, V]) Slot(key K, hash uint64, rehash func(K) uint64) int {
	if len(t.index) == 0 {
		t.Reserve(1, rehash)
	}
	mask := uint64(len(t.index) - 1)
	tag := uint32(hash>>32) >> t.slotBits
	i := hash & mask
	for {
		v := t.index[i&uint64(len(t.index)-1)]
		if v == 0 {
			break
		}
		if v>>t.slotBits == tag {
			if e := int(v&(1<<t.slotBits-1)) - 1; t.Entries[e].Key == key {
				return e
			}
		}
		i = (i + 1) & mask
	}
	return t.add(key, tag, i, rehash)
}

// add appends key and writes it to slot i of the index.
func (t *Table[K, V]) add(key K, tag uint32, i uint64, rehash func(K) uint64) int {
	n := len(t.Entries)
	if n == cap(t.Entries) {
		t.Grow(n + 1)
	}
	t.Entries = t.Entries[:n+1]
	t.Entries[n] = Entry[K, V]{Key: key}
	t.index[i] = tag<<t.slotBits | uint32(n+1)
	if slots(n+1) > len(t.index) || n+2 >= 1<<t.slotBits {
		t.Reserve(n+1, rehash)
	}
	return n
}

// Reserve makes the index fit for n entries.
func (t *Table[K, V]) Reserve(n int, rehash func(K) uint64) {
	n = max(n, len(t.Entries))
	if t.slotBits == 0 {
		t.slotBits = leastBits
	}
	bits := t.slotBits
	for n+2 >= 1<<bits {
		bits++
	}
	size := slots(n)
	if size <= len(t.index) && bits == t.slotBits {
		return
	}
	t.slotBits = bits
	t.index = make([]uint32, max(size, len(t.index)))
	hugepage.Advise(t.index)
	mask := uint64(len(t.index) - 1)
	for e := range t.Entries {
		h := rehash(t.Entries[e].Key)
		i := h & mask
		for t.index[i] != 0 {
			i = (i + 1) & mask
		}
		t.index[i] = uint32(h>>32)>>bits<<bits | uint32(e+1)
	}
}

// Grow makes room for n entries.
func (t *Table[K, V]) Grow(n int) {
	if more := n - len(t.Entries); more > 0 && n > cap(t.Entries) {
		old := cap(t.Entries)
		t.Entries = slices.Grow(t.Entries, max(more, old-len(t.Entries)+old/4))
		hugepage.Advise(t.Entries)
	}
}

// Reset empties the table and keeps its memory. wipe says that entries hold
// pointers, which are to be let go.
func (t *Table[K, V]) Reset(wipe bool) {
	if wipe {
		clear(t.Entries)
	}
	t.Entries = t.Entries[:0]
	clear(t.index)
}

// Slots is the number of slots of the index, of four bytes each.
func (t *Table[K, V]) Slots() int { return len(t.index) }

// Touch loads what a look-up of hash will read, and returns some of it so that
// the load is made. In a loop of their own such loads do not wait for one
// another, as they would behind the branches of a look-up.
func (t *Table[K, V]) Touch(hash uint64) uint32 {
	if len(t.index) == 0 {
		return 0
	}
	return t.index[hash&uint64(len(t.index)-1)]
}

// TouchEntry is Touch for the entry, after Touch has brought in the index: its
// first byte and its last, as most entries lie across two lines of a cache.
func (t *Table[K, V]) TouchEntry(hash uint64) uint32 {
	if len(t.Entries) == 0 {
		return 0
	}
	v := t.index[hash&uint64(len(t.index)-1)]
	n := max(int(v&(1<<(t.slotBits&31)-1)), 1) - 1 // the first where there is none: without a branch
	e := unsafe.Pointer(&t.Entries[n])
	return uint32(*(*byte)(e)) + uint32(*(*byte)(unsafe.Add(e, unsafe.Sizeof(t.Entries[0])-1)))
}

// Large reports whether the table is beyond the nearer caches.
func (t *Table[K, V]) Large() bool { return len(t.index) > 1<<16 }
