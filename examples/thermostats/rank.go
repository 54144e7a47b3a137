package main

import (
	"cmp"
	"slices"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Lengths of the rankings.
const (
	mostInefficient = 10
	mostActive      = 20
)

// The rankings, in the order of their rows.
const (
	byDay      = "inefficient by day"   // devices by daily_avg_inefficiency
	byEvent    = "inefficient by event" // readings by pct_inefficiency
	byActivity = "active"               // devices by their readings
)

// Top is a line of a ranking.
type Top struct {
	Ranking  string         `json:"ranking"`
	Start    watermark.Time `json:"window_start"`
	End      watermark.Time `json:"window_end"`
	Rank     int            `json:"rank"`
	Device   deviceID       `json:"deviceid"`
	Readings int            `json:"readings,omitzero"` // of the day, where it is a device that is ranked
	Avg      *float64       `json:"daily_avg_inefficiency,omitempty"`
	Event    *Row           `json:"event,omitempty"` // where it is a reading
}

// Devices of equal numbers are ranked by their names.
func inefficient(a, b Daily) int {
	return cmp.Or(cmp.Compare(b.Avg, a.Avg), a.Device.Compare(b.Device))
}
func active(a, b Daily) int {
	return cmp.Or(cmp.Compare(b.Readings, a.Readings), a.Device.Compare(b.Device))
}

// newTops makes lines of a ranking of devices.
func newTops(name string) func(r window.Ranking[all, Daily], emit func(Top)) {
	return func(r window.Ranking[all, Daily], emit func(Top)) {
		for i, d := range r.Rows {
			emit(Top{Ranking: name, Start: d.Start, End: d.End, Rank: i + 1, Device: d.Device, Readings: d.Readings, Avg: &d.Avg})
		}
	}
}

// peaks is an accumulator: the most inefficient readings, best first. It owns no
// memory, so that its zero value is ready and a copy of it is one.
type peaks struct {
	rows [mostInefficient]Row
	n    int
}

// Add takes a reading.
func (p *peaks) Add(r Row) {
	if p.n == len(p.rows) && p.rows[p.n-1].compare(&r) <= 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(p.rows[:p.n], r, func(x, r Row) int { return x.compare(&r) })
	p.n = min(p.n+1, len(p.rows))
	copy(p.rows[i+1:p.n], p.rows[i:])
	p.rows[i] = r
}

// Merge takes the readings of o.
func (p *peaks) Merge(o *peaks) {
	for _, r := range o.rows[:o.n] {
		p.Add(r)
	}
}

// newPeaks makes lines of the best readings of a day.
func newPeaks(p window.Pane[all, peaks], emit func(Top)) {
	for i, r := range p.Value.rows[:p.Value.n] {
		emit(Top{Ranking: byEvent, Start: p.Start, End: p.End, Rank: i + 1, Device: r.Device, Event: &r})
	}
}
