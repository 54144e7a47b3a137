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
	io.WriteString(z, madeAnswers(1))
	z.Close()
	write(t, dir, "answers", []string{madeAnswers(1)})
	write(t, dir, "torn.gz", []string{zip.String()[:zip.Len()/2]})
	for _, c := range []struct{ args, want string }{
		{"-facts DIR/none", "-facts: open DIR/none: no such file"},
		{"-facts DIR", "-facts: DIR: is a directory"},
		{"-facts DIR/torn.gz", "unexpected EOF"},
		{"-contacts DIR/none", "-contacts: open DIR/none: no such file"},
		{"-contacts DIR/torn.gz", "-contacts: "},
		{"-facts - -contacts -", "-facts and -contacts are both -"},
		{"-out DIR/none/rows", "-out: sink: DIR/none/rows: no such file"},
		{"-missed DIR/none/rows", "-missed: sink: DIR/none/rows: no such file"},
		{"-bad DIR/none/rows", "-bad: sink: DIR/none/rows: no such file"},
		{"-out -", "-out is -: must be a file"},
		{"-out DIR/a -bad DIR/./a", "-out and -bad are the same file"},
		{"-facts DIR/answers -bad DIR/answers", "-facts and -bad are the same file"},
		{"-contacts DIR/answers -out DIR/answers", "-contacts and -out are the same file"},
		{"-zone Berlin", `-zone is "Berlin": must be a place`},
		{"-delay -1s", "-delay is -1s: must not be negative"},
		{"more", `argument "more"`},
	} {
		got := try(t, 2, strings.Fields(strings.ReplaceAll(c.args, "DIR", dir))...)
		if want := strings.ReplaceAll(c.want, "DIR", dir); !strings.Contains(got, want) || !strings.HasPrefix(got, "survey: ") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: says %q, want a line with %q", c.args, got, want)
		}
	}
	if read(t, path("answers")) != madeAnswers(1) {
		t.Error("a file was written to that was refused")
	}
	out := write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	if got := read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	for _, name := range []string{"-facts", "-contacts", "-out", "-missed", "-bad", "-zone"} {
		if got, want := try(t, 2, name, ""), "survey: "+name+" is empty: must have a value, or be left out\n"; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	for _, args := range [][]string{{"-fact", "x"}, {"-seed", "-1"}, {"-delay", "x"}, {"-facts"}} {
		if got := try(t, 2, args...); !strings.Contains(got, "Usage of survey") {
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
	if first, second := madeAnswers(7), madeAnswers(7); first != second || first == madeAnswers(8) {
		t.Error("the same seed must give the same bytes, and another one others")
	}
	printed := try(t, 0)
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	once := ""
	for range 2 {
		again := try(t, 0, "-out", "out", "-missed", "missed", "-bad", "bad")
		if before, _, _ := strings.Cut(printed, "not written"); again != before {
			t.Errorf("prints\n%s\nthen\n%s", before, again)
		}
		all := read(t, "out") + read(t, "missed") + read(t, "bad")
		if once != "" && all != once {
			t.Error("a second run does not give the same files")
		}
		once = all
	}
}

// FuzzLedgerAddsUp: whatever the bytes, each line has its place, in the ledger and
// in the files.
func FuzzLedgerAddsUp(f *testing.F) {
	answers, contacts := strings.SplitAfter(madeAnswers(1), "\n"), madeContacts(1)
	f.Add(contacts, strings.Join(answers[:30], "")+answers[0])
	f.Add(contacts[:1000], answers[0]+answers[len(answers)-2]+answers[1]+"{}\n\n[]")
	f.Add("{\"ContactId\":7}\n\xff", "\x00\n\xff\n \nnull\n{")
	f.Fuzz(func(t *testing.T, contacts, facts string) {
		dir := t.TempDir()
		path := func(name string) string { return filepath.Join(dir, name) }
		args := []string{"-contacts", write(t, dir, "contacts", []string{contacts}), "-facts", write(t, dir, "facts", []string{facts}),
			"-out", path("out"), "-missed", path("missed"), "-bad", path("bad")}
		var out, errs bytes.Buffer
		switch code := run(t.Context(), args, &out, &errs); {
		case code == 2 && out.Len() == 0 && strings.Count(errs.String(), "\n") == 1:
			return // a gzip file that is none
		case code != 0 || errs.Len() > 0:
			t.Fatalf("ends with %d, says %s", code, errs.String())
		}
		ledger := out.String()[strings.LastIndex(out.String(), "\n\n")+2:]
		var lines, answers, bad, all, once, twice, late, unique, met, unknown, withContact, asked, not, given, counted, tooLate int
		head := ledger
		if before, after, ok := strings.Cut(ledger, "counted for"); ok {
			head = before + after[strings.Index(after, "\n")+1:]
		}
		var ofContacts, records, badContacts int
		if _, err := fmt.Sscanf(head, "lines %d = answers %d + bad %d\nanswers %d = once %d + duplicates %d + late %d\n"+
			"once %d = with a contact %d + of unknown contacts %d\nwith a contact %d = asked %d + not asked %d\n"+
			"asked %d = counted %d + late for their day %d\nlines of contacts %d = records %d + bad %d", &lines, &answers, &bad, &all, &once, &twice, &late,
			&unique, &met, &unknown, &withContact, &asked, &not, &given, &counted, &tooLate, &ofContacts, &records, &badContacts); err != nil {
			t.Fatalf("%v in\n%s", err, ledger)
		}
		if lines != answers+bad || all != answers || all != once+twice+late || unique != once || unique != met+unknown ||
			withContact != met || withContact != asked+not || given != asked || given != counted+tooLate || ofContacts != records+badContacts {
			t.Errorf("does not add up:\n%s", ledger)
		}
		for _, f := range []struct {
			name string
			want int
		}{{"missed", twice + late + unknown + tooLate}, {"bad", bad + badContacts}} {
			if n := strings.Count(read(t, path(f.name)), "\n"); n != f.want {
				t.Errorf("%s: has %d lines, the ledger says %d", f.name, n, f.want)
			}
		}
	})
}
