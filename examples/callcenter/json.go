package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// fields calls field for each member of the JSON object that is line, with its
// name, and its value as it stands there. It takes what encoding/json takes, but
// names to the letter, at several times the speed: what is plain is judged here,
// all else by json.Valid.
func fields(line []byte, field func(name, value []byte) error) error {
	i := blank(line, 0)
	if i == len(line) || line[i] != '{' {
		return errors.New("is no JSON object")
	}
	for first := true; ; first = false {
		i = blank(line, i+1) // behind { or ,
		if first && i < len(line) && line[i] == '}' {
			break
		}
		end := value(line, i)
		if end < 0 || line[i] != '"' {
			return broken(i, "a name")
		}
		name := line[i+1 : end-1]
		if bytes.IndexByte(name, '\\') >= 0 {
			name = []byte(text(line[i:end]))
		}
		if i = blank(line, end); i == len(line) || line[i] != ':' {
			return broken(i, "a colon")
		}
		i = blank(line, i+1)
		if end = value(line, i); end < 0 {
			return broken(i, "a value")
		}
		if err := field(name, line[i:end]); err != nil {
			return err
		}
		if i = blank(line, end); i == len(line) || line[i] != ',' && line[i] != '}' {
			return broken(i, "a comma or }")
		}
		if line[i] == '}' {
			break
		}
	}
	if i = blank(line, i+1); i < len(line) {
		return broken(i, "the end")
	}
	return nil
}

func broken(i int, want string) error {
	return fmt.Errorf("is no JSON object: byte %d must be %s", i+1, want)
}

// blank returns the position of what is not white, from i on.
func blank(line []byte, i int) int {
	for i < len(line) && (line[i] == ' ' || line[i] == '\t' || line[i] == '\r' || line[i] == '\n') {
		i++
	}
	return i
}

// value returns the end of the value at i, -1 if there is none.
func value(line []byte, i int) int {
	if i >= len(line) {
		return -1
	}
	end, plain := i+1, false
	switch line[i] {
	case '"':
		end, plain = quoted(line, i)
	case '{', '[':
		end = nested(line, i)
	default:
		for end < len(line) && bytes.IndexByte([]byte(",}] \t\r\n"), line[end]) < 0 {
			end++
		}
		plain = digits(line[i:end])
	}
	if end < 0 || !plain && !json.Valid(line[i:end]) {
		return -1
	}
	return end
}

// quoted returns the end of the string at i, -1 if it has none, and whether it
// has no escapes.
func quoted(line []byte, i int) (end int, plain bool) {
	plain = true
	for i++; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			return i + 1, plain
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			return -1, false
		}
	}
	return -1, false
}

// nested returns where the bracket at i is closed, -1 if it is not.
func nested(line []byte, i int) int {
	for depth := 0; i < len(line); i++ {
		switch line[i] {
		case '"':
			end, _ := quoted(line, i)
			if end < 0 {
				return -1
			}
			i = end - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// digits reports whether v is an integer as JSON writes it.
func digits(v []byte) bool {
	v = bytes.TrimPrefix(v, []byte("-"))
	for _, c := range v {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(v) > 0 && (v[0] != '0' || len(v) == 1)
}

// opt is a value that may be absent.
type opt[T any] struct {
	v  T
	ok bool
}

func null(v []byte) bool { return v[0] == 'n' }

func integer(name, v []byte) (o opt[int64], err error) {
	if null(v) {
		return o, nil
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return o, wrong(name, v, "an integer")
	}
	return opt[int64]{n, true}, nil
}

func number(name, v []byte) (o opt[float64], err error) {
	if null(v) {
		return o, nil
	}
	n, err := strconv.ParseFloat(string(v), 64)
	if err != nil {
		return o, wrong(name, v, "a number")
	}
	return opt[float64]{n, true}, nil
}

// isText checks the type of a string of which nothing else is of interest.
func isText(name, v []byte) error {
	if v[0] != '"' && !null(v) {
		return wrong(name, v, "a string")
	}
	return nil
}

// text returns the string that v writes, a quoted one.
func text(v []byte) (s string) {
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

// instant reads a time: as the format has it, or RFC 3339.
func instant(name, v []byte) (o opt[watermark.Time], err error) {
	if null(v) {
		return o, nil
	}
	if v[0] != '"' {
		return o, wrong(name, v, timeRule)
	}
	var buf [40]byte
	s := append(buf[:0], v[1:len(v)-1]...)
	if bytes.IndexByte(s, '\\') >= 0 {
		s = []byte(text(v))
	}
	rest, ok := formed(s)
	if ok && rest == len(s) {
		s = append(s, 'Z')
	}
	var t time.Time
	if !ok || t.UnmarshalText(s) != nil {
		return o, wrong(name, v, timeRule)
	}
	at, ok := watermark.Of(t)
	if !ok {
		return o, wrong(name, v, "between the years 1678 and 2261")
	}
	return opt[watermark.Time]{at, true}, nil
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

// wrong says what is wrong with a value; of a long one it shows the beginning.
func wrong(name, v []byte, want string) error {
	if len(v) > 60 {
		return fmt.Errorf("%s is %s…: must be %s", name, v[:60], want)
	}
	return fmt.Errorf("%s is %s: must be %s", name, v, want)
}
