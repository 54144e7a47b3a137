package agg

import (
	"cmp"
	"iter"
	"reflect"
	"slices"
	"unsafe"
)

// kept has the first n of many pairs, in an order. Which n are kept depends on
// all that came, not on the order in which it did: of several n the least holds.
type kept[V cmp.Ordered, T any] struct {
	n     int          // 0 until there is a pair
	pairs []pair[V, T] // once there are n, a heap with the last at its root
}

type pair[V cmp.Ordered, T any] struct {
	by V
	v  T
}

// order is that of the first element of pairs. Pairs in which it is equal are
// ordered by the second, ascending, as far as that has an order.
type order bool

const (
	rising  order = false
	falling order = true
)

// inOrder compares a and b: below 0 if a comes first.
func inOrder[V cmp.Ordered, T any](a, b *pair[V, T], o order) int {
	c := compare(a.by, b.by)
	if o == falling {
		c = -c
	}
	if c == 0 {
		c = compare(a.v, b.v)
	}
	return c
}

// add takes p, of which at most n are to be kept.
func (k *kept[V, T]) add(n int, p pair[V, T], o order) {
	if n != k.n || n == 0 {
		k.limit(n, o)
	}
	if len(k.pairs) < k.n {
		k.append(p, o)
		return
	}
	// Most that come later come in vain, and this is all that is done with them.
	root := &k.pairs[0]
	if o == falling && p.by < root.by || o == rising && p.by > root.by {
		return
	}
	if inOrder(&p, root, o) < 0 {
		*root = p
		k.sink(o)
	}
}

// append takes p while there is room.
func (k *kept[V, T]) append(p pair[V, T], o order) {
	if k.pairs == nil {
		k.pairs = make([]pair[V, T], 0, min(k.n, few))
	}
	k.pairs = append(k.pairs, p)
	if len(k.pairs) == k.n {
		k.heap(o)
	}
}

// heap makes the pairs a heap, by putting the last one first.
func (k *kept[V, T]) heap(o order) {
	slices.SortFunc(k.pairs, func(a, b pair[V, T]) int { return inOrder(&b, &a, o) })
}

// sink moves a new root down to where it belongs.
func (k *kept[V, T]) sink(o order) {
	for i := 0; ; {
		c := 2*i + 1
		if c >= len(k.pairs) {
			return
		}
		if c+1 < len(k.pairs) && inOrder(&k.pairs[c+1], &k.pairs[c], o) > 0 {
			c++
		}
		if inOrder(&k.pairs[c], &k.pairs[i], o) <= 0 {
			return
		}
		k.pairs[i], k.pairs[c] = k.pairs[c], k.pairs[i]
		i = c
	}
}

// limit lets at most n pairs be kept; an n below 1 counts as 1.
func (k *kept[V, T]) limit(n int, o order) {
	n = max(n, 1)
	if k.n > 0 && n >= k.n {
		return
	}
	k.n = n
	if over := len(k.pairs) - n; over >= 0 {
		k.heap(o)
		rest := copy(k.pairs, k.pairs[over:])
		clear(k.pairs[rest:])
		k.pairs = k.pairs[:rest]
	}
}

// merge takes the pairs of o.
func (k *kept[V, T]) merge(from *kept[V, T], o order) {
	if k.n == 0 {
		k.n, k.pairs = from.n, slices.Clone(from.pairs)
		return
	}
	for i := range from.pairs {
		k.add(from.n, from.pairs[i], o)
	}
}

// sorted returns the pairs in order.
func (k *kept[V, T]) sorted(o order) []pair[V, T] {
	s := kept[V, T]{pairs: slices.Clone(k.pairs)}
	s.heap(o)
	slices.Reverse(s.pairs)
	return s.pairs
}

// all gives the pairs in order.
func (k *kept[V, T]) all(o order) iter.Seq2[V, T] {
	return func(yield func(V, T) bool) {
		for _, p := range k.sorted(o) {
			if !yield(p.by, p.v) {
				return
			}
		}
	}
}

// bytes returns the bytes that k owns.
func (k *kept[V, T]) bytes() int {
	n := cap(k.pairs) * int(unsafe.Sizeof(pair[V, T]{}))
	if t := reflect.TypeFor[pair[V, T]](); hasText(t) {
		for i := range k.pairs {
			n += textBytes(reflect.ValueOf(&k.pairs[i]).Elem())
		}
	}
	return n
}
