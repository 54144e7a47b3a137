package main

import (
	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Row is a group in its minute.
type Row struct {
	Time        watermark.Time `json:"TIME"` // the start of the minute
	Gender      id             `json:"GENDER"`
	Segment     id             `json:"SEGMENT_ID"`
	Article     id             `json:"ARTICLE_ID"`
	Impressions int64          `json:"IMPRESSION"`
	Clicks      int64          `json:"CLICK"`
}

func newRow(t trend) Row {
	return Row{t.Start, t.Key.Gender, t.Key.Segment, t.Key.Article, t.Value.Impressions.Value(), t.Value.Clicks.Value()}
}

// Rate is a segment in its minute.
type Rate struct {
	Time        watermark.Time `json:"TIME"`
	Segment     id             `json:"SEGMENT_ID"`
	Impressions int64          `json:"IMPRESSION"`
	Clicks      int64          `json:"CLICK"`
	Rate        *float64       `json:"CLICK_RATE"` // clicks an impression; nil: no impressions
}

func newRate(p window.Pane[id, sums]) Rate {
	return Rate{p.Start, p.Key, p.Value.Impressions.Value(), p.Value.Clicks.Value(), p.Value.rate()}
}

// Top is one of the best articles of a segment in its minute.
type Top struct {
	Time        watermark.Time `json:"TIME"`
	Segment     id             `json:"SEGMENT_ID"`
	Rank        int            `json:"RANK"`
	Article     id             `json:"ARTICLE_ID"`
	Impressions int64          `json:"IMPRESSION"`
	Clicks      int64          `json:"CLICK"`
	Rate        *float64       `json:"CLICK_RATE"`
}

func newTops(r window.Ranking[id, standing], emit func(Top)) {
	for i, p := range r.Rows {
		emit(Top{p.Start, r.Key, i + 1, p.Key.Article, p.Value.Impressions.Value(), p.Value.Clicks.Value(), p.Value.rate()})
	}
}

// lateLine is an action that was not counted.
type lateLine struct {
	Stage     string          `json:"stage"`
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      Action          `json:"fact"`
}
