package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark/watermark"
)

// object is a JSON object by its names, which count to the letter; of a name that
// comes twice the last counts, and null is as good as absent.
type object map[string]json.RawMessage

// parse reads a line.
func parse(line []byte) (o object, err error) {
	if !utf8.Valid(line) {
		return nil, errors.New("is not UTF-8")
	}
	if err := json.Unmarshal(line, &o); err != nil || o == nil {
		return nil, errors.New("is no JSON object")
	}
	return o, nil
}

// has reports whether a name is there.
func (o object) has(name string) bool {
	v := o[name]
	return len(v) > 0 && v[0] != 'n'
}

// text returns a string that must be there and not be empty.
func (o object) text(name string) (s string, err error) {
	if !o.has(name) {
		return "", fmt.Errorf("%s is missing", name)
	}
	if err := json.Unmarshal(o[name], &s); err != nil {
		return "", o.wrong(name, "a string")
	}
	if s == "" {
		return "", fmt.Errorf("%s is empty", name)
	}
	return s, nil
}

// number returns a finite number that must be there.
func (o object) number(name string) (v float64, err error) {
	if !o.has(name) {
		return 0, fmt.Errorf("%s is missing", name)
	}
	if v, err = strconv.ParseFloat(string(o[name]), 64); err != nil {
		return 0, o.wrong(name, "a number")
	}
	return v, nil
}

// instant returns a time that must be there.
func (o object) instant(name string) (watermark.Time, error) {
	if !o.has(name) {
		return 0, fmt.Errorf("%s is missing", name)
	}
	var s string
	var t time.Time
	if json.Unmarshal(o[name], &s) != nil || t.UnmarshalText([]byte(s)) != nil && t.UnmarshalText([]byte(s+"Z")) != nil {
		return 0, o.wrong(name, `a time like "2026-11-20T10:00:00", UTC, or RFC 3339`)
	}
	at, ok := watermark.Of(t)
	if !ok {
		return 0, o.wrong(name, "between the years 1678 and 2261")
	}
	return at, nil
}

// wrong says what is wrong with a value; of a long one it shows the beginning.
func (o object) wrong(name, want string) error {
	v := []rune(string(o[name]))
	if len(v) > 60 {
		return fmt.Errorf("%s is %s…: must be %s", name, string(v[:60]), want)
	}
	return fmt.Errorf("%s is %s: must be %s", name, string(v), want)
}
