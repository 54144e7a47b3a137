package anomaly

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// The bytes of a spotter: a mark and a version; the settings; the time of the last
// point; the points from the oldest on, each with its time if there is a Span; a
// checksum.
const (
	spotsMark    = "tmspots"
	spotsVersion = 1
)

func (s *Spotter) settings() []setting {
	return []setting{
		{"dimensions", uint64(s.dims), whole},
		{"Records", uint64(s.set.Records), whole},
		{"Span", uint64(s.set.Span), duration},
		{"Radius", math.Float64bits(s.set.Radius), real},
		{"Least", uint64(s.set.Least), whole},
	}
}

// AppendBinary appends all that s knows to b. It implements
// encoding.BinaryAppender.
func (s *Spotter) AppendBinary(b []byte) ([]byte, error) {
	if s.dims == 0 {
		return b, errors.New("anomaly: these hotspots were not made by Hotspots.New: they have no state")
	}
	w := begin(b, spotsMark, spotsVersion)
	for _, set := range s.settings() {
		w.u64(set.value)
	}
	w.u64(uint64(s.now))
	w.u32(uint32(s.n))
	for i := range s.n {
		p := s.place(i)
		if s.set.Span > 0 {
			w.u64(uint64(s.spots[p].time))
		}
		w.f64(s.at(p)...)
	}
	return w.end(len(b)), nil
}

// MarshalBinary implements encoding.BinaryMarshaler; see AppendBinary.
func (s *Spotter) MarshalBinary() ([]byte, error) { return s.AppendBinary(nil) }

// UnmarshalBinary takes what AppendBinary wrote, into a Spotter that was made with
// the same fields and dimensions. Bytes that are none or of others are an error,
// and s is as it was. It costs what it costs to add the points again.
func (s *Spotter) UnmarshalBinary(b []byte) error {
	if s.dims == 0 {
		return errors.New("anomaly: these hotspots were not made by Hotspots.New: they cannot take a state")
	}
	fresh, err := s.set.New(s.dims)
	if err == nil {
		err = fresh.read(b)
	}
	if err != nil {
		return fmt.Errorf("anomaly: state of hotspots: %w", err)
	}
	*s = *fresh
	return nil
}

func (s *Spotter) read(b []byte) error {
	r, err := open(b, spotsMark, spotsVersion)
	if err != nil {
		return err
	}
	var differ []error
	for _, set := range s.settings() {
		if v := r.u64(); v != set.value && !r.short {
			differ = append(differ, fmt.Errorf("%s is %s there and %s here", set.name, set.text(v), set.text(set.value)))
		}
	}
	if len(differ) > 0 {
		return fmt.Errorf("the settings are others: %w", errors.Join(differ...))
	}
	now, n := watermark.Time(r.u64()), int(r.u32())
	size := 8 * s.dims
	if s.set.Span > 0 {
		size += 8
	}
	r.must(n <= s.set.Records && n*size == len(r.b))
	x := make([]float64, s.dims)
	for range n {
		if r.bad() {
			break
		}
		t := now
		if s.set.Span > 0 {
			t = watermark.Time(r.u64())
			r.must(t >= s.now && t <= now && !gone(t, now, int64(s.set.Span/time.Nanosecond)))
		}
		r.reals(x, math.MaxFloat64)
		if r.bad() {
			break
		}
		if err := s.AddAt(t, x); err != nil {
			return err
		}
	}
	s.now, s.due = now, false
	return r.err()
}
