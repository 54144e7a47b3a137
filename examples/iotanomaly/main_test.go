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
	zip := clitest.Zip(text(madeFlows(1)))
	clitest.Write(t, dir, "readings", []string{text(madeReadings(1))})
	clitest.Write(t, dir, "torn.gz", []string{zip[:len(zip)/2]})
	clitest.Refused(t, program, "iotanomaly", dir, [][2]string{
		{"-facts DIR/none", "-facts: open DIR/none: no such file"},
		{"-facts DIR", "-facts: DIR: is a directory"},
		{"-flowlogs DIR/none", "-flowlogs: open DIR/none: no such file"},
		{"-flowlogs DIR/torn.gz", "unexpected EOF"},
		{"-out DIR/none/rows", "-out: sink: DIR/none/rows: no such file"},
		{"-html DIR/none/page", "-html: open DIR/none/page: no such file"},
		{"-late DIR/none/rows", "-late: sink: DIR/none/rows: no such file"},
		{"-bad DIR/none/rows", "-bad: sink: DIR/none/rows: no such file"},
		{"-out -", "-out is -: must be a file"},
		{"-out DIR/a -html DIR/./a", "-out and -html are the same file"},
		{"-facts DIR/readings -bad DIR/readings", "-facts and -bad are the same file"},
		{"-facts DIR/readings -madeflows", "-facts and flow logs: give one"},
		{"-flowlogs DIR/readings -madeflows", "-flowlogs and -madeflows: give one"},
		{"-every -1s", "-every is -1s: must not be negative"},
		{"-delay -1s", "-delay is -1s: must not be negative"},
		{"more", `argument "more"`},
	})
	if clitest.Read(t, path("readings")) != text(madeReadings(1)) {
		t.Error("a file was written to that was refused")
	}
	out := clitest.Write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	if got := clitest.Read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	clitest.EmptyFlags(t, program, "iotanomaly", "-facts", "-flowlogs", "-out", "-late", "-bad", "-html")
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	clitest.Usage(t, program, "iotanomaly", []string{"-fact", "x"}, []string{"-seed", "-1"}, []string{"-every", "x"}, []string{"-facts"})
}

// TestEveryRunGivesTheSame: what is printed, and the files, to the byte; and no
// file is left that no flag names.
func TestEveryRunGivesTheSame(t *testing.T) {
	if first, second := text(madeReadings(7)), text(madeReadings(7)); first != second || first == text(madeReadings(8)) {
		t.Error("the same seed must give the same bytes, and another one others")
	}
	for _, which := range [][]string{nil, {"-madeflows"}} {
		if which != nil && testing.Short() {
			continue
		}
		t.Run(strings.Join(which, ""), func(t *testing.T) {
			clitest.SameEachTime(t, program, which, "out", "late", "bad", "html")
		})
	}
}

// TestFlowLogsMayBeGzip: a file and what the program makes give the same.
func TestFlowLogsMayBeGzip(t *testing.T) {
	dir := t.TempDir()
	log := clitest.Write(t, dir, "flows.log.gz", []string{clitest.Zip(text(madeFlows(1)))})
	if got, want := try(t, 0, "-flowlogs", log), try(t, 0, "-madeflows"); got != want {
		t.Errorf("prints\n%s\nwant\n%s", got, want)
	}
}

// TestSensorsBeyondTheMostAreTold: each has a forest, which stays for good.
func TestSensorsBeyondTheMostAreTold(t *testing.T) {
	dir := t.TempDir()
	var lines []string
	for i := range sensorForest.Models() + 2 {
		lines = append(lines, fmt.Sprintf(`{"iotName":"s%d","iotValue":15}`, i))
	}
	late := filepath.Join(dir, "late")
	printed := try(t, 0, "-facts", clitest.Write(t, dir, "facts", lines), "-every", "1s", "-late", late)
	if want := "readings 1002 = scored 1000 + late 0 + of too many sensors 2\n"; !strings.Contains(printed, want) {
		t.Errorf("prints\n%s\nwant %s", printed, want)
	}
	got := strings.Split(strings.TrimSpace(clitest.Read(t, late)), "\n")
	if want := `{"stage":"score","reason":"refused","detail":"1000 keys have a model: must be at most MaxKeys","watermark":"2026-11-20T10:16:41Z","fact":{"created":"2026-11-20T10:16:40Z","iotName":"s1000","iotValue":15}}`; len(got) != 2 || got[0] != want {
		t.Errorf("is\n%q\nwant\n%s", got, want)
	}
}

