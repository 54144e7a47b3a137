package jsonline

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzFieldsTakesWhatEncodingJSONTakes: the same lines, the same names and, of a
// name that comes twice, the last value; and no reader of values fails otherwise
// than by an error.
func FuzzFieldsTakesWhatEncodingJSONTakes(f *testing.F) {
	for _, line := range []string{
		`{}`, ` { "a" : 1 , "b":[{"c":"}"}],"a":null}` + "\r", `{"\u0061":"\ud800","a\"b":-0.5e3}`, `{"a":01}`, `{"a":1,}`, `{"a":1}}`, `[]`, `null`, ``, "{\"a\":\"\t\"}",
		`{"a":"2026-11-20T10:00:00.5+01:00"}`, `{"a":"2026-02-30T10:00:00"}`, `{"a":9223372036854775808}`, `{"a":tru}`, `{"a"}`, `{"a":`, `{1:2}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		got := map[string]json.RawMessage{}
		err := Fields(line, func(name, v []byte) error {
			got[string(bytes.ToValidUTF8(name, []byte("\ufffd")))] = v
			_, _ = Integer(name, v)
			_, _ = Number(name, v)
			_, _ = Instant(name, v)
			if IsText(name, v) == nil && !Null(v) {
				Text(v)
			}
			return nil
		})
		var want map[string]json.RawMessage
		ok := json.Unmarshal(line, &want) == nil && want != nil
		if ok != (err == nil) {
			t.Fatalf("%q: error %v, by encoding/json it is an object: %v", line, err, ok)
		}
		if !ok || !json.Valid(line) || !bytes.Equal(line, bytes.ToValidUTF8(line, nil)) {
			return // names that are not UTF-8 are put together in other ways
		}
		for name, v := range want { // order: each by itself
			if !bytes.Equal(got[name], v) {
				t.Errorf("%q: %q is %s, by encoding/json %s", line, name, got[name], v)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%q: has %d names, by encoding/json %d", line, len(got), len(want))
		}
	})
}
