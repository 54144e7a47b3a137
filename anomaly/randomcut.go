package anomaly

import (
	"fmt"
	"math"

	"github.com/tidemark-go/tidemark/watermark"
)

// RandomCutForest is the forest that a Forest describes; Forest.Grow and
// Forest.New make it, a zero one takes no point. It implements Model, Timed,
// Attributed and Sized. It is not safe for concurrent use, reading calls
// included: they share the memory they work in.
//
// A point costs, for each tree, the way down it, and in about one tree of ten
// another two for one point that leaves and one that comes. Nothing is allocated
// once the samples are full, but by Impute for a point with a value missing.
type RandomCutForest struct {
	set   Forest // with its defaults
	dims  int    // of a row
	all   int    // of a point: dims*Shingle
	names []string

	seen   uint64 // rows
	rows   rows
	points points
	trees  []tree
	next   []float64 // of each tree, the sum of weights at which it takes a point
	decay  decay
	rank   rank

	per     []float64   // 1/(i+1)
	log     []float64   // log2(i+1)
	path    [2][]uint16 // room for ways down trees
	touched float32     // so that reading ahead is not for nothing
	every   []uint16    // all dimensions
	list    []uint16    // room for a list of some
	parts   []Part      // of the last point, if it was explained
	sides   []float64   // of the parts, while they are summed
}

// Score returns the score that x would have now. It learns nothing, and counts
// for no later P. The error is a *ValueError or has ErrDims.
func (m *RandomCutForest) Score(x []float64) (Result, error) {
	if err := m.take(x); err != nil {
		return Result{}, err
	}
	return m.score(), nil
}

// Update learns x without scoring it. The errors are those of Score; on one,
// nothing has changed.
func (m *RandomCutForest) Update(x []float64) error {
	if err := m.take(x); err != nil {
		return err
	}
	m.parts = m.parts[:0]
	m.learn(m.decay.time)
	return nil
}

// ScoreUpdate implements Model. The errors are those of Score. With a HalfLife x
// is taken to be of the time of the point before it.
func (m *RandomCutForest) ScoreUpdate(x []float64) (Result, error) {
	return m.ScoreUpdateAt(m.decay.time, x)
}

// ScoreUpdateAt implements Timed. Without a HalfLife t does not matter.
func (m *RandomCutForest) ScoreUpdateAt(t watermark.Time, x []float64) (Result, error) {
	if err := m.take(x); err != nil {
		return Result{}, err
	}
	r := m.score()
	m.parts = m.parts[:0]
	if r.Ready {
		if m.set.Attribution && r.P <= m.limit() {
			m.parts = m.explain(m.parts)
		}
		m.rank.add(r.Score)
	}
	m.learn(t)
	return r, nil
}

// take makes x the row and the point at hand. Nothing else changes.
func (m *RandomCutForest) take(x []float64) error {
	if len(x) != m.dims || m.dims == 0 {
		if m.dims == 0 {
			return fmt.Errorf("anomaly: this forest was not made by Forest.Grow: %w", ErrDims)
		}
		return fmt.Errorf("anomaly: a point of %d dimensions for a forest of %d: %w", len(x), m.dims, ErrDims)
	}
	missing := 0
	for d, v := range x {
		if math.IsInf(v, 0) {
			return &ValueError{Dim: d, Name: m.names[d], Value: v}
		}
		if v != v {
			switch {
			case m.set.Missing == Refuse:
				return &ValueError{d, m.names[d], v, ", or Forest.Missing say what to take for NaN"}
			case m.seen == 0:
				return &ValueError{d, m.names[d], v, " in the first point: there is no value before to take for NaN"}
			}
			v = m.rows.last[len(m.rows.last)-m.dims+d]
			missing++
		}
		m.rows.row[d] = v
	}
	if m.seen == 0 {
		copy(m.rows.origin, x)
	}
	m.rows.load()
	if missing > 0 && m.set.Missing == Impute && m.ready() {
		m.impute(x)
	}
	return nil
}

func (m *RandomCutForest) ready() bool {
	return m.seen >= uint64(m.set.OutputAfter) && m.seen >= uint64(m.set.Shingle)
}

// limit returns the greatest P of an alarm. As long as there are too few scores
// for Threshold, but enough for Gate, it is that of a score above all of them.
func (m *RandomCutForest) limit() float64 {
	n := len(m.rank.sorted)
	if m.set.Gate < 0 || n < min(m.set.Gate, m.set.Recent) {
		return m.set.Threshold
	}
	return max(m.set.Threshold, 1/float64(n+1))
}

// score returns the result for the point at hand.
func (m *RandomCutForest) score() Result {
	if !m.ready() {
		return Result{P: 1}
	}
	s := m.scores()
	p := m.rank.share(s)
	return Result{Score: s, P: p, Ready: true, Alarm: s >= m.set.Least && p <= m.limit() && m.rank.record(s, m.set.Gate)}
}

// learn takes the point at hand into the trees that want it.
func (m *RandomCutForest) learn(t watermark.Time) {
	m.seen++
	if m.seen >= uint64(m.set.Shingle) {
		if shift := m.decay.step(t); shift > 0 {
			m.rescale(shift)
		}
		m.offer()
		m.decay.sum += m.decay.weight
	}
	m.rows.push()
	if m.seen%64 == 0 {
		m.recentre()
	}
}

// offer offers the point at hand to each tree.
func (m *RandomCutForest) offer() {
	as := uint32(noPoint)
	x, sample, c := m.rows.point, m.set.Sample, &m.decay
	sum := c.sum + c.weight
	for i := range m.trees {
		t := &m.trees[i]
		if sum < m.next[i] {
			continue // most: the tree is full, and this is not its point
		}
		mark, taken, full := t.offer(&t.dice, sample, m.set.InitialAccept, c.weight, m.next[i]-c.sum)
		if !taken {
			continue
		}
		if full {
			t.remove(t.sampler.leaves[0], &m.points)
			t.swap(mark, t.insert(x, &m.points, &as, sample))
		} else {
			t.push(mark, t.insert(x, &m.points, &as, sample), sample)
		}
		if len(t.marks) == sample {
			m.next[i] = t.after(&t.dice, sum)
		}
	}
}

// rescale makes all weights smaller by 2^shift.
func (m *RandomCutForest) rescale(shift int) {
	for i := range m.trees {
		m.trees[i].scale(power(shift))
		m.next[i] = max(0, float64((m.next[i]-m.decay.sum)*power(-shift)))
	}
	m.decay.sum = 0
}
