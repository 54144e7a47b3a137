package window

import "github.com/tidemark-go/tidemark/watermark"

// hold takes facts where MaxSpan bounds sessions: they wait until W reaches
// them. From then on no earlier one can come, and those of one time come as they
// are fed, so that nothing is gained by waiting until W has passed them.
func (s *sessions[K, A, T, P]) hold(b columns[K, T], told *Told[K, A]) {
	for i, t := range b.times {
		if t < s.w {
			s.miss(i, Span{t, t.Add(s.plan.size)}, told)
			continue
		}
		n := s.admit(i, s.table.Find(b.keys[i], b.hashes[i]), b.keys[i], b.hashes[i], told)
		if n < 0 {
			continue
		}
		s.enter(&s.table.Entries[n].Value)
		if t > s.w {
			s.waits.Push(t, uint32(n), b.facts[i])
			continue
		}
		s.dues = s.dues[:0]
		s.follow(uint32(n), t, &b.facts[i])
		if len(s.dues) > 0 {
			s.fire(false, told)
			told.give(i)
		}
	}
}

// release takes the held facts that W has reached, in order of time.
func (s *sessions[K, A, T, P]) release() {
	for {
		places, facts := s.waits.Take(s.w.Add(1))
		if len(places) == 0 {
			return
		}
		for _, p := range places {
			s.follow(p.No, p.Time, facts.At(p.At))
		}
	}
}

// follow adds a held fact to the session of its key, or ends that and opens the next.
func (s *sessions[K, A, T, P]) follow(n uint32, t watermark.Time, fact *T) {
	c := &s.table.Entries[n].Value
	end := t.Add(s.plan.size)
	if at := c.newest; at != 0 {
		x := &s.all[at]
		if t < x.End && t < x.Start.Add(s.plan.most) {
			x.last, x.End = t, end
			x.facts++
			P(&x.value).Add(*fact)
			s.leave(c)
			return
		}
		cut := t < x.End
		x.End = min(x.End, t)
		s.dues = append(s.dues, sessionDue{x.Span, x.number, at, n, cut})
		s.unlink(c, at)
		s.leave(c)
	}
	c.open = s.open(int(n), 0, 0, Span{t, end}, t, fact) // even if W has passed its End: it is to fire yet
	s.leave(c)
}
