package main

import (
	"encoding/json"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Row is an app and a day.
type Row struct {
	Day   Day    `json:"day"`
	App   string `json:"app"`
	Hits  int64  `json:"hits"`
	Users int    `json:"users"`
}

func newRow(p window.Pane[string, activity]) Row {
	return Row{Day(p.Start), p.Key, p.Value.Hits.Value(), p.Value.Users.Len()}
}

// missedLine is a hit in the late file.
type missedLine struct {
	Reason    tidemark.Reason `json:"reason"`
	Day       Day             `json:"day"`
	Watermark watermark.Time  `json:"watermark"`
	Hit       json.RawMessage `json:"hit"`
}

func newMissed(m tidemark.Missed[Hit]) missedLine {
	return missedLine{m.Reason, dayOf(m.Fact.At), m.Watermark, json.RawMessage(m.Fact.Original)}
}
