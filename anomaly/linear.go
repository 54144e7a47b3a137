package anomaly

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// Linear foretells each value from the last ones of its dimension, and scores by
// how far it is wrong: an autoregression whose weights follow the points (recursive
// least squares with forgetting; Haykin, "Adaptive Filter Theory"). It is for
// series that follow from themselves, such as waves and ramps, on which it sees a
// break in shape at once, where values are within their range; and it costs far
// less than a forest. It is not for bursts and levels: see the package's comment.
// Its zero value is ready.
type Linear struct {
	// Lags is how many values before foretell one, at most 100; 0: 8. The cost of a
	// point grows with its square. On the benchmark of the package's comment, which has
	// few waves, fewer do as well: 41.4, 40.5, 38.8 and 38.7 points with 1, 4, 8 and 16.
	Lags int
	// Memory is over how many points the model forgets: a point counts e times less
	// after so many more. At least 10; 0: 1000. 35.3, 38.8 and 36.2 points with 300,
	// 1000 and 3000.
	Memory int
	// OutputAfter is how many points there have to be before Ready; 0: 100.
	OutputAfter int

	Names     []string // of the dimensions, for Part.Name; empty: their numbers
	Threshold float64  // the P of an alarm, above 0 and at most 1; 0: 0.01
	Recent    int      // scores that P looks back on, at most 1,000,000; 0: 1000
	Gate      int      // scores that an alarm has to be above; 0: 100; negative: none
	Least     float64  // the score that an alarm has at least; 0: 1.5; negative: any
	// MaxKeys is how many keys have a model where tidemark.Score makes one for each;
	// 0: 1000. A model by itself has no use for it.
	MaxKeys int
}

const (
	defaultLags        = 8
	defaultMemory      = 1000
	defaultLinearAfter = 100
	defaultLinearP     = 0.01
	defaultLinearLeast = 1.5
	maxLags            = 100
	maxMemory          = 1_000_000_000
)

// Check returns all that is wrong with the fields, joined, or nil.
func (l Linear) Check() error {
	var errs []error
	bad := func(ok bool, field string, value any, rule string) {
		if !ok {
			errs = append(errs, fmt.Errorf("anomaly: Linear.%s is %v: %s", field, value, rule))
		}
	}
	bad(l.Lags >= 0 && l.Lags <= maxLags, "Lags", l.Lags, "must be from 1 to 100, or 0 for the default")
	bad(l.Memory == 0 || l.Memory >= 10 && l.Memory <= maxMemory, "Memory", l.Memory, "must be from 10 to 1000000000, or 0 for the default")
	bad(l.OutputAfter >= 0, "OutputAfter", l.OutputAfter, "must not be negative")
	bad(l.Threshold >= 0 && l.Threshold <= 1, "Threshold", l.Threshold, "must be from 0 to 1")
	bad(l.Recent >= 0 && l.Recent <= maxRecent, "Recent", l.Recent, "must be from 1 to 1000000, or 0 for the default")
	bad(l.MaxKeys >= 0, "MaxKeys", l.MaxKeys, "must not be negative")
	bad(!math.IsNaN(l.Least), "Least", l.Least, "must be a number")
	return errors.Join(errs...)
}

