package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
)

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	zip := clitest.Zip(madePosts(1))
	clitest.Write(t, dir, "posts", []string{madePosts(1)})
	clitest.Write(t, dir, "torn.gz", []string{zip[:len(zip)/2]})
	clitest.Refused(t, run, "topusers", dir, [][2]string{
		{"-facts DIR/none", "-facts: open DIR/none: no such file"},
		{"-facts DIR", "-facts: DIR: is a directory"},
		{"-facts DIR/torn.gz", "unexpected EOF"},
		{"-out DIR/none/rows", "-out: sink: DIR/none/rows: no such file"},
		{"-html DIR/none/page", "-html: open DIR/none/page: no such file"},
		{"-missed DIR/none/rows", "-missed: sink: DIR/none/rows: no such file"},
		{"-bad DIR/none/rows", "-bad: sink: DIR/none/rows: no such file"},
		{"-out -", "-out is -: must be a file"},
		{"-out DIR/a -html DIR/./a", "-out and -html are the same file"},
		{"-facts DIR/posts -bad DIR/posts", "-facts and -bad are the same file"},
		{"-n 0", "-n is 0: must be at least 1"},
		{"-zone Berlin", `-zone is "Berlin": must be a place`},
		{"-delay -1s", "-delay is -1s: must not be negative"},
		{"more", `argument "more"`},
	})
	if clitest.Read(t, path("posts")) != madePosts(1) {
		t.Error("a file was written to that was refused")
	}
	out := clitest.Write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	if got := clitest.Read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	clitest.EmptyFlags(t, run, "topusers", "-facts", "-out", "-missed", "-bad", "-html", "-table", "-zone")
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	clitest.Usage(t, run, "topusers", []string{"-fact", "x"}, []string{"-seed", "-1"}, []string{"-n", "x"}, []string{"-facts"})
}

// TestEveryRunGivesTheSame: what is printed, and the files, to the byte; and no
// file is left that no flag names.
func TestEveryRunGivesTheSame(t *testing.T) {
	if first, second := madePosts(7), madePosts(7); first != second || first == madePosts(8) {
		t.Error("the same seed must give the same bytes, and another one others")
	}
	clitest.SameEachTime(t, run, nil, "out", "missed", "bad", "html")
}

// TestThePageStandsAlone: it is well formed, has all users of the rankings, and
// asks for nothing from elsewhere.
func TestThePageStandsAlone(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	name := `<b>&"'</b> ` + strings.Repeat("long ", 10)
	id, _ := json.Marshal(name)
	facts := clitest.Write(t, dir, "facts", []string{
		`{"user_id":` + string(id) + `,"tweet_id":1,"approx_post_time":"2026-11-20T10:00:00"}`,
		`{"user_id":17,"tweet_id":2,"approx_post_time":"2026-11-20T10:00:00"}`,
	})
	try(t, 0, "-facts", facts, "-html", path("page"))
	page := clitest.Read(t, path("page"))
	if strings.Contains(page, "<b>") || clitest.StandsAlone(t, page) != 2 || strings.Count(page, "<rect") != 4 {
		t.Errorf("is\n%s", page)
	}
	try(t, 0, "-facts", clitest.Write(t, dir, "none", nil), "-html", path("page"))
	if page := clitest.Read(t, path("page")); !strings.Contains(page, "No rows.") {
		t.Errorf("of nothing is\n%s", page)
	}
}

// FuzzLedgerAddsUp: whatever the bytes, each line has its place, in the ledger and
// in the files.
func FuzzLedgerAddsUp(f *testing.F) {
	lines := strings.SplitAfter(madePosts(1), "\n")
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
		var n, all, others, bad, rows, missed int
		if _, err := fmt.Sscanf(ledger, "lines %d = posts %d + of other tables %d + bad %d\n", &n, &all, &others, &bad); err != nil {
			t.Fatalf("%v in\n%s", err, ledger)
		}
		if n != all+others+bad {
			t.Errorf("does not add up:\n%s", ledger)
		}
		for i, kind := range kinds {
			var fed, counted, late, users, exact, approx, out int
			of := strings.Split(ledger, "\n")[1+2*i:]
			if _, err := fmt.Sscanf(strings.TrimPrefix(of[0], kind), ": posts %d = counted %d + late %d", &fed, &counted, &late); err != nil {
				t.Fatalf("%v in\n%s", err, ledger)
			}
			if _, err := fmt.Sscanf(strings.TrimPrefix(of[1], kind), ": users in spans %d, ranked exactly %d, approximately %d, rows %d", &users, &exact, &approx, &out); err != nil {
				t.Fatalf("%v in\n%s", err, ledger)
			}
			if fed != all || fed != counted+late || users != exact || users != approx {
				t.Errorf("does not add up:\n%s", ledger)
			}
			missed, rows = missed+late, rows+out
		}
		clitest.Lengths(t, dir, map[string]int{"out": rows, "missed": missed, "bad": bad})
	})
}
