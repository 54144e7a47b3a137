package agg

import (
	"cmp"
	"iter"
)

// Greatest keeps the n facts, or what is made of them, with the greatest values.
// Its zero value is ready, and its memory is bounded: n comes with each fact, and
// should be the same each time; if it differs, the least holds, and one below 1
// counts as 1. For the facts with the least values, negate these.
//
// Of facts with the same value the lesser stays, and comes first, as First has
// it: if T is an integer, a float, a string or a bool, or an array or a struct of
// these. Any other T has no order, and of those with the same value it depends on the
// order in which they came which are kept. A NaN is less than any other value, and
// -0 less than 0. Facts that are equal in all count each.
//
// Once n are there, an Add of a lesser value is one comparison, and any other some
// moves in a heap: log2(n) at most. A Greatest must not be copied by assignment if
// one of the two is then used any further.
type Greatest[V cmp.Ordered, T any] struct{ kept kept[V, T] }

// Add takes v, of the value by. At most n are kept.
func (g *Greatest[V, T]) Add(n int, by V, v T) { g.kept.add(n, pair[V, T]{by, v}, falling) }

// Merge takes what o has kept.
func (g *Greatest[V, T]) Merge(o *Greatest[V, T]) { g.kept.merge(&o.kept, falling) }

// Len returns the number of facts kept.
func (g *Greatest[V, T]) Len() int { return len(g.kept.pairs) }

// All gives the values and what was added with them, the greatest value first. It
// costs a sorted copy of them each time.
func (g *Greatest[V, T]) All() iter.Seq2[V, T] { return g.kept.all(falling) }

// Bytes returns the bytes on the heap that g owns, strings included, but nothing
// else that a T points to.
func (g *Greatest[V, T]) Bytes() int { return g.kept.bytes() }
