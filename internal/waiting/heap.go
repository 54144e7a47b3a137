package waiting

// heap is places with the first on top: by time, then as they came.
type heap []Place

func (a Place) before(b Place) bool {
	return a.Time < b.Time || a.Time == b.Time && a.At < b.At
}

func (h *heap) push(p Place) {
	s := append(*h, p)
	i := len(s) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !p.before(s[up]) {
			break
		}
		s[i] = s[up]
		i = up
	}
	s[i] = p
	*h = s
}

// pop takes the top away, of which there must be one.
func (h *heap) pop() Place {
	s := *h
	top := s[0]
	last := len(s) - 1
	p := s[last]
	s = s[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			if last > 0 {
				s[i] = p
			}
			break
		}
		if down+1 < last && s[down+1].before(s[down]) {
			down++
		}
		if !s[down].before(p) {
			s[i] = p
			break
		}
		s[i] = s[down]
		i = down
	}
	*h = s
	return top
}
