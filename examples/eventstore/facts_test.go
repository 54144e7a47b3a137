package main

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzStandardise: whatever the line, the event that is made of it is JSON; and one
// that is good stays as it is when it is standardised again.
func FuzzStandardise(f *testing.F) {
	for line := range bytes.Lines(madeEvents(1)[:20000]) {
		f.Add(line)
	}
	f.Add([]byte(`{"type":"order","time":9223372036854775807,"amount":1e999,"items":"","currency":"\ud800"}`))
	f.Add([]byte(`{"type":"order","time":"2026-11-20T10:00:00","amount":"","items":" ","currency":"","deliver_by":-1}`))
	f.Add([]byte(`{"type":"signup","time":"2026-11-20T10:00:00","customer_id":"c1","email":"\u2028<@>","newsletter":"YES"}`))
	m, err := loadMeta("")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		e := judge(m.standardise(line))
		if e.broken != nil {
			return
		}
		stored := newStored(e)
		if _, err := json.Marshal(stored); err != nil {
			t.Fatalf("%q is stored as %s: %v", line, stored.Fields, err)
		}
		if e.bad() {
			return
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(stored.Fields, &fields); err != nil {
			t.Fatal(err)
		}
		fields["type"], fields["time"] = quote(e.Type), quote(e.At.String())
		again, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		if twice := judge(m.standardise(again)); twice.bad() || !bytes.Equal(newStored(twice).Fields, stored.Fields) || twice.At != e.At {
			t.Errorf("%q is stored as %s, and that as %s: %v %v", line, stored.Fields, newStored(twice).Fields, twice.broken, twice.wrong)
		}
	})
}
