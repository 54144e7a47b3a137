package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

// lead gives the time that W lies behind: the greatest, or the second greatest if
// the greatest is farther ahead of it than one may be alone.
func lead(times []watermark.Time) watermark.Time {
	slices.Sort(times)
	n := len(times)
	switch {
	case n < 2:
		return watermark.Min
	case times[n-1].Sub(times[n-2]) > ahead:
		return times[n-2]
	}
	return times[n-1]
}

// naive gives the rows, and how many readings were missed and why.
func naive(settings, readings []string, delay time.Duration) (rows []Row, missed map[string]int) {
	var versions []Setting
	for _, line := range settings {
		var s Setting
		if decodeSetting([]byte(line), &s) == nil {
			versions = append(versions, s)
		}
	}
	w := watermark.Min
	var times []watermark.Time
	missed = map[string]int{}
	seen := map[string]bool{}
	for _, line := range readings {
		var r Reading
		if decodeReading([]byte(line), &r) != nil {
			continue
		}
		name := r.UUID + " " + r.At.String()
		before := w
		times = append(times, r.At)
		w = max(w, lead(times).Add(-delay))
		switch {
		case r.At < before:
			missed["once late"]++
			continue
		case seen[name]:
			missed["once duplicate"]++
			continue
		}
		seen[name] = true
		var holds *Setting
		for i, s := range versions {
			if s.Device == r.Device && s.From <= r.At && (holds == nil || s.From >= holds.From) {
				holds = &versions[i]
			}
		}
		if holds == nil {
			missed["rows unmatched"]++
			continue
		}
		rows = append(rows, Row{r.UUID, r.Device, r.At, r.Temp, holds.Temp, math.Abs(r.Temp-holds.Temp) / holds.Temp})
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.At, b.At) })
	return rows, missed
}

func dayOf(t watermark.Time) watermark.Time { return t.Floor(24*time.Hour, 0) }

// naiveDaily gives the days of the devices, by day, then by device.
func naiveDaily(rows []Row) (all []Daily) {
	for _, r := range rows {
		start := dayOf(r.At)
		i := slices.IndexFunc(all, func(d Daily) bool { return d.Start == start && d.Device == r.Device })
		if i < 0 {
			i, all = len(all), append(all, Daily{Start: start, End: start.Add(24 * time.Hour), Device: r.Device})
		}
		all[i].Avg += r.Pct // the sum, as yet
		all[i].Readings++
	}
	for i := range all {
		all[i].Avg /= float64(all[i].Readings)
	}
	slices.SortFunc(all, func(a, b Daily) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Device.Text, b.Device.Text), cmp.Compare(fmt.Sprint(a.Device.Number), fmt.Sprint(b.Device.Number)))
	})
	return all
}

func naiveFleet(daily []Daily) (all []Fleet) {
	for _, d := range daily {
		if len(all) == 0 || all[len(all)-1].Start != d.Start {
			all = append(all, Fleet{Start: d.Start, End: d.End})
		}
		f := &all[len(all)-1]
		f.Devices, f.Readings, f.Avg = f.Devices+1, f.Readings+d.Readings, f.Avg+d.Avg
	}
	for i := range all {
		all[i].Avg /= float64(all[i].Devices)
	}
	return all
}

// naiveTops ranks by sorting everything. It takes the days of the devices as they
// were written, so that equal averages are equal.
func naiveTops(rows []Row, daily []Daily) (all []string) {
	for i, start := 0, watermark.Min; i < len(daily); i++ {
		if daily[i].Start == start {
			continue
		}
		start = daily[i].Start
		var of []Daily
		for _, d := range daily {
			if d.Start == start {
				of = append(of, d)
			}
		}
		line := func(name string, rank int, device deviceID, what string) {
			id, _ := device.MarshalJSON()
			all = append(all, fmt.Sprintf(`{"ranking":%q,"window_start":%q,"window_end":%q,"rank":%d,"deviceid":%s,%s}`+"\n", name, start, start.Add(24*time.Hour), rank, id, what))
		}
		value := func(d Daily) string {
			avg, _ := json.Marshal(d.Avg)
			return fmt.Sprintf(`"readings":%d,"daily_avg_inefficiency":%s`, d.Readings, avg)
		}
		slices.SortStableFunc(of, func(a, b Daily) int { return cmp.Compare(b.Avg, a.Avg) })
		for i, d := range of[:min(10, len(of))] {
			line("inefficient by day", i+1, d.Device, value(d))
		}
		var events []Row
		for _, r := range rows {
			if dayOf(r.At) == start {
				events = append(events, r)
			}
		}
		slices.SortFunc(events, func(a, b Row) int {
			return cmp.Or(cmp.Compare(b.Pct, a.Pct), cmp.Compare(a.At, b.At), cmp.Compare(a.UUID, b.UUID))
		})
		for i, r := range events[:min(10, len(events))] {
			event, _ := json.Marshal(r)
			line("inefficient by event", i+1, r.Device, `"event":`+string(event))
		}
		slices.SortFunc(of, func(a, b Daily) int { return cmp.Or(cmp.Compare(b.Readings, a.Readings), a.Device.Compare(b.Device)) })
		for i, d := range of[:min(20, len(of))] {
			line("active", i+1, d.Device, value(d))
		}
	}
	return all
}

