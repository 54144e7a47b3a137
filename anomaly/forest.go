package anomaly

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Forest is a random cut forest, as a setting: New makes the forest itself. Its
// zero value is ready.
//
// Values are kept as float32, seen from one of theirs, which moves along with them:
// a great offset blurs nothing. Those further off than 2^100, about 1e30, count as
// that far, and differences below 1e-45 as none: scale what is as large or small.
type Forest struct {
	// Trees is how many trees there are, at most 10,000; 0: 100. The score is the
	// mean over them: more trees make it smoother, and dearer in proportion. What is
	// detected hardly changes: 51.5, 50.9, 50.7 and 50.4 points of the benchmark in the
	// package's comment with 25, 50, 100 and 200.
	Trees int
	// Sample is how many points a tree keeps, from 2 to 32,767; 0: 256, which fits
	// the caches. More see further back, for more memory: 44.9, 50.7, 55.0 and 58.7
	// points with 128, 256, 512 and 1024.
	Sample int
	// Decay is by how much a point counts less for each point after it: it stays in
	// a sample with a probability that falls as e^(-Decay*age). 0: 1/(10*Sample), so
	// that a sample reaches over some 20 times its size. Negative: none. At most 1.
	// With none, 1/10000, 1/2560 and 1/1000 it was 51.0, 50.6, 50.7 and 49.3 points.
	Decay float64
	// HalfLife lets points count less by event time instead: half as much each
	// HalfLife. 0: by point. The times come by ScoreUpdateAt.
	HalfLife time.Duration
	// Shingle is how many points in a row are scored together, as one of
	// Shingle*dims dimensions (at most 32,767); 0: 1. It sees shapes, and bursts less:
	// 50.7, 42.2, 36.7 and 25.1 points with 1, 2, 4 and 8.
	Shingle int
	// Seed is what the random choices are drawn from. The same seed gives the same
	// scores.
	Seed uint64
	// InitialAccept is the part of its sample that a tree fills with the first
	// points; for the rest it takes ever fewer, so that trees differ. From 0 to 1; 0:
	// 0.125. It matters little: 50.1, 50.7, 50.0 and 50.3 points with 0.02, 0.125, 0.5
	// and 1.
	InitialAccept float64
	// OutputAfter is how many points there have to be before Ready; 0: Sample. Alarms
	// are worth 53.3, 55.0, 56.2 and 56.4 points with 64, 128, 256 and 512.
	OutputAfter int
	// Noise is what differences between values are measured against.
	Noise Noise
	// Missing is what to do with a value that is NaN; the default refuses the point.
	Missing Missing

	Names       []string // of the dimensions, for Part.Name; empty: their numbers
	Attribution bool     // explain each score within Threshold: see Parts
	// Threshold is the P of an alarm, above 0 and below 1; 0: 0.001. What it and the
	// next fields do to alarms is told in the package's comment.
	Threshold float64
	Recent    int // scores that P looks back on, at most 1,000,000; 0: 1000
	// Gate is how many scores in a row an alarm has to be above: a score counts only
	// if it is the highest of so many. At most Recent counts. 0: 100; negative: each
	// score counts.
	Gate int
	// MaxKeys is how many keys have a forest where tidemark.Score makes one for each,
	// of up to 1 MiB at 100 x 256 in one dimension; 0: 1000. A forest by itself has no
	// use for it.
	MaxKeys int
	// Least is the score that an alarm has at least, whatever its P: of any thousand
	// points one is the oddest. 0: 2; negative: any.
	Least float64
}

// Noise is a floor for differences between values, so that on data that never
// changed a tiny change is none. A box is taken to be wider in each dimension by
// the greater of the two, in which no cut parts anything: a change as large as
// that counts half.
type Noise struct {
	Absolute float64 // in the unit of the values
	Relative float64 // as a share of the greatest magnitude in the samples, without values far from all others
	// With both 0: Relative is 1e-6. With either negative: no floor. From 1e-9 to 1e-3
	// it makes no difference on the benchmark: 50.7 to 50.8 points.
}

// Missing is what to do with a value that is missing, which is told by NaN. An
// infinity is never taken.
type Missing uint8

// What to do with a missing value.
const (
	Refuse   Missing = iota // the point is not taken, and the error is a ValueError
	Previous                // take the value of the point before; refuse if there is none
	Impute                  // take what the forest expects, as Expected; Previous until it is Ready
)

// ValueError is a value that cannot be taken.
type ValueError struct {
	Dim   int     // the dimension, from 0
	Name  string  // of the dimension
	Value float64 // NaN or an infinity
	hint  string  // what could be done about it
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("anomaly: dimension %d (%s) is %v: values must be finite%s", e.Dim, e.Name, e.Value, e.hint)
}

// ErrDims is in the error for a point with another number of dimensions.
var ErrDims = errors.New("another number of dimensions")

const (
	maxTrees  = 10_000
	maxDims   = 1<<15 - 1
	maxRecent = 1_000_000
)

