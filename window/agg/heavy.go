package agg

import (
	"cmp"
	"iter"
	"math"
	"math/bits"
	"slices"

	"github.com/tidemark-go/tidemark/internal/table"
)

// Heavy finds the keys that come most often, or weigh most, within a bounded memory,
// and says how wrong it may be. Its zero value is ready. TopN is exact, and keeps
// every key.
//
// Its capacity c comes with each fact, and should be the same each time; if it
// differs, the least holds, and one below 1 counts as 1. Then
//
//   - every key that weighs more than Total/c is there;
//   - what a key weighs that is there is at most its Count, and at least its Count
//     less its Error;
//   - no Error, and no weight of a key that is not there, is greater than Bound, which
//     is at most Total/c.
//
// All is exact as long as there were no more than 2c keys.
//
// What is there, and how it is counted, depends on the order in which facts came and
// on how they were parted and merged, within these bounds; the same Adds and Merges
// give the same. Ties are settled by key: the lesser stays.
//
// This is Space-Saving of Metwally, Agrawal and El Abbadi, "Efficient Computation
// of Frequent and Top-k Elements in Data Streams", ICDT 2005, with one change:
// instead of replacing the least key by each new one, it keeps up to 2c, and then
// lets all but the greatest c go at once. That is the step by which Agarwal,
// Cormode, Huang, Phillips, Wei and Yi merge such summaries, "Mergeable Summaries",
// PODS 2012, and by which Merge does.
//
// An Add is one look-up in a hash table, some nanoseconds, and for a new key its
// share of the step: some tens. There may be 2c keys, and twice as many within a
// Merge; each takes 24 bytes (a string 32, and its text) and, as in TopN, its share
// of an index. Strings are kept as they are: clone one that was cut out of a larger
// one which should go. A Heavy must not be copied by assignment if one of the two
// is then used any further.
type Heavy[K Key] struct {
	weights  tally[K, weight]
	capacity int // 0 until there is a fact
	total    int64
	bound    int64 // no key that is not there weighs more
	invalid  int64
}

// Time of an Add as a ratio to that of Space-Saving with a heap and a map in the
// same run of BenchmarkHeavy, c = 1000: 0.7 where nearly all facts are of keys that
// are there (Zipf of exponent 2, 150 keys in turn), 0.35 for Zipf of exponent 1.1,
// 0.3 where nearly every fact brings a new key.

type weight struct{ count, err int64 }

// Estimate is a key with bounds of its weight: at least Count - Error, at most Count.
type Estimate[K Key] struct {
	Key   K     `json:"key"`
	Count int64 `json:"count"`
	Error int64 `json:"error"`
}

const mostCapacity = math.MaxInt32 / 2

// Add counts k once. The capacity is the number of keys that stay when there are
// too many.
func (h *Heavy[K]) Add(capacity int, k K) { h.AddWeight(capacity, k, 1) }

// AddWeight adds w to the weight of k. A w of 0 does nothing, and a negative one is
// counted as invalid and nowhere else. Weights of math.MaxInt64 and more count as that.
func (h *Heavy[K]) AddWeight(capacity int, k K, w int64) {
	if w <= 0 {
		if w < 0 {
			h.invalid++
		}
		return
	}
	if capacity != h.capacity || capacity == 0 {
		h.limit(capacity)
		h.prune()
	}
	h.total = plus(h.total, w)
	if at := h.weights.find(k); at != nil {
		at.count = plus(at.count, w)
		return
	}
	h.weights.add(k, weight{plus(h.bound, w), h.bound})
	h.prune()
}

func (h *Heavy[K]) limit(capacity int) {
	capacity = min(max(capacity, 1), mostCapacity)
	if h.capacity == 0 || capacity < h.capacity {
		h.capacity = capacity
	}
}

// prune lets all keys but the greatest go if there are too many. The greatest
// of those that go is what a key may weigh that is not there.
func (h *Heavy[K]) prune() {
	all := h.weights.entries()
	if len(all) <= 2*h.capacity {
		return
	}
	chooseFirst(all, h.capacity, heavier)
	for _, e := range all[h.capacity:] {
		h.bound = max(h.bound, e.Value.count)
	}
	h.weights.truncate(h.capacity)
}

