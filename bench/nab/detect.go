package main

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/tidemark-go/tidemark/anomaly"
)

// scorer scores a value, and learns it then.
type scorer func(v float64) (float64, error)

// newScorer returns the detector of that name, in the one setting that it has for
// all series, for one of them.
func newScorer(name, set string, seed uint64, alarms bool) (scorer, error) {
	var d anomaly.Detector
	var err error
	switch name {
	case "twin":
		t := anomaly.Twin{Forest: anomaly.Forest{Seed: seed}}
		err = assign(&t.Forest, set)
		d = t
	case "forest":
		f := anomaly.Forest{Trees: 50, Sample: 1024, Seed: seed, OutputAfter: 300}
		err = assign(&f, set)
		d = f
	case "linear":
		l := anomaly.Linear{}
		err = assign(&l, set)
		d = l
	case "halfspace":
		if set != "" || alarms {
			return nil, fmt.Errorf("-detector halfspace has neither settings nor alarms")
		}
		h := newHalfspace(seed)
		return func(v float64) (float64, error) { return h.score(v), nil }, nil
	default:
		return nil, fmt.Errorf("-detector is %q: must be twin, forest, linear or halfspace", name)
	}
	if err != nil {
		return nil, err
	}
	m, err := d.New(1)
	if err != nil {
		return nil, err
	}
	return func(v float64) (float64, error) {
		r, err := m.ScoreUpdate([]float64{v})
		if alarms {
			r.Score = 0
			if r.Alarm {
				r.Score = 1
			}
		}
		return r.Score, err
	}, nil
}

// assign sets fields of a detector: "Trees=100,Noise.Relative=0.001".
func assign(detector any, set string) error {
	if set == "" {
		return nil
	}
	for part := range strings.SplitSeq(set, ",") {
		path, value, _ := strings.Cut(part, "=")
		field := reflect.ValueOf(detector).Elem()
		for name := range strings.SplitSeq(path, ".") {
			if field.Kind() == reflect.Struct {
				field = field.FieldByName(name)
			} else {
				field = reflect.Value{}
			}
		}
		x, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil:
		case field.Kind() == reflect.Int && x == float64(int(x)):
			field.SetInt(int64(x))
			continue
		case field.Kind() == reflect.Float64:
			field.SetFloat(x)
			continue
		}
		return fmt.Errorf("-set has %q: must be the name of a field with a number, = and its value", part)
	}
	return nil
}

// scan returns the score of each value, as it is when the value comes: 0 where it
// is not the highest of the last gate ones.
func scan(score scorer, values []float64, gate int) ([]float64, error) {
	raw, scores := make([]float64, len(values)), make([]float64, len(values))
	for i, v := range values {
		s, err := score(v)
		if err != nil {
			return nil, err
		}
		raw[i] = s
		if before := raw[max(0, i-max(gate, 0)):i]; len(before) == 0 || s > slices.Max(before) {
			scores[i] = s
		}
	}
	return scores, nil
}
