package agg

import (
	"iter"
	"math"
)

// TopN ranks keys by how often they came, or by a weight that is summed up,
// exactly. Its zero value is ready. It keeps every key that came; Heavy ranks
// within a bounded memory, approximately, and Greatest keeps the facts with the
// greatest values instead of summing up by key.
//
// The first is the key with the greatest count; of keys with the same count, the
// lesser key comes first.
//
// An Add is one look-up in a hash table, some nanoseconds: about as much as that of
// a map[K]int64. A key takes 16 bytes (a string 24, and its text) in a list of
// which half or more is in use, and of an index 32 to 64 bytes up to 4,096 keys, 8
// to 16 beyond 16,384, and 256 in all at least. Strings are kept as they are: clone
// one that was cut out of a larger one which should go. A TopN must not be copied
// by assignment if one of the two is then used any further.
type TopN[K Key] struct{ counts tally[K, int64] }

// Ranked is a key with its count or summed weight.
type Ranked[K Key] struct {
	Key   K     `json:"key"`
	Count int64 `json:"count"`
}

// Add counts k once.
func (t *TopN[K]) Add(k K) { t.AddWeight(k, 1) }

// AddWeight adds w to the count of k. It may be negative, as that of a fact which
// is taken back; a key stays, with 0 if need be. Sums wrap around as int64 does.
func (t *TopN[K]) AddWeight(k K, w int64) {
	if n := t.counts.find(k); n != nil {
		*n += w
		return
	}
	t.counts.add(k, w)
}

// Merge adds the counts of o.
func (t *TopN[K]) Merge(o *TopN[K]) {
	t.counts.reserve(o.Len())
	for _, e := range o.counts.entries() {
		t.AddWeight(e.Key, e.Value)
	}
}

// Len returns the number of keys.
func (t *TopN[K]) Len() int { return len(t.counts.entries()) }

// Count returns the count of k, 0 if it never came.
func (t *TopN[K]) Count(k K) int64 {
	if n := t.counts.find(k); n != nil {
		return *n
	}
	return 0
}

// Top returns the first n keys, all if there are not so many and none if n is
// below 1. It goes once through all keys, and sorts n.
func (t *TopN[K]) Top(n int) []Ranked[K] {
	n = min(n, t.Len())
	rows := make([]Ranked[K], 0, max(n, 0))
	if n < 1 {
		return rows
	}
	var first kept[int64, K]
	for _, e := range t.counts.entries() {
		first.add(n, pair[int64, K]{e.Value, e.Key}, falling)
	}
	for _, p := range first.sorted(falling) {
		rows = append(rows, Ranked[K]{p.v, p.by})
	}
	return rows
}

// All gives all keys with their counts, the first one first. It costs a sorted
// copy of them each time.
func (t *TopN[K]) All() iter.Seq2[K, int64] {
	return func(yield func(K, int64) bool) {
		for _, r := range t.Top(math.MaxInt) {
			if !yield(r.Key, r.Count) {
				return
			}
		}
	}
}

// Bytes returns the bytes on the heap that t owns, strings included.
func (t *TopN[K]) Bytes() int { return t.counts.bytes() }
