package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
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
	io.WriteString(z, madePosts(1))
	z.Close()
	write(t, dir, "posts", []string{madePosts(1)})
	write(t, dir, "torn.gz", []string{zip.String()[:zip.Len()/2]})
	for _, c := range []struct{ args, want string }{
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
	} {
		got := try(t, 2, strings.Fields(strings.ReplaceAll(c.args, "DIR", dir))...)
		if want := strings.ReplaceAll(c.want, "DIR", dir); !strings.Contains(got, want) || !strings.HasPrefix(got, "topusers: ") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: says %q, want a line with %q", c.args, got, want)
		}
	}
	if read(t, path("posts")) != madePosts(1) {
		t.Error("a file was written to that was refused")
	}
	out := write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	if got := read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	for _, name := range []string{"-facts", "-out", "-missed", "-bad", "-html", "-table", "-zone"} {
		if got, want := try(t, 2, name, ""), "topusers: "+name+" is empty: must have a value, or be left out\n"; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	for _, args := range [][]string{{"-fact", "x"}, {"-seed", "-1"}, {"-n", "x"}, {"-facts"}} {
		if got := try(t, 2, args...); !strings.Contains(got, "Usage of topusers") {
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
	if first, second := madePosts(7), madePosts(7); first != second || first == madePosts(8) {
		t.Error("the same seed must give the same bytes, and another one others")
	}
	printed := try(t, 0)
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	once := ""
	for range 2 {
		again := try(t, 0, "-out", "out", "-missed", "missed", "-bad", "bad", "-html", "page")
		if before, _, _ := strings.Cut(printed, "not written"); again != before {
			t.Errorf("prints\n%s\nthen\n%s", before, again)
		}
		all := read(t, "out") + read(t, "missed") + read(t, "bad") + read(t, "page")
		if once != "" && all != once {
			t.Error("a second run does not give the same files")
		}
		once = all
	}
}

// TestThePageStandsAlone: it is well formed, has all users of the rankings, and
// asks for nothing from elsewhere.
func TestThePageStandsAlone(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	name := `<b>&"'</b> ` + strings.Repeat("long ", 10)
	id, _ := json.Marshal(name)
	facts := write(t, dir, "facts", []string{
		`{"user_id":` + string(id) + `,"tweet_id":1,"approx_post_time":"2026-11-20T10:00:00"}`,
		`{"user_id":17,"tweet_id":2,"approx_post_time":"2026-11-20T10:00:00"}`,
	})
	try(t, 0, "-facts", facts, "-html", path("page"))
	page := read(t, path("page"))
	if strings.Contains(page, "<b>") || strings.Count(page, "<svg") != 2 || strings.Count(page, "<rect") != 4 {
		t.Errorf("is\n%s", page)
	}
	for _, elsewhere := range []string{"<script", "src=", "href=", "url(", "@import"} {
		if strings.Contains(page, elsewhere) {
			t.Errorf("has %s", elsewhere)
		}
	}
	for part := range strings.SplitSeq(page, "<svg") {
		svg, _, ok := strings.Cut("<svg"+part, "</svg>")
		if !ok {
			continue
		}
		d := xml.NewDecoder(strings.NewReader(svg + "</svg>"))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%v in\n%s", err, svg)
			}
		}
	}
	try(t, 0, "-facts", write(t, dir, "none", nil), "-html", path("page"))
	if page := read(t, path("page")); !strings.Contains(page, "No rows.") {
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
		args := []string{"-facts", write(t, dir, "facts", []string{facts}), "-out", path("out"), "-missed", path("missed"), "-bad", path("bad")}
		var out, errs bytes.Buffer
		switch code := run(t.Context(), args, &out, &errs); {
		case code == 2 && out.Len() == 0 && strings.Count(errs.String(), "\n") == 1:
			return // a gzip file that is none
		case code != 0 || errs.Len() > 0:
			t.Fatalf("ends with %d, says %s", code, errs.String())
		}
		ledger := out.String()[strings.LastIndex(out.String(), "\n\n")+2:]
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