// New implements Detector; the Model is a *LinearModel.
func (l Linear) New(dims int) (Model, error) {
	m, err := l.Fit(dims)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Fit returns a model for points of so many dimensions that has seen nothing, or
// all that is wrong with the fields.
func (l Linear) Fit(dims int) (*LinearModel, error) {
	err := l.Check()
	if dims < 1 || dims > maxDims {
		err = errors.Join(err, fmt.Errorf("anomaly: points of %d dimensions: must be from 1 to %d", dims, maxDims))
	} else if len(l.Names) != 0 && len(l.Names) != dims {
		err = errors.Join(err, fmt.Errorf("anomaly: Linear.Names has %d names for points of %d dimensions: give each one, or none", len(l.Names), dims))
	}
	if err != nil {
		return nil, err
	}
	l = l.withDefaults()
	m := &LinearModel{set: l, dims: dims, courses: make([]course, dims), wrong: make([]float64, dims), rank: rank{size: l.Recent}}
	m.names = append(m.names, l.Names...)
	for i := len(m.names); i < dims; i++ {
		m.names = append(m.names, strconv.Itoa(i))
	}
	for i := range m.courses {
		m.courses[i].start(l.Lags)
	}
	return m, nil
}

// withDefaults returns l with its zero fields filled in.
func (l Linear) withDefaults() Linear {
	l.Lags, l.Memory = or(l.Lags, defaultLags), or(l.Memory, defaultMemory)
	l.OutputAfter = or(l.OutputAfter, defaultLinearAfter)
	l.Threshold, l.Recent = or(l.Threshold, defaultLinearP), or(l.Recent, defaultRecent)
	l.Gate, l.Least = or(l.Gate, defaultGate), or(l.Least, defaultLinearLeast)
	return l
}

// LinearModel is what a Linear describes; Linear.Fit and Linear.New make it, a
// zero one takes no point. It implements Model and Sized. It is not safe for
// concurrent use, reading calls included. Nothing is allocated per point once it
// has Recent scores.
type LinearModel struct {
	set     Linear // with its defaults
	dims    int
	names   []string
	seen    uint64
	courses []course
	wrong   []float64 // by dimension, of the point at hand
	rank    rank
}

// ScoreUpdate implements Model. Score is how many times as far the point is from
// what was foretold as any in memory was: at most 1 for usual points. Of several
// dimensions the greatest counts. The greatest error fades with Memory, so that
// after an outlier only a greater one stands out for some time. The error is a
// *ValueError or has ErrDims.
func (m *LinearModel) ScoreUpdate(x []float64) (Result, error) {
	if err := m.take(x); err != nil {
		return Result{}, err
	}
	r := Result{P: 1}
	if m.seen >= uint64(m.set.OutputAfter) {
		s := m.score()
		p := m.rank.share(s)
		r = Result{Score: s, P: p, Ready: true, Alarm: s >= m.set.Least && p <= m.set.Threshold && m.rank.record(s, m.set.Gate)}
		m.rank.add(s)
	}
	m.seen++
	fade := 1 / float64(m.set.Memory)
	for d, v := range x {
		if m.seen == 1 {
			m.courses[d].begin(bounded(v))
			continue
		}
		m.courses[d].learn(bounded(v), max(fade, 1/float64(m.seen)), fade)
	}
	return r, nil
}

// take sets wrong to what x is wrong by, in multiples of the greatest error.
func (m *LinearModel) take(x []float64) error {
	if m.dims == 0 {
		return errNotGrown
	}
	if len(x) != m.dims {
		return fmt.Errorf("anomaly: a point of %d dimensions for a linear model of %d: %w", len(x), m.dims, ErrDims)
	}
	for d, v := range x {
		if v != v || math.IsInf(v, 0) {
			return &ValueError{Dim: d, Name: m.names[d], Value: v}
		}
	}
	for d, v := range x {
		m.wrong[d] = m.courses[d].miss(bounded(v))
	}
	return nil
}

func (m *LinearModel) score() float64 {
	s := 0.0
	for _, w := range m.wrong {
		s = max(s, math.Abs(w))
	}
	return s
}

// Explain implements Model. Parts are in proportion to the squares of what the
// dimensions are wrong by.
func (m *LinearModel) Explain(x []float64, dst []Part) []Part {
	if m.take(x) != nil || m.seen < uint64(m.set.OutputAfter) {
		return dst
	}
	s, sum := m.score(), 0.0
	for _, w := range m.wrong {
		if s > 0 {
			sum += float64(w / s * (w / s))
		}
	}
	for d, w := range m.wrong {
		p := Part{Name: m.names[d]}
		if s > 0 {
			part := float64(s * (w / s) * (w / s) / sum)
			if w > 0 {
				p.High = part
			} else {
				p.Low = part
			}
		}
		dst = append(dst, p)
	}
	return dst
}

// Bytes implements Sized.
func (m *LinearModel) Bytes() int {
	n := bytes(m.courses) + bytes(m.wrong) + bytes(m.names) + bytes(m.rank.recent) + bytes(m.rank.sorted)
	for i := range m.courses {
		l := &m.courses[i]
		n += bytes(l.last) + bytes(l.weights) + bytes(l.inverse) + bytes(l.in) + bytes(l.gain)
	}
	return n
}
