package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	zip := clitest.Zip(string(madeEvents(1)))
	clitest.Write(t, dir, "facts", []string{string(madeEvents(1))})
	clitest.Write(t, dir, "torn.gz", []string{zip[:len(zip)/2]})
	clitest.Write(t, dir, "none.gz", []string{"\x1f\x8b"})
	type cases struct{ args, want string }
	all := []cases{
		{"-facts DIR/none", "-facts: open DIR/none: no such file"},
		{"-facts DIR", "-facts: DIR: is a directory"},
		{"-facts DIR/torn.gz", "unexpected EOF"},
		{"-facts DIR/none.gz", "-facts: source: DIR/none.gz: unexpected EOF"},
		{"-meta DIR/none", "-meta: open DIR/none: no such file"},
		{"-rules DIR/facts", "-rules: DIR/facts: json: "},
		{"-rules -", "-rules is -: must be a file"},
		{"-out -", "flag provided but not defined"},
		{"-raw DIR/a -good DIR/./a", "-raw and -good are the same file"},
		{"-facts DIR/facts -bad DIR/facts", "-facts and -bad are the same file"},
		{"-rules DIR/facts -bad DIR/facts", "-rules and -bad are the same file"},
		{"-delay -1s", "-delay is -1s: must not be negative"},
		{"more", `argument "more"`},
	}
	for _, f := range []string{"raw", "standard", "good", "bad", "alarms", "late"} {
		all = append(all, cases{"-" + f + " DIR/none/rows", "-" + f + ": sink: DIR/none/rows: no such file"}, cases{"-" + f + " -", "-" + f + " is -: must be a file"})
	}
	for _, c := range all {
		got := try(t, 2, strings.Fields(strings.ReplaceAll(c.args, "DIR", dir))...)
		want := strings.ReplaceAll(c.want, "DIR", dir)
		if usage := strings.Contains(got, "Usage"); !strings.Contains(got, want) || !usage && (!strings.HasPrefix(got, "eventstore: ") || strings.Count(got, "\n") != 1) {
			t.Errorf("%s: says %q, want a line with %q", c.args, got, want)
		}
	}
	if clitest.Read(t, path("facts")) != string(madeEvents(1)) {
		t.Error("a file was written to that was refused")
	}
	out := clitest.Write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-good", out)
	try(t, 2, "-facts", path("facts"), "-meta", path("none"), "-good", out)
	if got := clitest.Read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	for _, name := range append([]string{"facts", "meta", "rules"}, all...) {
		if got, want := try(t, 2, "-"+name, ""), "eventstore: -"+name+" is empty: must have a value, or be left out\n"; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}

// TestEveryRunGivesTheSame: what is printed, and the files, to the byte, of gzip
// too; and no file is left that no flag names.
func TestEveryRunGivesTheSame(t *testing.T) {
	t.Chdir(t.TempDir())
	printed := try(t, 0)
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	f, err := os.Create("facts.gz")
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	z.Write(madeEvents(1))
	z.Close()
	f.Close()
	once := ""
	for _, from := range [][]string{nil, nil, {"-facts", "facts.gz"}} {
		files := ""
		args := from
		for _, f := range all {
			args = append(args, "-"+f, f)
		}
		again := try(t, 0, args...)
		if before, _, _ := strings.Cut(printed, "not written"); again != before {
			t.Errorf("prints\n%s\nthen\n%s", before, again)
		}
		for _, f := range all {
			files += clitest.Read(t, f)
		}
		if once != "" && files != once {
			t.Error("another run does not give the same files")
		}
		once = files
	}
}

// TestTheRawLineIsKeptToTheByte: whatever is in it.
func TestTheRawLineIsKeptToTheByte(t *testing.T) {
	dir := t.TempDir()
	raw := filepath.Join(dir, "raw")
	lines := []string{`{"a":"\u00e9<é>"}`, "\xff\xfe", "x\x00y", " z "}
	try(t, 0, "-facts", clitest.Write(t, dir, "facts", lines), "-raw", raw)
	for r := range decoded[rawLine](t, raw) {
		got := r.Text
		if r.Base64 != nil {
			got = string(r.Base64)
		}
		if got != lines[r.Line-1] {
			t.Errorf("line %d is %q, was %q", r.Line, got, lines[r.Line-1])
		}
	}
}

