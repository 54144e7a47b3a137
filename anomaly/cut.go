package anomaly

import "math"

// parts draws a cut of the box with x, uniform over the sum of its sides, of which
// x has added off, and reports whether it parts x from the box: whether it falls
// into what was added, and where in that. Other cuts need no place.
func parts(dice *dice, sum, off float64) (at float64, ok bool) {
	at = float64(dice.unit() * (sum + off))
	return at, at < off
}

// cutAt returns the cut at that place of all by which x lies outside of the box,
// one dimension after the other. For both sides of a cut to hold something, low <=
// cut < high is kept whatever the rounding.
func cutAt(at float64, x []float32, box []side) (dim int, cut float32) {
	box = box[:len(x)]
	for d, v := range x {
		e := math.Float64frombits(box[d].miss(v))
		if e == 0 {
			continue
		}
		dim = d
		if at < e {
			break
		}
		at -= e
	}
	from, to := x[dim], box[dim].low
	if from > to {
		from, to = box[dim].high, from
	}
	cut = max(float32(float64(from)+at), from)
	if cut >= to { // by rounding, also of what is left after the last dimension
		cut = math.Nextafter32(to, from)
	}
	return dim, cut
}
