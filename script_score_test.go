package tidemark_test

import (
	"fmt"
	"math"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/internal/script"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/window"
)

type scoredCall = anomaly.Scored[call]

// highest is an accumulator over scores.
type highest struct {
	score float64
	n     int
}

func (h *highest) Add(s scoredCall) { h.score, h.n = max(h.score, s.Score), h.n+1 }
func (h *highest) Merge(o *highest) { h.score, h.n = max(h.score, o.score), h.n+o.n }
func (h *highest) text() string     { return fmt.Sprintf("scores=%d highest=%.3f", h.n, h.score) }

// point is n of a call; the names "nan" and "two" make it one that no model takes.
func point(dst []float64, c call) []float64 {
	switch c.name {
	case "nan":
		return append(dst, math.NaN())
	case "two":
		return append(dst, float64(c.n), 0)
	}
	return append(dst, float64(c.n))
}

// score adds a stage: "score calls scored missed sample=16 after=3 keys=2".
func (s *scene) score(l *script.Line) {
	f := anomaly.Forest{
		Trees: l.Int("trees", 0), Sample: l.Int("sample", 0), OutputAfter: l.Int("after", 0), Threshold: l.Float("threshold", 0),
		Gate: l.Int("gate", 0), MaxKeys: l.Int("keys", 0), Seed: uint64(l.Int("seed", 0)), Attribution: l.Has("parts"),
	}
	if l.Has("parts") {
		f.Names = []string{"n"}
	}
	switch x := s.streams[l.Word(0)].(type) {
	case tidemark.Keyed[int, call]:
		s.streams[l.Word(1)], s.streams[l.Word(2)] = both(tidemark.Score(x, f, point))
	case tidemark.Keyed[int, pane]:
		s.streams[l.Word(1)], s.streams[l.Word(2)] = both(tidemark.Score(x, f, func(dst []float64, p pane) []float64 { return append(dst, float64(p.Value.sum)) }))
	default:
		l.Fatalf("no stream of this name")
	}
}

// collectScores drains what Score gives, and windows over it.
func (s *scene) collectScores(name string) bool {
	switch x := s.streams[name].(type) {
	case tidemark.Keyed[int, scoredCall]:
		drain(s, x, func(m row.Stamp, c scoredCall) string {
			return name + " " + script.FormatTime(m.Time) + " " + c.Fact.String() + resultText(c.Result, c.Parts)
		})
	case tidemark.Keyed[int, anomaly.Scored[pane]]:
		drain(s, x, func(m row.Stamp, p anomaly.Scored[pane]) string {
			return name + " " + m.Kind.String() + " " + script.FormatTime(m.Time) + " " + show(p.Fact) + resultText(p.Result, p.Parts)
		})
	case tidemark.Keyed[int, window.Pane[int, highest]]:
		drain(s, x, func(m row.Stamp, p window.Pane[int, highest]) string {
			return fmt.Sprintf("%s %v org=%d %s %s", name, m.Kind, p.Key, script.FormatSpan(p.Start, p.End), p.Value.text())
		})
	case tidemark.Stream[tidemark.Missed[scoredCall]]:
		drain(s, x, func(_ row.Stamp, m tidemark.Missed[scoredCall]) string {
			return name + " " + missed(m, m.Fact.Fact.String())
		})
	default:
		return false
	}
	return true
}

func resultText(r anomaly.Result, parts []anomaly.Part) string {
	if !r.Ready {
		return " learned"
	}
	s := fmt.Sprintf(" score=%.3f P=%.3f", r.Score, r.P)
	if r.Alarm {
		s += " alarm"
	}
	for _, p := range parts {
		s += fmt.Sprintf(" %s=+%.2f-%.2f", p.Name, p.High, p.Low)
	}
	return s
}
