package anomaly

import "math"

// outside reports whether x lies outside of the box.
func outside(x []float32, box []side) bool {
	box = box[:len(x)]
	for d, v := range x {
		if v < box[d].low || v > box[d].high {
			return true
		}
	}
	return false
}

// draw draws a cut of the box with x, uniform over the sum of its sides, and
// reports whether it parts x from the box. For both sides of every cut to hold
// something, low <= cut < high is kept whatever the rounding.
func draw(dice *dice, x []float32, box []side) (dim int, cut float32, parts bool) {
	box = box[:len(x)]
	total := 0.0
	for d, v := range x {
		total += box[d].with(v).length()
	}
	r := float64(dice.unit() * total)
	for d, v := range x {
		length := box[d].with(v).length()
		if length == 0 {
			continue
		}
		dim = d
		if r < length {
			break
		}
		r -= length
	}
	s, v := box[dim], x[dim]
	whole := s.with(v)
	cut = max(float32(float64(whole.low)+r), whole.low)
	if cut >= whole.high { // by rounding, also of what is left of r after the last side
		cut = math.Nextafter32(whole.high, whole.low)
	}
	return dim, cut, v < s.low && cut < s.low || v > s.high && cut >= s.high
}
