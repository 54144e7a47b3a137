package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
)

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	zip := clitest.Zip(madeCalls(1))
	for name, text := range map[string]string{
		"calls": madeCalls(1), "orgs": madeOrgs(true), "torn.gz": zip[:len(zip)/2],
		"torn.json": `[{"OrgID":102,"OrgName":"Prem Hub"},`, "twice.json": `[{"OrgID":102,"OrgName":"Prem Hub"}] []`,
	} {
		clitest.Write(t, dir, name, []string{text})
	}
	for _, c := range []struct{ args, want string }{
		{"-facts DIR/none", "no such file"},
		{"-facts DIR", "is a directory"},
		{"-facts DIR/torn.gz", "unexpected EOF"},
		{"-facts DIR/torn.json", "the array does not end"},
		{"-orgs DIR/none", "no such file"},
		{"-orgs DIR", "is a directory"},
		{"-orgs DIR/torn.json", "the array does not end"},
		{"-orgs DIR/twice.json", "must be the end"},
		{"-orgs DIR/torn.gz", "unexpected EOF"},
		{"-facts - -orgs -", "both standard input"},
		{"-out DIR/none/rows", "no such file"},
		{"-late DIR/none/rows", "no such file"},
		{"-bad DIR/none/rows", "no such file"},
		{"-out DIR", "is a directory"},
		{"-late DIR", "is a directory"},
		{"-bad DIR", "is a directory"},
		{"-out DIR -late DIR/none/late -bad DIR/none/bad", "; -late: sink: DIR/none/late: no such file or directory; -bad: "},
		{"-out -", "-out is -: must be a file"},
		{"-bad -", "-bad is -: must be a file"},
		{"-out DIR/a -late DIR/./a", "-out and -late are the same file"},
		{"-facts DIR/calls -bad DIR/calls", "-facts and -bad are the same file"},
		{"-orgs DIR/orgs -late DIR/link", "-orgs and -late are the same file"},
		{"more", `argument "more"`},
	} {
		if strings.Contains(c.args, "link") {
			if err := os.Symlink(path("orgs"), path("link")); err != nil {
				t.Logf("no symbolic links here: %v", err)
				continue
			}
		}
		got := try(t, 2, strings.Fields(strings.ReplaceAll(c.args, "DIR", dir))...)
		// The line begins with the flag.
		begin, _, _ := strings.Cut("callcenter: "+c.args, " DIR")
		if c.args == "more" || strings.HasSuffix(c.args, "-") {
			begin = "callcenter: "
		}
		if want := strings.ReplaceAll(c.want, "DIR", dir); !strings.Contains(got, want) || !strings.HasPrefix(got, begin) || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: says %q, want a line %q… with %q", c.args, got, begin, want)
		}
	}
	if clitest.Read(t, path("calls")) != madeCalls(1) || clitest.Read(t, path("orgs")) != madeOrgs(true) {
		t.Error("a file was written to that was refused")
	}
}

// TestAFlagThatIsEmptyIsRefused: an unset variable of the shell must not run the
// program on calls that are made up.
func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"-facts", "-orgs", "-out", "-late", "-bad", "-org"} {
		for _, args := range [][]string{{name, ""}, {name + "="}, {"-seed", "2", name, ""}} {
			if got, want := try(t, 2, args...), "callcenter: "+name+" is empty: must have a value, or be left out\n"; got != want {
				t.Errorf("%q: says %q, want %q", args, got, want)
			}
		}
	}
}

// TestABadLineIsKeptToTheByte, also where JSON has no string for it.
func TestABadLineIsKeptToTheByte(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	lines := []string{"caf\xe9", "café", "\xff\xfe{\x00}\x00", `{"OrgID":"` + "\x80" + `"}`}
	try(t, 0, "-facts", clitest.Write(t, dir, "calls", lines), "-orgs", clitest.Write(t, dir, "orgs", []string{"\xc3"}), "-bad", bad)
	lines = append([]string{"\xc3"}, lines...) // the organisations come first
	var got []string
	for line := range strings.Lines(clitest.Read(t, bad)) {
		var b struct{ Text, Base64, File string }
		if err := json.Unmarshal([]byte(line), &b); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		text, err := base64.StdEncoding.DecodeString(b.Base64)
		if err != nil {
			t.Fatal(err)
		}
		if valid := utf8.ValidString(lines[len(got)]); valid != !strings.Contains(line, `"base64"`) {
			t.Errorf("%q: has base64 although it is UTF-8, or has not: %s", lines[len(got)], line)
		} else if valid {
			text = []byte(b.Text)
		}
		got = append(got, string(text))
	}
	if !slices.Equal(got, lines) {
		t.Errorf("has %q, want %q", got, lines)
	}
}

