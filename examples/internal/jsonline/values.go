package jsonline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Opt is a value that may be absent.
type Opt[T any] struct {
	V  T
	OK bool
}

// Null reports whether v is null.
func Null(v []byte) bool { return v[0] == 'n' }

// Integer reads an integer of 64 bits; null is as good as absent, here and below.
func Integer(name, v []byte) (o Opt[int64], err error) {
	if Null(v) {
		return o, nil
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return o, Wrong(name, v, "an integer")
	}
	return Opt[int64]{n, true}, nil
}

// Number reads a number.
func Number(name, v []byte) (o Opt[float64], err error) {
	if Null(v) {
		return o, nil
	}
	n, err := strconv.ParseFloat(string(v), 64)
	if err != nil {
		return o, Wrong(name, v, "a number")
	}
	return Opt[float64]{n, true}, nil
}

// IsText checks the type of a string of which nothing else is of interest.
func IsText(name, v []byte) error {
	if v[0] != '"' && !Null(v) {
		return Wrong(name, v, "a string")
	}
	return nil
}

// Text returns the string that v writes, a quoted one.
func Text(v []byte) (s string) {
	if bytes.IndexByte(v, '\\') < 0 {
		return string(v[1 : len(v)-1])
	}
	if err := json.Unmarshal(v, &s); err != nil {
		return string(v) // is not so: value has found it valid
	}
	return s
}

const (
	timeRule = `a time like "2026-11-20T10:00:00", UTC, or RFC 3339`
	timeForm = "0000-00-00T00:00:00"
)

// Instant reads a time: as the format has it, or RFC 3339.
func Instant(name, v []byte) (o Opt[watermark.Time], err error) {
	if Null(v) {
		return o, nil
	}
	if v[0] != '"' {
		return o, Wrong(name, v, timeRule)
	}
	var buf [40]byte
	s := append(buf[:0], v[1:len(v)-1]...)
	if bytes.IndexByte(s, '\\') >= 0 {
		s = []byte(Text(v))
	}
	rest, ok := formed(s)
	if ok && rest == len(s) {
		s = append(s, 'Z')
	}
	var t time.Time
	if !ok || t.UnmarshalText(s) != nil {
		return o, Wrong(name, v, timeRule)
	}
	at, ok := watermark.Of(t)
	if !ok {
		return o, Wrong(name, v, "between the years 1678 and 2261")
	}
	return Opt[watermark.Time]{at, true}, nil
}

// formed reports whether s begins with a date and a time in the form to the
// letter, which package time takes less strictly, and where its zone is to be.
func formed(s []byte) (zone int, ok bool) {
	if len(s) < len(timeForm) {
		return 0, false
	}
	for i, c := range []byte(timeForm) {
		if c == '0' && (s[i] < '0' || s[i] > '9') || c != '0' && s[i] != c {
			return 0, false
		}
	}
	zone = len(timeForm)
	if zone < len(s) && s[zone] == '.' {
		for zone++; zone < len(s) && s[zone] >= '0' && s[zone] <= '9'; zone++ {
			ok = true // at least one digit
		}
		return zone, ok
	}
	return zone, zone == len(s) || s[zone] != ','
}

// Wrong says what is wrong with a value; of a long one it shows the beginning.
func Wrong(name, v []byte, want string) error {
	if len(v) > 60 {
		return fmt.Errorf("%s is %s…: must be %s", name, v[:60], want)
	}
	return fmt.Errorf("%s is %s: must be %s", name, v, want)
}
