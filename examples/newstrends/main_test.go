package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
)

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	some := string(newMaker(small, 1, 1).append(nil))
	zip := clitest.Zip(some)
	clitest.Write(t, dir, "facts", []string{some})
	clitest.Write(t, dir, "torn.gz", []string{zip[:len(zip)/2]})
	clitest.Refused(t, run, "newstrends", dir, [][2]string{
		{"-facts DIR/none", "-facts: open DIR/none: no such file"},
		{"-facts DIR", "-facts: DIR: is a directory"},
		{"-facts DIR/torn.gz", "-facts: "},
		{"-facts DIR/facts -users DIR/none", "-users: open DIR/none: no such file"},
		{"-facts DIR/facts -users DIR/torn.gz", "-users: "},
		{"-out DIR/none/rows", "-out: sink: DIR/none/rows: no such file"},
		{"-rates DIR/none/rows", "-rates: sink: DIR/none/rows: no such file"},
		{"-top DIR/none/rows", "-top: sink: DIR/none/rows: no such file"},
		{"-late DIR/none/rows", "-late: sink: DIR/none/rows: no such file"},
		{"-bad DIR/none/rows", "-bad: sink: DIR/none/rows: no such file"},
		{"-out -", "-out is -: must be a file"},
		{"-facts - -users -", "-facts and -users are both standard input"},
		{"-users DIR/facts", "-users without -facts"},
		{"-out DIR/a -top DIR/./a", "-out and -top are the same file"},
		{"-facts DIR/facts -bad DIR/facts", "-facts and -bad are the same file"},
		{"-n 0", "-n is 0: must be at least 1"},
		{"-delay -1s", "-delay is -1s: must not be negative"},
		{"-generate -1", "-generate is -1: must not be negative"},
		{"-generate 1", "-generate and -o belong together"},
		{"-o DIR", "-generate and -o belong together"},
		{"-generate 1 -o DIR -top DIR/top", "-top has no meaning beside -generate"},
		{"-generate 1 -o DIR/facts", "-o: mkdir DIR/facts: not a directory"},
		{"more", `argument "more"`},
	})
	if clitest.Read(t, path("facts")) != some {
		t.Error("a file was written to that was refused")
	}
	out := clitest.Write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	try(t, 2, "-facts", path("facts"), "-users", path("none"), "-out", out)
	if got := clitest.Read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	clitest.EmptyFlags(t, run, "newstrends", "-facts", "-users", "-out", "-rates", "-top", "-late", "-bad", "-o")
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	clitest.Usage(t, run, "newstrends", []string{"-fact", "x"}, []string{"-seed", "-1"}, []string{"-n", "x"}, []string{"-facts"})
}

// TestEveryRunGivesTheSame: what is printed, and the files, to the byte; and no
// file is left that no flag names.
func TestEveryRunGivesTheSame(t *testing.T) {
	if first, second := madeActions(7), madeActions(7); !bytes.Equal(first, second) || bytes.Equal(first, madeActions(8)) {
		t.Error("the same seed must give the same bytes, and another one others")
	}
	clitest.SameEachTime(t, run, nil, "out", "rates", "top", "late", "bad")
}

// TestWhatWasGeneratedCanBeRead: and each line of it has its place.
func TestWhatWasGeneratedCanBeRead(t *testing.T) {
	dir := t.TempDir()
	got := try(t, 0, "-generate", "20000", "-o", dir)
	if !strings.HasPrefix(got, "20000 lines in "+filepath.Join(dir, "actions.ndjson")) {
		t.Errorf("prints %q", got)
	}
	got = try(t, 0, "-facts", filepath.Join(dir, "actions.ndjson"), "-users", filepath.Join(dir, "users.ndjson"))
	if !strings.Contains(got, "\nlines 20000 = ") || !strings.Contains(got, "\nlines of users 105000 = versions 105000 + bad 0\n") {
		t.Errorf("prints %s", got)
	}
}

func TestWhatIsNotUTF8IsKeptToTheByte(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad")
	line := `{"USER_ID":"` + "\xff" + `","ARTICLE_ID":"x","ACTION":"click","TIME":"2026-11-20T10:00:00"}`
	try(t, 0, "-facts", clitest.Write(t, dir, "facts", []string{line}), "-bad", bad)
	if got := clitest.Read(t, bad); !strings.Contains(got, `"reason":"USER_ID is not UTF-8"`) || !strings.Contains(got, `"base64":"eyJVU0VSX0lEIjoi/yIs`) {
		t.Errorf("the file has %s", got)
	}
}

// FuzzLedgerAddsUp: whatever the bytes, each line has its place, in the ledger and
// in the files.
func FuzzLedgerAddsUp(f *testing.F) {
	lines := strings.SplitAfter(string(madeActions(1)), "\n")
	f.Add(strings.Join(lines[:3], "")+lines[0], `{"USER_ID":"u0","GENDER":"female"}`)
	f.Add(lines[0]+lines[len(lines)-2]+lines[1]+"{}\n\n[]", "[{}]")
	f.Add("\x00\n\xff\n \nnull\n{", "\n")
	f.Fuzz(func(t *testing.T, facts, users string) {
		dir := t.TempDir()
		args := []string{"-facts", clitest.Write(t, dir, "facts", []string{facts}), "-users", clitest.Write(t, dir, "users", []string{users})}
		files := []string{"out", "rates", "top", "late", "bad"}
		for _, f := range files {
			args = append(args, "-"+f, filepath.Join(dir, f))
		}
		ledger, ok := clitest.Ledger(t, run, args...)
		if !ok {
			return // a gzip file that is none, or an array that breaks off
		}
		var n [20]int
		at := make([]any, len(n))
		for i := range n {
			at[i] = &n[i]
		}
		if _, err := fmt.Sscanf(ledger, `lines %d = actions %d + bad %d
actions %d = counted %d + late %d + late for their user's version %d
counted %d = impressions %d + clicks %d, of them %d of unknown users
counted %d = by segment %d
rows %d, of segments %d, of the top articles %d
lines of users %d = versions %d + bad %d
`, at[:19]...); err != nil {
			t.Fatalf("%v in\n%s", err, ledger)
		}
		if n[0] != n[1]+n[2] || n[1] != n[3] || n[3] != n[4]+n[5]+n[6] || n[4] != n[7] || n[7] != n[8]+n[9] || n[11] != n[12] || n[4] != n[12] || n[16] != n[17]+n[18] {
			t.Errorf("does not add up:\n%s", ledger)
		}
		var written []int
		for _, f := range files {
			written = append(written, strings.Count(clitest.Read(t, filepath.Join(dir, f)), "\n"))
		}
		if want := []int{n[13], n[14], n[15], n[5] + n[6], n[2] + n[18]}; !slices.Equal(written, want) {
			t.Errorf("the files %v have %v lines, the ledger says %v", files, written, want)
		}
	})
}
