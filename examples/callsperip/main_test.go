package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	var zip bytes.Buffer
	z := gzip.NewWriter(&zip)
	io.WriteString(z, madeRequests(1))
	z.Close()
	write(t, dir, "requests", []string{madeRequests(1)})
	write(t, dir, "torn.gz", []string{zip.String()[:zip.Len()/2]})
	for _, c := range []struct{ args, want string }{
		{"-facts DIR/none", "-facts: open DIR/none: no such file"},
		{"-facts DIR", "-facts: DIR: is a directory"},
		{"-facts DIR/torn.gz", "unexpected EOF"},
		{"-out DIR/none/rows", "-out: sink: DIR/none/rows: no such file"},
		{"-block DIR/none/rows", "-block: sink: DIR/none/rows: no such file"},
		{"-missed DIR/none/rows", "-missed: sink: DIR/none/rows: no such file"},
		{"-bad DIR/none/rows", "-bad: sink: DIR/none/rows: no such file"},
		{"-out -", "-out is -: must be a file"},
		{"-out DIR/a -block DIR/./a", "-out and -block are the same file"},
		{"-facts DIR/requests -bad DIR/requests", "-facts and -bad are the same file"},
		{"-rate -1", "-rate is -1: must not be negative"},
		{"-delay -1s", "-delay is -1s: must not be negative"},
		{"more", `argument "more"`},
	} {
		got := try(t, 2, strings.Fields(strings.ReplaceAll(c.args, "DIR", dir))...)
		if want := strings.ReplaceAll(c.want, "DIR", dir); !strings.Contains(got, want) || !strings.HasPrefix(got, "callsperip: ") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: says %q, want a line with %q", c.args, got, want)
		}
	}
	if read(t, path("requests")) != madeRequests(1) {
		t.Error("a file was written to that was refused")
	}
	out := write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	if got := read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	for _, name := range []string{"-facts", "-out", "-block", "-missed", "-bad"} {
		if got, want := try(t, 2, name, ""), "callsperip: "+name+" is empty: must have a value, or be left out\n"; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	for _, args := range [][]string{{"-fact", "x"}, {"-seed", "-1"}, {"-rate", "x"}, {"-facts"}} {
		if got := try(t, 2, args...); !strings.Contains(got, "Usage of callsperip") {
			t.Errorf("%q: says %q", args, got)
		}
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"-h"}, &out, &errs); code != 0 || !strings.Contains(errs.String(), "Usage") {
		t.Errorf("-h ends with %d, says %q", code, errs.String())
	}
}

// TestEveryRunGivesTheSame: what is printed, and the files, to the byte; and no
// file is left that no flag names.
func TestEveryRunGivesTheSame(t *testing.T) {
	t.Chdir(t.TempDir())
	if first, second := madeRequests(7), madeRequests(7); first != second || first == madeRequests(8) {
		t.Error("the same seed must give the same bytes, and another one others")
	}
	first := try(t, 0)
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	if second := try(t, 0); first != second {
		t.Errorf("prints\n%s\nthen\n%s", first, second)
	}
	once := ""
	for range 2 {
		try(t, 0, "-out", "out", "-block", "block", "-missed", "missed", "-bad", "bad")
		all := read(t, "out") + read(t, "block") + read(t, "missed") + read(t, "bad")
		if once != "" && all != once {
			t.Error("a second run does not give the same files")
		}
		once = all
	}
}

// FuzzLedgerAddsUp: whatever the bytes, each line has its place, in the ledger and
// in the files.
func FuzzLedgerAddsUp(f *testing.F) {
	lines := strings.SplitAfter(madeRequests(1), "\n")
	f.Add(strings.Join(lines[:3], "") + lines[0])
	f.Add(lines[0] + lines[len(lines)-2] + lines[1] + "{}\n\n[]")
	f.Add("\x00\n\xff\n \nnull\n{")
	f.Fuzz(func(t *testing.T, facts string) {
		dir := t.TempDir()
		path := func(name string) string { return filepath.Join(dir, name) }
		args := []string{"-facts", write(t, dir, "facts", []string{facts}), "-out", path("out"), "-missed", path("missed"), "-bad", path("bad")}
		var out, errs bytes.Buffer
		switch code := run(t.Context(), args, &out, &errs); {
		case code == 2 && out.Len() == 0 && strings.Count(errs.String(), "\n") == 1:
			return // a gzip file that is none
		case code != 0 || errs.Len() > 0:
			t.Fatalf("ends with %d, says %s", code, errs.String())
		}
		ledger := out.String()[strings.LastIndex(out.String(), "\n\n")+2:]
		var n, unique, twice, late, bad, rows, missed int
		if _, err := fmt.Sscanf(ledger, "lines %d = requests %d + duplicate %d + late %d + bad %d\n", &n, &unique, &twice, &late, &bad); err != nil {
			t.Fatalf("%v in\n%s", err, ledger)
		}
		if n != unique+twice+late+bad {
			t.Errorf("does not add up:\n%s", ledger)
		}
		missed = twice + late
		for i, line := range strings.Split(ledger, "\n")[1:4] {
			var all, counted, late, out int
			if _, err := fmt.Sscanf(strings.TrimPrefix(line, kinds[i]), ": requests %d = counted %d + late %d, rows %d", &all, &counted, &late, &out); err != nil {
				t.Fatalf("%v in\n%s", err, ledger)
			}
			if all != unique || all != counted+late {
				t.Errorf("does not add up:\n%s", ledger)
			}
			missed, rows = missed+late, rows+out
		}
		for _, f := range []struct {
			name string
			want int
		}{{"out", rows}, {"missed", missed}, {"bad", bad}} {
			if n := strings.Count(read(t, path(f.name)), "\n"); n != f.want {
				t.Errorf("%s: has %d lines, the ledger says %d", f.name, n, f.want)
			}
		}
	})
}
