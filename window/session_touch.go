package window

// touchable is the number of keys from which touch is worth its while.
const touchable = 4096

// touch brings in what the facts of a batch will need, as in sliced.
func (s *sessions[K, A, T, P]) touch(hashes []uint64) {
	x := uint32(0)
	for _, h := range hashes {
		x += s.table.Touch(h)
	}
	for _, h := range hashes {
		x += s.table.TouchEntry(h)
	}
	s.spots = s.spots[:0]
	for _, h := range hashes {
		if n := s.table.Guess(h); n < uint(len(s.table.Entries)) {
			s.spots = append(s.spots, s.table.Entries[n].Value.newest)
		}
	}
	s.touched = x
	s.touchSpots()
}

// touchRipe does so for the keys that are looked at.
func (s *sessions[K, A, T, P]) touchRipe() {
	s.spots = s.spots[:0]
	for _, n := range s.ripe {
		c := &s.table.Entries[n].Value
		s.spots = append(s.spots, c.open, c.oldest)
	}
	s.touchSpots()
	s.touchSpots()
}

// touchSpots brings in sessions, and goes on to the newer ones.
func (s *sessions[K, A, T, P]) touchSpots() {
	for i, at := range s.spots {
		s.spots[i] = s.all[at].newer
	}
}
