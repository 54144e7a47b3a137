package window

// place returns a position for a session.
func (s *sessions[K, A, T, P]) place() uint32 {
	if n := len(s.free); n > 0 {
		at := s.free[n-1]
		s.free = s.free[:n-1]
		return at
	}
	s.all = append(s.all, session[A]{})
	if s.sent != nil {
		s.sent = append(s.sent, sessionSent[A]{})
	}
	return uint32(len(s.all) - 1)
}

// drop takes a session away, which is in no list any more.
func (s *sessions[K, A, T, P]) drop(at uint32) {
	s.all[at] = session[A]{}
	if s.sent != nil {
		s.sent[at] = sessionSent[A]{}
	}
	s.free = append(s.free, at)
}

// link puts a session between two others of its key.
func (s *sessions[K, A, T, P]) link(c *sessionKey, at, newer, older uint32) {
	x := &s.all[at]
	x.newer, x.older = newer, older
	*s.toNewer(c, older), *s.toOlder(c, newer) = at, at
	if x.End > s.w && (c.open == 0 || c.open == newer) {
		c.open = at
	}
}

// unlink takes a session out of the list of its key.
func (s *sessions[K, A, T, P]) unlink(c *sessionKey, at uint32) {
	x := &s.all[at]
	*s.toNewer(c, x.older), *s.toOlder(c, x.newer) = x.newer, x.older
	if c.open == at {
		c.open = x.newer
	}
}

// toNewer is what leads from a session, or from the old end of the list, to the
// next; toOlder is the way back.
func (s *sessions[K, A, T, P]) toNewer(c *sessionKey, at uint32) *uint32 {
	if at == 0 {
		return &c.oldest
	}
	return &s.all[at].newer
}

func (s *sessions[K, A, T, P]) toOlder(c *sessionKey, at uint32) *uint32 {
	if at == 0 {
		return &c.newest
	}
	return &s.all[at].older
}
