package join

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

func place(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Skip(err)
	}
	return l
}

func at(t *testing.T, text string) watermark.Time {
	t.Helper()
	u, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	w, _ := watermark.Of(u)
	return w
}

// shown is what the clocks show at t, as nanoseconds since 1970 by them.
func shown(t watermark.Time, l *time.Location) int64 {
	_, ahead := t.UTC().In(l).Zone()
	return int64(t) + int64(ahead)*1e9
}

// announced looks at every minute before t, whether the clocks show a time of
// day then, or go forward over it.
func announced(s Schedule, t watermark.Time) watermark.Time {
	l := s.Location
	for x := t.Floor(time.Minute, 0); ; x = x.Add(-time.Minute) {
		now, before := shown(x, l), shown(x-1, l)
		for _, of := range s.At {
			d := watermark.Time(now).Floor(day, of)
			if int64(d) == now || now-before > 1 && int64(d) > before {
				return x
			}
		}
	}
}

func TestTimetableIsTheReference(t *testing.T) {
	for _, zone := range []string{"UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Casablanca"} {
		l := place(t, zone)
		for seed := range uint64(12) {
			r := rand.New(rand.NewPCG(seed, 0))
			s := Schedule{Location: l, Tolerance: time.Duration(1 + r.Int64N(int64(3*time.Hour)))}
			for range 1 + r.IntN(3) {
				s.At = append(s.At, time.Duration(r.IntN(96))*15*time.Minute)
				if r.IntN(2) == 0 { // near most changes of clocks
					s.At[len(s.At)-1] = time.Duration(r.IntN(12)) * 15 * time.Minute
				}
			}
			if err := s.wait(); err != nil {
				t.Fatal(err)
			}
			c := NewTimetable(s)
			var times []watermark.Time
			for range 6 { // around changes of the clocks, or anywhere
				_, end := time.Unix(r.Int64N(1.9e9), 0).In(l).ZoneBounds()
				near, _ := watermark.Of(end)
				if end.IsZero() {
					near = watermark.Time(r.Int64N(1.9e18))
				}
				for range 20 {
					x := near.Add(time.Duration(r.Int64N(int64(60*time.Hour)) - int64(30*time.Hour)))
					if u := announced(s, x); r.IntN(3) == 0 {
						times = append(times, u-1, u, u+1, u.Add(s.Tolerance), u.Add(s.Tolerance)+1)
					}
					times = append(times, x, x.Floor(time.Minute, 0), x.Floor(time.Minute, 0)-1)
				}
			}
			for _, x := range times {
				want := announced(s, x)
				got, ok := c.Last(x)
				if !ok || got != want {
					t.Fatalf("%s, seed %d, %v: Last(%v) is %v, want %v", zone, seed, s, x, got, want)
				}
				if u, near := c.Near(x); u != want || near != (int64(x)-int64(want) <= int64(s.Tolerance)) {
					t.Fatalf("%s, seed %d, %v: Near(%v) is %v %t", zone, seed, s, x, u, near)
				}
			}
		}
	}
}

// A time of day that the clocks leave out is announced when they go forward over
// it, one that they show twice is announced twice.
func TestAnnouncedOnDaysOf23And25Hours(t *testing.T) {
	c := NewTimetable(Schedule{At: []time.Duration{2*time.Hour + 30*time.Minute}, Location: place(t, "Europe/Berlin"), Tolerance: time.Minute})
	for _, x := range []struct{ t, last string }{
		{"2026-03-29T00:59:59.999999999Z", "2026-03-28T01:30:00Z"},
		{"2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"}, // 02:00 becomes 03:00
		{"2026-03-30T00:29:59.999999999Z", "2026-03-29T01:00:00Z"},
		{"2026-03-30T00:30:00Z", "2026-03-30T00:30:00Z"},
		{"2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z"}, // 02:30 of the summer
		{"2026-10-25T01:29:59.999999999Z", "2026-10-25T00:30:00Z"},
		{"2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z"}, // and of the winter
		{"2026-10-26T01:29:59.999999999Z", "2026-10-25T01:30:00Z"},
	} {
		if got, ok := c.Last(at(t, x.t)); !ok || got != at(t, x.last) {
			t.Errorf("at %s it is %v, want %s", x.t, got, x.last)
		}
	}
}

func TestTimetableAtTheBoundsOfTime(t *testing.T) {
	for _, l := range []*time.Location{nil, place(t, "America/New_York"), time.FixedZone("far", -23*3600)} {
		c := NewTimetable(Schedule{At: []time.Duration{0, 12 * time.Hour}, Location: l, Tolerance: time.Hour})
		for _, x := range []watermark.Time{watermark.Min + 1, watermark.Min + 2, watermark.Min.Add(time.Hour), -1, 0, 1, watermark.Max - 1, watermark.Max.Add(-time.Hour)} {
			if u, ok := c.Last(x); ok && (u > x || x.Sub(u) > 26*time.Hour) {
				t.Errorf("%v: at %v it is %v", l, x, u)
			}
		}
	}
}

func TestSchedulesThatCannotBeAreRefused(t *testing.T) {
	for _, c := range []struct {
		s    Schedule
		want string
	}{
		{Schedule{Tolerance: 1}, "join: Schedule: At is empty: must have at least one time of day"},
		{Schedule{At: []time.Duration{day, 0}, Tolerance: 1}, "join: Schedule: At has 24h0m0s: must be from 0 to less than 24h"},
		{Schedule{At: []time.Duration{-1}}, "join: Schedule: At has -1ns: must be from 0 to less than 24h\njoin: Schedule: Tolerance is 0s: must be positive"},
		{Schedule{At: []time.Duration{0, day - 1}, Tolerance: 1}, ""},
	} {
		err := AsOf{Wait: c.s}.Check()
		if err == nil && c.want != "" || err != nil && err.Error() != c.want {
			t.Errorf("%v: %v, want %s", c.s, err, c.want)
		}
	}
	if err := (AsOf{Missing: Hold(-1)}).Check(); err == nil || err.Error() != "join: Hold is -1ns: must not be negative" {
		t.Error(err)
	}
}

// TestSettingsMustBeOfTheirKinds: a pointer to a Schedule or a Hold, or a struct
// that embeds one, would else count as the default.
func TestSettingsMustBeOfTheirKinds(t *testing.T) {
	hold, zero := Hold(5), Zero
	for want, how := range map[string]AsOf{
		"join: Wait is a *join.Schedule: must be Live, Strict, Within or Schedule itself":         {Wait: &Schedule{At: []time.Duration{0}, Tolerance: 1}},
		"join: Wait is a struct { join.Within }: must be Live, Strict, Within or Schedule itself": {Wait: struct{ Within }{5}},
		"join: Missing is a *join.Hold: must be Zero or a Hold itself":                            {Missing: &hold},
		"join: Missing is a *join.Absent: must be Zero or a Hold itself":                          {Missing: &zero},
	} { // order: each by itself
		if err := how.Check(); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
