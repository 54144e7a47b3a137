package main

import (
	"cmp"
	"encoding/json"
	"math"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Row is a reading with what its device was set to at that time.
type Row struct {
	UUID   string         `json:"uuid"`
	Device deviceID       `json:"deviceid"`
	At     watermark.Time `json:"devicets"`
	Temp   float64        `json:"temp"`
	Set    float64        `json:"settemp"`
	Pct    float64        `json:"pct_inefficiency"` // |temp - settemp| / settemp
}

func newRow(r Reading, s Setting) Row {
	return Row{r.UUID, r.Device, r.At, r.Temp, s.Temp, math.Abs(r.Temp-s.Temp) / s.Temp}
}

// compare orders rows, the most inefficient first.
func (r *Row) compare(o *Row) int {
	return cmp.Or(cmp.Compare(o.Pct, r.Pct), cmp.Compare(r.At, o.At), cmp.Compare(r.UUID, o.UUID), r.Device.Compare(o.Device))
}

// Daily is a device on a day.
type Daily struct {
	Start    watermark.Time `json:"window_start"`
	End      watermark.Time `json:"window_end"`
	Device   deviceID       `json:"deviceid"`
	Avg      float64        `json:"daily_avg_inefficiency"`
	Readings int            `json:"readings"`
}

func newDaily(p window.Pane[deviceID, mean]) Daily {
	return Daily{p.Start, p.End, p.Key, p.Value.Inefficiency.Value(), p.Facts}
}

// Fleet is all devices on a day.
type Fleet struct {
	Start    watermark.Time `json:"window_start"`
	End      watermark.Time `json:"window_end"`
	Avg      float64        `json:"mean_daily_avg_inefficiency"`
	Devices  int            `json:"devices"`
	Readings int            `json:"readings"`
}

func newFleet(p window.Pane[all, fleet]) Fleet {
	return Fleet{p.Start, p.End, p.Value.Avg.Value(), p.Facts, p.Value.Readings.Value()}
}

// missedLine is a reading that a stage did not count.
type missedLine struct {
	Stage     string          `json:"stage"`
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      json.RawMessage `json:"fact"`
}

func newMissed(m tidemark.Missed[Reading]) missedLine {
	return missedLine{m.Stage, m.Reason, m.Watermark, json.RawMessage(m.Fact.Original)}
}
