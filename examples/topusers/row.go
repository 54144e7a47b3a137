package main

import (
	"encoding/json"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Row is one user in a ranking.
type Row struct {
	Window string         `json:"window"` // day or hop
	By     string         `json:"by"`     // what the ranking goes by: exact or approximate
	Start  watermark.Time `json:"window_start"`
	End    watermark.Time `json:"window_end"`
	Rank   int            `json:"rank"`
	User   userID         `json:"user_id"`
	Tweets int            `json:"tweets"` // distinct tweet_id
	Approx int            `json:"approx_tweets"`
	Off    int            `json:"difference"` // approx_tweets - tweets
	Posts  int            `json:"posts"`      // those that came twice too
}

// newRow makes a row, as yet without rank, of a pane: what it counted is enough.
func newRow(kind string, p window.Pane[userID, reach]) Row {
	r := Row{Window: kind, Start: p.Start, End: p.End, User: p.Key, Posts: p.Facts, Tweets: p.Value.Exact.Len(), Approx: p.Value.Approx.Len()}
	r.Off = r.Approx - r.Tweets
	return r
}

// missedLine is a post that a window did not count.
type missedLine struct {
	Stage     string          `json:"stage"`
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      json.RawMessage `json:"fact"`
}

func newMissed(m tidemark.Missed[Post]) missedLine {
	return missedLine{m.Stage, m.Reason, m.Watermark, json.RawMessage(m.Fact.Original)}
}
