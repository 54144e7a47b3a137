package window

import (
	"slices"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/watermark"
)

// look: a time in no session is in the one that a fact would open.
func (s *sessions[K, A, T, P]) look(key K, t watermark.Time) (span Span, facts int, open bool) {
	n := s.table.Find(key, s.hash(key))
	if s.plan.most > 0 {
		return s.lookAhead(n, t)
	}
	span, why := s.spanOf(t)
	open = why == "" && !s.over(span.End)
	if n < 0 {
		return span, 0, open
	}
	for at := s.table.Entries[n].Value.newest; at != 0; at = s.all[at].older {
		x := &s.all[at]
		if x.Contains(t) {
			return x.Span, int(x.facts), !s.over(x.End)
		}
		if x.End <= s.w && t < x.End && x.Start < span.End {
			open = false // it is nearer to a final one than it may be
		}
	}
	return span, 0, open
}

// lookAhead is look where MaxSpan bounds sessions: facts that are held are told for
// those that they are to be in. It costs as much as there are of all keys.
func (s *sessions[K, A, T, P]) lookAhead(n int, t watermark.Time) (span Span, facts int, open bool) {
	var held []watermark.Time
	if n >= 0 {
		if at := s.table.Entries[n].Value.newest; at != 0 {
			span, facts = s.all[at].Span, int(s.all[at].facts)
		}
		for p := range s.waits.All {
			if int(p.No) == n {
				held = append(held, p.Time)
			}
		}
		slices.Sort(held)
	}
	for _, x := range held {
		if facts == 0 || x >= span.End || x >= span.Start.Add(s.plan.most) {
			if span.End = min(span.End, x); facts > 0 && span.Contains(t) {
				return span, facts, true
			}
			span.Start, facts = x, 0
		}
		span.End = x.Add(s.plan.size)
		facts++
	}
	if facts > 0 && span.Contains(t) {
		return span, facts, true
	}
	return Span{t, t.Add(s.plan.size)}, 0, t >= s.w
}

func (s *sessions[K, A, T, P]) held() (keys, panes, bytes int64) {
	for i := range s.all {
		if s.all[i].facts > 0 {
			panes++
			bytes += bytesOf(&s.all[i].value)
		}
	}
	for i := range s.sent {
		bytes += bytesOf(&s.sent[i].value)
	}
	bytes += int64(cap(s.all)) * int64(unsafe.Sizeof(session[A]{}))
	bytes += int64(cap(s.sent)) * int64(unsafe.Sizeof(sessionSent[A]{}))
	bytes += int64(cap(s.table.Entries))*int64(unsafe.Sizeof(table.Entry[K, sessionKey]{})) + int64(s.table.Slots())*4
	bytes += int64(cap(s.free)+cap(s.ripe)+cap(s.met)+cap(s.spots)) * 4
	bytes += int64(cap(s.dues)+cap(s.dirty)) * int64(unsafe.Sizeof(sessionDue{}))
	bytes += s.ends.Bytes() + s.graves.Bytes() + s.waits.Bytes() + s.firsts.bytes()
	return int64(s.table.Len()), panes, bytes
}