// chooseFirst moves the n first of s, in an order in which no two are equal, to its
// front, in a time proportional to len(s). It is the Quickselect of Hoare,
// "Algorithm 65: Find", Communications of the ACM 4, 1961, but sorts what is left
// once that is little, or once it took too many rounds.
func chooseFirst[E any](s []E, n int, compare func(a, b E) int) {
	const little = 16
	for rounds := 2 * bits.Len(uint(len(s))); rounds > 0 && len(s) > little; rounds-- {
		// The median of three is the pivot, and is put at the end.
		last := len(s) - 1
		three := [3]int{0, last / 2, last}
		slices.SortFunc(three[:], func(i, j int) int { return compare(s[i], s[j]) })
		s[three[1]], s[last] = s[last], s[three[1]]
		before := 0 // those before the pivot
		for i := range last {
			if compare(s[i], s[last]) < 0 {
				s[i], s[before] = s[before], s[i]
				before++
			}
		}
		s[before], s[last] = s[last], s[before]
		switch {
		case n < before:
			s = s[:before]
		case n > before+1:
			s, n = s[before+1:], n-before-1
		default:
			return
		}
	}
	slices.SortFunc(s, compare)
}

// heavier compares by weight, the greatest first, and then by key.
func heavier[K Key](a, b table.Entry[K, weight]) int {
	if c := cmp.Compare(b.Value.count, a.Value.count); c != 0 {
		return c
	}
	return cmp.Compare(a.Key, b.Key)
}

// plus returns a + b, neither of which is negative, at most math.MaxInt64.
func plus(a, b int64) int64 {
	if s := a + b; s >= 0 {
		return s
	}
	return math.MaxInt64
}

// Merge takes the keys of o: what is in one of the two alone may have been let go
// by the other, and weighs up to the Bound of that more.
func (h *Heavy[K]) Merge(o *Heavy[K]) {
	h.invalid += o.invalid
	if o.capacity == 0 {
		return
	}
	h.weights.reserve(o.Len())
	for i := range h.weights.entries() {
		e := &h.weights.entries()[i]
		other := weight{o.bound, o.bound}
		if at := o.weights.find(e.Key); at != nil {
			other = *at
		}
		e.Value = weight{plus(e.Value.count, other.count), plus(e.Value.err, other.err)}
	}
	for _, e := range o.weights.entries() {
		if h.weights.find(e.Key) == nil {
			h.weights.add(e.Key, weight{plus(e.Value.count, h.bound), plus(e.Value.err, h.bound)})
		}
	}
	h.total = plus(h.total, o.total)
	h.bound = plus(h.bound, o.bound)
	h.limit(o.capacity)
	h.prune()
}

// Total returns the sum of all weights.
func (h *Heavy[K]) Total() int64 { return h.total }

// Bound returns the greatest weight that a key may have which is not there, and
// the greatest Error: 0 if all is exact.
func (h *Heavy[K]) Bound() int64 { return h.bound }

// Invalid returns the number of facts with a negative weight, which count nowhere
// else.
func (h *Heavy[K]) Invalid() int64 { return h.invalid }

// Len returns the number of keys that are there.
func (h *Heavy[K]) Len() int { return len(h.weights.entries()) }

// Estimate returns the bounds of the weight of k, there or not.
func (h *Heavy[K]) Estimate(k K) Estimate[K] {
	if at := h.weights.find(k); at != nil {
		return Estimate[K]{k, at.count, at.err}
	}
	return Estimate[K]{k, h.bound, h.bound}
}

// Top returns the first n keys, by Count, the lesser key first where that is the
// same; all if there are not so many and none if n is below 1. It sorts all keys.
func (h *Heavy[K]) Top(n int) []Estimate[K] {
	rows := make([]Estimate[K], max(min(n, h.Len()), 0))
	sorted := slices.Clone(h.weights.entries())
	slices.SortFunc(sorted, heavier)
	for i := range rows {
		rows[i] = Estimate[K]{sorted[i].Key, sorted[i].Value.count, sorted[i].Value.err}
	}
	return rows
}

// All gives all keys that are there, as Top does.
func (h *Heavy[K]) All() iter.Seq[Estimate[K]] { return slices.Values(h.Top(math.MaxInt)) }

// Bytes returns the bytes on the heap that h owns, strings included.
func (h *Heavy[K]) Bytes() int { return h.weights.bytes() }
