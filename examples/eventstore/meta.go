package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-go/tidemark/window"
)

// What the program has without -meta and -rules.
var (
	//go:embed meta.json
	ownMeta []byte
	//go:embed rules.json
	ownRules []byte
)

// meta says what events there are, and what is good.
type meta struct {
	Type   []string `json:"type"`   // names under which an event has its type; the first that is there counts
	Time   []string `json:"time"`   // and its time
	Source []string `json:"source"` // and where it comes from, which may be left out

	// No event can be before the one or after the other; nil: any can. A clock that
	// is wrong by years makes bad events then, and moves no window.
	Earliest *time.Time `json:"earliest"`
	Latest   *time.Time `json:"latest"`

	Events map[string]*shape `json:"events"` // by type, in lower case
}

// shape is what is known of the events of a type.
type shape struct {
	Fields []*field `json:"fields"` // in the order of the standardised event
}

// field is a field of an event.
type field struct {
	Name      string   `json:"name"`       // in the standardised event
	From      []string `json:"from"`       // other names that it comes under
	Kind      string   `json:"kind"`       // text, integer, number, boolean or time
	Case      string   `json:"case"`       // of a text: lower or upper; "": as it came
	Required  bool     `json:"required"`   // must be there
	Min       *float64 `json:"min"`        // of a number
	Max       *float64 `json:"max"`        // of a number
	MaxLength int      `json:"max_length"` // of a text, in characters; 0: any
	OneOf     []string `json:"one_of"`     // of a text; none: any
	Pattern   string   `json:"pattern"`    // of a text, a regular expression; "": any

	pattern *regexp.Regexp
}

// rule says when there is an alarm: in a window of Size, each Every, at least
// Least events of which at least Share are bad.
type rule struct {
	Name  string   `json:"name"`
	Type  string   `json:"type"` // of the events; "": all, those of no type too
	By    string   `json:"by"`   // type or source: each has windows of its own; "": all together
	Size  duration `json:"size"`
	Every duration `json:"every"`
	Share float64  `json:"share"`
	Least int64    `json:"least"` // 0: one is enough
}

// duration is a time.Duration as "5m" in JSON.
type duration time.Duration

// UnmarshalJSON implements json.Unmarshaler.
func (d *duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf(`%s: must be a duration like "5m"`, b)
	}
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf(`%s: must be a duration like "5m"`, b)
	}
	*d = duration(v)
	return nil
}

// load reads a file of JSON, or own if there is none, and knows all of its names.
func load(flag, path string, own []byte, v any) error {
	if path != "" {
		var err error
		if own, err = os.ReadFile(path); err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
	}
	d := json.NewDecoder(bytes.NewReader(own))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("has more than one value")
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %s: %w", flag, path, err)
	}
	return nil
}

func loadMeta(path string) (*meta, error) {
	m := new(meta)
	if err := load("-meta", path, ownMeta, m); err != nil {
		return nil, err
	}
	var wrong []error
	say := func(format string, a ...any) { wrong = append(wrong, fmt.Errorf("-meta: "+format, a...)) }
	if len(m.Type) == 0 || len(m.Time) == 0 || len(m.Events) == 0 {
		say("type, time and events must be there")
	}
	if m.Earliest != nil && m.Latest != nil && m.Latest.Before(*m.Earliest) {
		say("latest %s: must not be before earliest %s", m.Latest.Format(time.RFC3339Nano), m.Earliest.Format(time.RFC3339Nano))
	}
	var types []string
	for name := range m.Events { // order: sorted below
		types = append(types, name)
	}
	slices.Sort(types)
	for _, name := range types {
		if name != standard(name) || name == "" {
			say("event %q: must be in lower case, without blanks around it", name)
		}
		names := map[string]bool{}
		for _, alias := range slices.Concat(m.Type, m.Time, m.Source) {
			names[alias] = true
		}
		if m.Events[name] == nil {
			say("event %q: is null", name)
			continue
		}
		for _, f := range m.Events[name].Fields {
			if f == nil {
				say("event %q: a field is null", name)
				continue
			}
			where := fmt.Sprintf("event %q, field %q", name, f.Name)
			for _, alias := range append([]string{f.Name}, f.From...) {
				if alias == "" || names[alias] {
					say("%s: the name %q is empty, or there twice", where, alias)
				}
				names[alias] = true
			}
			if !slices.Contains([]string{"text", "integer", "number", "boolean", "time"}, f.Kind) {
				say("%s: kind %q: must be text, integer, number, boolean or time", where, f.Kind)
			}
			if !slices.Contains([]string{"", "lower", "upper"}, f.Case) {
				say("%s: case %q: must be lower or upper", where, f.Case)
			}
			if f.Kind != "text" && (f.Case != "" || f.MaxLength != 0 || f.OneOf != nil || f.Pattern != "") {
				say("%s: case, max_length, one_of and pattern are for a text alone", where)
			}
			if f.Kind != "number" && f.Kind != "integer" && (f.Min != nil || f.Max != nil) {
				say("%s: min and max are for a number alone", where)
			}
			var err error
			if f.pattern, err = regexp.Compile(f.Pattern); err != nil {
				say("%s: %v", where, err)
			}
		}
	}
	return m, errors.Join(wrong...)
}

func loadRules(path string, m *meta) (rules []rule, err error) {
	if err := load("-rules", path, ownRules, &rules); err != nil {
		return nil, err
	}
	if len(rules) == 0 {
		return nil, errors.New("-rules: must have one at least")
	}
	var wrong []error
	names := map[string]bool{}
	for _, r := range rules {
		say := func(format string, a ...any) {
			wrong = append(wrong, fmt.Errorf("-rules: rule %q: %s", r.Name, fmt.Sprintf(format, a...)))
		}
		if r.Name == "" || names[r.Name] {
			say("the name is empty, or there twice")
		}
		names[r.Name] = true
		if r.Type != "" && m.Events[r.Type] == nil {
			say("type %q: is not in the metadata", r.Type)
		}
		if !slices.Contains([]string{"", "type", "source"}, r.By) {
			say("by %q: must be type or source", r.By)
		}
		if !(r.Share > 0 && r.Share <= 1) {
			say("share %v: must be above 0 and at most 1", r.Share)
		}
		if r.Least < 0 {
			say("least %d: must not be negative", r.Least)
		}
		if _, err := r.window().Plan(); err != nil {
			say("%v", err)
		}
	}
	return rules, errors.Join(wrong...)
}

func (r rule) window() window.Hop {
	return window.Hop{Size: time.Duration(r.Size), Every: time.Duration(r.Every)}
}

// standard is how names of types and sources are compared.
func standard(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
