package main

import (
	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/watermark"
)

// Row is a reading with its score.
type Row struct {
	Name    string         `json:"iotName"`
	Value   int64          `json:"iotValue"`
	Score   float64        `json:"ANOMALY_SCORE"`
	Created watermark.Time `json:"created"`
}

func newRow(s anomaly.Scored[Reading]) Row {
	return Row{s.Fact.Name, s.Fact.Value, s.Score, s.Fact.Created}
}

// FlowRow is a flow with its score.
type FlowRow struct {
	Interface  string             `json:"interface-id"`
	Source     string             `json:"srcaddr"`
	Target     string             `json:"dstaddr"`
	SourcePort uint16             `json:"srcport"`
	TargetPort uint16             `json:"dstport"`
	Protocol   uint8              `json:"protocol"`
	Packets    uint64             `json:"packets"`
	Bytes      uint64             `json:"bytes"`
	Start      int64              `json:"start"`
	End        int64              `json:"end"`
	Action     string             `json:"action"`
	Score      float64            `json:"ANOMALY_SCORE"`
	Parts      map[string]float64 `json:"ATTRIBUTION_SCORE,omitempty"` // of an odd one
}

func newFlowRow(s anomaly.Scored[Flow]) FlowRow {
	f := s.Fact
	r := FlowRow{f.Interface, f.Source, f.Target, f.SourcePort, f.TargetPort, f.Protocol, f.Packets, f.Bytes, f.Start, f.End, f.Action, s.Score, nil}
	if s.Alarm {
		r.Parts = map[string]float64{}
		for _, p := range s.Parts {
			r.Parts[p.Name] = p.High + p.Low
		}
	}
	return r
}

// lateLine is what was not scored.
type lateLine struct {
	Stage     string          `json:"stage"`
	Reason    tidemark.Reason `json:"reason"`
	Detail    string          `json:"detail,omitzero"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      any             `json:"fact"`
}
