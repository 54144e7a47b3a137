package main

import (
	"fmt"
	"strings"
)

// Pixels of a chart.
const (
	left, top   = 60, 40
	wide        = 750 // of few minutes; of many a bar has leastStep with its gap
	leastStep   = 30
	mostStep    = 75
	tall, below = 180, 40
	legend      = 100 // of a range
)

// colors of the ranges.
var colors = [len(ranges)]string{"#bbbbbb", "#c6dbef", "#6baed6", "#2171b5", "#fdae6b", "#e6550d", "#a50f15"}

// page gives the scores by minute as one page that needs nothing else: no script,
// no network. Usual and odd ones have a chart each, as these are few.
func (t *tally) page() string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Anomaly scores</title>
<style>
body { font: 14px sans-serif; margin: 2em; color: #222; background: #fff }
svg { display: block; margin: 0 0 1.5em; overflow: visible }
text { font: 12px sans-serif; fill: #222 }
text.name { font-weight: bold }
line { stroke: #999 }
</style>
`)
	fmt.Fprintf(&b, "<h1>Anomaly scores of %s, by minute</h1>\n", t.what)
	if len(t.last) == 0 {
		b.WriteString("<p>No rows.</p>\n</html>\n")
		return b.String()
	}
	if n := len(t.last); n == kept {
		fmt.Fprintf(&b, "<p>The last %d minutes that have any.</p>\n", n)
	}
	t.draw(&b, "usual", func(m minute) [len(ranges)]int { return m.usual })
	t.draw(&b, "odd", func(m minute) [len(ranges)]int { return m.odd })
	b.WriteString("</html>\n")
	return b.String()
}

// draw draws a bar a minute, split by the ranges of the scores, the highest on top.
// All numbers are integers, so that every machine draws the same.
func (t *tally) draw(b *strings.Builder, name string, of func(minute) [len(ranges)]int) {
	most, used := 1, [len(ranges)]int{}
	for _, m := range t.last {
		most = max(most, sum(of(m)))
		for k, n := range of(m) {
			used[k] += n
		}
	}
	step := max(leastStep, min(wide/len(t.last), mostStep))
	bar := step - step/4
	axis := left + len(t.last)*step
	width, height, floor := max(axis, left+len(ranges)*legend), top+tall+below, top+tall
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s %s by minute and score">`+"\n",
		width, height, width, height, name, t.what)
	fmt.Fprintf(b, `<text class="name" x="0" y="14">%s %s</text>`, name, t.what)
	at := left
	for k, r := range ranges {
		if used[k] > 0 {
			fmt.Fprintf(b, `<rect x="%d" y="22" width="10" height="10" fill="%s"/><text x="%d" y="31">%s</text>`, at, colors[k], at+14, r.name)
			at += legend
		}
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end">%d</text><text x="%d" y="%d" text-anchor="end">0</text>`, left-8, top+10, most, left-8, floor)
	fmt.Fprintf(b, `<line x1="%d" y1="%d" x2="%d" y2="%d"/>`+"\n", left, floor, axis, floor)
	for i, m := range t.last {
		x, under := left+i*step+step/8, 0
		at := m.start.UTC().Format("15:04")
		for k, n := range of(m) {
			if n == 0 {
				continue
			}
			low, high := under*tall/most, (under+n)*tall/most
			fmt.Fprintf(b, `<rect class="score" x="%d" y="%d" width="%d" height="%d" fill="%s"><title>%s: %d %s, score %s</title></rect>`,
				x, floor-high, bar, high-low, colors[k], at, n, name, ranges[k].name)
			under += n
		}
		if i%2 == 0 || step > 40 {
			fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`, x+bar/2, floor+16, at)
		}
		b.WriteByte('\n')
	}
	b.WriteString("</svg>\n")
}
