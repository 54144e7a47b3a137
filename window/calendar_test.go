package window

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// calendarTime is the time that s tells, in RFC 3339.
func calendarTime(t testing.TB, s string) watermark.Time {
	t.Helper()
	var u watermark.Time
	if err := u.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return u
}

// TestCalendarSpans has spans that can be looked up in histories of time.
func TestCalendarSpans(t *testing.T) {
	for _, c := range []struct {
		why              string
		rule             Calendar
		zone             string // else the Location of rule
		in, start, until string
	}{
		{"no place is UTC", Calendar{Unit: Day}, "", "2026-05-05T23:59:59.999999999Z", "2026-05-05T00:00:00Z", "2026-05-06T00:00:00Z"},
		{"nor is one that is zero", Calendar{Unit: Day, Location: new(time.Location)}, "", "2026-05-06T00:00:00Z", "2026-05-06T00:00:00Z", "2026-05-07T00:00:00Z"},
		{"before 1970", Calendar{Unit: Day}, "", "1969-12-31T23:59:59.999999999Z", "1969-12-31T00:00:00Z", "1970-01-01T00:00:00Z"},
		{"ahead of UTC", Calendar{Unit: Day, Location: time.FixedZone("", 20700)}, "", "2026-05-05T18:14:59.999999999Z", "2026-05-04T18:15:00Z", "2026-05-05T18:15:00Z"},
		{"behind by odd seconds", Calendar{Unit: Day, Location: time.FixedZone("", -2670)}, "", "1969-06-01T00:44:30Z", "1969-06-01T00:44:30Z", "1969-06-02T00:44:30Z"},
		{"a week ahead", Calendar{Unit: Day, Location: time.FixedZone("", farthest)}, "", "2026-05-05T12:00:00Z", "2026-05-05T00:00:00Z", "2026-05-06T00:00:00Z"},

		{"days are counted from 1970", Calendar{Unit: Day, N: 10}, "", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-11T00:00:00Z"},
		{"and before", Calendar{Unit: Day, N: 10}, "", "1969-12-31T23:59:59Z", "1969-12-22T00:00:00Z", "1970-01-01T00:00:00Z"},
		{"weeks from the Sunday before", Calendar{Unit: Week}, "", "1970-01-01T00:00:00Z", "1969-12-28T00:00:00Z", "1970-01-04T00:00:00Z"},
		{"from the Monday", Calendar{Unit: Week, WeekStart: time.Monday, N: 2}, "", "1970-01-01T00:00:00Z", "1969-12-29T00:00:00Z", "1970-01-12T00:00:00Z"},
		{"from the day itself, a Thursday", Calendar{Unit: Week, WeekStart: time.Thursday}, "", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-08T00:00:00Z"},
		{"from the Friday before", Calendar{Unit: Week, WeekStart: time.Friday}, "", "1970-01-01T00:00:00Z", "1969-12-26T00:00:00Z", "1970-01-02T00:00:00Z"},
		{"a leap month", Calendar{Unit: Month}, "", "2028-02-29T23:59:59Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"},
		{"a century that has none", Calendar{Unit: Month}, "", "1900-02-28T23:59:59Z", "1900-02-01T00:00:00Z", "1900-03-01T00:00:00Z"},
		{"three months", Calendar{Unit: Month, N: 3}, "", "2026-05-05T00:00:00Z", "2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z"},
		{"five, that fit no year", Calendar{Unit: Month, N: 5}, "", "1969-12-31T00:00:00Z", "1969-08-01T00:00:00Z", "1970-01-01T00:00:00Z"},
		{"twelve are a year", Calendar{Unit: Month, N: 12}, "", "1969-12-31T00:00:00Z", "1969-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
		{"a quarter", Calendar{Unit: Quarter}, "", "2026-12-31T23:59:59Z", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"},
		{"half a year", Calendar{Unit: Quarter, N: 2}, "", "1969-12-31T23:59:59Z", "1969-07-01T00:00:00Z", "1970-01-01T00:00:00Z"},
		{"a year", Calendar{Unit: Year}, "", "2024-12-31T23:59:59Z", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"},
		{"a decade", Calendar{Unit: Year, N: 10}, "", "1969-12-31T23:59:59Z", "1960-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
		{"a century", Calendar{Unit: Year, N: 100}, "", "2026-12-31T23:59:59Z", "2000-01-01T00:00:00Z", "2100-01-01T00:00:00Z"},

		{"23 hours", Calendar{Unit: Day}, "America/New_York", "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"},
		{"25 hours", Calendar{Unit: Day}, "America/New_York", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{"a week of 167 hours", Calendar{Unit: Week, WeekStart: time.Monday}, "Europe/Paris", "2026-03-29T12:00:00Z", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"},
		{"a month of 31 days and an hour", Calendar{Unit: Month}, "Europe/Paris", "2026-10-25T12:00:00Z", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"},
		{"23 hours and a half", Calendar{Unit: Day}, "Australia/Lord_Howe", "2026-10-03T22:00:00Z", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z"},
		{"the last day of a leap year", Calendar{Unit: Day}, "America/New_York", "2060-12-31T12:00:00Z", "2060-12-31T05:00:00Z", "2061-01-01T05:00:00Z"},

		{"midnight is left out", Calendar{Unit: Day}, "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		{"and ends the day before", Calendar{Unit: Day}, "America/Sao_Paulo", "2018-11-04T02:59:59.999999999Z", "2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z"},
		{"in Cairo", Calendar{Unit: Day}, "Africa/Cairo", "2023-04-28T12:00:00Z", "2023-04-27T22:00:00Z", "2023-04-28T21:00:00Z"},
		{"in Beirut", Calendar{Unit: Day}, "Asia/Beirut", "2022-03-27T12:00:00Z", "2022-03-26T22:00:00Z", "2022-03-27T21:00:00Z"},
		{"in Havana, of a week", Calendar{Unit: Week}, "America/Havana", "2024-03-10T05:00:00Z", "2024-03-10T05:00:00Z", "2024-03-17T04:00:00Z"},
		{"midnight twice, of one date", Calendar{Unit: Day}, "America/Havana", "2024-11-03T05:30:00Z", "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z"},
		{"back when midnight has not been read", Calendar{Unit: Day}, "America/Sao_Paulo", "2018-02-18T02:30:00Z", "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z"},
		{"midnight twice, the day before between", Calendar{Unit: Day}, "America/St_Johns", "2006-10-29T03:00:00Z", "2006-10-29T02:30:00Z", "2006-10-30T03:30:00Z"},
		{"the minute of it", Calendar{Unit: Day}, "America/St_Johns", "2006-10-29T02:30:59Z", "2006-10-29T02:30:00Z", "2006-10-30T03:30:00Z"},
		{"a day left out, before", Calendar{Unit: Day}, "Pacific/Apia", "2011-12-30T09:59:59.999999999Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"},
		{"a day left out, after", Calendar{Unit: Day}, "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},
		{"a week without it", Calendar{Unit: Week, WeekStart: time.Friday}, "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", "2012-01-05T10:00:00Z"},
		{"a month without it", Calendar{Unit: Month}, "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-01T10:00:00Z", "2011-12-31T10:00:00Z"},
		{"left out in Kwajalein", Calendar{Unit: Day}, "Pacific/Kwajalein", "1993-08-21T12:00:00Z", "1993-08-21T12:00:00Z", "1993-08-22T12:00:00Z"},
		{"a day of 47 hours", Calendar{Unit: Day}, "Pacific/Kwajalein", "1969-10-01T11:59:59Z", "1969-09-29T13:00:00Z", "1969-10-01T12:00:00Z"},

		{"a rule of the first days of a year", Calendar{Unit: Day, Location: madeZone(t, []zoneChange{{0, -18000}}, "AAA5BBB,J2,J300")}, "", "2029-01-05T12:00:00Z", "2029-01-05T04:00:00Z", "2029-01-06T04:00:00Z"},

		{"the first day is cut off", Calendar{Unit: Day}, "", "1677-09-21T01:00:00Z", "1677-09-21T00:12:43.145224192Z", "1677-09-22T00:00:00Z"},
		{"the last one too", Calendar{Unit: Day}, "", "2262-04-11T23:00:00Z", "2262-04-11T00:00:00Z", "2262-04-11T23:47:16.854775807Z"},
		{"one from the first whole second on", Calendar{Unit: Day, Location: time.FixedZone("", -764)}, "", "1677-09-22T00:00:00Z", "1677-09-21T00:12:44Z", "1677-09-22T00:12:44Z"},
		{"one from a second before", Calendar{Unit: Day, Location: time.FixedZone("", -763)}, "", "1677-09-22T00:00:00Z", "1677-09-21T00:12:43.145224192Z", "1677-09-22T00:12:43Z"},
		{"one to the last whole second", Calendar{Unit: Day, Location: time.FixedZone("", 764)}, "", "2262-04-11T23:47:15Z", "2262-04-10T23:47:16Z", "2262-04-11T23:47:16Z"},
		{"one to a second after", Calendar{Unit: Day, Location: time.FixedZone("", 763)}, "", "2262-04-11T23:47:16Z", "2262-04-10T23:47:17Z", "2262-04-11T23:47:16.854775807Z"},
		{"all that goes on in the year 0", Calendar{Unit: Year, N: math.MaxInt}, "", "2026-05-05T00:00:00Z", "1677-09-21T00:12:43.145224192Z", "2262-04-11T23:47:16.854775807Z"},
		{"and from 1970 on", Calendar{Unit: Day, N: math.MaxInt}, "", "2026-05-05T00:00:00Z", "1970-01-01T00:00:00Z", "2262-04-11T23:47:16.854775807Z"},
	} {
		if c.zone != "" {
			c.rule.Location = calendarZone(t, c.zone)
		}
		want := Span{calendarTime(t, c.start), calendarTime(t, c.until)}
		if got := c.rule.span(calendarTime(t, c.in)); got != want {
			t.Errorf("%s: %s is in %v, want %v", c.why, c.in, got, want)
		}
	}
}

// holdCalendar checks what holds for every Calendar and every time: spans have no
// gap, do not overlap, and the cursor has the same.
func holdCalendar(c Calendar, cursor *calendarCursor, t watermark.Time) error {
	s := c.span(t)
	if got := cursor.find(t); got != s {
		return fmt.Errorf("%v in %v: %v is in %v, but the cursor has %v", c, c.Location, t, s, got)
	}
	if !s.Contains(t) && t != watermark.Max {
		return fmt.Errorf("%v in %v: %v is not in %v", c, c.Location, t, s)
	}
	for _, u := range []watermark.Time{s.Start, s.End - 1} {
		if got := c.span(u); got != s {
			return fmt.Errorf("%v in %v: %v is in %v, but %v of the same span in %v", c, c.Location, t, s, u, got)
		}
	}
	if s.Start > watermark.Min {
		if before := c.span(s.Start - 1); before.End != s.Start || before.Start >= before.End {
			return fmt.Errorf("%v in %v: before %v is %v", c, c.Location, s, before)
		}
	}
	if s.End < watermark.Max {
		if next := c.span(s.End); next.Start != s.End || next.End <= next.Start {
			return fmt.Errorf("%v in %v: after %v is %v", c, c.Location, s, next)
		}
	}
	return nil
}

func TestCalendarSpansPartitionTime(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for _, name := range oddZones {
		for unit := Day; unit <= Year; unit++ {
			for range 4 {
				c := Calendar{Unit: unit, N: []int{0, 1, random.IntN(30), random.IntN(1000), random.Int()}[random.IntN(5)],
					Location: calendarZone(t, name), WeekStart: time.Weekday(random.IntN(7))}
				if random.IntN(8) == 0 {
					c.Location = time.FixedZone("fixed", random.IntN(2*farthest+1)-farthest)
				}
				if err := c.check(); err != nil {
					t.Fatal(err)
				}
				cursor := newCalendarCursor(c)
				times := []watermark.Time{watermark.Min, watermark.Min + 1, -1, 0, 1, watermark.Max - 1, watermark.Max}
				here := watermark.Time(random.Uint64())
				for range 30 {
					times = append(times, watermark.Time(random.Uint64()), here.Add(time.Duration(random.Int64N(100*daySeconds*1e9))))
				}
				for _, u := range times {
					if err := holdCalendar(c, &cursor, u); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// TestCalendarBearsContradictions: a place has gone ahead on a day of this year,
// and goes on by a yearly rule. Package time then gives two offsets for some time
// before that day, by what it is asked; spans have no gap for that.
func TestCalendarBearsContradictions(t *testing.T) {
	now := time.Now().Unix()
	for days := int64(1); days < 300; days += 7 {
		l := madeZone(t, []zoneChange{{0, -36000}, {now - days*daySeconds, 21600}}, "AAA-5BBB,M1.1.0,M11.1.0")
		c := Calendar{Unit: Day, Location: l}
		cursor := newCalendarCursor(c)
		for sec := now - 330*daySeconds; sec < now; sec += 5 * 3600 {
			if err := holdCalendar(c, &cursor, watermark.Time(sec*1e9)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestCalendarTellsAllMistakes(t *testing.T) {
	for _, c := range []struct {
		rule Calendar
		want string
	}{
		{Calendar{Unit: Day}, ""},
		{Calendar{Unit: Year, N: math.MaxInt, Location: time.FixedZone("far", -farthest), WeekStart: time.Saturday}, ""},
		{Calendar{}, "window: Calendar: Unit is Unit(0): must be Day, Week, Month, Quarter or Year"},
		{Calendar{Unit: 6}, "window: Calendar: Unit is Unit(6): must be Day, Week, Month, Quarter or Year"},
		{Calendar{Unit: Day, N: -1}, "window: Calendar: N is -1: must not be negative"},
		{Calendar{Unit: Month, WeekStart: 7}, "window: Calendar: WeekStart is 7: must be from 0, Sunday, to 6, Saturday"},
		{Calendar{Unit: Week, WeekStart: -1}, "window: Calendar: WeekStart is -1: must be from 0, Sunday, to 6, Saturday"},
		{Calendar{Unit: Day, Location: time.FixedZone("far", farthest+1)},
			"window: Calendar: Location is far, 604801 s from UTC: must be at most 604800 s, a week"},
		{Calendar{Unit: Day, Location: madeZone(t, []zoneChange{{0, 0}, {1e9, -farthest - 1}, {mostSecond, -farthest - 9}}, "")},
			"window: Calendar: Location is odd, -604801 s from UTC: must be at most 604800 s, a week"},
		{Calendar{N: -2, WeekStart: 9}, "window: Calendar: Unit is Unit(0): must be Day, Week, Month, Quarter or Year\n" +
			"window: Calendar: N is -2: must not be negative\nwindow: Calendar: WeekStart is 9: must be from 0, Sunday, to 6, Saturday"},
	} {
		got := ""
		if err := c.rule.check(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%v: got\n%s\nwant\n%s", c.rule, got, c.want)
		}
	}
}

func TestUnitIsWrittenAsInGo(t *testing.T) {
	var all []string
	for u := Unit(0); u <= Year+1; u++ {
		all = append(all, u.String())
	}
	if got, want := strings.Join(all, " "), "Unit(0) Day Week Month Quarter Year Unit(6)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
