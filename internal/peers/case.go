package peers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"
)

// Case is one case, as it stands in its file.
type Case struct {
	ID       string            `json:"id"`
	Source   source            `json:"source"`
	Kind     string            `json:"kind"`
	Params   params            `json:"params"`
	Streams  map[string]stream `json:"streams"`
	Query    query             `json:"query"`
	Inputs   []input           `json:"inputs"`
	Expected []expected        `json:"expected"`
	Mode     string            `json:"expected_mode"`
	Steps    []step            `json:"expected_steps"`
}

type source struct {
	System string `json:"system"`
}

type stream struct {
	Fields    value   `json:"fields"` // by name, or a list of names
	TimeField string  `json:"time_field"`
	Delay     *millis `json:"watermark_delay_ms"`
}

// declares reports whether the schema has a field.
func (s *stream) declares(name string) bool {
	switch fields := s.Fields.any.(type) {
	case map[string]any:
		_, ok := fields[name]
		return ok
	case []any:
		return slices.Contains(fields, any(name))
	}
	return false
}

// input is a fact, or a mark that moves the watermark of its stream.
type input struct {
	Stream    string  `json:"stream"`
	Op        string  `json:"op"`
	Time      *millis `json:"time_ms"`
	Key       value   `json:"key"`
	Fields    record  `json:"fields"`
	Batch     *int    `json:"batch"`
	Watermark *millis `json:"watermark_ms"`
}

type expected struct {
	Row record `json:"row"`
	Op  string `json:"op"`
}

// step is what there was after a micro-batch.
type step struct {
	After int      `json:"after_batch"`
	Check string   `json:"check"`
	Rows  []record `json:"rows"`
}

// query is the part of a case that is computed. What it has beside the known
// fields is kept in strange: what that means cannot be guessed.
type query struct {
	From       string     `json:"from"`
	Where      value      `json:"where"`
	GroupBy    []string   `json:"group_by"`
	Partition  []string   `json:"partition_by"` // the group, where each fact has a row
	Select     []item     `json:"select"`
	Outsel     []item     `json:"outsel"` // the columns that leave, if they are not those of select
	Having     value      `json:"having"`
	AssignOnly bool       `json:"assign_only"` // a row for each fact in each span
	Rank       *rank      `json:"rank"`
	Left       string     `json:"left"`
	Right      string     `json:"right"`
	On         [][]string `json:"on"`
	VersionKey []string   `json:"version_key"`
	WhereLeft  value      `json:"where_left"`
	WhereRight value      `json:"where_right"`
	FirstOnly  bool       `json:"first_row_only"`
	AsOf       value      `json:"asof"`
	strange    []string
}

// queryAlso are fields that say again what others say, or that other kinds read.
var queryAlso = []string{"output", "order_by"}

func (q *query) UnmarshalJSON(b []byte) error {
	type plain query
	if err := decode(b, (*plain)(q)); err != nil {
		return err
	}
	var err error
	q.strange, err = strangers(b, *q, queryAlso...)
	return err
}

// items are the columns that leave.
func (q *query) items() []item {
	if q.Outsel != nil {
		return q.Outsel
	}
	return q.Select
}

// item is one column of select.
type item struct {
	Col       string `json:"col"`
	Win       string `json:"win"`
	Agg       string `json:"agg"`
	Arg       value  `json:"arg"`
	K         int    `json:"k"`
	N         int    `json:"n"`
	Distinct  bool   `json:"distinct"`
	Unordered bool   `json:"unordered"` // the order of what is collected is not theirs to tell
	Time      bool   `json:"time"`      // the column holds times, as everywhere in milliseconds
	Side      string `json:"side"`
	As        string `json:"as"`
	strange   []string
}

func (it *item) UnmarshalJSON(b []byte) error {
	type plain item
	if err := decode(b, (*plain)(it)); err != nil {
		return err
	}
	var err error
	it.strange, err = strangers(b, *it)
	return err
}

// name is that of the column.
func (it item) name() string {
	for _, s := range []string{it.As, it.Col} {
		if s != "" {
			return s
		}
	}
	return it.Agg + it.Win
}

// modes are what expected_mode may say.
var modes = []string{"final", "final_on_close", "append", "updates"}

// millis is a time or duration in whole milliseconds.
type millis int64

// The bounds of event time, from inside.
const (
	minMillis millis = -9_223_372_036_854
	maxMillis millis = 9_223_372_036_854
)

func (m *millis) UnmarshalJSON(b []byte) error {
	var v value
	if err := decode(b, &v); err != nil {
		return err
	}
	n, ok := whole(v.any)
	if f, is := v.any.(float64); is && math.Abs(f) >= 1<<53 { // an end of time, rounded
		n, ok = int64(math.Copysign(1<<53, f)), true
	}
	if !ok {
		return fmt.Errorf("%s: must be a whole number of milliseconds", b)
	}
	*m = millis(n)
	return nil
}

func (m millis) time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// Read returns the case in the file, or what is wrong with it.
func Read(file []byte) (*Case, error) {
	var c Case
	if err := decode(file, &c); err != nil {
		return nil, err
	}
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.ID == "" {
		bad("it has no id")
	}
	if c.Kind == "" {
		bad("it has no kind")
	}
	if c.Inputs == nil {
		bad("it has no inputs")
	}
	if c.Expected == nil {
		bad("it has no expected")
	}
	for i, x := range c.Inputs {
		switch {
		case x.Stream == "":
			bad("input %d has no stream", i)
		case (x.Time == nil) == (x.Watermark == nil):
			bad("input %d must have either time_ms or watermark_ms", i)
		case x.Time != nil && !slices.Contains([]string{"", "+I", "-U", "+U", "-D"}, x.Op):
			bad("input %d: op is %q: must be +I, -U, +U or -D", i, x.Op)
		}
	}
	for i, x := range c.Expected {
		if x.Row == nil {
			bad("expected %d has no row", i)
		}
	}
	if c.Mode == "" {
		bad("it has no expected_mode")
	}
	return &c, errors.Join(errs...)
}

// decode is json.Unmarshal that keeps long integers as they are.
func decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("there is more after the first value")
	}
	return nil
}
