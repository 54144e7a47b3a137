package main

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// text is made lines as a file.
func text(all []made) string {
	var b strings.Builder
	for _, m := range all {
		b.WriteString(m.text + "\n")
	}
	return b.String()
}

func zipped(s string) string {
	var zip bytes.Buffer
	z := gzip.NewWriter(&zip)
	io.WriteString(z, s)
	z.Close()
	return zip.String()
}

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	zip := zipped(text(madeFlows(1)))
	write(t, dir, "readings", []string{text(madeReadings(1))})
	write(t, dir, "torn.gz", []string{zip[:len(zip)/2]})
	for _, c := range []struct{ args, want string }{
		{"-facts DIR/none", "-facts: stat DIR/none: no such file"},
		{"-facts DIR", "-facts: DIR: is a directory"},
		{"-flowlogs DIR/none", "-flowlogs: stat DIR/none: no such file"},
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
	} {
		got := try(t, 2, strings.Fields(strings.ReplaceAll(c.args, "DIR", dir))...)
		if want := strings.ReplaceAll(c.want, "DIR", dir); !strings.Contains(got, want) || !strings.HasPrefix(got, "iotanomaly: ") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: says %q, want a line with %q", c.args, got, want)
		}
	}
	if read(t, path("readings")) != text(madeReadings(1)) {
		t.Error("a file was written to that was refused")
	}
	out := write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	if got := read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	for _, name := range []string{"-facts", "-flowlogs", "-out", "-late", "-bad", "-html"} {
		if got, want := try(t, 2, name, ""), "iotanomaly: "+name+" is empty: must have a value, or be left out\n"; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	for _, args := range [][]string{{"-fact", "x"}, {"-seed", "-1"}, {"-every", "x"}, {"-facts"}} {
		if got := try(t, 2, args...); !strings.Contains(got, "Usage of iotanomaly") {
			t.Errorf("%q: says %q", args, got)
		}
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"-h"}, &out, &errs, nil); code != 0 || !strings.Contains(errs.String(), "Usage") {
		t.Errorf("-h ends with %d, says %q", code, errs.String())
	}
}

// TestEveryRunGivesTheSame: what is printed, and the files, to the byte; and no
// file is left that no flag names.
func TestEveryRunGivesTheSame(t *testing.T) {
	t.Chdir(t.TempDir())
	if first, second := text(madeReadings(7)), text(madeReadings(7)); first != second || first == text(madeReadings(8)) {
		t.Error("the same seed must give the same bytes, and another one others")
	}
	for _, which := range [][]string{nil, {"-madeflows"}} {
		if which != nil && testing.Short() {
			continue
		}
		printed := try(t, 0, which...)
		if left, err := os.ReadDir("."); err != nil || which == nil && len(left) > 0 {
			t.Errorf("%v, %v", left, err)
		}
		once := ""
		for range 2 {
			again := try(t, 0, append(which, "-out", "out", "-late", "late", "-bad", "bad", "-html", "page")...)
			if before, _, _ := strings.Cut(printed, "not written"); again != before {
				t.Errorf("prints\n%s\nthen\n%s", before, again)
			}
			all := read(t, "out") + read(t, "late") + read(t, "bad") + read(t, "page")
			if once != "" && all != once {
				t.Error("a second run does not give the same files")
			}
			once = all
		}
	}
}

// TestFlowLogsMayBeGzip: a file and what the program makes give the same.
func TestFlowLogsMayBeGzip(t *testing.T) {
	dir := t.TempDir()
	log := write(t, dir, "flows.log.gz", []string{zipped(text(madeFlows(1)))})
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
	printed := try(t, 0, "-facts", write(t, dir, "facts", lines), "-every", "1s", "-late", late)
	if want := "readings 1002 = scored 1000 + late 0 + of too many sensors 2\n"; !strings.Contains(printed, want) {
		t.Errorf("prints\n%s\nwant %s", printed, want)
	}
	got := strings.Split(strings.TrimSpace(read(t, late)), "\n")
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
	page := read(t, path)
	for _, elsewhere := range []string{"<script", "src=", "href=", "url(", "@import"} {
		if strings.Contains(page, elsewhere) {
			t.Errorf("has %s", elsewhere)
		}
	}
	charts := 0
	for part := range strings.SplitSeq(page, "<svg") {
		svg, _, ok := strings.Cut("<svg"+part, "</svg>")
		if !ok {
			continue
		}
		charts++
		d := xml.NewDecoder(strings.NewReader(svg + "</svg>"))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%v in\n%s", err, svg)
			}
		}
	}
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
	try(t, 0, "-facts", write(t, dir, "none", nil), "-html", path)
	if page := read(t, path); !strings.Contains(page, "No rows.") {
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
		args := []string{input, write(t, dir, "facts", []string{facts}), "-out", path("out"), "-late", path("late"), "-bad", path("bad")}
		var out, errs bytes.Buffer
		switch code := run(t.Context(), args, &out, &errs, steady(begin, time.Millisecond)); {
		case code == 2 && out.Len() == 0 && strings.Count(errs.String(), "\n") == 1:
			return // a gzip file that is none
		case code != 0 || errs.Len() > 0:
			t.Fatalf("ends with %d, says %s", code, errs.String())
		}
		ledger := out.String()[strings.LastIndex(out.String(), "\n\n")+2:]
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
		for _, f := range []struct {
			name string
			want int
		}{{"out", rows}, {"late", late + again + many}, {"bad", bad}} {
			if n := strings.Count(read(t, path(f.name)), "\n"); n != f.want {
				t.Errorf("%s: has %d lines, the ledger says %d", f.name, n, f.want)
			}
		}
	})
}
