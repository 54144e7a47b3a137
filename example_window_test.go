package tidemark_test

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// Shifts is a window of our own: the shifts of a plant, from 06:00, 14:00 and
// 22:00 by the clocks of its place. A rule is a type with a method Plan;
// window.Spans makes the plan of a function from a time to the spans that hold it.
type Shifts struct{ Location *time.Location }

func (s Shifts) Plan() (window.Plan, error) {
	if s.Location == nil {
		return window.Plan{}, fmt.Errorf("Shifts: Location is nil: must be given")
	}
	return window.Spans(s.spans), nil
}

func (s Shifts) spans(dst []window.Span, t watermark.Time) []window.Span {
	y, m, d := t.UTC().In(s.Location).Date()
	for day := d - 1; day <= d; day++ { // the night shift begins the day before
		for hour := 6; hour < 24; hour += 8 {
			from, _ := watermark.Of(time.Date(y, m, day, hour, 0, 0, 0, s.Location))
			to, _ := watermark.Of(time.Date(y, m, day, hour+8, 0, 0, 0, s.Location))
			if span := (window.Span{Start: from, End: to}); span.Contains(t) {
				dst = append(dst, span)
			}
		}
	}
	return dst
}

// Part is one piece that left a machine.
type Part struct {
	Machine string
	At      time.Time
}

func (p Part) Time() time.Time { return p.At }
func (p Part) Of() string      { return p.Machine }

// A window of one's own is a page of code: here the shifts of a plant. The night
// of 29 March 2026 has an hour less in Berlin.
func ExampleWindow_ownRule() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		fmt.Println(err)
		return
	}
	var p tidemark.Pipeline
	in, parts := tidemark.From(&p, "parts", Part.Time, watermark.Bounded{})
	panes, _ := tidemark.Window[agg.Facts[Part]](tidemark.KeyBy(parts, Part.Of), Shifts{berlin})
	out := tidemark.Collect(panes)

	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, time.March, day, hour, minute, 0, 0, berlin)
	}
	if err := in.Feed(Part{"press", at(28, 21, 59)}, Part{"press", at(28, 22, 0)}, Part{"press", at(29, 5, 59)}, Part{"press", at(29, 6, 0)}); err != nil {
		fmt.Println(err)
	}
	if err := p.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	for pane := range out.Drain() {
		fmt.Println(pane.Key, pane.Start.UTC().In(berlin).Format("Mon 15:04"), pane.End.Sub(pane.Start), pane.Facts)
	}
	// Output:
	// press Sat 14:00 8h0m0s 1
	// press Sat 22:00 7h0m0s 2
	// press Sun 06:00 8h0m0s 1
}

// Visit is an event of a customer.
type Visit struct {
	Customer string // "new", "regular", "staff"
	At       time.Time
}

func (v Visit) Time() time.Time { return v.At }
func (v Visit) Type() string    { return v.Customer }

// Events a week by type of customer, one type left out, over 30 weeks that
// begin on Monday. Two of them have a day of 23 or 25 hours.
func ExampleWindow_calendar() {
	place, err := time.LoadLocation("America/New_York")
	if err != nil {
		fmt.Println(err)
		return
	}
	var p tidemark.Pipeline
	in, visits := tidemark.From(&p, "visits", Visit.Time, watermark.Bounded{Delay: time.Hour})
	known := tidemark.Filter(visits, func(v Visit) bool { return v.Customer != "staff" })
	weeks, _ := tidemark.Window[agg.Facts[Visit]](tidemark.KeyBy(known, Visit.Type), window.Calendar{Unit: window.Week, Location: place, WeekStart: time.Monday}, window.Sorted)
	out := tidemark.Collect(weeks)

	// Every day at noon a new one, on Mondays a regular one too, and staff always.
	first := time.Date(2026, time.March, 2, 12, 0, 0, 0, place)
	for day := range 30 * 7 {
		at := first.AddDate(0, 0, day)
		visits := []Visit{{"new", at}, {"staff", at}}
		if at.Weekday() == time.Monday {
			visits = append(visits, Visit{"regular", at.Add(time.Minute)})
		}
		if err := in.Feed(visits...); err != nil {
			fmt.Println(err)
		}
	}
	if err := p.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	rows, events := 0, map[string]int{}
	for w := range out.Drain() {
		if rows++; rows <= 4 {
			fmt.Println(w.Start.UTC().In(place).Format(time.DateOnly), w.End.Sub(w.Start), w.Key, w.Facts)
		}
		events[w.Key] += w.Facts
	}
	fmt.Println(rows, "rows; new", events["new"], "regular", events["regular"], "staff", events["staff"])
	// Output:
	// 2026-03-02 167h0m0s new 7
	// 2026-03-02 167h0m0s regular 1
	// 2026-03-09 168h0m0s new 7
	// 2026-03-09 168h0m0s regular 1
	// 60 rows; new 210 regular 30 staff 0
}
