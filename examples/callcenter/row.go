package main

import (
	"encoding/json"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// Row is a row of active_call_queue.
type Row struct {
	Start     watermark.Time `json:"window_start"`
	End       watermark.Time `json:"window_end"`
	OrgID     int64
	OrgName   string
	Calls     int64    `json:"CallsInQueue"`
	Agents    int      `json:"Agent_cnt"`
	MaxHandle *float64 `json:"max_handle_time"` // nil: no call has told one
	MinHandle *float64 `json:"min_handle_time"`
	MaxWait   *float64 `json:"max_wait_time"`
	MinWait   *float64 `json:"min_wait_time"`
}

func newRow(p window.Pane[int64, load], o Org) Row {
	r := Row{Start: p.Start, End: p.End, OrgID: p.Key, OrgName: o.Name, Calls: p.Value.Calls.Value(), Agents: p.Value.Agents.Len()}
	r.MaxHandle, r.MinHandle = bounds(&p.Value.Handle)
	r.MaxWait, r.MinWait = bounds(&p.Value.Wait)
	return r
}

func bounds(e *agg.Extent[float64]) (most, least *float64) {
	if e.Empty() {
		return nil, nil
	}
	return new(e.Max()), new(e.Min())
}

// lateLine is a late fact in the late file.
type lateLine struct {
	Start     watermark.Time  `json:"window_start"`
	End       watermark.Time  `json:"window_end"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      json.RawMessage `json:"fact"`
}

func newLate(m tidemark.Missed[Call]) lateLine {
	missed := m.Spans[0] // of a tumble there is one
	return lateLine{missed.Start, missed.End, m.Watermark, json.RawMessage(m.Fact.Original)}
}
