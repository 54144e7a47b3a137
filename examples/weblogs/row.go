package main

import (
	"bytes"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
)

// Row is a row of -out.
type Row struct {
	At    watermark.Time `json:"timestamp"` // the beginning of the minute
	Sizes []Bar          `json:"size_in_bytes"`
}

// Bar is a step of sizes, by its beginning, and how many answers are in it.
type Bar struct {
	Size int64 `json:"size"`
	Freq int64 `json:"freq"`
}

func newRow(p minute) Row {
	r := Row{At: p.Start}
	for size, freq := range p.Value.Steps.All() {
		r.Sizes = append(r.Sizes, Bar{size, freq})
	}
	return r
}

// lateLine is a late line in the late file.
type lateLine struct {
	Line      int64          `json:"line"`
	Start     watermark.Time `json:"window_start"`
	End       watermark.Time `json:"window_end"`
	Watermark watermark.Time `json:"watermark"`
	Text      string         `json:"text"`
	Base64    []byte         `json:"base64,omitzero"`
}

// badLine is a line in the bad file.
type badLine struct {
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
	Base64 []byte `json:"base64,omitzero"` // the text to the byte, if it is not UTF-8
}

// kept returns text as JSON can hold it, and to the byte if that is not the same.
func kept(text []byte) (string, []byte) {
	if utf8.Valid(text) {
		return string(text), nil
	}
	return string(text), bytes.Clone(text)
}

func (s *system) newLate(m tidemark.Missed[hit]) lateLine {
	missed := m.Spans[0] // of a tumble there is one
	l := lateLine{Line: m.Fact.line, Start: missed.Start, End: missed.End, Watermark: m.Watermark}
	l.Text, l.Base64 = kept(s.text(m.Fact))
	return l
}
