package window

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// calendarFacts are times of facts as they come: in a row or not.
var calendarFacts = []struct {
	name    string
	rule    Calendar
	length  time.Duration // of the history
	jitter  time.Duration // each time is set back by up to this
	regions time.Duration // every other time is set back by this
}{
	{"InARow", Calendar{Unit: Day}, 50 * 24 * time.Hour, 1, 0},
	{"AroundMidnight", Calendar{Unit: Day}, time.Second, 2 * time.Hour, 0},
	{"DaysOfAMonth", Calendar{Unit: Day}, time.Second, 20 * 24 * time.Hour, 0},
	{"MonthsOfAYear", Calendar{Unit: Month}, time.Second, 365 * 24 * time.Hour, 0},
	{"Backfill", Calendar{Unit: Day}, 24 * time.Hour, time.Minute, 200 * 24 * time.Hour},
	{"DaysOfAYear", Calendar{Unit: Day}, time.Second, 365 * 24 * time.Hour, 0},
}

const manyTimes = 1 << 16 // more than a branch predictor learns by heart

func calendarTimes(t testing.TB, i int) (Calendar, []watermark.Time) {
	random := rand.New(rand.NewPCG(1, 0))
	f := calendarFacts[i]
	f.rule.Location = calendarZone(t, "America/New_York")
	from := calendarTime(t, "2026-02-11T06:00:00Z") // 01:00 there
	times := make([]watermark.Time, manyTimes)
	for i := range times {
		times[i] = from.Add(f.length/manyTimes*time.Duration(i) - time.Duration(random.Int64N(int64(f.jitter))) - time.Duration(i%2)*f.regions)
	}
	return f.rule, times
}

// TestCalendarCursorPaysOnce counts how often a cursor has to compute: a few
// times a span if facts lie as near as those of a month.
func TestCalendarCursorPaysOnce(t *testing.T) {
	for i, f := range calendarFacts {
		rule, times := calendarTimes(t, i)
		cursor := newCalendarCursor(rule)
		computed, spans := 0, map[Span]bool{}
		for _, u := range times {
			before := cursor.kept
			s := cursor.find(u)
			if want := rule.span(u); s != want {
				t.Fatalf("%s: %v is in %v, want %v", f.name, u, s, want)
			}
			spans[s] = true
			if cursor.kept != before {
				computed++
			}
		}
		t.Logf("%s: computed %d times, %d spans", f.name, computed, len(spans))
		if computed > 2*len(spans) && f.name != "DaysOfAYear" { // which is more than it keeps
			t.Errorf("%s: computed %d times for %d spans", f.name, computed, len(spans))
		}
	}
}

func TestCalendarCursorAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("measures allocations")
	}
	for i, f := range calendarFacts {
		rule, times := calendarTimes(t, i)
		cursor := newCalendarCursor(rule)
		if n := testing.AllocsPerRun(1, func() {
			for _, u := range times {
				cursor.find(u)
			}
		}); n > 0 {
			t.Errorf("%s: %v allocations", f.name, n)
		}
	}
}

// TestCalendarCursorHoldsThreeSpansOfACell: where a place goes over the date
// line, a span may be so short that a cell of the table touches three.
func TestCalendarCursorHoldsThreeSpansOfACell(t *testing.T) {
	for hour := int64(0); hour < 24; hour++ {
		from := int64(1e9) + hour*3600
		changes := []zoneChange{{historyStart, 0}, {from, 23 * 3600}, {from + 3*3600, 46 * 3600}}
		rule := Calendar{Unit: Day, Location: madeZone(t, changes, "")}
		cursor := newCalendarCursor(rule)
		for sec := from - daySeconds; sec < from+daySeconds; sec += 60 {
			u := watermark.Time(sec * 1e9)
			if got, want := cursor.find(u), rule.span(u); got != want {
				t.Fatalf("hour %d: %v is in %v, want %v", hour, u, got, want)
			}
		}
	}
}

// BenchmarkCalendarCursor tells the cost of a fact, and that of a span which has
// to be computed.
func BenchmarkCalendarCursor(b *testing.B) {
	for i, f := range calendarFacts {
		rule, times := calendarTimes(b, i)
		b.Run(f.name, func(b *testing.B) {
			cursor := newCalendarCursor(rule)
			var sum watermark.Time
			n := 0
			for b.Loop() {
				s := cursor.find(times[n%manyTimes])
				sum += s.Start + s.End
				n++
			}
			_ = sum
		})
	}
	b.Run("Computed", func(b *testing.B) {
		rule, times := calendarTimes(b, 0)
		n := 0
		for b.Loop() {
			rule.span(times[n%manyTimes])
			n++
		}
	})
	b.Run("Check", func(b *testing.B) {
		rule, _ := calendarTimes(b, 0)
		for b.Loop() {
			if err := rule.check(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