// Check returns all that is wrong with the fields, joined, or nil.
func (f Forest) Check() error {
	var errs []error
	bad := func(ok bool, field string, value any, rule string) {
		if !ok {
			errs = append(errs, fmt.Errorf("anomaly: Forest.%s is %v: %s", field, value, rule))
		}
	}
	bad(f.Trees >= 0 && f.Trees <= maxTrees, "Trees", f.Trees, "must be from 1 to 10000, or 0 for the default")
	bad(f.Sample == 0 || f.Sample >= 2 && f.Sample <= maxSample, "Sample", f.Sample, "must be from 2 to 32767, or 0 for the default")
	bad(f.Decay <= 1, "Decay", f.Decay, "must be at most 1")
	bad(f.HalfLife >= 0, "HalfLife", f.HalfLife, "must not be negative")
	bad(f.Decay == 0 || f.HalfLife == 0, "Decay", f.Decay, "must be 0 with a HalfLife: points decay by number or by time")
	bad(f.Shingle >= 0 && f.Shingle <= maxDims, "Shingle", f.Shingle, "must be from 1 to 32767, or 0 for 1")
	bad(f.InitialAccept >= 0 && f.InitialAccept <= 1, "InitialAccept", f.InitialAccept, "must be from 0 to 1")
	bad(f.OutputAfter >= 0, "OutputAfter", f.OutputAfter, "must not be negative")
	bad(f.Noise.Absolute < math.Inf(1), "Noise.Absolute", f.Noise.Absolute, "must be finite")
	bad(f.Noise.Relative < math.Inf(1), "Noise.Relative", f.Noise.Relative, "must be finite")
	bad(f.Missing <= Impute, "Missing", f.Missing, "must be Refuse, Previous or Impute")
	bad(f.Threshold >= 0 && f.Threshold < 1, "Threshold", f.Threshold, "must be from 0 to below 1")
	bad(f.MaxKeys >= 0, "MaxKeys", f.MaxKeys, "must not be negative")
	bad(!math.IsNaN(f.Least), "Least", f.Least, "must be a number")
	bad(f.Recent >= 0 && f.Recent <= maxRecent, "Recent", f.Recent, "must be from 1 to 1000000, or 0 for the default")
	return errors.Join(errs...)
}

// New implements Detector; the Model is a *RandomCutForest.
func (f Forest) New(dims int) (Model, error) {
	m, err := f.Grow(dims)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Grow returns a forest for points of so many dimensions, with nothing in it, or
// all that is wrong with the fields.
func (f Forest) Grow(dims int) (*RandomCutForest, error) {
	err := f.Check()
	if dims < 1 || dims > maxDims || f.Shingle > 0 && dims > maxDims/f.Shingle {
		err = errors.Join(err, fmt.Errorf("anomaly: points of %d dimensions, Shingle %d: dims and dims*Shingle must be from 1 to %d", dims, f.Shingle, maxDims))
	} else if len(f.Names) != 0 && len(f.Names) != dims {
		err = errors.Join(err, fmt.Errorf("anomaly: Forest.Names has %d names for points of %d dimensions: give each one, or none", len(f.Names), dims))
	}
	if err != nil {
		return nil, err
	}
	f = f.withDefaults()
	m := &RandomCutForest{set: f, dims: dims, all: dims * f.Shingle}
	m.names = append(m.names, f.Names...)
	for i := len(m.names); i < dims; i++ {
		m.names = append(m.names, strconv.Itoa(i))
	}
	m.start()
	return m, nil
}

// start makes m a forest that has seen nothing.
func (m *RandomCutForest) start() {
	f := m.set
	m.seen = 0
	m.trees = make([]tree, f.Trees)
	m.next = make([]float64, f.Trees)
	for i := range m.trees {
		m.trees[i].reset(m.all, diceOf(f.Seed, i))
	}
	m.points = points{dims: m.all, free: noPoint, one: make([]side, m.all)}
	m.decay = decay{byPoint: exp(max(f.Decay, 0)), halfLife: f.HalfLife, weight: 1, time: watermark.Min}
	m.rows = rows{dims: m.dims, row: make([]float64, m.dims), last: make([]float64, m.all), origin: make([]float64, m.dims), point: make([]float32, m.all)}
	m.rank = rank{size: f.Recent}
	m.path = [2][]uint16{make([]uint16, f.Sample), make([]uint16, f.Sample)}
	m.every, m.list = nil, nil
	if m.all > many {
		m.every, m.list = make([]uint16, m.all), make([]uint16, m.all)
		for d := range m.every {
			m.every[d] = uint16(d)
		}
	}
	if m.per == nil {
		m.per = make([]float64, f.Sample+2)
		m.log = make([]float64, f.Sample+2)
		for i := range m.per {
			m.per[i] = 1 / float64(i+1)
			m.log[i] = log2(i + 1)
		}
	}
}
