package tidemark_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

type reading struct {
	sensor string
	ns     int64
	value  []float64
}

func (r reading) nanos() int64 { return r.ns }
func (r reading) name() string { return r.sensor }

func smallForest() anomaly.Forest {
	return anomaly.Forest{Trees: 5, Sample: 16, Seed: 3, Attribution: true, Threshold: 0.2}
}

func vectorOf(dst []float64, r reading) []float64 { return append(dst, r.value...) }

// scores plays readings through Score, in calls of at most cut facts.
func scores(t *testing.T, d anomaly.Detector, facts []reading, delay time.Duration, cut int) (rows, missed []string) {
	t.Helper()
	var p tidemark.Pipeline
	in, readings := tidemark.FromNanos(&p, "readings", reading.nanos, watermark.Bounded{Delay: delay})
	scored, lost := tidemark.Score(tidemark.KeyBy(readings, reading.name), d, vectorOf)
	out, not := tidemark.Collect(scored), tidemark.Collect(lost)
	for c := range slices.Chunk(facts, cut) {
		if err := in.Feed(c...); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	for r := range out.Drain() {
		rows = append(rows, fmt.Sprint(r))
	}
	for m := range not.Drain() {
		missed = append(missed, fmt.Sprint(m.Fact, m.Reason, m.Detail))
	}
	for _, s := range p.Stats().Stages {
		if s.Balance() != 0 || s.Held != 0 {
			t.Fatalf("the ledger of %s is out by %d, %d held", s.Stage, s.Balance(), s.Held)
		}
	}
	return rows, missed
}

// Each key has the scores of a model of its own, fed in order of time.
func TestScoreIsAModelOfEachKeyInOrderOfTime(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 5))
		delay := r.Int64N(20)
		var facts []reading
		for i := range int64(200) {
			facts = append(facts, reading{fmt.Sprint("s", r.IntN(3)), i - r.Int64N(15), []float64{float64(r.IntN(5)), r.NormFloat64()}})
			if r.IntN(30) == 0 {
				facts[i].value[r.IntN(2)] = math.NaN()
			}
			if r.IntN(30) == 0 {
				facts[i].value = facts[i].value[:1]
			}
		}
		if len(facts[0].value) == 1 {
			facts[0].value = append(facts[0].value, 1)
		}
		var waits []reading
		var want, wantMissed []string
		w := int64(math.MinInt64)
		of := map[string]anomaly.Model{}
		pass := func(to int64) {
			slices.SortStableFunc(waits, func(a, b reading) int { return int(a.ns - b.ns) })
			for len(waits) > 0 && waits[0].ns < to {
				f := waits[0]
				waits = waits[1:]
				m := of[f.sensor]
				if m == nil {
					m, _ = smallForest().New(len(f.value))
				}
				res, err := m.ScoreUpdate(f.value)
				if err != nil {
					wantMissed = append(wantMissed, fmt.Sprint(f, tidemark.Invalid, err.Error()))
					continue
				}
				of[f.sensor] = m
				want = append(want, fmt.Sprint(anomaly.Scored[reading]{Fact: f, Result: res, Parts: m.(anomaly.Attributed).Parts(nil)}))
			}
		}
		for _, f := range facts {
			if f.ns < w {
				wantMissed = append(wantMissed, fmt.Sprint(f, tidemark.Late, "facts are taken in order of time, and W is beyond it"))
			} else {
				waits = append(waits, f)
			}
			w = max(w, f.ns-delay)
			pass(w)
		}
		pass(math.MaxInt64)
		for _, cut := range []int{1, 7, 1000} {
			rows, missed := scores(t, smallForest(), facts, time.Duration(delay), cut)
			if !reflect.DeepEqual(rows, want) {
				t.Fatalf("seed %d, cut %d: rows\n%q\nwant\n%q", seed, cut, rows, want)
			}
			if !reflect.DeepEqual(missed, wantMissed) {
				t.Fatalf("seed %d, cut %d: missed\n%q\nwant\n%q", seed, cut, missed, wantMissed)
			}
		}
	}
}

func TestScoreRefusesOneKeyTooMany(t *testing.T) {
	d := smallForest()
	d.MaxKeys = 2
	facts := []reading{{"a", 1, []float64{1}}, {"b", 2, []float64{1}}, {"c", 3, []float64{1}}, {"a", 4, []float64{2}}}
	rows, missed := scores(t, d, facts, 0, 10)
	if len(rows) != 3 || len(missed) != 1 || missed[0] != fmt.Sprint(facts[2], tidemark.Refused, "2 keys have a model: must be at most MaxKeys") {
		t.Errorf("rows %q, missed %q", rows, missed)
	}
}

