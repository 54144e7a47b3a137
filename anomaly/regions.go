package anomaly

import (
	"cmp"
	"math"
	"slices"
)

// Regions appends the regions to dst: those of more points first, equal ones by
// Low, then by High, then by the age of their oldest core. What lies in dst beyond
// its length is written over, with the Low and High there: who keeps regions keeps
// copies, or gives nil.
//
// A point that is no core, but near cores of several regions, belongs to the one
// with the oldest core.
func (s *Spotter) Regions(dst []Region) []Region {
	s.search()
	for _, i := range s.order {
		r := &s.found[i]
		n := len(dst)
		dst = slices.Grow(dst, 1)[:n+1]
		to := &dst[n]
		to.Low, to.High = append(to.Low[:0], r.Low...), append(to.High[:0], r.High...)
		to.Points, to.Density, to.Members = r.Points, r.Density, nil
	}
	if s.set.Members {
		s.members(dst[len(dst)-len(s.order):])
	}
	return dst
}

// Members appends to dst, for each point from the oldest on, which of the Regions
// it is in, or -1.
func (s *Spotter) Members(dst []int) []int {
	s.search()
	to := s.told()
	for i := range s.n {
		r := s.of[s.place(i)]
		if r >= 0 {
			r = to[r]
		}
		dst = append(dst, int(r))
	}
	return dst
}

// told returns the place in s.order of each region, by its number.
func (s *Spotter) told() []int32 {
	to := append(s.queue[:0], s.order...)
	for i, number := range s.order {
		to[number] = int32(i)
	}
	return to
}

// members gives the regions of s.order copies of their points.
func (s *Spotter) members(regions []Region) {
	to := s.told()
	for i := range s.n {
		p := s.place(i)
		if n := s.of[p]; n >= 0 {
			r := &regions[to[n]]
			r.Members = append(r.Members, slices.Clone(s.at(p)))
		}
	}
}

// search finds the regions. Each begins at the oldest core that none has, and goes
// on from core to core. A point that was found leaves the lists, so that those
// around it do not look at it again.
func (s *Spotter) search() {
	s.found, s.order = s.found[:0], s.order[:0]
	if s.dims == 0 {
		return
	}
	s.left.take(s)
	if len(s.of) < len(s.spots) {
		s.of = make([]int32, len(s.spots))
		s.queue = make([]int32, 0, len(s.spots))
	}
	for i := range s.of {
		s.of[i] = -1
	}
	for i := range s.n {
		if p := s.place(i); s.core(p) && s.of[p] < 0 {
			s.order = append(s.order, int32(len(s.found)))
			s.spread(p)
		}
	}
	slices.SortStableFunc(s.order, func(i, j int32) int {
		a, b := &s.found[i], &s.found[j]
		return cmp.Or(cmp.Compare(b.Points, a.Points), slices.Compare(a.Low, b.Low), slices.Compare(a.High, b.High))
	})
}

func (s *Spotter) core(p int32) bool { return int(s.spots[p].near) >= s.set.Least }

// spread finds the region of the core p.
func (s *Spotter) spread(p int32) {
	number := int32(len(s.found))
	s.found = slices.Grow(s.found, 1)[:number+1]
	r := &s.found[number]
	r.Points = 0
	r.Low, r.High = append(r.Low[:0], s.at(p)...), append(r.High[:0], s.at(p)...)
	s.queue = s.queue[:0]
	find := func(i int32) {
		s.left.remove(s, i)
		s.of[i] = number
		r.Points++
		for d, v := range s.at(i) {
			r.Low[d], r.High[d] = min(r.Low[d], v), max(r.High[d], v)
		}
		if s.core(i) {
			s.queue = append(s.queue, i)
		}
	}
	find(p)
	for len(s.queue) > 0 {
		p := s.queue[len(s.queue)-1]
		s.queue = s.queue[:len(s.queue)-1]
		x := s.at(p)
		s.around(s.spots[p].square, func(q square) {
			for i := s.left.heads[s.list(q)]; i >= 0; {
				next := s.left.next[i]
				if s.spots[i].square == q && s.close(x, s.at(i)) {
					find(i)
				}
				i = next
			}
		})
	}
	volume := 1.0
	for d, low := range r.Low {
		volume *= min(r.High[d]-low+s.set.Radius, math.MaxFloat64)
	}
	r.Density = float64(r.Points) / volume
}

// take makes l the lists of all points.
func (l *lists) take(s *Spotter) {
	l.heads = append(l.heads[:0], s.heads...)
	l.next = slices.Grow(l.next[:0], len(s.spots))[:len(s.spots)]
	l.prev = slices.Grow(l.prev[:0], len(s.spots))[:len(s.spots)]
	for i := range s.spots {
		l.next[i], l.prev[i] = s.spots[i].next, s.spots[i].prev
	}
}

func (l *lists) remove(s *Spotter, p int32) {
	next, prev := l.next[p], l.prev[p]
	if prev >= 0 {
		l.next[prev] = next
	} else {
		l.heads[s.list(s.spots[p].square)] = next
	}
	if next >= 0 {
		l.prev[next] = prev
	}
}
