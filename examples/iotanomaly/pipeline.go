package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
	"unsafe"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// The forests. A reading in a hundred is odd, at times two, and each is to be told:
// so P may be as high as 3 in a hundred, which leaves it to Least to tell usual ones
// apart, and no alarm silences the one after it. A flow is odd more rarely, and has
// three dimensions to be odd in.
var (
	sensorForest = anomaly.Forest{Seed: 1, Threshold: 0.03, Gate: -1}
	flowForest   = anomaly.Forest{Seed: 1, Threshold: 0.01, Gate: -1, Least: 2.5, Names: flowNames, Attribution: true}
)

// all is the key of what is counted and ordered together: everything.
type all struct{}

// second keeps the scores of a second, as they came. All of them are wanted, in
// order: Top, which finds a place for each among those before it, is for the first
// few, and agg.TopN ranks keys by sums. So they are sorted once, when the second is
// over: of equal scores the one that came first is first.
type second[T any] struct{ rows []anomaly.Scored[T] }

// Add takes a score.
func (s *second[T]) Add(r anomaly.Scored[T]) { s.rows = append(s.rows, r) }

// Merge adds the scores of o.
func (s *second[T]) Merge(o *second[T]) { s.rows = append(s.rows, o.rows...) }

// Bytes returns the bytes on the heap.
func (s *second[T]) Bytes() int { return cap(s.rows) * int(unsafe.Sizeof(anomaly.Scored[T]{})) }

func highestFirst[T any](a, b anomaly.Scored[T]) int { return cmp.Compare(b.Score, a.Score) }

// system is the pipeline, with its ends.
type system[T any] struct {
	p      tidemark.Pipeline
	in     *tidemark.Input[T]
	bad    lines.BadFile
	failed error // of bad
	tally  tally
}

func newSystem[T any](c config, build func(*system[T], config)) (*system[T], error) {
	s := &system[T]{bad: lines.BadFile{Path: c.bad}}
	build(s, c)
	return s, s.p.Check()
}

// newReadings scores readings by sensor. They come in order, as their time is that
// of their arrival: so W is the newest.
func newReadings(s *system[Reading], c config) {
	in, readings := tidemark.FromNanos(&s.p, "readings", Reading.nanos, watermark.Bounded{})
	scores, missed := tidemark.Score(tidemark.KeyBy(readings, Reading.sensor), sensorForest, func(dst []float64, r Reading) []float64 { return r.vector(dst) })
	s.in, s.tally.what = in, "readings"
	rowsOf(s, c, scores, newRow)
	if c.late != "" {
		tidemark.Into(tidemark.Map(missed, func(m tidemark.Missed[Reading]) lateLine {
			return lateLine{m.Stage, m.Reason, m.Detail, m.Watermark, map[string]any{"iotName": m.Fact.Name, "iotValue": m.Fact.Value, "created": m.Fact.Created}}
		}), output.Rows[lateLine]("-late", c.late))
	}
}

// newFlows scores flows by interface, each once.
func newFlows(s *system[Flow], c config) {
	in, flows := tidemark.FromNanos(&s.p, "flows", Flow.nanos, watermark.Bounded{Delay: c.delay})
	unique, again := tidemark.Dedup(tidemark.KeyBy(flows, Flow.id), join.Dedup{})
	scores, missed := tidemark.Score(tidemark.KeyBy(tidemark.Named(unique, "unique"), Flow.through), flowForest, func(dst []float64, f Flow) []float64 { return f.vector(dst) })
	s.in, s.tally.what = in, "flows"
	rowsOf(s, c, scores, newFlowRow)
	if c.late != "" {
		tidemark.Into(tidemark.Map(tidemark.Merge(again, missed), func(m tidemark.Missed[Flow]) lateLine {
			return lateLine{m.Stage, m.Reason, m.Detail, m.Watermark, m.Fact.Original}
		}), output.Rows[lateLine]("-late", c.late))
	}
}

// rowsOf orders what is scored, and counts it by the minute.
func rowsOf[T, R any](s *system[T], c config, scores tidemark.Keyed[string, anomaly.Scored[T]], row func(anomaly.Scored[T]) R) {
	scores = tidemark.Named(scores, "score")
	together := tidemark.KeyBy(scores, func(anomaly.Scored[T]) all { return all{} })
	// Scores come in order of time, so that none is late for its second.
	seconds, _ := tidemark.Window[second[T]](together, window.Tumble{Size: time.Second})
	rows := tidemark.FlatMap(tidemark.Named(seconds, "seconds"), func(p window.Pane[all, second[T]], emit func(R)) {
		slices.SortStableFunc(p.Value.rows, highestFirst)
		for _, r := range p.Value.rows {
			emit(row(r))
		}
	})
	tidemark.Into(rows, sink.Func[R](func(b sink.Batch[R]) error { s.tally.rows += len(b.Rows); return nil }))
	if c.out != "" {
		tidemark.Into(rows, output.Rows[R]("-out", c.out))
	}
	minutes, _ := tidemark.Window[spread[T]](together, window.Tumble{Size: time.Minute})
	tidemark.Into(minutes, sink.Func[window.Pane[all, spread[T]]](func(b sink.Batch[window.Pane[all, spread[T]]]) error {
		for _, p := range b.Rows {
			s.tally.take(p.Start, p.Value.counts)
		}
		return nil
	}))
}

// close ends the files.
func (s *system[T]) close(ctx context.Context) error {
	return errors.Join(s.p.Close(ctx), s.bad.Close(ctx))
}
