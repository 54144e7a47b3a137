package window

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// walkDates goes through the history of a place and calls f for each date, counted
// from 1970-01-01, with the second in which it, or a later one, is first read.
func walkDates(changes []zoneChange, until int64, f func(day, sec int64)) {
	day := floorDiv(changes[0].sec+changes[0].offset, daySeconds)
	for i, c := range changes {
		end := until
		if i+1 < len(changes) {
			end = changes[i+1].sec
		}
		for ; (day+1)*daySeconds <= c.sec+c.offset; day++ { // forward over midnight
			f(day+1, c.sec)
		}
		for ; (day+1)*daySeconds-c.offset < end; day++ {
			f(day+1, (day+1)*daySeconds-c.offset)
		}
	}
}

// beginsSpan reports whether a span of c begins with the day, by reading the calendar.
func beginsSpan(c Calendar, day int64) bool {
	date := time.Unix(day*daySeconds, 0).UTC()
	n, months := max(c.N, 1), (date.Year()-1970)*12+int(date.Month())-1
	switch c.Unit {
	case Week:
		first := int64(0)
		for time.Unix(first*daySeconds, 0).UTC().Weekday() != c.WeekStart {
			first--
		}
		return date.Weekday() == c.WeekStart && (day-first)/7%int64(n) == 0
	case Month:
		return date.Day() == 1 && months%n == 0
	case Quarter:
		return date.Day() == 1 && months%3 == 0 && months/3%n == 0
	case Year:
		return date.YearDay() == 1 && date.Year()%n == 0
	}
	return day%int64(n) == 0
}

// calendarBounds returns where spans of c start in the time that changes cover, each once.
func calendarBounds(c Calendar, changes []zoneChange, until int64) (bounds []watermark.Time) {
	walkDates(changes, until, func(day, sec int64) {
		if sec >= leastSecond && sec <= mostSecond && beginsSpan(c, day) {
			bounds = append(bounds, watermark.Time(sec*1e9))
		}
	})
	return slices.Compact(bounds) // what was left out has no time
}

// holdCalendarSpan checks the one span at hand against the bounds at both of its ends.
func holdCalendarSpan(c Calendar, cursor *calendarCursor, want Span) error {
	for _, t := range []watermark.Time{want.Start, want.Start + 1, want.Start + (want.End-want.Start)/2, want.End - 1} {
		if got := c.span(t); got != want {
			return fmt.Errorf("%v in %v: %v is in %v, want %v", c, c.Location, t, got, want)
		}
		if got := cursor.find(t); got != want {
			return fmt.Errorf("%v in %v: the cursor has %v in %v, want %v", c, c.Location, t, got, want)
		}
	}
	return nil
}

// TestCalendarIsTheReference compares spans with those that a walk through the
// whole of history gives: all around the changes of the clocks, and others. Each
// place has its days, and two other rules by lot.
func TestCalendarIsTheReference(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for i, name := range oddZones {
		if testing.Short() && i%9 > 0 {
			continue
		}
		l := calendarZone(t, name)
		changes := zoneChanges(l)
		rules := []Calendar{
			{Unit: Day, N: 2 + random.IntN(40), Location: l},
			{Unit: Week, N: random.IntN(5), Location: l, WeekStart: time.Weekday(random.IntN(7))},
			{Unit: Month, N: random.IntN(15), Location: l},
			{Unit: Quarter, N: random.IntN(6), Location: l},
			{Unit: Year, N: random.IntN(120), Location: l},
		}
		random.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
		for _, c := range append(rules[:2:2], Calendar{Unit: Day, Location: l}) {
			bounds := append([]watermark.Time{watermark.Min}, calendarBounds(c, changes, historyEnd)...)
			bounds = append(bounds, watermark.Max)
			cursor := newCalendarCursor(c)
			hold := func(i int) {
				if err := holdCalendarSpan(c, &cursor, Span{bounds[i], bounds[i+1]}); err != nil {
					t.Error(err)
				}
			}
			near := func(at int) {
				for i := max(at-2, 0); i < min(at+2, len(bounds)-1); i++ {
					hold(i)
				}
			}
			near(0)
			near(len(bounds) - 1)
			for _, change := range changes[1:] {
				at := watermark.Time(max(min(change.sec, mostSecond), leastSecond) * 1e9)
				i, _ := slices.BinarySearch(bounds, at)
				near(i)
			}
			for range 200 {
				hold(random.IntN(len(bounds) - 1))
			}
			if t.Failed() {
				return
			}
		}
	}
}

// TestCalendarDayIsTheLatestDateRead reads the clocks of a place second by second
// for some odd days: a new span starts when a date is read that none before was
// as late as, and at no other time.
func TestCalendarDayIsTheLatestDateRead(t *testing.T) {
	for i, c := range []struct{ zone, from string }{
		{"America/Sao_Paulo", "2018-11-03"}, // forward at midnight
		{"America/Sao_Paulo", "2018-02-17"}, // back at midnight, over it
		{"Africa/Cairo", "2023-04-27"},
		{"Africa/Monrovia", "1972-01-06"},  // forward by 44:30 at midnight
		{"America/Havana", "2024-11-02"},   // midnight twice, of one date
		{"America/St_Johns", "2006-10-28"}, // midnight twice, with the day before between
		{"Asia/Beirut", "2022-03-26"},
		{"Pacific/Apia", "2011-12-29"},
		{"Pacific/Kwajalein", "1969-09-29"},
		{"Pacific/Kwajalein", "1993-08-20"},
	} {
		if testing.Short() && i%3 > 0 {
			continue
		}
		l := calendarZone(t, c.zone)
		from, err := time.Parse(time.DateOnly, c.from)
		if err != nil {
			t.Fatal(err)
		}
		rule := Calendar{Unit: Day, Location: l}
		cursor := newCalendarCursor(rule)
		days, latest := 0, ""
		var last Span
		for sec := from.Unix() - daySeconds; sec < from.Unix()+3*daySeconds; sec++ {
			at := watermark.Time(sec * 1e9)
			date := time.Unix(sec, 0).In(l).Format(time.DateOnly)
			got := cursor.find(at)
			switch {
			case latest == "":
				latest = date
			case date > latest:
				latest = date
				if got.Start != at || last.End != at {
					t.Fatalf("%s: %s begins at %v, but %v follows %v", c.zone, date, at, got, last)
				}
				days++
			case got != last:
				t.Fatalf("%s: %v follows %v at %v, which is no new date", c.zone, got, last, at)
			}
			last = got
		}
		if days < 3 {
			t.Errorf("%s: %d days began from %s on, want some more", c.zone, days, c.from)
		}
	}
}
