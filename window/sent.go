package window

import (
	"cmp"
	"slices"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// sentSpan is what is to be known of the rows that a span has sent, by key.
// There is none for a key that has sent one Final row and nothing else.
type sentSpan[K comparable, A any] struct {
	Span
	rows table.Table[K, sentRow[A]]
}

type sentRow[A any] struct {
	n     uint32  // rows sent: the revision of the next
	soil  bool    // a correction waits
	fixed bool    // the last was a correction
	early bool    // the last was a preview, of
	cell  cell[A] // this
}

func (x *sentSpan[K, A]) bytes() int64 {
	n := int64(cap(x.rows.Entries))*int64(unsafe.Sizeof(table.Entry[K, sentRow[A]]{})) + int64(x.rows.Slots())*4
	for i := range x.rows.Entries {
		n += bytesOf(&x.rows.Entries[i].Value.cell.value)
	}
	return n
}

// dirty is a pane whose correction waits, with what it was when it was sent.
type dirty[K comparable, A any] struct {
	Span
	key    K
	hash   uint64
	before cell[A]
}

// byEnd is the order in which spans fire.
func byEnd(a, b Span) int {
	if a.End != b.End {
		return cmp.Compare(a.End, b.End)
	}
	return cmp.Compare(a.Start, b.Start)
}

// sentOf returns what is known of a span, nil if nothing and not made.
func (s *sliced[K, A, T, P]) sentOf(span Span, make bool) *sentSpan[K, A] {
	i, ok := slices.BinarySearchFunc(s.sent, span, func(x *sentSpan[K, A], span Span) int { return byEnd(x.Span, span) })
	switch {
	case ok:
		return s.sent[i]
	case make:
		x := &sentSpan[K, A]{Span: span}
		s.sent = slices.Insert(s.sent, i, x)
		return x
	}
	return nil
}

// row returns what is known of a key, made if need be: it has then sent one row
// if it had facts when the span fired.
func (s *sliced[K, A, T, P]) row(x *sentSpan[K, A], key K, hash uint64, had bool) *sentRow[A] {
	n := len(x.rows.Entries)
	r := &x.rows.Entries[x.rows.Slot(key, hash, s.hash)].Value
	if len(x.rows.Entries) > n && had {
		r.n = 1
	}
	return r
}

// of returns what a key has in a span, of its own memory.
func (s *sliced[K, A, T, P]) of(span Span, key K, hash uint64) (c cell[A]) {
	for i := s.firstOf(span); i < len(s.open.all); i++ {
		at := s.open.all[i]
		if at.Start >= span.End {
			break
		}
		if !s.holds(span, at) {
			continue
		}
		if n := at.table.Find(key, hash); n >= 0 && at.table.Entries[n].Value.facts > 0 { // it may have just been put there
			s.mergeCell(&c, &at.table.Entries[n].Value, at.Start.Sub(span.Start))
		}
	}
	return c
}

// firstOf is the position of the first slice that a span may have.
func (s *sliced[K, A, T, P]) firstOf(span Span) int { return s.open.from(span.Start) }

// ofAll is of for spans that hold slice at, by their ends. A fact that is late
// for a hop of n slices corrects n spans: each is put together from the one beside
// it, as what they have to the left of the slice's end and to its right.
func (s *sliced[K, A, T, P]) ofAll(spans []Span, at *slice[K, A], key K, hash uint64) []cell[A] {
	all := make([]cell[A], len(spans))
	if s.lay == nil || len(spans) < 2 {
		for i, span := range spans {
			all[i] = s.of(span, key, hash)
		}
		return all
	}
	// Their last facts are counted from the start of the first, until the end.
	from := spans[0].Start
	take := func(c *cell[A], start, end watermark.Time) {
		for i := s.open.from(start); i < len(s.open.all) && s.open.all[i].Start < end; i++ {
			at := s.open.all[i]
			if n := at.table.Find(key, hash); n >= 0 && at.table.Entries[n].Value.facts > 0 {
				s.mergeCell(c, &at.table.Entries[n].Value, at.Start.Sub(from))
			}
		}
	}
	for i := len(spans) - 1; i >= 0; i-- { // to the left
		end := at.End
		if i+1 < len(spans) {
			end = spans[i+1].Start
			all[i] = cell[A]{all[i+1].facts, all[i+1].last, copyOf[A, T, P](&all[i+1].value, s.deep)}
		}
		take(&all[i], spans[i].Start, end)
	}
	var right cell[A]
	reached := at.End
	for i, span := range spans {
		take(&right, reached, span.End)
		reached = max(reached, span.End)
		if right.facts > 0 {
			s.mergeCell(&all[i], &right, 0)
		}
		if all[i].facts > 0 {
			all[i].last -= span.Start.Sub(from)
		}
	}
	return all
}

// soiled reports whether a correction of a pane waits already.
func (s *sliced[K, A, T, P]) soiled(span Span, key K, hash uint64) bool {
	if s.set.Coalesce == 0 {
		return false
	}
	x := s.sentOf(span, false)
	if x == nil {
		return false
	}
	n := x.rows.Find(key, hash)
	return n >= 0 && x.rows.Entries[n].Value.soil
}

// waits keeps the correction of a pane that was sent for later, if it is to wait,
// and reports it. A first row is no correction, and waits for nothing.
func (s *sliced[K, A, T, P]) waits(d *dirty[K, A]) bool {
	if s.set.Coalesce == 0 {
		return false
	}
	r := s.row(s.sentOf(d.Span, true), d.key, d.hash, d.before.facts > 0)
	if r.n == 0 {
		return false
	}
	r.soil = true
	s.dirty = append(s.dirty, *d)
	return true
}

// correct sends the pane that has changed to c, which passes to it.
func (s *sliced[K, A, T, P]) correct(d *dirty[K, A], c *cell[A], told *Told[K, A]) {
	r := s.row(s.sentOf(d.Span, true), d.key, d.hash, d.before.facts > 0)
	forced := s.reached < d.End
	told.Panes = append(told.Panes, s.pane(d.Span, d.key, c, kindOf(r.n), forced, r.n))
	if r.n > 0 {
		kind := row.Final
		if r.fixed {
			kind = row.Correction
		}
		told.Replaced = append(told.Replaced, Replaced[K, A]{len(told.Panes) - 1, s.pane(d.Span, d.key, &d.before, kind, forced, r.n-1)})
	}
	r.fixed = r.n > 0
	r.n++
	r.soil, r.early, r.cell = false, false, cell[A]{}
}

// kindOf is the kind of a row of a span that has fired.
func kindOf(revision uint32) row.Kind {
	if revision == 0 {
		return row.Final
	}
	return row.Correction
}

// pane makes a pane, to which c passes.
func (s *sliced[K, A, T, P]) pane(span Span, key K, c *cell[A], kind row.Kind, forced bool, revision uint32) Pane[K, A] {
	p := Pane[K, A]{Key: key, Value: c.value, Facts: int(c.facts), Last: span.Start.Add(c.last)}
	if c.facts == 0 {
		p.Last = span.Start
	}
	s.stamp(&p, span, kind, forced, 0)
	p.Revision = revision
	return p
}

// flush sends the corrections that wait, of all spans or of those that are over.
func (s *sliced[K, A, T, P]) flush(all bool, told *Told[K, A]) {
	if len(s.dirty) == 0 {
		return
	}
	slices.SortStableFunc(s.dirty, func(a, b dirty[K, A]) int { return byEnd(a.Span, b.Span) })
	n := 0
	for i := range s.dirty {
		if d := &s.dirty[i]; all || s.over(d.Span) {
			c := s.of(d.Span, d.key, d.hash)
			s.correct(d, &c, told)
		} else {
			s.dirty[n] = *d
			n++
		}
	}
	clear(s.dirty[n:])
	s.dirty = s.dirty[:n]
}

// revise makes of panes that are about to be sent, from position n on, the next
// revision of what their span has sent before.
func (s *sliced[K, A, T, P]) revise(x *sentSpan[K, A], n int, told *Told[K, A]) {
	for i := n; i < len(told.Panes); i++ {
		p := &told.Panes[i]
		at := x.rows.Find(p.Key, s.hash(p.Key))
		if at < 0 {
			continue
		}
		r := &x.rows.Entries[at].Value
		if p.Revision = r.n; r.early {
			told.Replaced = append(told.Replaced, Replaced[K, A]{i, s.pane(p.Span, p.Key, &r.cell, row.Early, false, r.n-1)})
		}
		r.n++
		r.early, r.cell = false, cell[A]{}
	}
}
