package main

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/anomaly"
)

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	var zip bytes.Buffer
	z := gzip.NewWriter(&zip)
	io.WriteString(z, madePositions(1))
	z.Close()
	write(t, dir, "positions", []string{madePositions(1)})
	write(t, dir, "torn.gz", []string{zip.String()[:zip.Len()/2]})
	for _, c := range []struct{ args, want string }{
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
	} {
		got := try(t, 2, strings.Fields(strings.ReplaceAll(c.args, "DIR", dir))...)
		if want := strings.ReplaceAll(c.want, "DIR", dir); !strings.Contains(got, want) || !strings.HasPrefix(got, "hotspots: ") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: says %q, want a line with %q", c.args, got, want)
		}
	}
	if read(t, path("positions")) != madePositions(1) {
		t.Error("a file was written to that was refused")
	}
	out := write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	if got := read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	for _, name := range []string{"-facts", "-out", "-late", "-bad", "-chart"} {
		if got, want := try(t, 2, name, ""), "hotspots: "+name+" is empty: must have a value, or be left out\n"; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	for _, args := range [][]string{{"-fact", "x"}, {"-seed", "-1"}, {"-radius", "x"}, {"-least", "1.5"}, {"-facts"}} {
		if got := try(t, 2, args...); !strings.Contains(got, "Usage of hotspots") {
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
	if first, second := madePositions(7), madePositions(7); first != second || first == madePositions(8) {
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
		try(t, 0, "-out", "out", "-late", "late", "-bad", "bad", "-chart", "page")
		all := read(t, "out") + read(t, "late") + read(t, "bad") + read(t, "page")
		if once != "" && all != once {
			t.Error("a second run does not give the same files")
		}
		once = all
	}
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
		args := []string{"-facts", write(t, dir, "facts", []string{facts}), "-out", path("out"), "-late", path("late"), "-bad", path("bad"), "-chart", path("page")}
		var out, errs bytes.Buffer
		switch code := run(t.Context(), args, &out, &errs); {
		case code == 2 && out.Len() == 0 && strings.Count(errs.String(), "\n") == 1:
			return // a gzip file that is none
		case code != 0 || errs.Len() > 0:
			t.Fatalf("ends with %d, says %s", code, errs.String())
		}
		ledger := out.String()[strings.LastIndex(out.String(), "\n\n")+2:]
		var n, positions, late, refused, bad, all, counted, twice, rows int
		if _, err := fmt.Sscanf(ledger, "lines %d = positions %d + late %d + refused %d + bad %d\nseconds: positions %d = counted %d + late %d, rows %d\n",
			&n, &positions, &late, &refused, &bad, &all, &counted, &twice, &rows); err != nil {
			t.Fatalf("%v in\n%s", err, ledger)
		}
		if n != positions+late+refused+bad || all != positions || all != counted || twice != 0 {
			t.Errorf("does not add up:\n%s", ledger)
		}
		for _, f := range []struct {
			name string
			want int
		}{{"out", rows}, {"late", late + refused}, {"bad", bad}} {
			if n := strings.Count(read(t, path(f.name)), "\n"); n != f.want {
				t.Errorf("%s: has %d lines, the ledger says %d", f.name, n, f.want)
			}
		}
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
	got := try(t, 0, "-facts", write(t, dir, "facts", lines), "-late", late)
	for _, want := range []string{"lines 1001 = positions 1000 + late 0 + refused 1 + bad 0\n", "\nand 990 more games\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("prints %q, want it with %q", got, want)
		}
	}
	if got := read(t, late); !strings.HasPrefix(got, `{"reason":"refused"`) || !strings.Contains(got, `"fact":{"game":1000,`) {
		t.Errorf("the late file has %q", got)
	}
}

// TestTheChartShowsTheRegionsAtTheEnd: as many circles of each kind, and boxes, as
// the table says, in XML that is well formed; and a name cannot break out of it.
func TestTheChartShowsTheRegionsAtTheEnd(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "page")
	table := try(t, 0, "-chart", path)
	page := read(t, path)
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
	wellFormed(t, page)
	if strings.Contains(page, "<script") || strings.Contains(strings.ReplaceAll(page, "http://www.w3.org/2000/svg", ""), "http") {
		t.Error("the page needs something else")
	}
	facts := write(t, dir, "facts", []string{`{"game":7,"player":"</title><b>&","x":1,"y":2,"event_time":"2026-11-20T10:00:00Z"}`})
	try(t, 0, "-facts", facts, "-chart", path)
	wellFormed(t, read(t, path))
	if strings.Contains(read(t, path), "<b>") {
		t.Error("a name breaks out of the page")
	}
	try(t, 0, "-facts", write(t, dir, "none", nil), "-chart", path)
	if !strings.Contains(read(t, path), "<p>no rows</p>") {
		t.Errorf("for no positions, the page is %s", read(t, path))
	}
}

// wellFormed checks the pictures of a page.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	for _, svg := range strings.Split(page, "<svg ")[1:] {
		svg, _, _ = strings.Cut("<svg "+svg, "</svg>")
		d := xml.NewDecoder(strings.NewReader(svg + "</svg>"))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Errorf("%v in %s", err, svg)
				break
			}
		}
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("a place is none: %s", svg)
		}
	}
}
