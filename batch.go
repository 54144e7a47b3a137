package tidemark

import (
	"unsafe"

	"sort"

	"github.com/tidemark-go/tidemark/internal/scan"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// chunk is the number of facts that go through the stages at once: their
// columns stay in the first caches. Rule 5 makes any cut of a Feed the same.
const chunk = 1024

// batch is what one run of the stages carries from one to the next, in columns.
// Whoever reads a batch leaves it as it is: several stages may read it, and
// columns are shared from stage to stage.
//
// Every item has a cause: the position, among the facts fed in this run, of the
// one that gave rise to it. Causes rise. A mark moves the watermark after all
// items of its cause. That is what makes a batch mean the same as its facts one
// by one, and puts the items of two branches that meet in one order.
type batch[T any] struct {
	facts  []T
	times  []watermark.Time
	cause  []uint32
	marks  []watermark.Mark // After is a cause; W rises
	stamps []row.Stamp      // where the mode of the port is columned
	stamp  func(*T) *row.Stamp
	keys   column        // where the stream is Keyed without a function
	olds   []replaced[T] // by item: what it takes the place of
}

// stampOf returns the stamp of item i.
func (b *batch[T]) stampOf(i int) row.Stamp {
	switch {
	case b.stamps != nil:
		return b.stamps[i]
	case b.stamp != nil:
		return *b.stamp(&b.facts[i])
	}
	return row.Stamp{Time: b.times[i]}
}

// appendStamps appends the stamps of all items to dst.
func (b *batch[T]) appendStamps(dst []row.Stamp) []row.Stamp {
	if b.stamps != nil {
		return append(dst, b.stamps...)
	}
	for i := range b.facts {
		dst = append(dst, b.stampOf(i))
	}
	return dst
}

// until returns the end of the items from pos on that come before a mark of cause.
func (b *batch[T]) until(pos int, cause uint32) int {
	rest := b.cause[pos:]
	return pos + sort.Search(len(rest), func(i int) bool { return rest[i] > cause })
}

// before returns the watermark as item i found it; w is that before the batch.
func (b *batch[T]) before(i int, w watermark.Time) watermark.Time {
	c := b.cause[i]
	n := sort.Search(len(b.marks), func(k int) bool { return b.marks[k].After >= c })
	if n == 0 {
		return w
	}
	return max(w, b.marks[n-1].W)
}

// column is a column of keys of a type that the stage at hand does not know.
type column interface {
	empty() column                  // a new one of the same type
	reset()                         // takes all items away
	push(from column, i int)        // appends item i of from
	set(at int, from column, i int) // item at becomes item i of from
	cut(n int)                      // takes all but n items away
	bytes() int64                   // its memory, without what keys point to
}

type keyColumn[K comparable] struct{ keys []K }

func (c *keyColumn[K]) empty() column { return new(keyColumn[K]) }
func (c *keyColumn[K]) reset()        { c.keys = c.keys[:0] }

func (c *keyColumn[K]) cut(n int) { c.keys = c.keys[:n] }

func (c *keyColumn[K]) bytes() int64 { return int64(cap(c.keys)) * int64(unsafe.Sizeof(*new(K))) }

func (c *keyColumn[K]) push(from column, i int) {
	c.keys = append(c.keys, from.(*keyColumn[K]).keys[i])
}

func (c *keyColumn[K]) set(at int, from column, i int) {
	for at >= len(c.keys) {
		var zero K
		c.keys = append(c.keys, zero)
	}
	c.keys[at] = from.(*keyColumn[K]).keys[i]
}

// items builds a batch item by item, in memory that is used from run to run.
type items[T any] struct {
	facts  []T
	times  []watermark.Time
	cause  []uint32
	stamps []row.Stamp
	keys   column
	marks  []watermark.Mark
	olds   []replaced[T]
	wipe   bool // T has pointers, which are to be let go
}

func newItems[T any]() items[T] { return items[T]{wipe: scan.For[T]()} }

// begin empties it.
func (x *items[T]) begin() {
	if len(x.times) == 0 && len(x.facts) == 0 && len(x.marks) == 0 {
		return
	}
	if x.wipe && len(x.facts) > chunk { // fewer are overwritten soon enough
		clear(x.facts)
	}
	x.facts, x.times, x.cause, x.stamps, x.marks = x.facts[:0], x.times[:0], x.cause[:0], x.stamps[:0], x.marks[:0]
	clear(x.olds)
	x.olds = x.olds[:0]
	if x.keys != nil {
		x.keys.reset()
	}
}

// give hands the columns to a port.
func (x *items[T]) give(o *port[T]) {
	o.facts, o.times, o.cause, o.marks, o.keys, o.own = x.facts, x.times, x.cause, x.marks, x.keys, x
	o.olds = x.olds
	if o.mode == columned {
		o.stamps = x.stamps
	}
}

// take appends item i of b as of cause, with its stamp if mode is columned.
func (x *items[T]) take(b *batch[T], i int, cause uint32, mode stampMode) {
	x.facts = append(x.facts, b.facts[i])
	x.times = append(x.times, b.times[i])
	x.cause = append(x.cause, cause)
	if mode == columned {
		x.stamps = append(x.stamps, b.stampOf(i))
	}
	if b.keys != nil {
		if x.keys == nil {
			x.keys = b.keys.empty()
		}
		x.keys.push(b.keys, i)
	}
	if old := b.replacedBy(i); old != nil {
		x.replace(old.fact, old.stamp)
	}
}

// cut takes all but n items away.
func (x *items[T]) cut(n int) {
	x.facts, x.times, x.cause = x.facts[:n], x.times[:n], x.cause[:n]
	x.stamps = x.stamps[:min(n, len(x.stamps))]
	if x.keys != nil {
		x.keys.cut(n)
	}
}

// mark appends a move of W.
func (x *items[T]) mark(cause uint32, w watermark.Time) {
	x.marks = append(x.marks, watermark.Mark{After: cause, W: w})
}
