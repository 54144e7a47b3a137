package main

import (
	"encoding/json"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Row is the regions of a game after the last position of a second.
type Row struct {
	Game    int64          `json:"game"`
	At      watermark.Time `json:"event_time"`
	Regions []Region       `json:"regions"`
}

// Region is a region as rows have it.
type Region struct {
	XMin    float64 `json:"x_min"`
	XMax    float64 `json:"x_max"`
	YMin    float64 `json:"y_min"`
	YMax    float64 `json:"y_max"`
	Points  int     `json:"points"`
	Density float64 `json:"density"`
}

func newRow(p window.Pane[int64, latest]) Row {
	r := Row{p.Key, p.Value.spots.Fact.At, []Region{}} // [] in JSON, not null
	for _, g := range p.Value.spots.Regions {
		r.Regions = append(r.Regions, Region{g.Low[0], g.High[0], g.Low[1], g.High[1], g.Points, g.Density})
	}
	return r
}

// lateLine is a position that was not counted.
type lateLine struct {
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      json.RawMessage `json:"fact"`
}

func newLate(m tidemark.Missed[Position]) lateLine {
	return lateLine{m.Reason, m.Watermark, json.RawMessage(m.Fact.Original)}
}
