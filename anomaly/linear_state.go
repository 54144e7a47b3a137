package anomaly

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// The bytes of a linear model: a mark and a version; the settings that shape it;
// how many points it has seen; the courses; the recent scores; a checksum.
const (
	linearMark    = "tmlinear"
	linearVersion = 1
)

func (m *LinearModel) settings() []setting {
	return []setting{
		{"dimensions", uint64(m.dims), whole},
		{"Lags", uint64(m.set.Lags), whole},
		{"Memory", uint64(m.set.Memory), whole},
		{"Recent", uint64(m.set.Recent), whole},
	}
}

// AppendBinary implements Model, and encoding.BinaryAppender.
func (m *LinearModel) AppendBinary(b []byte) ([]byte, error) {
	if m.dims == 0 {
		return b, errors.New("anomaly: this model was not made by Linear.Fit: it has no state")
	}
	w := begin(b, linearMark, linearVersion)
	for _, s := range m.settings() {
		w.u64(s.value)
	}
	w.u64(m.seen)
	for i := range m.courses {
		l := &m.courses[i]
		w.f64(l.mean, l.variance, l.greatest, l.magnitude)
		w.f64(l.last...)
		w.f64(l.weights...)
		w.f64(l.inverse...)
	}
	w.u32(uint32(len(m.rank.recent)))
	w.u32(uint32(m.rank.at))
	w.f64(m.rank.recent...)
	return w.end(len(b)), nil
}

// MarshalBinary implements encoding.BinaryMarshaler; see AppendBinary.
func (m *LinearModel) MarshalBinary() ([]byte, error) { return m.AppendBinary(nil) }

// UnmarshalBinary implements Model. Lags, Memory, Recent and the dimensions have to
// be those of the model that was written.
func (m *LinearModel) UnmarshalBinary(b []byte) error {
	if m.dims == 0 {
		return errors.New("anomaly: this model was not made by Linear.Fit: it cannot take a state")
	}
	fresh, err := m.set.Fit(m.dims)
	if err == nil {
		err = fresh.read(b)
	}
	if err != nil {
		return fmt.Errorf("anomaly: state of a linear model: %w", err)
	}
	*m = *fresh
	return nil
}

func (m *LinearModel) read(b []byte) error {
	r, err := open(b, linearMark, linearVersion)
	if err != nil {
		return err
	}
	var differ []error
	for _, s := range m.settings() {
		if v := r.u64(); v != s.value && !r.short {
			differ = append(differ, fmt.Errorf("%s is %s there and %s here", s.name, s.text(v), s.text(s.value)))
		}
	}
	if len(differ) > 0 {
		return fmt.Errorf("the settings are others: %w", errors.Join(differ...))
	}
	m.seen = r.u64()
	r.must(m.seen < 1<<62)
	for i := range m.courses {
		l := &m.courses[i]
		l.mean, l.variance, l.greatest, l.magnitude = r.f64(), r.f64(), r.f64(), r.f64()
		r.must(math.Abs(l.mean) <= farValue && l.variance >= 0 && l.variance <= math.MaxFloat64 && l.greatest >= 0 && l.greatest <= math.MaxFloat64 && l.magnitude >= 0 && l.magnitude <= farValue)
		r.reals(l.last, farValue)
		r.reals(l.weights, mostWeight)
		r.reals(l.inverse, mostKnown)
	}
	n, at := int(r.u32()), int(r.u32())
	r.must(n >= 0 && n <= m.set.Recent && at >= 0 && (at == 0 || at < n && n == m.set.Recent) && n*8 == len(r.b))
	if r.wants(n, 8) {
		recent := make([]float64, n)
		r.reals(recent, mostWrong)
		m.rank.recent, m.rank.sorted, m.rank.at = recent, slices.Sorted(slices.Values(recent)), at
	}
	return r.err()
}
