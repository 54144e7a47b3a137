package jsonline

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark/watermark"
)

// Object is a JSON object by its names, which count to the letter; of a name that
// comes twice the last counts, and null is as good as absent. It is for where a
// line may cost a map; Fields is for where it may not.
type Object map[string]json.RawMessage

// Parse reads a line.
func Parse(line []byte) (o Object, err error) {
	if !utf8.Valid(line) {
		return nil, errors.New("is not UTF-8")
	}
	if err := json.Unmarshal(line, &o); err != nil || o == nil {
		return nil, errors.New("is no JSON object")
	}
	return o, nil
}

// Has reports whether a name is there.
func (o Object) Has(name string) bool {
	v := o[name]
	return len(v) > 0 && !Null(v)
}

// Need returns an error if a name is not there.
func (o Object) Need(name string) error {
	if !o.Has(name) {
		return fmt.Errorf("%s is missing", name)
	}
	return nil
}

// Text returns a string that must be there and not be empty.
func (o Object) Text(name string) (s string, err error) {
	if err := o.Need(name); err != nil {
		return "", err
	}
	if err := json.Unmarshal(o[name], &s); err != nil {
		return "", o.Wrong(name, "a string")
	}
	if s == "" {
		return "", fmt.Errorf("%s is empty", name)
	}
	return s, nil
}

// Integer returns an integer that must be there.
func (o Object) Integer(name string) (n int64, err error) {
	if err := o.Need(name); err != nil {
		return 0, err
	}
	if n, err = strconv.ParseInt(string(o[name]), 10, 64); err != nil {
		return 0, o.Wrong(name, "an integer of 64 bits")
	}
	return n, nil
}

// Number returns a finite number that must be there.
func (o Object) Number(name string) (v float64, err error) {
	if err := o.Need(name); err != nil {
		return 0, err
	}
	if v, err = strconv.ParseFloat(string(o[name]), 64); err != nil {
		return 0, o.Wrong(name, "a number")
	}
	return v, nil
}

// Instant returns a time that must be there, RFC 3339 or without a zone, in UTC.
func (o Object) Instant(name string) (watermark.Time, error) {
	if err := o.Need(name); err != nil {
		return 0, err
	}
	var s string
	var t time.Time
	if json.Unmarshal(o[name], &s) != nil || t.UnmarshalText([]byte(s)) != nil && t.UnmarshalText([]byte(s+"Z")) != nil {
		return 0, o.Wrong(name, timeRule)
	}
	at, ok := watermark.Of(t)
	if !ok {
		return 0, o.Wrong(name, "between the years 1678 and 2261")
	}
	return at, nil
}

// Object returns an object that must be there.
func (o Object) Object(name string) (in Object, err error) {
	if err := o.Need(name); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(o[name], &in); err != nil {
		return nil, o.Wrong(name, "an object")
	}
	return in, nil
}

// Wrong says what is wrong with a value; of a long one it shows the beginning.
func (o Object) Wrong(name, want string) error {
	v := []rune(string(o[name]))
	if len(v) > 60 {
		return fmt.Errorf("%s is %s…: must be %s", name, string(v[:60]), want)
	}
	return fmt.Errorf("%s is %s: must be %s", name, string(v), want)
}
