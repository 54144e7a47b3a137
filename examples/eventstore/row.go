package main

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/agg"
)

// rawLine is a line as it came.
type rawLine struct {
	Line   int    `json:"line"`
	Text   string `json:"text"`
	Base64 []byte `json:"base64,omitzero"` // the text to the byte, if it is not UTF-8
}

func newRaw(e event) rawLine {
	r := rawLine{Line: e.Line, Text: string(e.Text)}
	if !utf8.Valid(e.Text) { // of which JSON has no string
		r.Base64 = e.Text
	}
	return r
}

// storedLine is an event of the metadata's form.
type storedLine struct {
	Line    int             `json:"line"`
	Time    watermark.Time  `json:"time"`
	Type    string          `json:"type"`
	Source  string          `json:"source"`
	Fields  json.RawMessage `json:"fields"`
	Unknown []string        `json:"unknown,omitzero"` // names that only the raw line has
}

func newStored(e event) storedLine {
	b := []byte("{")
	for i, f := range e.shape.Fields {
		if e.values[i] == nil {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(b, quote(f.Name)...), ':'), e.values[i]...)
	}
	return storedLine{e.Line, e.At, e.Type, e.Source, append(b, '}'), e.unknown}
}

// badLine is an event that is not good.
type badLine struct {
	Line   int    `json:"line"`
	Stage  string `json:"stage"` // standardise or validate
	Reason string `json:"reason"`
	Text   string `json:"text"`
	Base64 []byte `json:"base64,omitzero"`
}

func newBad(m tidemark.Missed[event]) badLine {
	raw := newRaw(m.Fact)
	return badLine{raw.Line, m.Stage, m.Detail, raw.Text, raw.Base64}
}

// Alarm is a window in which too many events are bad.
type Alarm struct {
	Rule   string               `json:"rule"`
	Start  watermark.Time       `json:"window_start"`
	End    watermark.Time       `json:"window_end"`
	Of     string               `json:"of"` // the type or the source, where the rule goes by one
	Events int64                `json:"events"`
	Bad    int64                `json:"bad"`
	Share  float64              `json:"share"`
	Broken []agg.Ranked[string] `json:"broken"` // the rules of the metadata that were broken most often
}

// lateLine is an event that came too late to count for a rule.
type lateLine struct {
	Rule      string          `json:"rule"`
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Line      int             `json:"line"`
	Time      watermark.Time  `json:"time"`
}

func (r rule) newLate(m tidemark.Missed[event]) lateLine {
	return lateLine{r.Name, m.Reason, m.Watermark, m.Fact.Line, m.Fact.At}
}
