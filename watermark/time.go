package watermark

import (
	"fmt"
	"time"
)

// Time is an event time in nanoseconds since 1970, UTC: from the year 1677 to
// 2262. Sums saturate.
type Time int64

// The bounds of time: no fact may lie on them. Min is also the watermark that
// is not set yet, Max that of an input which is closed.
const (
	Min Time = -1 << 63
	Max Time = 1<<63 - 1
)

// Of returns t as a Time; ok is false if t is the zero time or out of range,
// and the result is then the nearest Time between the bounds.
func Of(t time.Time) (_ Time, ok bool) {
	sec, nsec := t.Unix(), int64(t.Nanosecond())
	// Between these seconds no product or sum can overflow; the two at the
	// edges, which hold the bounds themselves, are judged by what they give.
	const least, most = int64(Min)/1e9 - 1, int64(Max) / 1e9
	switch {
	case sec < least || (sec == least && nsec <= 1e9+int64(Min)%1e9):
		return Min + 1, false
	case sec > most || (sec == most && nsec >= int64(Max)%1e9):
		return Max - 1, false
	case sec == least:
		return Time((sec+1)*1e9 + (nsec - 1e9)), true
	}
	return Time(sec*1e9 + nsec), true
}

// UTC returns t as a time.Time in UTC.
func (t Time) UTC() time.Time { return time.Unix(0, int64(t)).UTC() }

// Add returns t+d, at most Max and at least Min.
func (t Time) Add(d time.Duration) Time {
	s := t + Time(d)
	if (s < t) != (d < 0) {
		if d < 0 {
			return Min
		}
		return Max
	}
	return s
}

// Sub returns t-u, saturated.
func (t Time) Sub(u Time) time.Duration {
	d := t - u
	if (d > t) != (u < 0) && u != 0 {
		if t < u {
			return time.Duration(Min)
		}
		return time.Duration(Max)
	}
	return time.Duration(d)
}

// Floor returns the greatest n*size+offset that is not after t, for any whole
// n, negative too, and Min if that lies below it. It returns t if size is not
// positive.
func (t Time) Floor(size, offset time.Duration) Time {
	if size <= 0 {
		return t
	}
	f := t - Time(t.Phase(size, offset))
	if f > t {
		return Min
	}
	return f
}

// Phase returns how far t lies behind t.Floor(size, offset), were time without
// bounds: at least 0 and less than size, which must be positive.
func (t Time) Phase(size, offset time.Duration) time.Duration {
	s := int64(size)
	a, b := int64(t)%s, int64(offset)%s
	if a < 0 {
		a += s
	}
	if b < 0 {
		b += s
	}
	if a < b {
		return time.Duration(a + (s - b))
	}
	return time.Duration(a - b)
}

// String and MarshalText write t as RFC 3339 with as many decimals as it has.
func (t Time) String() string { return t.UTC().Format(time.RFC3339Nano) }

// MarshalText implements encoding.TextMarshaler.
func (t Time) MarshalText() ([]byte, error) {
	return t.UTC().AppendFormat(nil, time.RFC3339Nano), nil
}

// UnmarshalText implements encoding.TextUnmarshaler for what MarshalText writes.
func (t *Time) UnmarshalText(b []byte) error {
	u, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		return fmt.Errorf("watermark: time %q: %w", b, err)
	}
	v, ok := Of(u)
	switch {
	case ok:
	case u.Equal(Min.UTC()):
		v = Min
	case u.Equal(Max.UTC()):
		v = Max
	default:
		return fmt.Errorf("watermark: time %q: out of range: %s to %s", b, Min, Max)
	}
	*t = v
	return nil
}
