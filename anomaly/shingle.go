package anomaly

import "math"

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

// recentre moves the origin of a dimension to the value of the last row, if all
// values in the trees lie so far from it that float32 blurs them. They then have
// one sign and lie within a factor of two, so that their differences are exact:
// no box or cut becomes another, and values equal to that of the last row stay so.
func (m *RandomCutForest) recentre() {
	for d := range m.dims {
		low, high := math.Inf(1), math.Inf(-1)
		for i := range m.trees {
			t := &m.trees[i]
			if t.mass == 0 {
				continue
			}
			box := t.boxOf(t.root, &m.points)
			for j := d; j < m.all; j += m.dims {
				low, high = min(low, float64(box[j].low)), max(high, float64(box[j].high))
			}
		}
		far := max(math.Abs(low), math.Abs(high))
		value := m.rows.last[m.all-m.dims+d]
		by := within(value - m.rows.origin[d])
		if far > 64*(high-low) && far < farthest && float64(by) >= low && float64(by) <= high {
			m.shift(d, by)
			m.rows.origin[d] = value
		}
	}
}

// shift takes by off all that is kept of the values of dimension d.
func (m *RandomCutForest) shift(d int, by float32) {
	for j := d; j < m.all; j += m.dims {
		for i := j; i < len(m.points.values); i += m.all {
			m.points.values[i] -= by
		}
		for i := range m.trees {
			t := &m.trees[i]
			for k := j; k < len(t.boxes); k += m.all {
				t.boxes[k].low -= by
				t.boxes[k].high -= by
			}
			for k := range t.nodes {
				if int(t.nodes[k].dim) == j {
					t.nodes[k].cut -= by
				}
			}
		}
	}
}
