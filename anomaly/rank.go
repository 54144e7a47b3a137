package anomaly

import "slices"

// rank keeps the recent scores, as they came and in order.
type rank struct {
	size   int
	recent []float64 // a ring once it is full
	at     int       // of the oldest then
	sorted []float64
}

// share returns the share of the recent scores, s among them, that are at least s.
func (r *rank) share(s float64) float64 {
	i, _ := slices.BinarySearch(r.sorted, s)
	return float64(len(r.sorted)-i+1) / float64(len(r.sorted)+1)
}

// record reports whether s is above the last n scores, or as many as there are.
func (r *rank) record(s float64, n int) bool {
	for i := range min(n, len(r.recent)) {
		at := r.at - 1 - i
		if at < 0 {
			at += len(r.recent)
		}
		if r.recent[at] >= s {
			return false
		}
	}
	return true
}

// add adds s, and forgets the oldest if there are too many.
func (r *rank) add(s float64) {
	to, _ := slices.BinarySearch(r.sorted, s)
	if len(r.recent) < r.size {
		r.recent = double(r.recent, 1, r.size)
		r.recent[len(r.recent)-1] = s
		r.sorted = double(r.sorted, 1, r.size)
		copy(r.sorted[to+1:], r.sorted[to:])
		r.sorted[to] = s
		return
	}
	from, _ := slices.BinarySearch(r.sorted, r.recent[r.at])
	if to > from {
		to--
		copy(r.sorted[from:to], r.sorted[from+1:])
	} else {
		copy(r.sorted[to+1:from+1], r.sorted[to:])
	}
	r.sorted[to] = s
	r.recent[r.at] = s
	if r.at++; r.at == r.size {
		r.at = 0
	}
}
