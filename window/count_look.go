package window

import (
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/watermark"
)

// look: facts that wait are told for the panes that they are to be in. It costs
// as much as there are of all keys.
func (s *counts[K, A, T, P]) look(key K, t watermark.Time) (span Span, facts int, open bool) {
	n := s.table.Find(key, s.hash(key))
	if n < 0 {
		return Span{t, t.Add(1)}, 0, t >= s.w
	}
	e := &s.table.Entries[n].Value
	if facts = int(e.cell.facts); facts > 0 {
		span = Span{e.start, e.start.Add(e.cell.last).Add(1)}
	}
	full := func(x watermark.Time) bool { // or so for a fact at x
		return facts == int(s.n) || s.most > 0 && x >= span.Start.Add(s.most)
	}
	for _, x := range timesOf(&s.facts, n) {
		if facts == 0 || full(x) {
			if facts > 0 && (t < span.End || !full(t)) {
				break
			}
			span.Start, facts = x, 0
		}
		span.End = x.Add(1)
		facts++
	}
	if t < span.Start || t >= span.End && full(t) {
		return Span{t, t.Add(1)}, 0, t >= s.w
	}
	span.End = max(span.End, t.Add(1))
	return span, facts, true
}

func (s *counts[K, A, T, P]) held() (keys, panes, bytes int64) {
	bytes = int64(cap(s.table.Entries))*int64(unsafe.Sizeof(table.Entry[K, counted[A]]{})) + int64(s.table.Slots())*4
	bytes += s.facts.Bytes() + int64(cap(s.shut))*int64(unsafe.Sizeof(shut{}))
	for i := range s.table.Entries {
		bytes += bytesOf(&s.table.Entries[i].Value.cell.value)
	}
	return int64(s.table.Len()), int64(s.open), bytes
}
