package anomaly

import (
	"errors"
	"fmt"
	"slices"
)

// Expected returns x with the values of the missing dimensions, whatever they are,
// replaced by those that the forest would expect beside the others. Each tree
// gives the point of its sample that is next to x in the other dimensions, and the
// median over the trees is taken, dimension by dimension. An infinity or a NaN
// elsewhere is a *ValueError; before Ready there is an error.
func (m *RandomCutForest) Expected(x []float64, missing ...int) ([]float64, error) {
	full := slices.Clone(x)
	for _, d := range missing {
		if d < 0 || d >= len(x) {
			return nil, fmt.Errorf("anomaly: missing dimension %d of a point of %d: it must be one of them", d, len(x))
		}
		full[d] = 0
	}
	for d, v := range full {
		if v != v {
			return nil, &ValueError{d, m.nameOf(d), v, ", or the dimension named as missing"}
		}
	}
	if err := m.take(full); err != nil {
		return nil, err
	}
	if !m.ready() {
		return nil, errNotReady
	}
	unknown := make([]bool, m.all)
	for _, d := range missing {
		unknown[m.all-m.dims+d] = true
	}
	m.fill(unknown, full)
	return full, nil
}

var errNotReady = errors.New("anomaly: the forest has seen too few points to expect anything")

func (m *RandomCutForest) nameOf(d int) string {
	if d < len(m.names) {
		return m.names[d]
	}
	return ""
}

// Forecast returns the next rows that the forest would expect, one after the
// other. It needs a Shingle of 2 or more, and to be Ready; else there is an error.
func (m *RandomCutForest) Forecast(rows int) ([][]float64, error) {
	switch {
	case m.all == m.dims:
		return nil, errors.New("anomaly: Forecast with a Shingle of 1: each row is scored by itself, so none follows from another")
	case !m.ready():
		return nil, errNotReady
	case rows < 0:
		return nil, fmt.Errorf("anomaly: Forecast of %d rows: must not be negative", rows)
	}
	before := slices.Clone(m.rows.last)
	defer func() { copy(m.rows.last, before) }()
	unknown := make([]bool, m.all)
	for d := range m.dims {
		unknown[m.all-m.dims+d] = true
	}
	var ahead [][]float64
	for range rows {
		row := make([]float64, m.dims)
		clear(m.rows.row)
		m.rows.load()
		m.fill(unknown, row)
		copy(m.rows.row, row)
		m.rows.push()
		ahead = append(ahead, row)
	}
	return ahead, nil
}

// impute fills in the values of the row at hand that are NaN in x.
func (m *RandomCutForest) impute(x []float64) {
	unknown := make([]bool, m.all)
	for d, v := range x {
		unknown[m.all-m.dims+d] = v != v
	}
	m.fill(unknown, m.rows.row)
	m.rows.load()
}

// fill sets the unknown values of the newest row of the point at hand in row.
func (m *RandomCutForest) fill(unknown []bool, row []float64) {
	x, old := m.rows.point, m.all-m.dims
	var found []uint32
	for i := range m.trees {
		if t := &m.trees[i]; t.mass > 0 {
			s := search{t, &m.points, x, unknown}
			l, _, _ := s.nearest(t.root)
			found = append(found, l)
		}
	}
	values := make([]float32, len(found))
	for d := range row {
		if !unknown[old+d] || len(found) == 0 {
			continue
		}
		for i, p := range found {
			values[i] = m.points.at(p)[old+d]
		}
		slices.Sort(values)
		row[d] = m.rows.back(old+d, values[(len(values)-1)/2])
	}
}

// search looks through a tree for the point next to x in what is known of it.
type search struct {
	t       *tree
	points  *points
	x       []float32
	unknown []bool
}

// nearest returns the point, how far it is, and how many of the sample stand
// behind it: below a cut of an unknown dimension both sides are looked at, and of
// equally near ones the heavier side is taken.
func (s *search) nearest(ref uint16) (point uint32, far float64, mass int) {
	if ref&isLeaf != 0 {
		l := &s.t.leaves[ref&^isLeaf]
		for d, v := range s.points.at(l.point) {
			if !s.unknown[d] {
				far += max(float64(v)-float64(s.x[d]), float64(s.x[d])-float64(v))
			}
		}
		return l.point, far, int(l.mass)
	}
	n := &s.t.nodes[ref]
	if !s.unknown[n.dim] {
		if s.x[n.dim] <= n.cut {
			return s.nearest(n.left)
		}
		return s.nearest(n.right)
	}
	point, far, mass = s.nearest(n.left)
	p, f, w := s.nearest(n.right)
	switch {
	case f < far:
		return p, f, w
	case f > far:
		return point, far, mass
	case w > mass:
		point = p
	}
	return point, far, mass + w
}
