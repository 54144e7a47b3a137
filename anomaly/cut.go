package anomaly

import "math"

// outside reports whether x lies outside of the box.
func outside(x, low, high []float32) bool {
	low, high = low[:len(x)], high[:len(x)]
	for d, v := range x {
		if v < low[d] || v > high[d] {
			return true
		}
	}
	return false
}

// draw draws a cut of the box with x, uniform over the sum of its sides, and
// reports whether it parts x from the box. For both sides of every cut to hold
// something, low <= cut < high is kept whatever the rounding.
func draw(dice *dice, x, low, high []float32) (dim int, cut float32, parts bool) {
	low, high = low[:len(x)], high[:len(x)]
	total := 0.0
	for d, v := range x {
		total += float64(max(high[d], v)) - float64(min(low[d], v))
	}
	r := float64(dice.unit() * total)
	for d, v := range x {
		side := float64(max(high[d], v)) - float64(min(low[d], v))
		if side == 0 {
			continue
		}
		dim = d
		if r < side {
			break
		}
		r -= side
	}
	v := x[dim]
	from, to := min(low[dim], v), max(high[dim], v)
	cut = max(float32(float64(from)+r), from)
	if cut >= to { // by rounding, also of what is left of r after the last side
		cut = math.Nextafter32(to, from)
	}
	return dim, cut, v < low[dim] && cut < low[dim] || v > high[dim] && cut >= high[dim]
}
