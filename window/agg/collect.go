package agg

import (
	"iter"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Collect keeps facts, or what is made of them, in the order of their event times:
// at most n, the earliest, and it tells how many it did not keep. Its zero value
// is ready. n comes with each fact, and should be the same each time; if it differs,
// the least holds, and one below 1 counts as 1. To keep the latest n instead, use
// a Greatest by their times.
//
// Those of one time are ordered by their values, ascending, as First has it: if T
// is an integer, a float, a string or a bool, or an array or a struct of these. Any
// other T has no order, and of those of one time it depends on the order in which
// they came how they are ordered and which are kept.
//
// Once n are there, an Add of a later time is one comparison, and any other some
// moves in a heap: log2(n) at most. A Collect must not be copied by assignment if
// one of the two is then used any further.
type Collect[T any] struct {
	kept  kept[watermark.Time, T]
	facts int64
}

// Add takes v as of at; a time that a watermark.Time cannot hold counts as the
// nearest it can. At most n are kept.
func (c *Collect[T]) Add(n int, at time.Time, v T) {
	t, _ := watermark.Of(at)
	c.AddAt(n, t, v)
}

// AddAt is Add without the conversion of the time.
func (c *Collect[T]) AddAt(n int, at watermark.Time, v T) {
	c.facts++
	c.kept.add(n, pair[watermark.Time, T]{at, v}, rising)
}

// Merge takes what o has kept, and adds what it has dropped.
func (c *Collect[T]) Merge(o *Collect[T]) {
	c.facts += o.facts
	c.kept.merge(&o.kept, rising)
}

// Len returns the number of values kept.
func (c *Collect[T]) Len() int { return len(c.kept.pairs) }

// Dropped returns the number of values that were not kept.
func (c *Collect[T]) Dropped() int64 { return c.facts - int64(c.Len()) }

// All gives the values kept and their times, the earliest first. It costs a sorted
// copy of them each time.
func (c *Collect[T]) All() iter.Seq2[watermark.Time, T] { return c.kept.all(rising) }

// Bytes returns the bytes on the heap that c owns, strings included, but nothing
// else that a T points to.
func (c *Collect[T]) Bytes() int { return c.kept.bytes() }
