package window

import (
	"time"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// preview sends Early rows of what has changed in the spans that are open.
func (s *sliced[K, A, T, P]) preview(told *Told[K, A]) {
	spans := s.openSpans()
	look := s.overlaps(len(spans))
	for _, span := range spans {
		x := s.sentOf(span, true)
		n := len(told.Panes)
		cells := look.peek(span)
		for i := range cells.Entries {
			e := &cells.Entries[i]
			hash := s.hash(e.Key)
			r := s.row(x, e.Key, hash, false)
			if e.Value.facts == 0 || r.early && r.cell.facts == e.Value.facts {
				continue
			}
			c := cell[A]{e.Value.facts, e.Value.last, e.Value.value}
			told.Panes = append(told.Panes, s.pane(span, e.Key, &c, row.Early, false, 0))
		}
		s.sort(told.Panes[n:])
		for i := n; i < len(told.Panes); i++ {
			p := &told.Panes[i]
			r := &x.rows.Entries[x.rows.Find(p.Key, s.hash(p.Key))].Value
			if p.Revision = r.n; r.early {
				told.Replaced = append(told.Replaced, Replaced[K, A]{i, s.pane(span, p.Key, &r.cell, row.Early, false, r.n-1)})
			}
			r.n++
			r.early, r.cell = true, cell[A]{int64(p.Facts), time.Duration(p.Last - span.Start), copyOf[A, T, P](&p.Value, s.deep)}
		}
	}
	look.end()
}

// overlaps puts open spans together, one after the other by their ends, as peek
// does each by itself, and shares what they have in common: where it finds the
// stacks of the spans that have fired, it goes on as they would, with two stacks
// of its own, which end with the preview. So the n open spans of a hop of n slices
// cost some 4n merges of all keys, where each by itself they would cost up to n*n.
// The order of keys and facts is the same, as only what is side by side is merged.
type overlaps[K comparable, A, T any, P Accumulator[A, T]] struct {
	s         *sliced[K, A, T, P]
	plain     bool // there is nothing to share, or nobody knows
	began     bool
	own       bool // front is what counts, not what the slices have from the stacks
	mid, done watermark.Time
	at        int            // the slice that front begins with
	front     []*cells[K, A] // of slices: each with all after it up to mid
}

// fewOpen is the number of open spans up to which each by itself is no dearer.
const fewOpen = 12

// overlaps begins to put n open spans together.
func (s *sliced[K, A, T, P]) overlaps(n int) overlaps[K, A, T, P] {
	return overlaps[K, A, T, P]{s: s, plain: s.lay == nil || s.single() || n <= fewOpen}
}

// peek puts a span together, which must not end before the one asked for last. The
// cells are the caller's, until the next call.
func (o *overlaps[K, A, T, P]) peek(span Span) *cells[K, A] {
	s := o.s
	k := &s.stacks
	if o.plain || span.End < k.done {
		return s.peek(span)
	}
	if !o.began {
		o.began = true
		o.mid, o.done = k.mid, k.done
		s.merge(&k.ahead, o.mid, &k.back, o.mid)
	}
	if span.Start > o.mid {
		o.flip(span)
	}
	for i := s.open.from(o.done); i < len(s.open.all) && s.open.all[i].Start < span.End; i++ {
		at := s.open.all[i]
		s.merge(&k.ahead, o.mid, &at.table, at.Start)
	}
	o.done = max(o.done, span.End)
	k.sum.Reset(s.deep)
	if !o.own {
		s.mergeFront(&k.sum, span.Start)
	} else if i := s.open.from(span.Start); !s.plan.grid.grow && i < len(s.open.all) && s.open.all[i].Start < o.mid {
		s.merge(&k.sum, span.Start, o.front[i-o.at], s.open.all[i].Start)
	}
	s.merge(&k.sum, span.Start, &k.ahead, o.mid)
	return &k.sum
}

// flip is as that of the stacks.
func (o *overlaps[K, A, T, P]) flip(span Span) {
	s := o.s
	o.end()
	o.began, o.own = true, true
	if s.plan.grid.grow {
		o.mid, o.done = span.Start, span.Start
		return
	}
	o.mid, o.done = span.End, span.End
	o.at = s.open.from(span.Start)
	to := s.open.from(span.End)
	for range to - o.at {
		o.front = append(o.front, s.stacks.table())
	}
	for i := to - 1; i >= o.at; i-- {
		at, sum := s.open.all[i], o.front[i-o.at]
		s.merge(sum, at.Start, &at.table, at.Start)
		if i+1 < to {
			s.merge(sum, at.Start, o.front[i+1-o.at], s.open.all[i+1].Start)
		}
	}
}

// end lets go of what was put together.
func (o *overlaps[K, A, T, P]) end() {
	k := &o.s.stacks
	for _, t := range o.front {
		t.Reset(o.s.wipe)
		k.free = append(k.free, t)
	}
	o.front, o.began, o.own = o.front[:0], false, false
	k.ahead.Reset(o.s.wipe)
}
