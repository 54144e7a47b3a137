package anomaly

// rows makes points out of the rows that come: the values of the last Shingle
// rows, the newest last, as float32 less an origin, which keeps what is small
// beside a great offset.
type rows struct {
	dims   int
	row    []float64 // the row at hand, with what was missing filled in
	last   []float64 // the rows before it, the newest last; as many as a point has
	origin []float64 // of each dimension
	point  []float32 // the point at hand
}

// farthest is where values stop, seen from their origin: the sum over all
// dimensions of what lies between two must be finite.
const farthest = 1 << 100

// load makes the point at hand of the row at hand and those before.
func (r *rows) load() {
	old := len(r.point) - r.dims
	for i, v := range r.last[r.dims:] {
		r.point[i] = within(v - r.origin[i%r.dims])
	}
	for d, v := range r.row {
		r.point[old+d] = within(v - r.origin[d])
	}
}

func within(v float64) float32 { return float32(max(-farthest, min(v, farthest))) }

// back returns value i of a point as it came.
func (r *rows) back(i int, v float32) float64 {
	return r.origin[i%r.dims] + float64(v)
}

// push keeps the row at hand for the points after it.
func (r *rows) push() {
	copy(r.last, r.last[r.dims:])
	copy(r.last[len(r.last)-r.dims:], r.row)
}
