package agg

// Mean is the arithmetic mean. It is summed in float64, compensated as in Sum,
// whatever N is: integers do not wrap around, and those beyond 2^53 are rounded.
type Mean[N Number] struct {
	s Sum[float64]
	n int64
}

// Add takes v.
func (m *Mean[N]) Add(v N) {
	m.s.Add(float64(v))
	m.n++
}

// Merge takes the values of o.
func (m *Mean[N]) Merge(o *Mean[N]) {
	m.s.Merge(&o.s)
	m.n += o.n
}

// Value returns the mean, 0 if there was no value.
func (m *Mean[N]) Value() float64 {
	if m.n == 0 {
		return 0
	}
	return m.s.Value() / float64(m.n)
}

// N returns the number of values.
func (m *Mean[N]) N() int64 { return m.n }
