package tidemark_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// Meter is what a meter reads.
type Meter struct {
	Name        string
	Load, Power float64
	At          time.Time
}

func (m Meter) Time() time.Time                { return m.At }
func (m Meter) Of() string                     { return m.Name }
func (m Meter) Vector(dst []float64) []float64 { return append(dst, m.Load, m.Power) }

func vectorOfMeter(dst []float64, m Meter) []float64 { return m.Vector(dst) }

// Oddness is what a window knows of the scores of a meter.
type Oddness struct {
	Scores agg.Count
	Worst  agg.Max[float64]
}

func (o *Oddness) Add(s anomaly.Scored[Meter]) { o.Scores.Add(); o.Worst.Add(s.Score) }
func (o *Oddness) Merge(p *Oddness)            { o.Scores.Merge(&p.Scores); o.Worst.Merge(&p.Worst) }

// Each meter has a forest of its own. One stops while the load goes on: neither of
// its values is odd by itself. Scores are facts, so a window counts them.
func ExampleScore() {
	var p tidemark.Pipeline
	in, meters := tidemark.From(&p, "meters", Meter.Time, watermark.Bounded{})
	scores, missed := tidemark.Score(tidemark.KeyBy(meters, Meter.Of), anomaly.Forest{Names: []string{"load", "power"}, Attribution: true, Seed: 1}, vectorOfMeter)
	alarms := tidemark.Collect(tidemark.Filter(scores, func(s anomaly.Scored[Meter]) bool { return s.Alarm }))
	hours, _ := tidemark.Window[Oddness](scores, window.Tumble{Size: 12 * time.Hour})
	rows, lost := tidemark.Collect(hours), tidemark.Collect(missed)

	var err error
	for i := range 1000 {
		load := float64(i * 7919 % 101)
		a, b := Meter{"a", load, 3*load + 50, Clock(0, i)}, Meter{"b", load, 2 * load, Clock(0, i)}
		switch i {
		case 900:
			a.Power = 0 // it has stopped
		case 901:
			b.Power = math.NaN() // no model takes it
		}
		err = errors.Join(err, in.Feed(a, b))
	}
	if err = errors.Join(err, p.Close(context.Background())); err != nil {
		fmt.Println(err)
	}
	for s := range alarms.Drain() {
		fmt.Printf("%s %s: score %.1f\n", s.Fact.At.Format("15:04"), s.Fact.Name, s.Score)
		for _, part := range s.Parts {
			fmt.Printf("  %s: high %.1f, low %.1f\n", part.Name, part.High, part.Low)
		}
	}
	for r := range rows.Drain() {
		fmt.Printf("from %s %s: %d scores, the worst %.1f\n", r.Start.UTC().Format("15:04"), r.Key, r.Value.Scores.Value(), r.Value.Worst.Value())
	}
	for m := range lost.Drain() {
		fmt.Printf("%s %s is %v: %s\n", m.Fact.At.Format("15:04"), m.Fact.Name, m.Reason, m.Detail)
	}
	fmt.Print(p.Explain())
	// Output:
	// 15:00 a: score 3.3
	//   load: high 0.5, low 0.0
	//   power: high 0.0, low 2.9
	// from 00:00 a: 720 scores, the worst 1.3
	// from 00:00 b: 720 scores, the worst 1.3
	// from 12:00 a: 280 scores, the worst 3.3
	// from 12:00 b: 279 scores, the worst 1.4
	// 15:01 b is invalid: anomaly: dimension 1 (power) is NaN: values must be finite, or Forest.Missing say what to take for NaN
	// meters: input delay 0s
	// meters/score: score Forest{Seed:1 Names:[load power] Attribution:true} <- meters
	// meters/score/filter: filter <- meters/score
	// meters/score/filter/collect: collect <- meters/score/filter
	// meters/score/window: window Tumble{Size:12h0m0s Offset:0s} <- meters/score
	// meters/score/window/collect: collect <- meters/score/window
	// meters/score:missed/collect: collect <- meters/score:missed
}
