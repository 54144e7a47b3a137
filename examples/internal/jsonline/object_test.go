package jsonline

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestObjectTellsWhatIsWrong(t *testing.T) {
	for line, want := range map[string]string{
		"\xff":                           "is not UTF-8",
		"[]":                             "is no JSON object",
		"null":                           "is no JSON object",
		`{}`:                             "a is missing",
		`{"A":1}`:                        "a is missing",
		`{"a":7,"a":null}`:               "a is missing",
		`{"a":"x"}`:                      `a is "x": must be an integer of 64 bits`,
		`{"a":1}`:                        "b is missing",
		`{"a":1,"b":""}`:                 "b is empty",
		`{"a":1,"b":2}`:                  "b is 2: must be a string",
		`{"a":1,"b":"x","c":[]}`:         "c is []: must be a string or an integer of 64 bits",
		`{"a":1,"b":"x","c":"","d":"y"}`: "c is empty",
		`{"a":1,"b":"x","c":"y","d":"yesterday"}`:                                    `d is "yesterday": must be a time like "2026-11-20T10:00:00", UTC, or RFC 3339`,
		`{"a":1,"b":"x","c":"y","d":"1500-01-01T00:00:00"}`:                          `d is "1500-01-01T00:00:00": must be between the years 1678 and 2261`,
		`{"a":1,"b":"x","c":"y","d":"2026-11-20T10:00:00","e":true}`:                 "e is true: must be a number",
		`{"a":1,"b":"x","c":"y","d":"2026-11-20T10:00:00Z","e":1e999}`:               "e is 1e999: must be a number",
		`{"a":1,"b":"x","c":"y","d":"2026-11-20T10:00:00+01:00","e":2,"f":7}`:        "f is 7: must be an object",
		`{"a":1,"b":"x","c":17,"d":"2026-11-20T10:00:00.5","e":-0.5,"f":{"more":1}}`: "<nil>",
		`{"a":"` + strings.Repeat("é", 100) + `"}`:                                   `a is "` + strings.Repeat("é", 59) + "…: must be an integer of 64 bits",
	} {
		err := func() error {
			o, err := Parse([]byte(line))
			if err != nil {
				return err
			}
			if _, err := o.Integer("a"); err != nil {
				return err
			}
			if _, err := o.Text("b"); err != nil {
				return err
			}
			if _, err := o.ID("c"); err != nil {
				return err
			}
			if _, err := o.Instant("d"); err != nil {
				return err
			}
			if _, err := o.Number("e"); err != nil {
				return err
			}
			_, err = o.Object("f")
			return err
		}()
		if got := fmt.Sprint(err); got != want {
			t.Errorf("%s: says %q, want %q", line, got, want)
		}
	}
}

func TestAnIDGoesAsItCame(t *testing.T) {
	all := []ID{{}, {"17", false}, {"17", true}, {"9", true}, {"a<b>", false}}
	for i, id := range all {
		text, err := json.Marshal(id)
		if err != nil {
			t.Fatal(err)
		}
		var back ID
		if err := json.Unmarshal(text, &back); err != nil || back != id {
			t.Errorf("%v is written as %s, and read as %v, %v", id, text, back, err)
		}
		if id.Compare(id) != 0 || i > 0 && (all[i-1].Compare(id) >= 0 || id.Compare(all[i-1]) <= 0) {
			t.Errorf("%v is not in its place", id)
		}
	}
	if !slices.IsSortedFunc(all, ID.Compare) || fmt.Sprint(all) != "[null 17 17 9 a<b>]" {
		t.Errorf("order or text: %v", all)
	}
}
