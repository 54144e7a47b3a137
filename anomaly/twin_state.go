package anomaly

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"math"
)

// The bytes of a twin: a mark and a version; Mean and Gate; the last points; the
// scores; the two forests, each after its length; a checksum.
const (
	twinMark    = "tmtwin"
	twinVersion = 1
)

// AppendBinary implements Model, and encoding.BinaryAppender.
func (m *TwinForest) AppendBinary(b []byte) ([]byte, error) {
	if m.points == nil {
		return b, errors.New("anomaly: this twin was not made by Twin.Grow: it has no state")
	}
	from := len(b)
	w := begin(b, twinMark, twinVersion)
	w.u64(uint64(m.set.Mean))
	w.u64(uint64(m.set.Forest.Gate))
	w.u32(uint32(len(m.last)))
	w.u32(uint32(m.at))
	w.f64(m.last...)
	m.quiet.write(&w)
	for _, f := range []*RandomCutForest{m.points, m.level} {
		at := len(w.b)
		w.u64(0)
		state, err := f.AppendBinary(w.b)
		if err != nil {
			return b, err
		}
		w.b = state
		binary.LittleEndian.PutUint64(w.b[at:], uint64(len(w.b)-at-8))
	}
	return w.end(from), nil
}

// MarshalBinary implements encoding.BinaryMarshaler; see AppendBinary.
func (m *TwinForest) MarshalBinary() ([]byte, error) { return m.AppendBinary(nil) }

// UnmarshalBinary implements Model. The rules are those of a forest; Mean and Gate
// have to be the same too.
func (m *TwinForest) UnmarshalBinary(b []byte) error {
	if m.points == nil {
		return errors.New("anomaly: this twin was not made by Twin.Grow: it cannot take a state")
	}
	fresh, err := m.set.Grow(len(m.mean))
	if err == nil {
		err = fresh.read(b)
	}
	if err != nil {
		return fmt.Errorf("anomaly: state of a twin: %w", err)
	}
	*m = *fresh
	return nil
}

func (m *TwinForest) read(b []byte) error {
	r, err := open(b, twinMark, twinVersion)
	if err != nil {
		return err
	}
	if mean, gate := r.u64(), r.u64(); !r.short && (mean != uint64(m.set.Mean) || gate != uint64(m.set.Forest.Gate)) {
		return fmt.Errorf("the settings are others: Mean is %d there and %d here, Gate %d and %d", mean, m.set.Mean, int64(gate), m.set.Forest.Gate)
	}
	n, at, dims := int(r.u32()), int(r.u32()), len(m.mean)
	r.must(n <= cap(m.last) && n%dims == 0 && at%dims == 0 && (n < cap(m.last) && at == n || n == cap(m.last) && at < n))
	if r.wants(n, 8) {
		m.last, m.at = m.last[:n], at
		r.reals(m.last, math.MaxFloat64)
	}
	m.quiet.read(&r)
	for _, f := range []*RandomCutForest{m.points, m.level} {
		size := r.u64()
		if r.must(size <= uint64(len(r.b))); r.bad() {
			return errDamaged
		}
		if err := f.UnmarshalBinary(r.take(int(size))); err != nil {
			return err
		}
	}
	r.must(len(r.b) == 0 && m.points.seen == m.level.seen && min(m.points.seen, uint64(m.set.Mean)) == uint64(n/dims))
	return r.err()
}

// begin begins a state after b.
func begin(b []byte, mark string, version uint16) writer {
	w := writer{append(b, mark...)}
	w.u16(version)
	return w
}

// end ends the state that begins at from with its checksum.
func (w *writer) end(from int) []byte {
	w.u64(crc64.Checksum(w.b[from:], crc))
	return w.b
}

// open checks mark, version and checksum, and returns a reader of what is between.
func open(b []byte, mark string, version uint16) (reader, error) {
	r := reader{b: b}
	if string(r.take(len(mark))) != mark {
		return r, errors.New("these bytes are none")
	}
	if v := r.u16(); v != version && !r.short {
		return r, fmt.Errorf("version %d, and this program knows %d", v, version)
	}
	if n := len(b) - 8; n < len(mark)+2 || crc64.Checksum(b[:n], crc) != binary.LittleEndian.Uint64(b[n:]) {
		return r, fmt.Errorf("%w: the checksum is another", errDamaged)
	}
	r.b = r.b[:len(r.b)-8]
	return r, nil
}
