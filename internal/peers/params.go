package peers

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// params are the settings of a case. Reading one of the wrong type is a mistake,
// told by err.
type params struct {
	vals record
	errs []error
}

// knownParams are those that the runner maps, that other kinds have, and that
// describe what the others say.
var knownParams = []string{
	"size_ms", "slide_ms", "step_ms", "gap_ms", "offset_ms",
	"watermark_delay_ms", "left_watermark_delay_ms", "right_watermark_delay_ms", "grace_ms", "late_rule", "emit", "output_mode",
	"join_type", "lower_ms", "upper_ms", "lower_strict", "upper_strict", "version_order", "outer_emit",
	"window_end_exclusive", "window_end", "session_gap_inclusive", "no_negative_start", "drop_null_key", "drop_null_value", "integer_avg_truncates",
	"window", "frame", "preceding_ms", "preceding_rows", "watermark", "window_bounds", "windows",
}

func (p *params) UnmarshalJSON(b []byte) error { return decode(b, &p.vals) }

// strange returns the settings whose meaning the runner does not know.
func (p *params) strange() (names []string) {
	for _, k := range slices.Sorted(maps.Keys(p.vals)) {
		if p.vals[k] != nil && !slices.Contains(knownParams, k) {
			names = append(names, k)
		}
	}
	return names
}

// has reports whether a setting is there.
func (p *params) has(name string) bool { return p.vals[name] != nil }

// ms returns a duration, 0 if it is not there.
func (p *params) ms(name string) time.Duration {
	if !p.has(name) {
		return 0
	}
	n, ok := whole(p.vals[name])
	if d := time.Duration(n) * time.Millisecond; ok && int64(d/time.Millisecond) == n {
		return d
	}
	p.wrong(name, "a whole number of milliseconds")
	return 0
}

// need is ms for a setting that must be there.
func (p *params) need(name string) time.Duration {
	if !p.has(name) {
		p.errs = append(p.errs, fmt.Errorf("params.%s is missing", name))
	}
	return p.ms(name)
}

// count returns a number of rows, 0 if it is not there.
func (p *params) count(name string) int {
	if !p.has(name) {
		return 0
	}
	n, ok := whole(p.vals[name])
	if !ok || n < 0 || n > 1<<30 {
		p.wrong(name, "a number of rows")
	}
	return int(n)
}

// is returns a switch, false if it is not there.
func (p *params) is(name string) bool {
	b, ok := p.vals[name].(bool)
	if !ok && p.has(name) {
		p.wrong(name, "true or false")
	}
	return b
}

// text returns a word, "" if it is not there.
func (p *params) text(name string) string {
	s, ok := p.vals[name].(string)
	if !ok && p.has(name) {
		p.wrong(name, "a string")
	}
	return s
}

func (p *params) wrong(name, rule string) {
	p.errs = append(p.errs, fmt.Errorf("params.%s is %v: must be %s", name, p.vals[name], rule))
}

// err returns all mistakes so far.
func (p *params) err() error { return errors.Join(p.errs...) }
