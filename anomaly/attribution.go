package anomaly

// Explain implements Model. For a point of a row, what the rows before it in the
// shingle give is counted under the same dimensions. What a point gives that is
// equal to one of the sample has no direction, and is shared out evenly.
func (m *RandomCutForest) Explain(x []float64, dst []Part) []Part {
	if m.take(x) != nil || !m.ready() {
		return dst
	}
	return m.explain(dst)
}

// Parts implements Attributed. It is asked for by Forest.Attribution.
func (m *RandomCutForest) Parts(dst []Part) []Part { return append(dst, m.parts...) }

// explain appends the parts of the score of the point at hand.
func (m *RandomCutForest) explain(dst []Part) []Part {
	if m.sides == nil {
		m.sides = make([]float64, 4*m.all)
	}
	total, one := m.sides[:2*m.all], m.sides[2*m.all:]
	clear(total)
	noise := m.noise()
	for i := range m.trees {
		t := &m.trees[i]
		if t.mass == 0 {
			continue
		}
		m.explainIn(t, m.rows.point, noise, one)
		for j, s := range one {
			total[j] += float64(s * m.log[t.mass])
		}
	}
	trees := float64(len(m.trees))
	for d := range m.dims {
		p := Part{Name: m.names[d]}
		for j := d; j < m.all; j += m.dims {
			p.High += total[2*j] / trees
			p.Low += total[2*j+1] / trees
		}
		dst = append(dst, p)
	}
	return dst
}

// explainIn is scoreIn by dimension and side: high and low of each dimension in
// turn.
func (m *RandomCutForest) explainIn(t *tree, x []float32, noise float64, parts []float64) {
	w := t.descend(x, m.path[0])
	y, depth := m.points.box(w.leaf.point), len(w.path)
	even := m.equal(&w) / float64(len(parts))
	for j := range parts {
		parts[j] = even
	}
	off := beyond(x, y)
	if off == 0 {
		return
	}
	mix(parts, x, y, m.per[depth], off+noise)
	for depth--; depth >= 0; depth-- {
		i := w.path[depth]
		box := t.box(i)
		off := beyond(x, box)
		if off == 0 {
			return
		}
		mix(parts, x, box, m.per[depth], t.sum(i)+off+noise)
	}
}

// mix is a step of the recursion: of the cuts over a length of whole, those that
// part x from the box give the score s to the side on which x lies, and the others
// what parts had before.
func mix(parts []float64, x []float32, box []side, s, whole float64) {
	keep := 1 - beyond(x, box)/whole
	for d, v := range x {
		parts[2*d] = float64(parts[2*d] * keep)
		parts[2*d+1] = float64(parts[2*d+1] * keep)
		if v > box[d].high {
			parts[2*d] += float64((float64(v) - float64(box[d].high)) / whole * s)
		} else if v < box[d].low {
			parts[2*d+1] += float64((float64(box[d].low) - float64(v)) / whole * s)
		}
	}
}
