package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark/examples/internal/jsonline"
	"github.com/tidemark-go/tidemark/watermark"
)

// event is a line of the feed, and what has been made of it.
type event struct {
	Line  int
	Text  []byte
	At    watermark.Time
	Timed bool // of itself or of the lines before it: else At says nothing

	Type, Source string
	shape        *shape
	values       []json.RawMessage // standardised, by the fields of the shape; nil: not there
	unknown      []string          // names that the metadata does not have

	broken error     // why it could not be standardised
	wrong  []problem // what is wrong with it, once it has been judged
}

// problem is a rule of the metadata that an event breaks.
type problem struct{ Rule, Text string }

func (e event) nanos() int64 { return int64(e.At) }

// bad reports whether an event that was judged is bad.
func (e event) bad() bool { return e.broken != nil || len(e.wrong) > 0 }

// standardise makes an event of a line: the names of the metadata, values of their
// kinds. A value that cannot be of its kind stays as it came. The time is there
// even if the rest is not, if it can be read.
func (m *meta) standardise(text []byte) (e event) {
	e.Text = text
	e.broken = func() error {
		if !utf8.Valid(text) {
			return errors.New("is not UTF-8")
		}
		var names []string
		values := map[string]json.RawMessage{}
		err := jsonline.Fields(text, func(name, v []byte) error {
			if _, twice := values[string(name)]; !twice {
				names = append(names, string(name))
			}
			values[string(name)] = v // of a name that comes twice the last counts
			return nil
		})
		if err != nil {
			return err
		}
		used := map[string]bool{}
		first := func(of []string) (name string, v json.RawMessage) {
			for _, name := range of {
				if v := values[name]; len(v) > 0 && !jsonline.Null(v) {
					used[name] = true
					return name, v
				}
			}
			return of[0], nil
		}
		name, v := first(m.Time)
		if v == nil {
			return fmt.Errorf("%s is missing", name)
		}
		at, ok := instant(v)
		if !ok {
			return jsonline.Wrong([]byte(name), v, "a time, RFC 3339, or Unix seconds or milliseconds")
		}
		switch t := at.UTC(); {
		case m.Earliest != nil && t.Before(*m.Earliest):
			return jsonline.Wrong([]byte(name), v, "at or after "+m.Earliest.Format(time.RFC3339Nano))
		case m.Latest != nil && t.After(*m.Latest):
			return jsonline.Wrong([]byte(name), v, "at or before "+m.Latest.Format(time.RFC3339Nano))
		}
		e.At, e.Timed = at, true
		if name, v = first(m.Type); v == nil {
			return fmt.Errorf("%s is missing", name)
		}
		e.Type = standard(plain(v))
		if e.shape = m.Events[e.Type]; e.shape == nil {
			e.Type = ""
			return jsonline.Wrong([]byte(name), v, "a type of the metadata")
		}
		if len(m.Source) > 0 {
			if _, v = first(m.Source); v != nil {
				e.Source = standard(plain(v))
			}
		}
		for _, f := range e.shape.Fields {
			_, v := first(append([]string{f.Name}, f.From...))
			if v != nil {
				v = f.standardise(v)
			}
			e.values = append(e.values, v)
		}
		for _, name := range names {
			if !used[name] && !jsonline.Null(values[name]) {
				e.unknown = append(e.unknown, name)
			}
		}
		return nil
	}()
	return e
}

// plain is a value as a text: a string without its quotes, all else as it stands.
func plain(v json.RawMessage) string {
	if v[0] == '"' {
		return jsonline.Text(v)
	}
	return string(v)
}

// instant reads a time, as text or as Unix seconds or milliseconds.
func instant(v json.RawMessage) (watermark.Time, bool) {
	if n, err := strconv.ParseInt(strings.TrimSpace(plain(v)), 10, 64); err == nil {
		t := time.Unix(n, 0)
		if n >= 1e11 || n <= -1e11 { // the year 5138 in seconds, 1973 in milliseconds
			t = time.UnixMilli(n)
		}
		return watermark.Of(t)
	}
	o, err := jsonline.Instant(nil, v)
	return o.V, err == nil && o.OK
}

// standardise gives a value of the kind of the field, or v if there is none.
func (f *field) standardise(v json.RawMessage) json.RawMessage {
	s := strings.TrimSpace(plain(v))
	switch f.Kind {
	case "text":
		if v[0] == '{' || v[0] == '[' {
			break
		}
		switch f.Case {
		case "lower":
			s = strings.ToLower(s)
		case "upper":
			s = strings.ToUpper(s)
		}
		return quote(s)
	case "integer", "number":
		if b := []byte(s); json.Valid(b) && (s[0] == '-' || s[0] >= '0' && s[0] <= '9') {
			return b
		}
	case "boolean":
		switch strings.ToLower(s) {
		case "true", "yes", "1":
			return json.RawMessage("true")
		case "false", "no", "0":
			return json.RawMessage("false")
		}
	case "time":
		if at, ok := instant(v); ok {
			return quote(at.UTC().Format(time.RFC3339Nano))
		}
	}
	return v
}

// quote writes a string as sinks do: without escaping HTML.
func quote(s string) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // of a string there is no error
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// judge finds what is wrong with an event that could be standardised.
func judge(e event) event {
	if e.broken != nil {
		return e
	}
	for i, f := range e.shape.Fields {
		if rule, text := f.judge(e.values[i]); rule != "" {
			e.wrong = append(e.wrong, problem{f.Name + " " + rule, text})
		}
	}
	return e
}

// judge returns the rule that a value breaks, "" if it is good.
func (f *field) judge(v json.RawMessage) (rule, text string) {
	wrong := func(rule, format string, a ...any) (string, string) {
		return rule, jsonline.Wrong([]byte(f.Name), v, fmt.Sprintf(format, a...)).Error()
	}
	switch {
	case v == nil && f.Required:
		return "required", f.Name + " is missing"
	case v == nil:
		return "", ""
	}
	number, err := strconv.ParseFloat(string(v), 64)
	_, whole := strconv.ParseInt(string(v), 10, 64)
	switch {
	case f.Kind == "integer" && whole != nil:
		return wrong("kind", "an integer of 64 bits")
	case f.Kind == "number" && err != nil:
		return wrong("kind", "a number")
	case f.Kind == "boolean" && v[0] != 't' && v[0] != 'f':
		return wrong("kind", "true or false")
	case f.Kind == "time":
		if _, ok := instant(v); !ok || v[0] != '"' {
			return wrong("kind", "a time")
		}
	case f.Kind == "text" && v[0] != '"':
		return wrong("kind", "a text")
	case f.Min != nil && number < *f.Min:
		return wrong("min", "at least %v", *f.Min)
	case f.Max != nil && number > *f.Max:
		return wrong("max", "at most %v", *f.Max)
	}
	if f.Kind != "text" {
		return "", ""
	}
	s := jsonline.Text(v)
	switch {
	case f.MaxLength > 0 && utf8.RuneCountInString(s) > f.MaxLength:
		return wrong("max_length", "of at most %d characters", f.MaxLength)
	case f.OneOf != nil && !slices.Contains(f.OneOf, s):
		return wrong("one_of", "one of %s", strings.Join(f.OneOf, ", "))
	case !f.pattern.MatchString(s):
		return wrong("pattern", "of the form %s", f.Pattern)
	}
	return "", ""
}
