package anomaly

import "math"

// recentre moves the origin of a dimension to the value of the last row, if the
// values at the hearts of all trees lie so far from it that float32 blurs them.
// They then have one sign and lie within a factor of two, so that their differences
// are exact: no box or cut there becomes another, and values equal to that of the
// last row stay so. What lies farther off may be rounded, as long as all that was
// parted stays so.
func (m *RandomCutForest) recentre() {
	for d := range m.dims {
		low, high := math.Inf(1), math.Inf(-1)
		for i := range m.trees {
			t := &m.trees[i]
			if t.mass == 0 {
				continue
			}
			heart := t.heart()
			for j := d; j < m.all; j += m.dims {
				s := t.sideOf(heart, j, &m.points)
				low, high = min(low, float64(s.low)), max(high, float64(s.high))
			}
		}
		far := max(math.Abs(low), math.Abs(high))
		value := m.rows.last[m.all-m.dims+d]
		by := within(value - m.rows.origin[d])
		if far > 64*(high-low) && float64(by) >= low && float64(by) <= high && m.parted(d, by) {
			m.shift(d, by)
			m.rows.origin[d] = value
		}
	}
}

// moved is v seen from an origin that has moved.
func moved(v, by float32) float32 { return max(-farthest, min(v-by, farthest)) }

// parted reports whether each cut of dimension d would part what it parts now, if
// all were moved.
func (m *RandomCutForest) parted(d int, by float32) bool {
	ok := true
	for i := range m.trees {
		t := &m.trees[i]
		t.walk(t.root, func(ref uint16) {
			if ref&isLeaf == 0 && int(t.nodes[ref].dim)%m.dims == d {
				n := &t.nodes[ref]
				left, right := t.sideOf(n.left, int(n.dim), &m.points), t.sideOf(n.right, int(n.dim), &m.points)
				cut := moved(n.cut, by)
				ok = ok && moved(left.high, by) <= cut && cut < moved(right.low, by)
			}
		})
	}
	return ok
}

// shift takes by off all that is kept of the values of dimension d.
func (m *RandomCutForest) shift(d int, by float32) {
	for j := d; j < m.all; j += m.dims {
		for i := j; i < len(m.points.values); i += m.all {
			m.points.values[i] = moved(m.points.values[i], by)
		}
	}
	for i := range m.trees {
		t := &m.trees[i]
		if m.all == 1 {
			for k := range t.leaves {
				l := &t.leaves[k]
				l.point = math.Float32bits(moved(math.Float32frombits(l.point), by))
			}
		}
		for j := d; j < m.all; j += m.dims {
			for k := j; k < len(t.boxes); k += m.all {
				t.boxes[k].low, t.boxes[k].high = moved(t.boxes[k].low, by), moved(t.boxes[k].high, by)
			}
		}
		for k := range t.nodes {
			if int(t.nodes[k].dim)%m.dims == d {
				t.nodes[k].cut = moved(t.nodes[k].cut, by)
			}
			t.setSum(uint16(k))
		}
	}
}
