package anomaly

import (
	"errors"
	"fmt"
	"math"

	"github.com/tidemark-go/tidemark/watermark"
)

// Twin is two random cut forests, as a setting: one over the points, and one over
// the mean of the last few, which sees a level that moves by less than single
// points scatter. The greater score counts, and is told again only if it rises. It
// is what to take to raise alarms on many series with one threshold; its zero value
// is ready.
//
// The Score of a Twin is 0 but where it is the highest of the last Forest.Gate
// ones. There it is the greater of the two scores, less the binary logarithm of
// how many of the last Forest.Recent counted and were as high, itself among them:
// a second alarm as high as one before is worth one less, the fourth two less.
// Scores count as those before from a third of Forest.OutputAfter on.
type Twin struct {
	// Forest is the setting of both forests. In a Twin the zero of some fields is
	// another: Trees 50, Sample 1024, OutputAfter 300 (or Sample, if that is less),
	// Gate 200, Least 2.5. An alarm is a Score of Least; its P is not asked, so
	// Threshold is for Attribution alone.
	Forest Forest
	// Mean is over how many points the mean goes, at most 10,000; 0: 10. Fewer at the
	// beginning. A value that is missing counts in it as that of the point before.
	Mean int
}

const (
	defaultTwinTrees  = 50
	defaultTwinSample = 1024
	defaultTwinAfter  = 300
	defaultTwinGate   = 200
	defaultTwinLeast  = 2.5
	defaultTwinMean   = 10
	maxMean           = 10_000
)

// Check returns all that is wrong with the fields, joined, or nil.
func (t Twin) Check() error {
	err := t.Forest.Check()
	if t.Mean < 0 || t.Mean > maxMean {
		err = errors.Join(err, fmt.Errorf("anomaly: Twin.Mean is %d: must be from 1 to %d, or 0 for the default", t.Mean, maxMean))
	}
	return err
}

// New implements Detector; the Model is a *TwinForest.
func (t Twin) New(dims int) (Model, error) {
	m, err := t.Grow(dims)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Grow returns two forests for points of so many dimensions, with nothing in them,
// or all that is wrong with the fields.
func (t Twin) Grow(dims int) (*TwinForest, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	t = t.withDefaults()
	f := t.Forest
	f.OutputAfter = (f.OutputAfter + 2) / 3
	points, err := f.Grow(dims)
	if err != nil {
		return nil, err
	}
	f.Seed = ^f.Seed // the errors of the two are to be as independent as can be
	level, err := f.Grow(dims)
	if err != nil {
		return nil, err
	}
	return &TwinForest{
		set: t, points: points, level: level,
		last: make([]float64, 0, t.Mean*dims), mean: make([]float64, dims),
		quiet: quiet{size: f.Recent, gate: f.Gate},
	}, nil
}

// withDefaults returns t with those zero fields filled in that have another
// default here than in a Forest.
func (t Twin) withDefaults() Twin {
	f := t.Forest
	f.Trees = or(f.Trees, defaultTwinTrees)
	f.Sample = or(f.Sample, defaultTwinSample)
	f.OutputAfter = or(f.OutputAfter, min(defaultTwinAfter, f.Sample))
	f.Gate = or(f.Gate, defaultTwinGate)
	f.Least = or(f.Least, defaultTwinLeast)
	f.Recent = or(f.Recent, defaultRecent)
	return Twin{Forest: f, Mean: or(t.Mean, defaultTwinMean)}
}

// TwinForest is what a Twin describes; Twin.Grow and Twin.New make it, a zero one
// takes no point. It implements Model, Timed, Attributed and Sized. It is not safe
// for concurrent use, reading calls included. A point costs what it costs the two
// forests, and a pass over Mean points and over Recent scores.
type TwinForest struct {
	set           Twin // with its defaults
	points, level *RandomCutForest
	last          []float64 // the last Mean points: a ring once it is full
	at            int       // of the oldest value in it then
	mean          []float64
	quiet         quiet
	parts         []Part // of the last point, if it was explained
}

// ScoreUpdate implements Model. The errors are those of RandomCutForest.Score.
// With a HalfLife x is taken to be of the time of the point before it.
func (m *TwinForest) ScoreUpdate(x []float64) (Result, error) {
	if m.points == nil {
		return Result{}, errNotGrown
	}
	return m.ScoreUpdateAt(m.points.decay.time, x)
}

var errNotGrown = fmt.Errorf("anomaly: this model was not made by its detector: %w", ErrDims)

// ScoreUpdateAt implements Timed. Without a HalfLife t does not matter.
func (m *TwinForest) ScoreUpdateAt(t watermark.Time, x []float64) (Result, error) {
	if m.points == nil {
		return Result{}, errNotGrown
	}
	a, err := m.points.ScoreUpdateAt(t, x)
	if err != nil {
		return Result{}, err
	}
	m.push(x)
	b, err := m.level.ScoreUpdateAt(t, m.mean)
	if err != nil {
		panic("anomaly: the mean of points that were taken is not: " + err.Error()) // bug: the mean of finite values is finite
	}
	m.parts = m.parts[:0]
	if !a.Ready {
		return a, nil
	}
	ready := m.points.seen > uint64(m.set.Forest.OutputAfter) // x has been learned
	s, of := a.Score, m.points
	if b.Score > s {
		s, of = b.Score, m.level
	}
	told, p, counts := m.quiet.level(s)
	m.quiet.add(s, counts)
	if !ready {
		return Result{P: 1}, nil
	}
	m.parts = of.Parts(m.parts)
	return Result{Score: told, P: p, Ready: true, Alarm: counts && told >= m.set.Forest.Least}, nil
}

// push takes x into the mean.
func (m *TwinForest) push(x []float64) {
	if len(m.last) < cap(m.last) {
		m.at = len(m.last)
		m.last = m.last[:m.at+len(x)]
	}
	before := m.at - len(x)
	if before < 0 {
		before += len(m.last)
	}
	for d, v := range x {
		if v != v {
			v = m.last[before+d]
		}
		m.last[m.at+d] = v
	}
	if m.at += len(x); m.at == cap(m.last) {
		m.at = 0
	}
	m.average(m.mean)
}

// average writes the mean of the last points to dst. Each value is divided before
// it is added, so that the sum of the greatest is finite.
func (m *TwinForest) average(dst []float64) {
	n := float64(len(m.last) / len(dst))
	for d := range dst {
		sum := 0.0
		for i := d; i < len(m.last); i += len(dst) {
			sum += m.last[i] / n
		}
		dst[d] = max(-math.MaxFloat64, min(sum, math.MaxFloat64))
	}
}

// Parts implements Attributed: the parts of the forest whose score was greater.
// They sum to that, which is more than a Score that was lowered or put to 0.
func (m *TwinForest) Parts(dst []Part) []Part { return append(dst, m.parts...) }

// Explain implements Model: the parts of x itself in the forest of points. They
// sum to the score there, which knows nothing of the level or of scores before.
func (m *TwinForest) Explain(x []float64, dst []Part) []Part {
	if m.points == nil {
		return dst
	}
	return m.points.Explain(x, dst)
}

// Bytes implements Sized.
func (m *TwinForest) Bytes() int {
	if m.points == nil {
		return 0
	}
	return m.points.Bytes() + m.level.Bytes() + bytes(m.last) + bytes(m.mean) + bytes(m.quiet.raw) + bytes(m.quiet.told) + bytes(m.parts)
}