func TestNothingIsOverwrittenForWantOfInput(t *testing.T) {
	dir := t.TempDir()
	out := clitest.Write(t, dir, "rows", []string{"yesterday's"})
	for _, flag := range []string{"-facts", "-orgs"} {
		for _, name := range []string{"none", "."} {
			try(t, 2, flag, filepath.Join(dir, name), "-out", out)
		}
	}
	if got := clitest.Read(t, out); got != "yesterday's" {
		t.Errorf("has %q", got)
	}
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	clitest.Usage(t, run, "callcenter", []string{"-fact", "x"}, []string{"-seed", "x"}, []string{"-seed", "-1"}, []string{"-facts"})
}

func TestTheSeedMakesTheFeed(t *testing.T) {
	first, second := madeCalls(7), madeCalls(7)
	if first != second || first == madeCalls(8) {
		t.Error("the same seed must give the same bytes, and another one others")
	}
}

func TestWithoutFlagsNoFileIsLeft(t *testing.T) {
	t.Chdir(t.TempDir())
	try(t, 0)
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestFilesAreWrittenAnew(t *testing.T) {
	out := filepath.Join(t.TempDir(), "rows")
	try(t, 0, "-out", out)
	once := clitest.Read(t, out)
	try(t, 0, "-out", out)
	if clitest.Read(t, out) != once || once == "" {
		t.Error("a second run does not give the same file")
	}
}

// TestOneFeedInAnyForm: lines, gzip, an array on one line or many, standard
// input, with the ends of lines of another system, all give the same files.
func TestOneFeedInAnyForm(t *testing.T) {
	dir := t.TempDir()
	var good []string // an array can have no broken element
	for line := range strings.Lines(madeCalls(3)) {
		if json.Valid([]byte(line)) {
			good = append(good, strings.TrimSpace(line))
		}
	}
	orgs := strings.Split(strings.TrimSpace(madeOrgs(true)), "\n")
	forms := func(lines []string) map[string]string {
		plain, array := strings.Join(lines, "\n"), "["+strings.Join(lines, ",")+"]"
		return map[string]string{
			"lines": plain, "ended": plain + "\n", "crlf": strings.Join(lines, "\r\n"), "bom": "\xef\xbb\xbf" + plain, "gz": clitest.Zip(plain), "array gz": clitest.Zip(array),
			"array": array, "long array": " [\n " + strings.ReplaceAll(strings.Join(lines, ",\n"), ",", ",\n\t") + "\n]\n",
			"-": plain,
		}
	}
	results := func(name string, args ...string) string {
		t.Helper()
		all := ""
		for _, f := range []string{"out", "late"} {
			args = append(args, "-"+f, filepath.Join(dir, f))
		}
		try(t, 0, args...)
		for _, f := range []string{"out", "late"} {
			all += clitest.Read(t, filepath.Join(dir, f))
		}
		if len(all) == 0 {
			t.Fatalf("%s: gives nothing", name)
		}
		return all
	}
	file := func(name, text string) string {
		if name == "-" {
			stdin(t, text)
			return "-"
		}
		return clitest.Write(t, dir, name, []string{text})
	}
	plain := func(name string, lines []string) string { return clitest.Write(t, dir, name, lines) }
	want := results("plain", "-facts", plain("facts", good), "-orgs", plain("orgs", orgs))
	for name, text := range forms(good) {
		if got := results(name, "-facts", file(name, text), "-orgs", plain("orgs", orgs)); got != want {
			t.Errorf("calls as %s: give other files", name)
		}
	}
	for name, text := range forms(orgs) {
		if got := results(name, "-facts", plain("facts", good), "-orgs", file(name, text)); got != want {
			t.Errorf("organisations as %s: give other files", name)
		}
	}
	stdin(t, "[1]\n"+strings.Join(good, "\n")) // no array: a bad line
	if got := results("-", "-facts", "-", "-orgs", plain("orgs", orgs)); got != want {
		t.Error("a feed whose first line begins with a bracket gives other files")
	}
}

// stdin puts text in the place of standard input, through a pipe.
func stdin(t *testing.T, text string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdin
	os.Stdin = r
	go func() {
		io.WriteString(w, text)
		w.Close()
	}()
	t.Cleanup(func() { os.Stdin = old; r.Close() })
}

func TestALineTooLongIsBad(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	good := `{"OrgID":102,"EventTime":"2026-11-20T10:00:00"}`
	got := try(t, 0, "-facts", clitest.Write(t, dir, "calls", []string{good, `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, good}), "-bad", bad)
	if want := "lines 3 = counted 2 + late 0 + bad 1\n"; !strings.Contains(got, want) {
		t.Errorf("prints\n%s\nwithout %s", got, want)
	}
	if got, want := clitest.Read(t, bad), `{"line":2,"reason":"is longer than 1 MiB, of which this is the beginning","text":"{\"x\":\"xxx`; !strings.HasPrefix(got, want) {
		t.Errorf("says %.100q", got)
	}
}

// FuzzLedgerAddsUp: whatever the bytes, each line has its place, in the ledger
// and in the files.
func FuzzLedgerAddsUp(f *testing.F) {
	calls := strings.SplitAfter(madeCalls(1), "\n")
	orgs := strings.SplitAfter(madeOrgs(true), "\n")
	f.Add(strings.Join(calls[:3], ""), orgs[1]+orgs[4]) // short: what is long takes long to be made shorter
	f.Add(calls[0]+calls[len(calls)-2]+calls[0], "["+orgs[1]+","+orgs[2]+"]")
	f.Add(`{"OrgID":1,"EventTime":"2026-11-20T10:00:00"}`+"\n"+`{"OrgID":"1"}`, `{"OrgID":1,"OrgName":"A"}`)
	f.Add("[{}]\n\n[", "[]")
	f.Add("\x00\n\xff\n \n{", "\x1f\x8b")
	f.Fuzz(func(t *testing.T, facts, orgs string) {
		dir := t.TempDir()
		args := []string{"-facts", clitest.Write(t, dir, "facts", []string{facts}), "-orgs", clitest.Write(t, dir, "orgs", []string{orgs})}
		for _, f := range []string{"out", "late", "bad"} {
			args = append(args, "-"+f, filepath.Join(dir, f))
		}
		var out, errs bytes.Buffer
		switch code := run(context.Background(), args, &out, &errs); {
		case code == 2 && out.Len() == 0 && strings.Count(errs.String(), "\n") == 1:
			return // neither lines nor an array
		case code != 0 || errs.Len() > 0:
			t.Fatalf("ends with %d, says %s", code, errs.String())
		}
		var lines, counted, late, bad, rows, named, unknown, ofOrgs, versions, badOrgs int
		ledger := out.String()
		i := strings.LastIndex(ledger, "\n\n") + 2
		if _, err := fmt.Sscanf(ledger[i:], "lines %d = counted %d + late %d + bad %d\nrows %d = named %d + of unknown organisations %d\nlines of organisations %d = versions %d + bad %d\n",
			&lines, &counted, &late, &bad, &rows, &named, &unknown, &ofOrgs, &versions, &badOrgs); err != nil {
			t.Fatalf("%v in\n%s", err, ledger)
		}
		if lines != counted+late+bad || rows != named+unknown || ofOrgs != versions+badOrgs {
			t.Errorf("does not add up:\n%s", ledger)
		}
		for _, f := range []struct {
			name string
			want int
		}{{"out", rows}, {"late", late}, {"bad", bad + badOrgs}} {
			n := 0
			for line := range strings.Lines(clitest.Read(t, filepath.Join(dir, f.name))) {
				n++
				if !json.Valid([]byte(line)) || !strings.HasSuffix(line, "}\n") {
					t.Errorf("%s: line %d is %q", f.name, n, line)
				}
			}
			if n != f.want {
				t.Errorf("%s: has %d lines, the ledger says %d", f.name, n, f.want)
			}
		}
	})
}

func BenchmarkRun(b *testing.B) {
	var text strings.Builder
	for seed := range uint64(250) {
		text.WriteString(madeCalls(seed))
	}
	facts := clitest.Write(b, b.TempDir(), "facts", []string{text.String()})
	lines := strings.Count(text.String(), "\n")
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		try(b, 0, "-facts", facts)
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

func TestAnInterruptIsNoMistake(t *testing.T) { clitest.Interrupted(t, run) }
