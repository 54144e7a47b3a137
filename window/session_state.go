package window

import (
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/watermark"
)

// enter and leave count what a key has.
func (s *sessions[K, A, T, P]) enter(c *sessionKey) {
	if c.live == 0 {
		s.live++
		c.armed = watermark.Max
	}
	c.live++
}

func (s *sessions[K, A, T, P]) leave(c *sessionKey) {
	if c.live--; c.live == 0 {
		s.live--
	}
}

// arm sets the timer of key n, in ends if it has a session that is not over,
// else in graves.
func (s *sessions[K, A, T, P]) arm(q *waiting.Timers, n uint32, t watermark.Time) {
	if s.set.MaxKeys.Evict && q == &s.ends {
		s.await(n)
		return
	}
	t = min(t, watermark.Max-1) // the last time that there is
	s.table.Entries[n].Value.armed = t
	q.Put(t, n)
}

// over reports whether nothing can correct what ended at end any more.
func (s *sessions[K, A, T, P]) over(end watermark.Time) bool {
	return s.w >= end.Add(s.set.Lateness)
}

// dueAt is when there is next something to do for a session that is not over.
func (s *sessions[K, A, T, P]) dueAt(x *session[A]) watermark.Time {
	if x.End > s.w {
		return x.End
	}
	return x.End.Add(s.set.Lateness)
}

// forgotten is when no fact can come any more that reaches what ended at end. Of
// a function whose ends fall as time rises that cannot be known: the longest
// span so far is then the measure.
func (s *sessions[K, A, T, P]) forgotten(end watermark.Time) watermark.Time {
	until := end.Add(s.reach)
	if s.plan.span != nil {
		until = max(until, s.plan.span(end-1).End)
	}
	return until.Add(s.set.Lateness)
}

// tidy lets go of what is over of key n, and sets its timer anew.
func (s *sessions[K, A, T, P]) tidy(n uint32) {
	c := &s.table.Entries[n].Value
	next, grave := watermark.Max, watermark.Min
	for at := c.oldest; at != c.open; {
		x := &s.all[at]
		if x.facts > 0 && !s.over(x.End) {
			next = s.dueAt(x)
			break // the newer ones are due later
		}
		if x.facts > 0 {
			x.facts = 0
			if s.wipe {
				var none A
				x.value = none
			}
			s.leave(c)
		}
		newer := x.newer
		if g := s.forgotten(x.End); s.w < g {
			grave = g
		} else {
			s.forgot = max(s.forgot, x.End)
			s.unlink(c, at)
			s.drop(at)
		}
		at = newer
	}
	if c.open != 0 {
		next = min(next, s.all[c.open].End)
	}
	switch {
	case c.newest == 0 && c.live == 0:
		key := s.table.Entries[n].Key
		s.table.Remove(int(n), s.hash(key), s.hash)
	case c.newest == 0: // facts are held
		c.armed = watermark.Max
	case c.live > 0:
		s.arm(&s.ends, n, next)
	default:
		s.arm(&s.graves, n, grave)
	}
}

// timed reports whether the timer of key n goes off by t, and stops it. Timers that
// were not the last to be set for their key are found here to mean nothing.
func (s *sessions[K, A, T, P]) timed(n uint32, t watermark.Time) bool {
	c := &s.table.Entries[n].Value
	if c.newest == 0 || c.armed > t || c.armed == watermark.Max {
		return false
	}
	c.armed = watermark.Max
	return true
}

func (s *sessions[K, A, T, P]) due() watermark.Time { return watermark.Max }

func (s *sessions[K, A, T, P]) expire(*Told[K, A]) {}
