package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/examples/internal/clitest"
)

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	zip := clitest.Zip(madePositions(1))
	clitest.Write(t, dir, "positions", []string{madePositions(1)})
	clitest.Write(t, dir, "torn.gz", []string{zip[:len(zip)/2]})
	clitest.Refused(t, run, "hotspots", dir, [][2]string{
		{"-facts DIR/none", "-facts: open DIR/none: no such file"},
		{"-facts DIR", "-facts: DIR: is a directory"},
		{"-facts DIR/torn.gz", "unexpected EOF"},
		{"-out DIR/none/rows", "-out: sink: DIR/none/rows: no such file"},
		{"-late DIR/none/rows", "-late: sink: DIR/none/rows: no such file"},
		{"-bad DIR/none/rows", "-bad: sink: DIR/none/rows: no such file"},
		{"-chart DIR/none/page", "-chart: open DIR/none/page: no such file"},
		{"-out -", "-out is -: must be a file"},
		{"-out DIR/a -chart DIR/./a", "-out and -chart are the same file"},
		{"-facts DIR/positions -bad DIR/positions", "-facts and -bad are the same file"},
		{"-radius 0", "-radius is 0: must be from 1e-6 to 1e9"},
		{"-radius NaN", "-radius is NaN: must be from 1e-6 to 1e9"},
		{"-radius 1e10", "-radius is 1e+10: must be from 1e-6 to 1e9"},
		{"-least 0", "-least is 0: must be at least 1"},
		{"-records 0", "-records is 0: must be from 1 to 1000000"},
		{"-records 1000001", "-records is 1000001: must be from 1 to 1000000"},
		{"-delay -1s", "-delay is -1s: must not be negative"},
		{"more", `argument "more"`},
	})
	if clitest.Read(t, path("positions")) != madePositions(1) {
		t.Error("a file was written to that was refused")
	}
	out := clitest.Write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	if got := clitest.Read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	clitest.EmptyFlags(t, run, "hotspots", "-facts", "-out", "-late", "-bad", "-chart")
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	clitest.Usage(t, run, "hotspots", []string{"-fact", "x"}, []string{"-seed", "-1"}, []string{"-radius", "x"}, []string{"-least", "1.5"}, []string{"-facts"})
}

// TestEveryRunGivesTheSame: what is printed, and the files, to the byte; and no
// file is left that no flag names.
func TestEveryRunGivesTheSame(t *testing.T) {
	if first, second := madePositions(7), madePositions(7); first != second || first == madePositions(8) {
		t.Error("the same seed must give the same bytes, and another one others")
	}
	clitest.SameEachTime(t, run, nil, "out", "late", "bad", "chart")
}

// FuzzLedgerAddsUp: whatever the bytes, each line has its place, in the ledger and
// in the files.
func FuzzLedgerAddsUp(f *testing.F) {
	lines := strings.SplitAfter(madePositions(1), "\n")
	f.Add(strings.Join(lines[:3], "") + lines[0])
	f.Add(lines[0] + lines[len(lines)-2] + lines[1] + "{}\n\n[]")
	f.Add("\x00\n\xff\n \nnull\n{")
	f.Fuzz(func(t *testing.T, facts string) {
		dir := t.TempDir()
		path := func(name string) string { return filepath.Join(dir, name) }
		args := []string{"-facts", clitest.Write(t, dir, "facts", []string{facts}), "-out", path("out"), "-late", path("late"), "-bad", path("bad"), "-chart", path("page")}
		ledger, ok := clitest.Ledger(t, run, args...)
		if !ok {
			return // a gzip file that is none
		}
		var n, positions, late, refused, bad, all, counted, twice, rows int
		if _, err := fmt.Sscanf(ledger, "lines %d = positions %d + late %d + refused %d + bad %d\nseconds: positions %d = counted %d + late %d, rows %d\n",
			&n, &positions, &late, &refused, &bad, &all, &counted, &twice, &rows); err != nil {
			t.Fatalf("%v in\n%s", err, ledger)
		}
		if n != positions+late+refused+bad || all != positions || all != counted || twice != 0 {
			t.Errorf("does not add up:\n%s", ledger)
		}
		clitest.Lengths(t, dir, map[string]int{"out": rows, "late": late + refused, "bad": bad})
	})
}

// TestGamesBeyondTheBoundAreRefused: none is left out in silence.
func TestGamesBeyondTheBoundAreRefused(t *testing.T) {
	dir := t.TempDir()
	late := filepath.Join(dir, "late")
	var lines []string
	for game := range anomaly.DefaultMaxKeys + 1 {
		lines = append(lines, fmt.Sprintf(`{"game":%d,"player":"p1","x":1,"y":2,"event_time":"2026-11-20T10:00:00Z"}`, game))
	}
	got := try(t, 0, "-facts", clitest.Write(t, dir, "facts", lines), "-late", late)
	for _, want := range []string{"lines 1001 = positions 1000 + late 0 + refused 1 + bad 0\n", "\nand 990 more games\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("prints %q, want it with %q", got, want)
		}
	}
	if got := clitest.Read(t, late); !strings.HasPrefix(got, `{"reason":"refused"`) || !strings.Contains(got, `"fact":{"game":1000,`) {
		t.Errorf("the late file has %q", got)
	}
}

// TestTheChartShowsTheRegionsAtTheEnd: as many circles of each kind, and boxes, as
// the table says, in XML that is well formed; and a name cannot break out of it.
func TestTheChartShowsTheRegionsAtTheEnd(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "page")
	table := try(t, 0, "-chart", path)
	page := clitest.Read(t, path)
	inside := 0
	for _, m := range regexp.MustCompile(`(?m)^ +\d+ .* (\d+) +[\d.]+$`).FindAllStringSubmatch(table, -1) {
		n, _ := strconv.Atoi(m[1])
		inside += n
		if !strings.Contains(page, fmt.Sprintf(": %d points</text>", n)) {
			t.Errorf("no region of %d points is in the page", n)
		}
	}
	if in, out, boxes := strings.Count(page, `class="in"`), strings.Count(page, `class="out"`), strings.Count(page, `class="region"`); in != inside || in+out != 2*200 || boxes != 3 {
		t.Errorf("has %d dots inside and %d outside of %d boxes, want %d inside and 400 in all, and 3", in, out, boxes, inside)
	}
	if n := clitest.StandsAlone(t, page); n != 2 || strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
		t.Errorf("has %d charts, want 2, or a place that is none:\n%s", n, page)
	}
	facts := clitest.Write(t, dir, "facts", []string{`{"game":7,"player":"</title><b>&","x":1,"y":2,"event_time":"2026-11-20T10:00:00Z"}`})
	try(t, 0, "-facts", facts, "-chart", path)
	if page := clitest.Read(t, path); clitest.StandsAlone(t, page) != 1 || strings.Contains(page, "<b>") {
		t.Error("a name breaks out of the page")
	}
	try(t, 0, "-facts", clitest.Write(t, dir, "none", nil), "-chart", path)
	if !strings.Contains(clitest.Read(t, path), "<p>no rows</p>") {
		t.Errorf("for no positions, the page is %s", clitest.Read(t, path))
	}
}
