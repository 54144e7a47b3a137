package main

import (
	"fmt"
	"html"
	"strings"
	"time"
)

// Pixels of a chart.
const (
	labels   = 150 // room for the names
	bars     = 480 // the longest bar
	numbers  = 160 // room for the numbers
	bar, gap = 18, 6
	head     = 30
	longest  = 20 // characters of a name
)

// page gives the charts as one page that needs nothing else: no script, no
// network. The last day comes first.
func (t *tally) page(zone *time.Location) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Top users</title>
<style>
body { font: 14px sans-serif; margin: 2em; color: #222; background: #fff }
svg { display: block; margin: 0 0 1.5em }
text { font: 13px sans-serif; fill: #222 }
.exact { fill: #3b6ea5 }
.approx { stroke: #d1495b; stroke-width: 3 }
</style>
<h1>Users with most distinct tweets</h1>
<p>Bars are exact; the red mark is the estimate, and the difference stands behind the number.</p>
`)
	drawn := 0
	for _, kind := range kinds {
		all := t.last[kind]
		for i := range all {
			r := all[len(all)-1-i]
			r.draw(&b, title(kind, r, zone))
			drawn++
		}
	}
	if drawn == 0 {
		b.WriteString("<p>No rows.</p>\n")
	}
	b.WriteString("</html>\n")
	return b.String()
}

// draw draws a bar chart of a ranking. All numbers are integers, so that every
// machine draws the same.
func (r ranking) draw(b *strings.Builder, title string) {
	most := 1
	for _, row := range r.exact {
		most = max(most, row.Tweets, row.Approx)
	}
	scale := func(n int) int { return labels + n*bars/most }
	width, height := labels+bars+numbers, head+len(r.exact)*(bar+gap)
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n",
		width, height, width, height, html.EscapeString(title))
	fmt.Fprintf(b, `<text x="0" y="16" font-weight="bold">%s</text>`+"\n", html.EscapeString(title))
	for i, row := range r.exact {
		y := head + i*(bar+gap)
		fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, labels-8, y+14, html.EscapeString(short(row.User.Text)))
		fmt.Fprintf(b, `<rect class="exact" x="%d" y="%d" width="%d" height="%d"><title>%s: %d tweets, estimated %d, in %d posts</title></rect>`,
			labels, y, scale(row.Tweets)-labels, bar, html.EscapeString(row.User.Text), row.Tweets, row.Approx, row.Posts)
		fmt.Fprintf(b, `<line class="approx" x1="%d" y1="%d" x2="%d" y2="%d"/>`, scale(row.Approx), y, scale(row.Approx), y+bar)
		fmt.Fprintf(b, `<text x="%d" y="%d">%d (%+d)</text>`+"\n", scale(max(row.Tweets, row.Approx))+8, y+14, row.Tweets, row.Off)
	}
	b.WriteString("</svg>\n")
}

// short cuts a name that would not fit.
func short(name string) string {
	if r := []rune(name); len(r) > longest {
		return string(r[:longest-1]) + "…"
	}
	return name
}
