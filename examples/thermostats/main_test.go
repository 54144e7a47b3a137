package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
)

// small is a feed that takes no time.
var small = made{devices: 30, rate: 0.01, days: 2, seed: 1}

func TestWhatCannotBeReadOrWrittenEndsWithTwoAndALine(t *testing.T) {
	feed := strings.Join(slices.Collect(small.readings()), "")
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	zip := clitest.Zip(feed)
	clitest.Write(t, dir, "readings", []string{feed})
	clitest.Write(t, dir, "torn.gz", []string{zip[:len(zip)/2]})
	clitest.Refused(t, run, "thermostats", dir, [][2]string{
		{"-facts DIR/none", "-facts: open DIR/none: no such file"},
		{"-facts DIR", "-facts: DIR: is a directory"},
		{"-facts DIR/torn.gz", "unexpected EOF"},
		{"-settings DIR/none", "-settings: open DIR/none: no such file"},
		{"-settings DIR/torn.gz", "-settings: "},
		{"-facts - -settings -", "-facts and -settings are both -"},
		{"-out DIR/none/rows", "-out: sink: DIR/none/rows: no such file"},
		{"-missed DIR/none/rows", "-missed: sink: DIR/none/rows: no such file"},
		{"-bad DIR/none/rows", "-bad: sink: DIR/none/rows: no such file"},
		{"-out -", "-out is -: must be a file"},
		{"-out DIR/a -bad DIR/./a", "-out and -bad are the same file"},
		{"-facts DIR/readings -bad DIR/readings", "-facts and -bad are the same file"},
		{"-settings DIR/readings -out DIR/readings", "-settings and -out are the same file"},
		{"-html DIR/none/page", "-html: open DIR/none/page: no such file"},
		{"-live DIR/none/rows", "-live: sink: DIR/none/rows: no such file"},
		{"-daily DIR/a -fleet DIR/./a", "-daily and -fleet are the same file"},
		{"-threshold -1", "-threshold is -1: must be a number from 0 on"},
		{"-threshold NaN", "-threshold is NaN: must be a number from 0 on"},
		{"-devices 0", "-devices is 0: must be from 1 to 1000000"},
		{"-rate 0", "-rate is 0: must be above 0"},
		{"-days 0", "-days is 0: must be from 1 to 1000"},
		{"-delay -1s", "-delay is -1s: must not be negative"},
		{"more", `argument "more"`},
	})
	if clitest.Read(t, path("readings")) != feed {
		t.Error("a file was written to that was refused")
	}
	out := clitest.Write(t, dir, "rows", []string{"yesterday's"})
	try(t, 2, "-facts", path("none"), "-out", out)
	if got := clitest.Read(t, out); got != "yesterday's" {
		t.Errorf("for want of input, the rows are %q", got)
	}
}

func TestAFlagThatIsEmptyIsRefused(t *testing.T) {
	clitest.EmptyFlags(t, run, "thermostats", "-facts", "-settings", "-out", "-live", "-daily", "-fleet", "-top", "-missed", "-bad", "-html")
}

func TestAWrongFlagGivesTheUsage(t *testing.T) {
	clitest.Usage(t, run, "thermostats", []string{"-fact", "x"}, []string{"-seed", "-1"}, []string{"-delay", "x"}, []string{"-facts"})
}

// TestEveryRunGivesTheSame: what is printed, and the files, to the byte; and no
// file is left that no flag names.
func TestEveryRunGivesTheSame(t *testing.T) {
	other := small
	other.seed = 2
	first := slices.Collect(small.readings())
	if !slices.Equal(first, slices.Collect(small.readings())) || slices.Equal(first, slices.Collect(other.readings())) {
		t.Error("the same seed must give the same lines, and another one others")
	}
	args := []string{"-devices", "30", "-rate", "0.01", "-days", "2"}
	clitest.SameEachTime(t, run, args, append([]string{"html"}, files...)...)
}