// TestThePageStandsAlone: it is well formed, its bars have all that was scored, and
// it asks for nothing from elsewhere.
func TestThePageStandsAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "page")
	printed := try(t, 0, "-html", path)
	page := clitest.Read(t, path)
	charts := clitest.StandsAlone(t, page)
	bars := map[string]int{}
	for _, title := range strings.Split(page, "<title>")[2:] {
		var hour, minute, n int
		var which string
		if _, err := fmt.Sscanf(title, "%d:%d: %d %s", &hour, &minute, &n, &which); err != nil {
			t.Fatalf("%v in %s", err, title)
		}
		bars[strings.TrimSuffix(which, ",")] += n
	}
	var all, learning, usual, odd int
	if _, err := fmt.Sscanf(printed[strings.Index(printed, "\nscored ")+1:], "scored %d = learning %d + usual %d + odd %d", &all, &learning, &usual, &odd); err != nil {
		t.Fatal(err)
	}
	if charts != 2 || bars["usual"] != learning+usual || bars["odd"] != odd {
		t.Errorf("%d charts, of %v, want %d usual, %d odd", charts, bars, learning+usual, odd)
	}
	try(t, 0, "-facts", clitest.Write(t, dir, "none", nil), "-html", path)
	if page := clitest.Read(t, path); !strings.Contains(page, "No rows.") {
		t.Errorf("of nothing is\n%s", page)
	}
}

// FuzzLedgerAddsUp: whatever the bytes, each line has its place, in the ledger and
// in the files.
func FuzzLedgerAddsUp(f *testing.F) {
	for _, s := range []string{text(madeReadings(1)[:40]), text(madeFlows(1)[:40]), "\x00\n\xff\n \nnull\n{"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, facts string, flows bool) {
		dir := t.TempDir()
		path := func(name string) string { return filepath.Join(dir, name) }
		input := "-facts"
		if flows {
			input = "-flowlogs"
		}
		args := []string{input, clitest.Write(t, dir, "facts", []string{facts}), "-out", path("out"), "-late", path("late"), "-bad", path("bad")}
		ledger, ok := clitest.Ledger(t, program, args...)
		if !ok {
			return // a gzip file that is none
		}
		lines := strings.Split(ledger, "\n")
		var n, fed, none, skipped, heads, bad, fed2, scored, late, again, many, scored2, learning, usual, odd, rows int
		var err error
		if flows {
			_, err = fmt.Sscanf(lines[0], "lines %d = flows %d + no data %d + skipped data %d + heads %d + bad %d", &n, &fed, &none, &skipped, &heads, &bad)
			if err == nil {
				_, err = fmt.Sscanf(lines[1], "flows %d = scored %d + late %d + duplicate %d + of too many interfaces %d", &fed2, &scored, &late, &again, &many)
			}
		} else {
			_, err = fmt.Sscanf(lines[0], "lines %d = readings %d + bad %d", &n, &fed, &bad)
			if err == nil {
				_, err = fmt.Sscanf(lines[1], "readings %d = scored %d + late %d + of too many sensors %d", &fed2, &scored, &late, &many)
			}
		}
		if err == nil {
			_, err = fmt.Sscanf(lines[2], "scored %d = learning %d + usual %d + odd %d = rows %d", &scored2, &learning, &usual, &odd, &rows)
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, ledger)
		}
		if n != fed+none+skipped+heads+bad || fed != fed2 || fed != scored+late+again+many || scored != scored2 || scored != learning+usual+odd || rows != scored {
			t.Errorf("does not add up:\n%s", ledger)
		}
		clitest.Lengths(t, dir, map[string]int{"out": rows, "late": late + again + many, "bad": bad})
	})
}
