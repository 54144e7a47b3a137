package main

import (
	"fmt"
	"html"
	"strings"

	"github.com/tidemark-go/tidemark/anomaly"
)

const (
	wide  = 480  // pixels of the longer side of a field
	drawn = 5000 // positions of a game, at most
)

// page gives the fields as one page that needs nothing else: no script, no
// network.
func (t *tally) page(how anomaly.Hotspots) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Hotspots</title>
<style>
body { font: 14px sans-serif; margin: 2em; color: #222; background: #fff }
svg { display: block; margin: 0 0 1.5em; overflow: visible }
text { font: bold 13px sans-serif; fill: #d1495b; stroke: #f4f4f0; stroke-width: 4; paint-order: stroke }
.field { fill: #f4f4f0; stroke: #bbb }
.out { fill: #8a8a8a }
.in { fill: #3b6ea5 }
.region { fill: none; stroke: #d1495b; stroke-width: 2 }
</style>
<h1>Dense regions at the end</h1>
`)
	fmt.Fprintf(&b, "<p>The last %d positions of each game; those in a region are blue. y goes up.</p>\n", min(t.records, drawn))
	games, more := t.games()
	if len(games) == 0 {
		more = "no rows"
	}
	for _, g := range games {
		dots := t.dots[g]
		t.last[g].draw(&b, dots[max(0, len(dots)-t.records):], how)
	}
	if more != "" {
		fmt.Fprintf(&b, "<p>%s</p>\n", more)
	}
	b.WriteString("</html>\n")
	return b.String()
}

// draw draws a field: dots, oldest first, and around them the regions.
func (r Row) draw(b *strings.Builder, dots []dot, how anomaly.Hotspots) {
	x0, x1, y0, y1 := dots[0].x, dots[0].x, dots[0].y, dots[0].y
	for _, d := range dots {
		x0, x1, y0, y1 = min(x0, d.x), max(x1, d.x), min(y0, d.y), max(y1, d.y)
	}
	x0, x1, y0, y1 = x0-how.Radius, x1+how.Radius, y0-how.Radius, y1+how.Radius
	scale := wide / max(x1-x0, y1-y0)
	// The conversions keep products from being fused with what is added to them.
	px := func(x float64) float64 { return float64((x - x0) * scale) }
	py := func(y float64) float64 { return float64((y1 - y) * scale) } // pixels count downwards
	title := html.EscapeString(r.title())
	fmt.Fprintf(b, "<h2>%s</h2>\n", title)
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.1f" height="%.1f" role="img" aria-label="%s">`+"\n", px(x1), py(y0), title)
	fmt.Fprintf(b, `<rect class="field" width="%.1f" height="%.1f"/>`+"\n", px(x1), py(y0))
	for i, region := range members(dots, how) {
		if i < len(dots)-drawn {
			continue
		}
		class := "out"
		if region >= 0 {
			class = "in"
		}
		d := dots[i]
		fmt.Fprintf(b, `<circle class="%s" cx="%.1f" cy="%.1f" r="2.5"><title>%s: %v, %v</title></circle>`+"\n",
			class, px(d.x), py(d.y), html.EscapeString(d.player), d.x, d.y)
	}
	for i, g := range r.Regions {
		fmt.Fprintf(b, `<rect class="region" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, px(g.XMin), py(g.YMax), px(g.XMax)-px(g.XMin), py(g.YMin)-py(g.YMax))
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f">%d: %d points</text>`+"\n", px(g.XMin), py(g.YMax)-5, i+1, g.Points)
	}
	b.WriteString("</svg>\n")
}

// members returns the region of each dot, or -1: rows have bounds alone, so they
// are looked for once more.
func members(dots []dot, how anomaly.Hotspots) []int {
	s, err := how.New(2)
	if err != nil {
		panic("hotspots: " + err.Error()) // bug: the pipeline has taken the same
	}
	for _, d := range dots {
		if err := s.Add([]float64{d.x, d.y}); err != nil {
			panic("hotspots: " + err.Error()) // bug: the pipeline has taken the same
		}
	}
	return s.Members(nil)
}