// TestThePageStandsAlone: it is well formed, has four charts, and asks for nothing
// from elsewhere.
func TestThePageStandsAlone(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	settings := clitest.Write(t, dir, "settings", []string{`{"deviceid":"<b>&\"'","settemp":70}`, `{"deviceid":17,"settemp":72}`})
	facts := clitest.Write(t, dir, "facts", []string{
		`{"uuid":"1","deviceid":"<b>&\"'","devicets":"2026-11-20T10:00:00","temp":77}`,
		`{"uuid":"2","deviceid":17,"devicets":"2026-11-20T11:00:00","temp":72}`,
		`{"uuid":"3","deviceid":17,"devicets":"2026-11-22T11:00:00","temp":36}`,
		`{"uuid":"4","deviceid":"<b>&\"'","devicets":"2026-11-22T11:00:00","temp":70}`,
	})
	try(t, 0, "-settings", settings, "-facts", facts, "-html", path("page"))
	page := clitest.Read(t, path("page"))
	if n := clitest.StandsAlone(t, page); n != 4 {
		t.Errorf("has %d charts, want 4", n)
	}
	for what, want := range map[string]int{
		"<b>": 0,
		`<circle class="dot" cx="90" cy="232" r="5"><title>2026-11-20: 5.00 % of 2 devices`:  1, // of 25 %, a fifth of 240 pixels
		`<circle class="dot" cx="810" cy="40" r="5"><title>2026-11-22: 25.00 % of 2 devices`: 1,
		"+10.000 percentage points a day": 2, // as a title, and for who cannot see it
		`points="90,184 105,280 810,40"`:  1, // 10 %, 0 % and 25 %
		`<circle class="dot" cx="810" cy="40" r="3"><title>17: 50.00 % in 1 readings</title>`: 1,
		`fill="#ffffff"><title>2026-11-20 11:00: 0.00 %`:                                      1,
		`fill="#ff3737"><title>2026-11-22 11:00: 25.00 % of 2 readings`:                       1,
	} {
		if n := strings.Count(page, what); n != want {
			t.Errorf("has %d of %s, want %d; it is\n%s", n, what, want, page)
		}
	}
	var many []string // an hour a day
	for day := range kept + 9 {
		many = append(many, fmt.Sprintf(`{"uuid":"1","deviceid":17,"devicets":%q,"temp":70}`, begin.AddDate(0, 0, day).Format(time.RFC3339)))
	}
	try(t, 0, "-settings", settings, "-facts", clitest.Write(t, dir, "many", many), "-html", path("page"))
	if page := clitest.Read(t, path("page")); strings.Count(page, `r="5"`) != kept || strings.Count(page, `fill="#`) != kept || strings.Contains(page, ">2026-11-24") {
		t.Errorf("of %d days are not the last %d in\n%s", len(many), kept, page)
	}
	try(t, 0, "-facts", clitest.Write(t, dir, "none", nil), "-html", path("page"))
	if page := clitest.Read(t, path("page")); !strings.Contains(page, "No rows.") {
		t.Errorf("of nothing is\n%s", page)
	}
}

// FuzzLedgerAddsUp: whatever the bytes, each line has its place, in the ledger and
// in the files.
func FuzzLedgerAddsUp(f *testing.F) {
	readings, settings := slices.Collect(small.readings()), strings.Join(slices.Collect(small.settings()), "")
	f.Add(settings, strings.Join(readings[:30], "")+readings[0])
	f.Add(settings[:500], readings[0]+readings[len(readings)-2]+readings[1]+"{}\n\n[]")
	f.Add("{\"deviceid\":7,\"settemp\":71}\n\xff", `{"uuid":"1","deviceid":7,"devicets":"2026-11-22T11:00:00","temp":1e2}`)
	f.Fuzz(func(t *testing.T, settings, facts string) {
		dir := t.TempDir()
		path := func(name string) string { return filepath.Join(dir, name) }
		args := []string{"-settings", clitest.Write(t, dir, "settings", []string{settings}), "-facts", clitest.Write(t, dir, "facts", []string{facts}), "-html", path("page")}
		for _, name := range files {
			args = append(args, "-"+name, path(name))
		}
		ledger, ok := clitest.Ledger(t, run, args...)
		if !ok {
			return // a gzip file that is none
		}
		var lines, readings, bad, all, once, twice, late, unique, rows, unknown, joined, live, hot, below, counted, daily, hourly, event, days, inFleet, ofSettings, versions, badSettings int
		if _, err := fmt.Sscanf(ledger, "lines %d = readings %d + bad %d\nreadings %d = once %d + duplicates %d + late %d\n"+
			"once %d = rows %d + of devices without a setting %d\nrows %d = live %d, of %d devices, + not above 5.00 %% %d\n"+
			"rows %d = by device and day %d = by hour %d = by event %d\ndays of devices %d = in those of the fleet %d\nlines of settings %d = versions %d + bad %d",
			&lines, &readings, &bad, &all, &once, &twice, &late, &unique, &rows, &unknown, &joined, &live, &hot, &below, &counted, &daily, &hourly, &event, &days, &inFleet,
			&ofSettings, &versions, &badSettings); err != nil {
			t.Fatalf("%v in\n%s", err, ledger)
		}
		if lines != readings+bad || all != readings || all != once+twice+late || unique != once || unique != rows+unknown || joined != rows || joined != live+below ||
			hot > live || counted != rows || daily != rows || hourly != rows || event != rows || days != inFleet || ofSettings != versions+badSettings {
			t.Errorf("does not add up:\n%s", ledger)
		}
		for name, want := range map[string]int{"out": rows, "live": live, "daily": days, "missed": twice + late + unknown, "bad": bad + badSettings} {
			if n := strings.Count(clitest.Read(t, path(name)), "\n"); n != want {
				t.Errorf("%s: has %d lines, the ledger says %d", name, n, want)
			}
		}
	})
}
