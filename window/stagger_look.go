package window

import (
	"slices"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/watermark"
)

// look: facts that wait are told for the spans that they are to open. It costs
// as much as there are of all keys.
func (s *staggers[K, A, T, P]) look(key K, t watermark.Time) (span Span, facts int, open bool) {
	n := s.table.Find(key, s.hash(key))
	if n < 0 {
		span = Span{t, t.Add(s.size)}
		return span, 0, s.w < span.End.Add(s.set.Lateness)
	}
	e := &s.table.Entries[n].Value
	older, newer := s.around(e.newest, t)
	if x := &s.spans[older]; older != 0 && s.span(older).Contains(t) {
		span, facts, open = s.span(older), int(x.cell.facts), x.state != staggerOver
	} else {
		span = Span{t, t.Add(s.size)}
		open = s.w < span.End.Add(s.set.Lateness) && (newer == 0 || s.spans[newer].start >= span.End)
	}
	var end watermark.Time // of the span at hand
	if end = watermark.Min; s.spans[e.newest].state == staggerOpen {
		end = s.span(e.newest).End
	}
	for _, x := range timesOf(&s.facts, n) {
		if x >= end {
			if end = x.Add(s.size); x <= t && t < end {
				span, open = Span{x, end}, true
			}
		}
		if span.Contains(x) {
			facts++
		}
	}
	return span, facts, open
}

// timesOf returns the times of the facts that wait of the key at position n.
func timesOf[T any](q *waiting.Queue[T], n int) (times []watermark.Time) {
	for p := range q.All {
		if int(p.No) == n {
			times = append(times, p.Time)
		}
	}
	slices.Sort(times)
	return times
}

func (s *staggers[K, A, T, P]) held() (keys, panes, bytes int64) {
	bytes = int64(cap(s.table.Entries))*int64(unsafe.Sizeof(table.Entry[K, staggerKey]{})) + int64(s.table.Slots())*4
	bytes += int64(cap(s.spans))*int64(unsafe.Sizeof(staggerSpan[A]{})) + int64(cap(s.sent))*int64(unsafe.Sizeof(staggerSent[A]{}))
	bytes += s.facts.Bytes() + s.open.Bytes() + s.fired.Bytes() + s.over.Bytes() + int64(cap(s.soiled)+cap(s.group))*4
	for i := range s.spans {
		bytes += bytesOf(&s.spans[i].cell.value)
	}
	for i := range s.sent {
		bytes += bytesOf(&s.sent[i].cell.value)
	}
	return int64(s.table.Len()), int64(s.open.Len() + s.fired.Len()), bytes
}
