package window

import (
	"slices"
	"time"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// mechanism is what a store does for a kind of plan. The calls are those of a
// store, where they are told.
type mechanism[K comparable, A, T any] interface {
	add(b columns[K, T], told *Told[K, A])
	// next is the least W at which advance would have something to do, or W
	// matters to a fact. It may not depend on the facts added since the last advance.
	next() watermark.Time
	// advance fires what the rise of W to w brings about; base.w is set by it.
	advance(w watermark.Time, forced bool, told *Told[K, A])
	// due is the time of the clock at which expire would have something to do, Max if none.
	due() watermark.Time
	// expire fires what base.now has made due.
	expire(told *Told[K, A])
	look(key K, t watermark.Time) (span Span, facts int, open bool)
	held() (keys, panes, bytes int64)
}

// later is a mechanism whose advance may put off what it gives.
type later[K comparable, A any] interface {
	// puts reports whether something is put off.
	puts() bool
	// settle gives it.
	settle(told *Told[K, A])
}

// columns are facts in a row, with their keys, hashes and times.
type columns[K comparable, T any] struct {
	keys   []K
	hashes []uint64
	times  []watermark.Time
	facts  []T
}

// base is what all mechanisms have of their store.
type base[K comparable, A any] struct {
	plan Plan
	set  Settings
	keys *keys.Plan[K]
	hash func(K) uint64
	seed [2]uint64 // of the IDs
	wipe bool      // K or A has pointers, which are to be let go
	deep bool      // A has pointers: a copy is made by Merge
	w    watermark.Time
	now  watermark.Time // on the clock, where there is one
}

// cell is the state of one key in one piece of time.
type cell[A any] struct {
	facts int64
	last  time.Duration // from the start of the piece to its last fact: the zero cell needs no mark of being new
	value A
}

// stamp writes to a pane all that is not its key, value and facts. The ordinal
// tells panes of a key apart that have the same span.
func (b *base[K, A]) stamp(p *Pane[K, A], span Span, kind row.Kind, forced bool, ordinal uint64) {
	p.Span = span
	p.Stamp.Time, p.Kind, p.Forced, p.Revision = span.End.Add(-1), kind, forced, 0
	p.ID = b.id(&p.Key, span, ordinal)
}

// id names the pane of key and span.
func (b *base[K, A]) id(key *K, span Span, ordinal uint64) (id row.ID) {
	seed := b.spanSeed(span)
	if ordinal != 0 {
		seed = keys.Fold(seed, ordinal)
	}
	id[0], id[1] = b.keys.Lanes(seed[0], seed[1], key)
	return id
}

// spanSeed is the part of the IDs that all panes of a span share.
func (b *base[K, A]) spanSeed(span Span) [2]uint64 {
	return keys.Fold(b.seed, uint64(span.Start), uint64(span.End))
}

// sort puts panes into the order of their keys, if that is asked for.
func (b *base[K, A]) sort(panes []Pane[K, A]) {
	if b.set.Sorted {
		slices.SortFunc(panes, func(x, y Pane[K, A]) int { return b.keys.Compare(x.Key, y.Key) })
	}
}

// copyOf returns a copy of v that shares nothing with it.
func copyOf[A, T any, P Accumulator[A, T]](v *A, deep bool) A {
	if !deep {
		return *v
	}
	var c A // on the heap, as Merge is not known: not before it has to be
	P(&c).Merge(v)
	return c
}

// bytesOf is what an accumulator tells of the memory that it owns.
func bytesOf[A any](v *A) int64 {
	if o, ok := any(v).(interface{ Bytes() int }); ok {
		return int64(o.Bytes())
	}
	return 0
}
