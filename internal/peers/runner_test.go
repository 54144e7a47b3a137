package peers

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// load returns a case of our own as plain JSON, to be changed.
func load(t *testing.T, name string) map[string]any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "cases", name))
	if err != nil {
		t.Fatal(err)
	}
	var r record
	if err := decode(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// outcome runs a case given as plain JSON, from a file.
func outcome(t *testing.T, m map[string]any) Outcome {
	t.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "case.json")
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return CheckFile(path)
}

// TestWrongExpectationsFail changes what own cases expect, one thing at a time:
// a runner that passes them all is blind.
func TestWrongExpectationsFail(t *testing.T) {
	files, err := Files(filepath.Join("testdata", "cases"))
	if err != nil {
		t.Fatal(err)
	}
	fails := func(t *testing.T, what string, m map[string]any) {
		t.Helper()
		if o := outcome(t, m); o.Verdict != Failed || o.ID != m["id"] || o.Why == "" {
			t.Errorf("%s: %+v", what, o)
		}
	}
	last := func(m map[string]any) map[string]any {
		rows := m["expected"].([]any)
		return rows[len(rows)-1].(map[string]any)["row"].(map[string]any)
	}
	for _, path := range files {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			m := load(t, name)
			rows := m["expected"].([]any)
			m["expected"] = rows[:len(rows)-1]
			fails(t, "a row that is not expected", m)

			m = load(t, name)
			if rows := m["expected"].([]any); m["expected_mode"] != "updates" { // once more makes no update
				m["expected"] = append(rows, rows[0])
				fails(t, "a row that does not come", m)
			}
			for _, col := range slices.Sorted(maps.Keys(last(m))) {
				if col == "x" {
					continue // theirs alone
				}
				m := load(t, name)
				switch v := last(m)[col].(type) {
				case int64:
					last(m)[col] = v + 1
				case float64:
					last(m)[col] = v + 1e-5
				case string:
					last(m)[col] = v + "?"
				case []any:
					last(m)[col] = append(v, "?")
				case nil:
					last(m)[col] = 0
				}
				fails(t, "another "+col, m)
			}
		})
	}
}

func TestWrongStepsFail(t *testing.T) {
	for _, change := range []func(steps []any){
		func(steps []any) { steps[1].(map[string]any)["rows"] = []any{} },
		func(steps []any) { steps[2].(map[string]any)["check"] = "CheckAnswer" },
		func(steps []any) { steps[3].(map[string]any)["check"] = "CheckNewAnswer" },
		func(steps []any) { steps[0].(map[string]any)["after_batch"] = 1 },
		func(steps []any) {
			steps[4].(map[string]any)["rows"] = []any{map[string]any{"window_start": 3, "vs": nil}}
		},
	} {
		m := load(t, "batches.json")
		change(m["expected_steps"].([]any))
		if o := outcome(t, m); o.Verdict != Failed || !strings.Contains(o.Why, "after batch") {
			t.Errorf("%+v", o)
		}
	}
}