func TestQualityKeepsTheLaws(t *testing.T) {
	windowtest.Check[quality](t, func(r *rand.Rand) (e event) {
		for range r.IntN(3) {
			e.wrong = append(e.wrong, problem{Rule: string(rune('a' + r.IntN(4)))})
		}
		return e
	})
}

// FuzzLedgerAddsUp: whatever the bytes, each line has its place, in the ledger and
// in the files.
func FuzzLedgerAddsUp(f *testing.F) {
	lines := strings.SplitAfter(string(madeEvents(1)), "\n")
	f.Add(strings.Join(lines[:5], "") + lines[0])
	f.Add(strings.Join(lines[800:1000], ""))
	f.Add("{}\n" + lines[0] + "\n\n[]\r\n{")
	f.Add("\x00\n\xff\n \nnull\n{")
	f.Add(`{"type":"order","time":9223372036854775807,"amount":1e999,"items":"","currency":"\ud800"}`)
	f.Add(`{"type":"order","time":"2026-11-20T10:00:00","amount":"","items":" ","currency":""}`)
	f.Fuzz(func(t *testing.T, facts string) {
		dir := t.TempDir()
		args := []string{"-facts", clitest.Write(t, dir, "facts", []string{facts})}
		for _, f := range all {
			args = append(args, "-"+f, filepath.Join(dir, f))
		}
		var out, errs bytes.Buffer
		switch code := run(t.Context(), args, &out, &errs); {
		case code == 2 && out.Len() == 0 && strings.Count(errs.String(), "\n") == 1 && strings.HasPrefix(facts, "\x1f\x8b"):
			return // a gzip file that is none
		case code != 0 || errs.Len() > 0:
			t.Fatalf("ends with %d, says %s", code, errs.String())
		}
		ledger := out.String()[strings.LastIndex(out.String(), "\n\n")+2:]
		var n [26]int
		at := make([]any, len(n))
		for i := range n {
			at[i] = &n[i]
		}
		if _, err := fmt.Sscanf(ledger, `lines %d = good %d + bad %d
lines %d = standardised %d + not %d
standardised %d = good %d + broke a rule %d
lines %d = with a time %d + before the first that has one %d
rule all: events %d = counted %d + late %d + of other types %d
rule all: windows %d = alarms %d + none %d
rule orders of a source: events %d = counted %d + late %d + of other types %d
rule orders of a source: windows %d = alarms %d + none %d
`, at...); err != nil {
			t.Fatalf("%v in\n%s", err, ledger)
		}
		if n[0] != n[1]+n[2] || n[0] != n[3] || n[3] != n[4]+n[5] || n[6] != n[4] || n[7] != n[1] || n[6] != n[7]+n[8] || n[9] != n[0] || n[9] != n[10]+n[11] ||
			n[12] != n[10] || n[12] != n[13]+n[14]+n[15] || n[16] != n[17]+n[18] || n[19] != n[10] || n[19] != n[20]+n[21]+n[22] || n[23] != n[24]+n[25] {
			t.Errorf("does not add up:\n%s", ledger)
		}
		var written []int
		for _, f := range all {
			written = append(written, strings.Count(clitest.Read(t, filepath.Join(dir, f)), "\n"))
		}
		if want := []int{n[0], n[4], n[1], n[2], n[17] + n[24], n[14] + n[21]}; !slices.Equal(written, want) {
			t.Errorf("the files %v have %v lines, the ledger says %v", all, written, want)
		}
	})
}

func TestAnInterruptWritesWhatIsOpen(t *testing.T) { clitest.Interrupted(t, run) }
