package anomaly

import "math"

type square struct{ x, y int64 }

// wide is by how much squares are wider than Radius: more than rounding takes away.
const wide = 1.0625

// squareOf returns the square of a point. Beyond the border squares are as good as
// endless: points seem nearer there, never farther.
func (s *Spotter) squareOf(x []float64) (q square) {
	const border = 1 << 40 // quotients are exact to a thousandth up to there
	on := func(v float64) int64 {
		return int64(math.Floor(max(-border, min(v/s.set.Radius/wide, border))))
	}
	q.x = on(x[s.grid[0]])
	if s.dims > 1 {
		q.y = on(x[s.grid[1]])
	}
	return q
}

func (s *Spotter) list(q square) int {
	h := uint64(q.x)*0x9e3779b97f4a7c15 ^ uint64(q.y)*0xc2b2ae3d27d4eb4f
	return int((h ^ h>>29) * 0xbf58476d1ce4e5b9 >> 32 & uint64(len(s.heads)-1))
}

// around calls f with each square in which points near one in q may be, in order.
func (s *Spotter) around(q square, f func(square)) {
	rows := int64(1)
	if s.dims == 1 {
		rows = 0
	}
	for y := -rows; y <= rows; y++ {
		for x := int64(-1); x <= 1; x++ {
			f(square{q.x + x, q.y + y})
		}
	}
}

// lay lays the grid over the two dimensions that tell most of the points apart:
// each point of the younger half is held against one of the older. What is found
// does not depend on the grid.
func (s *Spotter) lay() {
	s.laid = 0
	best, least := s.grid, [2]int{math.MaxInt, math.MaxInt}
	for d := range s.dims {
		near := 0
		for i := range s.n / 2 {
			a, b := s.at(s.place(i))[d], s.at(s.place(i + s.n/2))[d]
			if math.Abs((a-b)/s.set.Radius) < wide {
				near++
			}
		}
		switch {
		case near < least[0]:
			best, least = [2]int{d, best[0]}, [2]int{near, least[0]}
		case near < least[1]:
			best[1], least[1] = d, near
		}
	}
	if best == s.grid {
		return
	}
	s.grid = best
	for i := range s.n {
		p := s.place(i)
		s.spots[p].square = s.squareOf(s.at(p))
	}
	s.linkAll()
}
