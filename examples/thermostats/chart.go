package main

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Pixels of a chart.
const (
	wide, high   = 720, 240 // the plot
	left, above  = 90, 40   // room for the numbers, and for the title
	right, below = 20, 30
)

// page gives the charts as one page that needs nothing else: no script, no network.
func (t *tally) page() string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Thermostats</title>
<style>
body { font: 14px sans-serif; margin: 2em; color: #222; background: #fff }
svg { display: block; margin: 0 0 1.5em }
text { font: 12px sans-serif; fill: #222 }
text.name { font-weight: bold }
.frame { fill: none; stroke: #999 }
.line { fill: none; stroke: #3b6ea5; stroke-width: 2 }
.trend { stroke: #d1495b; stroke-width: 2; stroke-dasharray: 6 4 }
.dot { fill: #3b6ea5; fill-opacity: .5 }
</style>
<h1>How inefficient thermostats are</h1>
`)
	if len(t.days) == 0 {
		b.WriteString("<p>No rows.</p>\n</html>\n")
		return b.String()
	}
	for t.hours[0].Start < t.days[0].Start { // all charts are about the same days
		t.hours = t.hours[1:]
	}
	t.trend(&b)
	t.line(&b)
	t.scatter(&b)
	t.heat(&b)
	b.WriteString("</html>\n")
	return b.String()
}

// axis maps values from low to high to n pixels.
type axis struct {
	low, high float64
	n         int
}

// at rounds to whole pixels, so that every machine draws the same.
func (a axis) at(v float64) int {
	if a.high <= a.low {
		return a.n / 2
	}
	return int(math.Round((v - a.low) / (a.high - a.low) * float64(a.n)))
}

// open begins a chart with a frame and the ends of its axes.
func open(b *strings.Builder, title string, height int, x, y [2]string) {
	w, h := left+wide+right, above+height+below
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n", w, h, w, h, html.EscapeString(title))
	fmt.Fprintf(b, `<text class="name" x="0" y="16">%s</text><rect class="frame" x="%d" y="%d" width="%d" height="%d"/>`+"\n", html.EscapeString(title), left, above, wide, height)
	fmt.Fprintf(b, `<text x="%d" y="%d">%s</text><text x="%d" y="%d" text-anchor="end">%s</text>`, left, above+height+16, x[0], left+wide, above+height+16, x[1])
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text><text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", left-6, above+height, y[0], left-6, above+12, y[1])
}

func date(t watermark.Time) string { return t.UTC().Format(time.DateOnly) }

// trend draws the mean by day, and the straight line that is nearest to it.
func (t *tally) trend(b *strings.Builder) {
	n := len(t.days)
	x, y := make([]float64, n), make([]float64, n)
	most := 0.0
	for i, d := range t.days {
		x[i], y[i] = float64(d.Start.Sub(t.days[0].Start)/time.Hour)/24, d.Avg
		most = max(most, d.Avg)
	}
	slope, start := fit(x, y)
	across, up := axis{0, x[n-1], wide}, axis{0, most, high}
	open(b, fmt.Sprintf("Mean of daily_avg_inefficiency by day: %+.3f percentage points a day", 100*slope), high,
		[2]string{date(t.days[0].Start), date(t.days[n-1].Start)}, [2]string{"0 %", percent(most)})
	for i, d := range t.days {
		fmt.Fprintf(b, `<circle class="dot" cx="%d" cy="%d" r="5"><title>%s: %s of %d devices</title></circle>`+"\n",
			left+across.at(x[i]), above+high-up.at(y[i]), date(d.Start), percent(d.Avg), d.Devices)
	}
	end := start + float64(slope*x[n-1])
	fmt.Fprintf(b, `<line class="trend" x1="%d" y1="%d" x2="%d" y2="%d"/>`+"\n</svg>\n", left+across.at(0), above+high-up.at(start), left+across.at(x[n-1]), above+high-up.at(end))
}

// fit gives the line of least squares, a level one if there is but one x. Products
// are rounded before they are added, on every machine.
func fit(x, y []float64) (slope, start float64) {
	var mx, my, xx, xy float64
	for i := range x {
		mx, my = mx+x[i]/float64(len(x)), my+y[i]/float64(len(x))
	}
	for i := range x {
		dx := x[i] - mx
		xx += float64(dx * dx)
		xy += float64(dx * (y[i] - my))
	}
	if xx > 0 {
		slope = xy / xx
	}
	return slope, my - float64(slope*mx)
}

// line draws the mean of all readings by hour.
func (t *tally) line(b *strings.Builder) {
	first, last, most := t.hours[0].Start, t.hours[len(t.hours)-1].Start, 0.0
	for _, h := range t.hours {
		most = max(most, h.Value.Inefficiency.Value())
	}
	across, up := axis{0, last.Sub(first).Hours(), wide}, axis{0, most, high}
	open(b, "Mean of pct_inefficiency by hour", high, [2]string{date(first), date(last)}, [2]string{"0 %", percent(most)})
	b.WriteString(`<polyline class="line" points="`)
	for i, h := range t.hours {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(b, "%d,%d", left+across.at(h.Start.Sub(first).Hours()), above+high-up.at(h.Value.Inefficiency.Value()))
	}
	b.WriteString("\"/>\n</svg>\n")
}

// scatter draws a dot for each device on the last day: its readings and how
// inefficient it was.
func (t *tally) scatter(b *strings.Builder) {
	readings, most := 0, 0.0
	for _, d := range t.last {
		readings, most = max(readings, d.Readings), max(most, d.Avg)
	}
	across, up := axis{0, float64(readings), wide}, axis{0, most, high}
	open(b, "Devices on "+date(t.last[0].Start)+": readings, and daily_avg_inefficiency", high,
		[2]string{"0", fmt.Sprint(readings, " readings")}, [2]string{"0 %", percent(most)})
	for _, d := range t.last {
		fmt.Fprintf(b, `<circle class="dot" cx="%d" cy="%d" r="3"><title>%s: %s in %d readings</title></circle>`+"\n",
			left+across.at(float64(d.Readings)), above+high-up.at(d.Avg), html.EscapeString(d.Device.Text), percent(d.Avg), d.Readings)
	}
	b.WriteString("</svg>\n")
}

// heat draws a row for each day and a field for each of its hours, the redder the
// more inefficient.
func (t *tally) heat(b *strings.Builder) {
	const field = 18
	low, most := math.Inf(1), 0.0
	days := map[watermark.Time]int{}
	for _, h := range t.hours {
		v := h.Value.Inefficiency.Value()
		low, most = min(low, v), max(most, v)
		if day := h.Start.Floor(24*time.Hour, 0); days[day] == 0 {
			days[day] = len(days) + 1
		}
	}
	first, last := date(t.hours[0].Start), date(t.hours[len(t.hours)-1].Start)
	open(b, fmt.Sprintf("Mean of pct_inefficiency by day and hour: from %s, white, to %s, red", percent(low), percent(most)), len(days)*field,
		[2]string{"0 h", "24 h"}, [2]string{last, first})
	shade := axis{low, most, 200}
	for _, h := range t.hours {
		v := h.Value.Inefficiency.Value()
		day := h.Start.Floor(24*time.Hour, 0)
		fade := 255 - shade.at(v)
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="#ff%02x%02x"><title>%s: %s of %d readings</title></rect>`+"\n",
			left+int(h.Start.Sub(day)/time.Hour)*wide/24, above+(days[day]-1)*field, wide/24, field, fade, fade,
			h.Start.UTC().Format("2006-01-02 15:04"), percent(v), h.Facts)
	}
	b.WriteString("</svg>\n")
}