func TestUnsupportedIsToldWithItsReason(t *testing.T) {
	params := func(m map[string]any) map[string]any { return m["params"].(map[string]any) }
	query := func(m map[string]any) map[string]any { return m["query"].(map[string]any) }
	item := func(m map[string]any) map[string]any { return query(m)["select"].([]any)[0].(map[string]any) }
	for _, c := range []struct {
		file   string
		change func(m map[string]any)
		why    string
	}{
		{"nulls.json", func(m map[string]any) { m["kind"] = "hexagon" }, "no such kind"},
		{"nulls.json", func(m map[string]any) { m["expected_mode"] = "tomorrow" }, `expected_mode "tomorrow"`},
		{"nulls.json", func(m map[string]any) { m["kind"] = "sliding" }, "Kafka's alone"},
		{"nulls.json", func(m map[string]any) { m["inputs"].([]any)[1].(map[string]any)["op"] = "-D" }, "changelog input"},
		{"nulls.json", func(m map[string]any) { m["inputs"].([]any)[1].(map[string]any)["time_ms"] = 9e15 }, "beyond the years 1678 to 2261"},
		{"nulls.json", func(m map[string]any) { params(m)["late_rule"] = "by moonlight" }, `late_rule "by moonlight"`},
		{"nulls.json", func(m map[string]any) { params(m)["window_end"] = "noon" }, `window_end "noon"`},
		{"nulls.json", func(m map[string]any) { query(m)["qualify"] = "all" }, "query.qualify"},
		{"nulls.json", func(m map[string]any) { query(m)["group_by"] = []any{"g"} }, `the column "h", neither grouped`},
		{"nulls.json", func(m map[string]any) { query(m)["group_by"] = []any{"g", "h", "i"} }, `"i" is no field of s`},
		{"nulls.json", func(m map[string]any) { query(m)["select"] = nil }, "without select"},
		{"nulls.json", func(m map[string]any) { item(m)["expr"] = "g + 1" }, "select has expr"},
		{"conditions.json", func(m map[string]any) { item(m)["agg"] = "median" }, `the aggregate "median"`},
		{"conditions.json", func(m map[string]any) { query(m)["where"] = []any{[]any{"v", "~", 1}} }, `where has the operator ["~"]`},
		{"conditions.json", func(m map[string]any) { query(m)["where"] = []any{[]any{"v", "in", 1}} }, "no list to look in"},
		{"conditions.json", func(m map[string]any) { query(m)["having"] = "s > 4" }, `having is ["s \u003e 4"]`},
		{"conditions.json", func(m map[string]any) { query(m)["having"] = []any{[]any{"nothing", ">", 4}} }, `"nothing" is no field of s`},
		{"nulls.json", func(m map[string]any) { m["expected"].([]any)[0].(map[string]any)["row"].(map[string]any)["y"] = 1 }, `with "y", which select does not have`},
		{"nulls.json", func(m map[string]any) {
			delete(m["expected"].([]any)[0].(map[string]any)["row"].(map[string]any), "sum")
		}, `without "sum"`},
		{"batches.json", func(m map[string]any) { delete(m["inputs"].([]any)[1].(map[string]any), "batch") }, "without batches"},
		{"grace_lets_late_facts_in.json", func(m map[string]any) { m["expected_mode"] = "final_on_close" }, "before the grace is over"},
		{"ranked.json", func(m map[string]any) { query(m)["rank"].(map[string]any)["order_by"] = []any{[]any{"s", "sideways"}} }, "order_by"},
		{"updates_leave_the_final_rows.json", func(m map[string]any) {
			query(m)["select"].([]any)[1] = map[string]any{"col": "key", "as": "window_start"}
		}, "do not show their window"},
		{"as_of_event_time.json", func(m map[string]any) { params(m)["join_type"] = "full" }, `join_type "full"`},
		{"as_of_event_time.json", func(m map[string]any) { params(m)["version_order"] = "none" }, `version_order "none"`},
		{"as_of_event_time.json", func(m map[string]any) { query(m)["asof"] = "n" }, "not the event time"},
		{"as_of_event_time.json", func(m map[string]any) { m["expected_mode"] = "final_on_close" }, "that W has passed"},
		{"as_of_event_time.json", func(m map[string]any) { item(m)["side"] = "M" }, `of side "M"`},
	} {
		m := load(t, c.file)
		c.change(m)
		o := outcome(t, m)
		if o.Verdict != Unsupported || !strings.Contains(o.Why, c.why) {
			t.Errorf("%s: got %+v, want unsupported: %s", c.file, o, c.why)
		}
	}
}

func TestUnknownSwitchExcusesADifference(t *testing.T) {
	m := load(t, "nulls.json")
	m["params"].(map[string]any)["upside_down"] = true
	if o := outcome(t, m); o.Verdict != Passed {
		t.Errorf("the rows are the same: %+v", o)
	}
	m["expected"] = []any{}
	if o := outcome(t, m); o.Verdict != Unsupported || !strings.Contains(o.Why, "params.upside_down is not known") {
		t.Errorf("%+v", o)
	}
	delete(m["params"].(map[string]any), "size_ms")
	if o := outcome(t, m); o.Verdict != Failed || !strings.Contains(o.Why, "params.size_ms is missing") {
		t.Errorf("a case that is not whole: %+v", o)
	}
}

