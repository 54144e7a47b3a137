package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
)

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	zip := clitest.Zip(madeRequests(1))
	clitest.Write(t, dir, "requests", []string{madeRequests(1)})
	clitest.Write(t, dir, "torn.gz", []string{zip[:len(zip)/2]})
	clitest.Refused(t, run, "callsperip", dir, [][2]string{
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
	})
	if clitest.Read(t, path("requests")) != madeRequests(1) {
		t.Error("a file was written to that was refused")
	}
	out := clitest.Write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	if got := clitest.Read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	clitest.EmptyFlags(t, run, "callsperip", "-facts", "-out", "-block", "-missed", "-bad")
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	clitest.Usage(t, run, "callsperip", []string{"-fact", "x"}, []string{"-seed", "-1"}, []string{"-rate", "x"}, []string{"-facts"})
}

// TestEveryRunGivesTheSame: what is printed, and the files, to the byte; and no
// file is left that no flag names.
func TestEveryRunGivesTheSame(t *testing.T) {
	if first, second := madeRequests(7), madeRequests(7); first != second || first == madeRequests(8) {
		t.Error("the same seed must give the same bytes, and another one others")
	}
	clitest.SameEachTime(t, run, nil, "out", "block", "missed", "bad")
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
		args := []string{"-facts", clitest.Write(t, dir, "facts", []string{facts}), "-out", path("out"), "-missed", path("missed"), "-bad", path("bad")}
		ledger, ok := clitest.Ledger(t, run, args...)
		if !ok {
			return // a gzip file that is none
		}
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
		clitest.Lengths(t, dir, map[string]int{"out": rows, "missed": missed, "bad": bad})
	})
}
