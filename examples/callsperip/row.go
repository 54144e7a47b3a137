package main

import (
	"encoding/json"
	"net/netip"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
)

// kinds are the windows, in the order of their rows.
var kinds = [...]string{"stagger", "tumble", "slide"}

// Row is a row of calls_per_ip.
type Row struct {
	Window string         `json:"window"`
	Source netip.Addr     `json:"source_ip_address"`
	Calls  int            `json:"calls_per_ip"`
	Start  watermark.Time `json:"window_start"`
	End    watermark.Time `json:"window_end"`
}

// listing is what is listed once.
type listing struct {
	window string
	source netip.Addr
}

func (r Row) listing() listing { return listing{r.Window, r.Source} }

// missedLine is a request that a stage did not count.
type missedLine struct {
	Stage     string          `json:"stage"`
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      json.RawMessage `json:"fact"`
}

func newMissed(m tidemark.Missed[Request]) missedLine {
	return missedLine{m.Stage, m.Reason, m.Watermark, json.RawMessage(m.Fact.Original)}
}