func TestFilesThatAreNoCasesFailByName(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"empty.json":   "",
		"cut.json":     `{"id": "a", "kind": "tumble"`,
		"two.json":     `{"id": "a"} {"id": "b"}`,
		"list.json":    `[1, 2]`,
		"other.json":   `{"name": "something else", "version": 3}`,
		"types.json":   `{"id": "a", "kind": 7, "inputs": [], "expected": [], "expected_mode": "final"}`,
		"mode.json":    `{"id": "a", "kind": "tumble", "inputs": [], "expected": []}`,
		"both.json":    `{"id": "a", "kind": "tumble", "inputs": [{"stream": "s", "time_ms": 1, "watermark_ms": 1}], "expected": [], "expected_mode": "final"}`,
		"op.json":      `{"id": "a", "kind": "tumble", "inputs": [{"stream": "s", "time_ms": 1, "op": "?"}], "expected": [], "expected_mode": "final"}`,
		"time.json":    `{"id": "a", "kind": "tumble", "inputs": [{"stream": "s", "time_ms": 1.5}], "expected": [], "expected_mode": "final"}`,
		"row.json":     `{"id": "a", "kind": "tumble", "inputs": [], "expected": [7], "expected_mode": "final"}`,
		"size.json":    `{"id": "a", "kind": "tumble", "params": {"size_ms": "big"}, "query": {"from": "s", "select": [{"win": "end"}]}, "inputs": [], "expected": [], "expected_mode": "final"}`,
		"notes.csv":    "a,b",
		"binary.json":  "\x00\x01\xff",
		"strange.json": `{"id": "a", "kind": "tumble", "query": {"select": {"a": 1}}, "inputs": [], "expected": [], "expected_mode": "final"}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		o := CheckFile(path)
		if o.Verdict != Failed || strings.HasPrefix(o.Why, "panic") || name != "size.json" && (o.ID != name || !strings.Contains(o.Why, path)) {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if o := CheckFile(filepath.Join(dir, "gone.json")); o.Verdict != Failed || o.ID != "gone.json" {
		t.Errorf("%+v", o)
	}
	// Beside them, what tells about cases is none.
	for _, name := range []string{"README.md", "LICENSE", ".hidden"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if files, err := Files(dir); err != nil || len(files) != 15 {
		t.Errorf("%d files, %v", len(files), err)
	}
	if _, err := Files(t.TempDir()); err == nil || !strings.Contains(err.Error(), "has no case") {
		t.Errorf("an empty folder tests nothing: %v", err)
	}
}

func TestClosingLineNamesWhatDidNotPass(t *testing.T) {
	var tally Tally
	if got := tally.Named(); got != "0 passed, 0 failed, 0 unsupported" {
		t.Error(got)
	}
	for _, o := range []Outcome{
		{ID: "a"},
		{ID: "z", Verdict: Failed, Why: "rows"},
		{ID: "b", Kind: "hop", Verdict: Unsupported, Why: "no such window yet"},
		{ID: "c", Kind: "hop", Verdict: Unsupported, Why: "no such window yet"},
		{ID: "d", Kind: "dedup", Verdict: Unsupported, Why: "no such stage yet"},
		{ID: "y", Verdict: Failed, Why: "rows"},
	} {
		tally.Add(o)
	}
	if got, want := tally.String(), "1 passed, 2 failed, 3 unsupported"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := tally.Named(), "1 passed, 2 failed, 3 unsupported; failed: y, z; unsupported: dedup: no such stage yet (1), hop: no such window yet (2)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestFolderIsFoundFromTheModule(t *testing.T) {
	here, err := filepath.EvalSymlinks(".")
	if err != nil {
		t.Fatal(err)
	}
	here, err = filepath.Abs(filepath.Join(here, "testdata", "cases"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"testdata/cases", "internal/peers/testdata/cases", here} {
		got, err := Folder(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err = filepath.Abs(got); err != nil || !strings.HasSuffix(got, filepath.Join("internal", "peers", "testdata", "cases")) {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	if _, err := Folder("no/such/folder"); err == nil || !strings.Contains(err.Error(), "is no folder") {
		t.Error(err)
	}
}

func FuzzCaseNeverPanics(f *testing.F) {
	files, err := Files(filepath.Join("testdata", "cases"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Read(b)
		if err != nil {
			return
		}
		if o := Check(c); strings.HasPrefix(o.Why, "panic") {
			t.Error(o.Why)
		}
	})
}
