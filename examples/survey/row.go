package main

import (
	"encoding/json"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Row is a phone number on a day.
type Row struct {
	Start      watermark.Time `json:"window_start"`
	End        watermark.Time `json:"window_end"`
	Phone      string         `json:"PhoneNumber"`
	NPS        float64        `json:"nps"` // from -100 to 100
	Answers    int64          `json:"answers"`
	Promoters  int64          `json:"promoters"`  // 5
	Passives   int64          `json:"passives"`   // 4
	Detractors int64          `json:"detractors"` // 1 to 3
	Other      int64          `json:"other_number"`
}

func newRow(p window.Pane[string, daily]) Row {
	n := &p.Value.NPS
	return Row{p.Start, p.End, p.Key, n.Value(), n.N(), n.Promoters(), n.Passives(), n.Detractors(), p.Value.Other.Value()}
}

// missedLine is an answer that a stage did not count.
type missedLine struct {
	Stage     string          `json:"stage"`
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      json.RawMessage `json:"fact"`
}

func newMissed(m tidemark.Missed[Answer]) missedLine {
	return missedLine{m.Stage, m.Reason, m.Watermark, json.RawMessage(m.Fact.Original)}
}

func newLate(m tidemark.Missed[reply]) missedLine {
	return missedLine{m.Stage, m.Reason, m.Watermark, json.RawMessage(m.Fact.original)}
}
