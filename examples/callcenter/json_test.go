package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/examples/internal/jsonline"
	"github.com/tidemark-go/tidemark/watermark"
)

// slowly is decodeCall by encoding/json.
func slowly(line []byte) (c Call, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(line))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') || !json.Valid(line) {
		return c, false
	}
	var org, at bool
	for dec.More() {
		name, _ := dec.Token()
		var v json.RawMessage
		if dec.Decode(&v) != nil {
			return c, false
		}
		ok = true
		switch name {
		case "AgentId":
			c.Agent, ok = is[int64](v)
		case "OrgID":
			var o jsonline.Opt[int64]
			o, ok = is[int64](v)
			c.Org, org = o.V, o.OK
		case "QueueId":
			var o jsonline.Opt[int64]
			o, ok = is[int64](v)
			c.Queued = o.OK
		case "HandleTime":
			c.Handle, ok = is[float64](v)
		case "WaitingTime":
			c.Wait, ok = is[float64](v)
		case "WorkMode", "WorkSkill", "ServiceLevel", "WorkSates":
			_, ok = is[string](v)
		case "EventTime":
			var o jsonline.Opt[string]
			if o, ok = is[string](v); ok && o.OK {
				c.At, ok = when(o.V)
			}
			at = o.OK
		}
		if !ok {
			return c, false
		}
	}
	c.Original = string(line)
	return c, org && at
}

func is[T any](v json.RawMessage) (o jsonline.Opt[T], ok bool) {
	var p *T
	if json.Unmarshal(v, &p) != nil {
		return o, false
	}
	if p != nil {
		o = jsonline.Opt[T]{V: *p, OK: true}
	}
	return o, true
}

var form = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$`)

func when(s string) (watermark.Time, bool) {
	m := form.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	if m[2] == "" {
		s += "Z"
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return 0, false
	}
	return watermark.Of(t)
}

// FuzzDecodeIsThatOfEncodingJSON: what is a call, and which, is what
// encoding/json says with names to the letter.
func FuzzDecodeIsThatOfEncodingJSON(f *testing.F) {
	for line := range strings.Lines(clitest.Read(f, "testdata/bad.txt") + clitest.Read(f, "testdata/time.txt") + clitest.Read(f, "testdata/rows.txt")) {
		f.Add([]byte(strings.TrimSuffix(line, "\n")))
	}
	for _, part := range []string{"\t", "\x00", "\x1f", "\x7f", "\xff", `\u00`, `\ud800`, `\\`, `\"`, `"`} {
		f.Add([]byte(`{"a` + part + `b":1,"OrgID":1,"EventTime":"2026-11-20T10:00:00"}`))
		f.Add([]byte(`{"OrgID":1,"WorkMode":"a` + part + `b","EventTime":"2026-11-20T10:00:00"}`))
		f.Add([]byte(`{"OrgID":1,"more":[{"a` + part + `b":1}],"EventTime":"2026-11-20T10:00:00"}`))
		f.Add([]byte(`{"OrgID":1,"EventTime":"2026-11-20T10:00:0` + part + `"}`))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var got Call
		err := decodeCall(line, &got)
		want, ok := slowly(line)
		if ok != (err == nil) {
			t.Fatalf("%q: error %v, by encoding/json it is a call: %v", line, err, ok)
		}
		if ok && got != want {
			t.Fatalf("%q is %+v, by encoding/json %+v", line, got, want)
		}
		var o Org
		if err := decodeOrg(line, &o); err == nil && (o.Name == "" || !json.Valid(line)) {
			t.Fatalf("%q is taken as %+v", line, o)
		}
	})
}

func BenchmarkDecodeCall(b *testing.B) {
	calls := strings.SplitAfter(madeCalls(1), "\n")
	line := []byte(calls[0])
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		var c Call
		if err := decodeCall(line, &c); err != nil {
			b.Fatal(err)
		}
	}
}
