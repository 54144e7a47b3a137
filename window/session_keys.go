package window

import (
	"fmt"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// admit returns the position of a key, which was found at n or not at all, for a
// fact that is to be counted, or -1 if MaxKeys refuses it.
func (s *sessions[K, A, T, P]) admit(i, n int, key K, hash uint64, told *Told[K, A]) int {
	if most := s.set.MaxKeys.N; most > 0 && s.live >= most && (n < 0 || s.table.Entries[n].Value.live == 0) {
		if !s.set.MaxKeys.Evict {
			told.miss(i, Refused, nil, fmt.Sprintf("%d keys are held: must be at most MaxKeys", s.live))
			return -1
		}
		s.evict(told)
	}
	if n < 0 {
		n = s.table.Slot(key, hash, s.hash)
		s.table.Entries[n].Value.armed = watermark.Max
	}
	return n
}

// evict fires the open session that ends first, and what else its key has open,
// and lets the key go. What is final of it is remembered as ever.
func (s *sessions[K, A, T, P]) evict(told *Told[K, A]) {
	for {
		t, n := s.ends.Pop()
		if s.table.Entries[n].Value.live == 0 || !s.timed(n, t) {
			continue
		}
		c := &s.table.Entries[n].Value
		if due := min(s.all[c.open].End, watermark.Max-1); due > t {
			s.arm(&s.ends, n, due)
			continue
		}
		for at := c.open; at != 0; {
			s.send(told, n, at, row.Final, 0, true)
			newer := s.all[at].newer
			s.unlink(c, at)
			s.drop(at)
			s.leave(c)
			at = newer
		}
		if s.cut == 0 {
			s.cut = s.opened + 1
		}
		s.tidy(n)
		return
	}
}
