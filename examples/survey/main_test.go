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
	zip := clitest.Zip(madeAnswers(1))
	clitest.Write(t, dir, "answers", []string{madeAnswers(1)})
	clitest.Write(t, dir, "torn.gz", []string{zip[:len(zip)/2]})
	clitest.Refused(t, run, "survey", dir, [][2]string{
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
	})
	if clitest.Read(t, path("answers")) != madeAnswers(1) {
		t.Error("a file was written to that was refused")
	}
	out := clitest.Write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	if got := clitest.Read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	clitest.EmptyFlags(t, run, "survey", "-facts", "-contacts", "-out", "-missed", "-bad", "-zone")
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	clitest.Usage(t, run, "survey", []string{"-fact", "x"}, []string{"-seed", "-1"}, []string{"-delay", "x"}, []string{"-facts"})
}

// TestEveryRunGivesTheSame: what is printed, and the files, to the byte; and no
// file is left that no flag names.
func TestEveryRunGivesTheSame(t *testing.T) {
	if first, second := madeAnswers(7), madeAnswers(7); first != second || first == madeAnswers(8) {
		t.Error("the same seed must give the same bytes, and another one others")
	}
	clitest.SameEachTime(t, run, nil, "out", "missed", "bad")
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
		args := []string{"-contacts", clitest.Write(t, dir, "contacts", []string{contacts}), "-facts", clitest.Write(t, dir, "facts", []string{facts}),
			"-out", path("out"), "-missed", path("missed"), "-bad", path("bad")}
		ledger, ok := clitest.Ledger(t, run, args...)
		if !ok {
			return // a gzip file that is none
		}
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
		clitest.Lengths(t, dir, map[string]int{"missed": twice + late + unknown + tooLate, "bad": bad + badContacts})
	})
}