func parsed[T any](t *testing.T, text string) (rows []T) {
	t.Helper()
	for line := range strings.Lines(text) {
		var r T
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}

// nearly takes the last bits of a sum for equal.
func nearly(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Abs(b) }

// compare runs the program on files, and compares what it writes.
func compare(t *testing.T, settings, readings []string, delay time.Duration) map[string]int {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	args := []string{"-settings", clitest.Write(t, dir, "settings", settings), "-facts", clitest.Write(t, dir, "facts", readings), "-delay", delay.String(), "-threshold", "0.03"}
	for _, name := range files {
		args = append(args, "-"+name, path(name))
	}
	try(t, 0, args...)
	rows, missed := naive(settings, readings, delay)
	if got, want := clitest.Read(t, path("out")), clitest.NDJSON(rows); got != want {
		t.Fatalf("rows are\n%s\nwant\n%s", got, want)
	}
	hot := slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Pct <= 0.03 })
	if got, want := clitest.Read(t, path("live")), clitest.NDJSON(hot); got != want {
		t.Fatalf("live rows are\n%s\nwant\n%s", got, want)
	}
	daily := parsed[Daily](t, clitest.Read(t, path("daily")))
	if want := naiveDaily(rows); !slices.EqualFunc(daily, want, func(a, b Daily) bool {
		near := nearly(a.Avg, b.Avg)
		a.Avg, b.Avg = 0, 0
		return near && a == b
	}) {
		t.Fatalf("days of devices are\n%v\nwant\n%v", daily, want)
	}
	fleet := parsed[Fleet](t, clitest.Read(t, path("fleet")))
	if want := naiveFleet(daily); !slices.EqualFunc(fleet, want, func(a, b Fleet) bool {
		near := nearly(a.Avg, b.Avg)
		a.Avg, b.Avg = 0, 0
		return near && a == b
	}) {
		t.Fatalf("days are\n%v\nwant\n%v", fleet, want)
	}
	// Of days that fire at once, the rankings of one kind come together.
	tops, want := slices.Collect(strings.Lines(clitest.Read(t, path("top")))), naiveTops(rows, daily)
	slices.Sort(tops)
	slices.Sort(want)
	if !slices.Equal(tops, want) {
		t.Fatalf("rankings are\n%s\nwant\n%s", strings.Join(tops, ""), strings.Join(want, ""))
	}
	got := map[string]int{}
	for _, m := range parsed[struct{ Stage, Reason string }](t, clitest.Read(t, path("missed"))) {
		got[m.Stage+" "+m.Reason]++
	}
	if fmt.Sprint(got) != fmt.Sprint(missed) {
		t.Fatalf("missed are %v, want %v", got, missed)
	}
	return missed
}

func TestRowsOfTheMadeFeedAreTheNaiveOnes(t *testing.T) {
	m := made{devices: 40, rate: 0.03, days: 2, seed: rand.Uint64N(1000)}
	t.Logf("seed %d", m.seed)
	compare(t, slices.Collect(m.settings()), slices.Collect(m.readings()), 5*time.Minute)
}

// TestRowsAreTheNaiveOnes: few devices, settings at the times of readings, and days
// without readings.
func TestRowsAreTheNaiveOnes(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	reasons := map[string]int{}
	devices := []string{`"a"`, `"b"`, `17`, `"17"`, `"<é>"`}
	n := 40
	if testing.Short() {
		n = 20
	}
	for range n {
		var settings, readings []string
		at := begin.Add(22 * time.Hour)
		near := func() string {
			return at.Add(time.Duration(r.IntN(10)-5) * time.Minute).Add(time.Duration(r.IntN(3) - 1)).Format(time.RFC3339Nano)
		}
		for n := range r.IntN(100) {
			if r.IntN(12) == 0 {
				at = at.Add(time.Duration(r.IntN(50)) * time.Hour)
			}
			at = at.Add(time.Duration(r.IntN(10)) * time.Minute)
			readings = append(readings, fmt.Sprintf(`{"uuid":"%d","deviceid":%s,"devicets":%q,"temp":%d.%d}`, n-n%2*r.IntN(2), devices[r.IntN(5)], near(), 66+r.IntN(8), r.IntN(10)))
			if r.IntN(9) == 0 {
				readings = append(readings, readings[len(readings)-1])
			}
			if r.IntN(6) == 0 {
				settings = append(settings, fmt.Sprintf(`{"deviceid":%s,"settemp":%d,"update_time":%q}`, devices[r.IntN(5)], 70+r.IntN(3), near()))
			}
		}
		for _, d := range devices[:r.IntN(6)] {
			settings = append(settings, fmt.Sprintf(`{"deviceid":%s,"settemp":%d}`, d, 70+r.IntN(3)))
		}
		r.Shuffle(len(settings), func(i, j int) { settings[i], settings[j] = settings[j], settings[i] })
		for why, n := range compare(t, settings, readings, time.Duration(r.IntN(10))*time.Minute) {
			reasons[why] += n
		}
	}
	for _, why := range []string{"once late", "once duplicate", "rows unmatched"} {
		if reasons[why] == 0 {
			t.Errorf("no reading was %s: the test shows less than it should", why)
		}
	}
}

func TestAccumulatorsKeepTheLaws(t *testing.T) {
	n := 0
	row := func(r *rand.Rand) Row {
		n++
		return Row{UUID: fmt.Sprint(n), Pct: float64(r.IntN(20)) / 16} // sums of these are exact
	}
	windowtest.Check[mean](t, row)
	windowtest.Check[peaks](t, row)
	windowtest.Check[fleet](t, func(r *rand.Rand) Daily { return Daily{Avg: float64(r.IntN(20)) / 16, Readings: r.IntN(9)} })
}
