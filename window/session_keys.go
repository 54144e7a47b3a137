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

// evict fires the open session that would be told of first, and what else its key
// has open, and lets the key go. What is final of it is remembered as ever.
func (s *sessions[K, A, T, P]) evict(told *Told[K, A]) {
	x, ok := s.first()
	if !ok {
		panic("window: no session is open, and MaxKeys are held") // bug: without Lateness and MaxSpan a key that counts has one
	}
	c := &s.table.Entries[x.n].Value
	for at := c.open; at != 0; {
		s.send(told, x.n, at, row.Final, 0, true)
		newer := s.all[at].newer
		s.unlink(c, at)
		s.drop(at)
		s.leave(c)
		at = newer
	}
	if s.cut == 0 {
		s.cut = s.opened + 1
	}
	s.tidy(x.n)
}