// A sensor that gives nothing but NaN keeps no other from a model, and its first
// reading that is one decides how many dimensions it has.
func TestAKeyOfWhichNothingIsTakenHasNoModel(t *testing.T) {
	d := smallForest()
	d.MaxKeys = 2
	nan := math.NaN()
	facts := []reading{
		{"a", 1, []float64{nan}}, {"b", 2, []float64{nan, 1}}, {"c", 3, []float64{1}}, {"a", 4, []float64{nan}}, {"d", 5, nil}, // all but c invalid
		{"b", 6, []float64{1}}, {"a", 7, []float64{1}}, // b is taken, and a one too many
		{"b", 8, []float64{1, 1}}, {"c", 9, []float64{2}}, // b has one dimension
	}
	rows, missed := scores(t, d, facts, 0, 3)
	var reasons []string
	for _, m := range missed {
		for _, r := range []tidemark.Reason{tidemark.Invalid, tidemark.Refused} {
			if strings.Contains(m, r.String()) {
				reasons = append(reasons, m[1:2]+" "+r.String())
			}
		}
	}
	if want := "[a invalid b invalid a invalid d invalid a refused b invalid]"; len(rows) != 3 || fmt.Sprint(reasons) != want {
		t.Errorf("%d rows %q, missed %v, want %s", len(rows), rows, reasons, want)
	}
}

func TestScoreSaysWhatIsWrong(t *testing.T) {
	var p tidemark.Pipeline
	_, readings := tidemark.FromNanos(&p, "readings", reading.nanos, watermark.Bounded{})
	keyed := tidemark.KeyBy(readings, reading.name)
	type no struct{ P *int }
	for _, s := range []tidemark.Keyed[string, anomaly.Scored[reading]]{
		first(tidemark.Score(keyed, nil, vectorOf)),
		first(tidemark.Score(keyed, anomaly.Forest{Trees: -1}, vectorOf)),
		first(tidemark.Score(keyed, anomaly.Forest{}, nil)),
	} {
		tidemark.Collect(s)
	}
	tidemark.Collect(first(tidemark.Score(tidemark.KeyBy(readings, func(reading) no { return no{} }), anomaly.Forest{}, vectorOf)))
	panes, _ := tidemark.Window[agg.Facts[reading]](keyed, window.Tumble{Size: 10}, window.Lateness(1))
	tidemark.Collect(first(tidemark.Score(panes, anomaly.Forest{}, func(d []float64, p window.Pane[string, agg.Facts[reading]]) []float64 { return d })))
	err := fmt.Sprint(p.Check())
	for _, want := range []string{
		"readings/score: the detector is nil",
		"readings/score#2: anomaly: Forest.Trees is -1: must be from 1 to 10000, or 0 for the default",
		"readings/score#3: its function is nil",
		"readings/score#4: key type tidemark_test.no: ",
		"readings/window/score: Score learns from rows, and readings/window sends rows again",
	} {
		if !strings.Contains(err, want) {
			t.Errorf("Check does not say %q, but\n%s", want, err)
		}
	}
}

func first[A, B any](a A, _ B) A { return a }

// The stamp of a pane goes with its score.
func TestScoresOfPanesKeepTheirStamps(t *testing.T) {
	var p tidemark.Pipeline
	in, readings := tidemark.FromNanos(&p, "readings", reading.nanos, watermark.Bounded{})
	panes, _ := tidemark.Window[agg.Facts[reading]](tidemark.KeyBy(readings, reading.name), window.Tumble{Size: 10})
	type pane = window.Pane[string, agg.Facts[reading]]
	scored, _ := tidemark.Score(panes, smallForest(), func(dst []float64, p pane) []float64 { return append(dst, float64(p.Facts)) })
	direct, out := tidemark.Collect(panes), tidemark.Collect(scored)
	for i := range int64(300) {
		if err := in.Feed(reading{fmt.Sprint("s", i%3), i, nil}); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for d := range direct.DrainStamped() {
		ids[fmt.Sprintf("%+v", d)] = true
	}
	n := 0
	for s, r := range out.DrainStamped() {
		if n++; !ids[fmt.Sprintf("%+v", s)] || s != r.Fact.Stamp {
			t.Errorf("%+v with the stamp %+v", r.Fact, s)
		}
	}
	if n != 90 || len(ids) != 90 {
		t.Errorf("%d scores of %d panes, want 90", n, len(ids))
	}
}

// What Stats tells of the models is what they own.
func TestScoreTellsItsMemory(t *testing.T) {
	var p tidemark.Pipeline
	in, readings := tidemark.FromNanos(&p, "readings", reading.nanos, watermark.Bounded{})
	scored, _ := tidemark.Score(tidemark.KeyBy(readings, reading.name), anomaly.Forest{}, vectorOf)
	tidemark.Collect(scored)
	for i := range int64(600) {
		if err := in.Feed(reading{fmt.Sprint("s", i%2), i, []float64{float64(i % 17)}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range p.Stats().Stages {
		if s.Stage == "readings/score" && (s.Keys != 2 || s.Rows != 1 || s.Bytes < 100_000 || s.Bytes > 2<<20) {
			t.Errorf("%+v", s)
		}
	}
}
