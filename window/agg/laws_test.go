package agg_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

// one makes an accumulator of a part that takes its facts one at a time.
type one[A, T any, P window.Accumulator[A, T]] struct{ Part A }

func (o *one[A, T, P]) Add(v T)               { P(&o.Part).Add(v) }
func (o *one[A, T, P]) Merge(p *one[A, T, P]) { P(&o.Part).Merge(&p.Part) }

// laws checks a part over values from gen.
func laws[A, T any, P window.Accumulator[A, T]](t *testing.T, name string, gen func(*rand.Rand) T) {
	t.Run(name, func(t *testing.T) { windowtest.Check[one[A, T, P]](t, gen) })
}

type counts struct{ All, Some agg.Count }

func (c *counts) Add(v int)       { c.All.Add(); c.Some.AddIf(v%3 == 0) }
func (c *counts) Merge(o *counts) { c.All.Merge(&o.All); c.Some.Merge(&o.Some) }

// reading is a value as of a time.
type reading[T any] struct {
	at time.Time
	v  T
}

type ends[T any] struct {
	First agg.First[T]
	Last  agg.Last[T]
}

func (e *ends[T]) Add(r reading[T]) { e.First.Add(r.at, r.v); e.Last.Add(r.at, r.v) }
func (e *ends[T]) Merge(o *ends[T]) { e.First.Merge(&o.First); e.Last.Merge(&o.Last) }

// atTimes gives values with times of which many are equal.
func atTimes[T any](gen func(*rand.Rand) T) func(*rand.Rand) reading[T] {
	return func(r *rand.Rand) reading[T] { return reading[T]{time.Unix(r.Int64N(20)-10, 0), gen(r)} }
}

// atManyTimes gives values with times of which few are equal.
func atManyTimes[T any](gen func(*rand.Rand) T) func(*rand.Rand) reading[T] {
	return func(r *rand.Rand) reading[T] { return reading[T]{time.Unix(0, r.Int64N(10_000)-5000), gen(r)} }
}

type (
	id    int64
	name  string
	place struct {
		Row  int8
		Name name
		at   [2]float32
	}
)

// Generators of values with duplicates, and with those at the edges.

func ints(r *rand.Rand) int { return r.IntN(200) - 100 }

func wideInts(r *rand.Rand) int64 {
	return []int64{math.MinInt64, math.MinInt64 + 1, math.MinInt32 - 1, math.MinInt32, -1, 0, 1, math.MaxInt32, math.MaxInt32 + 1, math.MaxInt64, r.Int64N(1 << 40)}[r.IntN(11)]
}

func ids(r *rand.Rand) id { return id(wideInts(r)) }

func unsigned(r *rand.Rand) uint64 {
	return []uint64{0, 1, math.MaxUint32, math.MaxUint32 + 1, math.MaxUint64, r.Uint64N(1 << 34)}[r.IntN(6)]
}

func bytes(r *rand.Rand) uint8    { return uint8(r.Uint32()) }
func signed(r *rand.Rand) int8    { return int8(r.Uint32()) }
func bools(r *rand.Rand) bool     { return r.IntN(30) == 0 }
func floats(r *rand.Rand) float64 { return r.NormFloat64() + 10 }

func edgeFloats(r *rand.Rand) float64 {
	return []float64{math.NaN(), -math.NaN(), 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.SmallestNonzeroFloat64, float64(r.IntN(9)) - 4}[r.IntN(9)]
}

func edgeFloat32s(r *rand.Rand) float32 { return float32(edgeFloats(r)) }
func names(r *rand.Rand) name           { return name(texts(r)) }

func texts(r *rand.Rand) string {
	return []string{"", "a", "aa", "a\x00", "a long string that takes more than one step of the hash " + strconv.Itoa(r.IntN(9)), strconv.Itoa(r.IntN(300))}[r.IntN(6)]
}

func places(r *rand.Rand) place {
	return place{int8(r.IntN(3) - 1), names(r), [2]float32{0, float32(r.IntN(2))}}
}

func TestPartsKeepTheLaws(t *testing.T) {
	t.Run("Facts", func(t *testing.T) { windowtest.Check[agg.Facts[int]](t, ints) })
	t.Run("Count", func(t *testing.T) { windowtest.Check[counts](t, ints) })
	laws[agg.Sum[int]](t, "Sum of int", ints)
	laws[agg.Sum[int8]](t, "Sum of int8, wrapping around", signed)
	laws[agg.Sum[uint64]](t, "Sum of uint64, wrapping around", unsigned)
	laws[agg.Sum[float64]](t, "Sum of float64", floats)
	laws[agg.Sum[float64]](t, "Sum of float64, not all finite", edgeFloats)
	laws[agg.Sum[float32]](t, "Sum of float32", func(r *rand.Rand) float32 { return float32(r.IntN(1000)) / 8 })
	laws[agg.Min[int]](t, "Min of int", ints)
	laws[agg.Min[float64]](t, "Min of float64", edgeFloats)
	laws[agg.Min[string]](t, "Min of string", texts)
	laws[agg.Max[int]](t, "Max of int", ints)
	laws[agg.Max[float64]](t, "Max of float64", edgeFloats)
	laws[agg.Max[string]](t, "Max of string", texts)
	laws[agg.Extent[id]](t, "Extent of int64", ids)
	laws[agg.Extent[float32]](t, "Extent of float32", edgeFloat32s)
	laws[agg.Extent[name]](t, "Extent of string", names)
	laws[agg.Mean[int64]](t, "Mean of int64", func(r *rand.Rand) int64 { return r.Int64N(1 << 40) })
	laws[agg.Mean[float64]](t, "Mean of float64", floats)
	laws[agg.Variance](t, "Variance", floats)
	laws[agg.Variance](t, "Variance far from 0", func(r *rand.Rand) float64 { return 1e9 + r.NormFloat64() })
	laws[agg.Variance](t, "Variance of what is equal", func(*rand.Rand) float64 { return 0.1 })
	for _, s := range stepsOf {
		t.Run("Histogram, "+s.name, func(t *testing.T) { windowtest.Check[sizes](t, sizedBy(s.gen, smallSizes)) })
		t.Run("Histogram of wide values, "+s.name, func(t *testing.T) { windowtest.Check[sizes](t, sizedBy(s.gen, wideInts)) })
	}
	t.Run("TopN of int", func(t *testing.T) { windowtest.Check[ranking[int]](t, weighing(ints)) })
	t.Run("TopN of few", func(t *testing.T) {
		windowtest.Check[ranking[uint8]](t, weighing(func(r *rand.Rand) uint8 { return uint8(r.UintN(9)) }))
	})
	t.Run("TopN of string", func(t *testing.T) { windowtest.Check[ranking[name]](t, weighing(names)) })
	t.Run("Collect and Greatest of int", func(t *testing.T) { windowtest.Check[collected[int]](t, keeping(20, 0, ints)) })
	t.Run("Collect and Greatest of all", func(t *testing.T) { windowtest.Check[collected[int]](t, keeping(math.MaxInt, 0, ints)) })
	t.Run("Collect and Greatest of struct, fewer", func(t *testing.T) { windowtest.Check[collected[place]](t, keeping(20, 25, places)) })
	t.Run("Greatest by float", func(t *testing.T) { windowtest.Check[byFloat](t, atTimes(edgeFloats)) })
	t.Run("Counter and Delta of int", func(t *testing.T) { windowtest.Check[monitored[int]](t, atTimes(ints)) })
	t.Run("Counter and Delta of uint64", func(t *testing.T) { windowtest.Check[monitored[uint64]](t, atTimes(unsigned)) })
	t.Run("Counter and Delta of float", func(t *testing.T) { windowtest.Check[monitored[float64]](t, atManyTimes(floats)) })
	t.Run("Counter and Delta of float, not all finite", func(t *testing.T) { windowtest.Check[monitored[float64]](t, atTimes(edgeFloats)) })
	t.Run("NPS", func(t *testing.T) { windowtest.Check[survey](t, answers) })
	t.Run("First and Last of int", func(t *testing.T) { windowtest.Check[ends[int]](t, atTimes(ints)) })
	t.Run("First and Last of float", func(t *testing.T) { windowtest.Check[ends[float64]](t, atTimes(edgeFloats)) })
	t.Run("First and Last of string", func(t *testing.T) { windowtest.Check[ends[name]](t, atTimes(names)) })
	t.Run("First and Last of bool", func(t *testing.T) { windowtest.Check[ends[bool]](t, atTimes(bools)) })
	t.Run("First and Last of struct", func(t *testing.T) { windowtest.Check[ends[place]](t, atTimes(places)) })
	laws[agg.Distinct[int]](t, "Distinct of int", ints)
	laws[agg.Distinct[id]](t, "Distinct of int64", ids)
	laws[agg.Distinct[int8]](t, "Distinct of int8", signed)
	laws[agg.Distinct[uint8]](t, "Distinct of uint8", bytes)
	laws[agg.Distinct[uint64]](t, "Distinct of uint64", unsigned)
	laws[agg.Distinct[bool]](t, "Distinct of bool", bools)
	laws[agg.Distinct[float64]](t, "Distinct of float64", edgeFloats)
	laws[agg.Distinct[float32]](t, "Distinct of float32", edgeFloat32s)
	laws[agg.Distinct[string]](t, "Distinct of string", texts)
	laws[agg.Distinct[place]](t, "Distinct of struct", places)
	laws[agg.Distinct[[3]uint16]](t, "Distinct of array", func(r *rand.Rand) [3]uint16 { return [3]uint16{1: uint16(r.IntN(500))} })
	t.Run("Distinct, dense", func(t *testing.T) { windowtest.Check[dense](t, rangesOf) })
}

// dense is a Distinct fed with ranges, so that it becomes a bitmap now and then.
type dense struct{ d agg.Distinct[int] }

type span struct{ start, n int }

func rangesOf(r *rand.Rand) span {
	switch r.IntN(100) {
	case 0:
		return span{r.IntN(3) * 5000, 9000}
	case 1:
		return span{-r.IntN(1 << 30), 1}
	}
	return span{r.IntN(1 << 15), 1}
}

func (d *dense) Add(s span) {
	for i := range s.n {
		d.d.Add(s.start + i)
	}
}

func (d *dense) Merge(o *dense) { d.d.Merge(&o.d) }
func (d *dense) Equal(o *dense) bool {
	return slices.Equal(slices.Collect(d.d.Values()), slices.Collect(o.d.Values()))
}

func TestFirstFedStaysWithoutAnOrder(t *testing.T) {
	var f agg.First[[]int]
	var l agg.Last[[]int]
	for i := range 3 {
		f.AddAt(7, []int{i})
		l.AddAt(7, []int{i})
	}
	if f.Value()[0] != 0 || l.Value()[0] != 0 {
		t.Errorf("first %v, last %v, want 0 in both", f.Value(), l.Value())
	}
	var g agg.Last[[]int]
	g.AddAt(7, []int{9})
	l.Merge(&g)
	if l.Value()[0] != 0 {
		t.Errorf("after a merge: %v, want 0", l.Value())
	}
}

func TestTiesAreSettledByValue(t *testing.T) {
	var l agg.Last[int]
	var f agg.First[int]
	for _, r := range []reading[int]{{time.Unix(1, 0), 3}, {time.Unix(5, 0), 7}, {time.Unix(5, 0), 8}, {time.Unix(5, 0), 6}, {time.Unix(1, 0), 2}, {time.Unix(1, 0), 4}} {
		l.Add(r.at, r.v)
		f.Add(r.at, r.v)
	}
	if l.Value() != 8 || f.Value() != 2 {
		t.Errorf("last %d, first %d, want 8 and 2", l.Value(), f.Value())
	}
	if l.At().UTC() != time.Unix(5, 0).UTC() || f.At().UTC() != time.Unix(1, 0).UTC() {
		t.Errorf("last at %v, first at %v", l.At(), f.At())
	}
}

func TestTimesOutOfRangeCountAsTheNearest(t *testing.T) {
	var l agg.Last[int]
	var f agg.First[int]
	l.Add(time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC), 1)
	f.Add(time.Time{}, 1)
	if l.At() != watermark.Max-1 || f.At() != watermark.Min+1 {
		t.Errorf("last at %d, first at %d", l.At(), f.At())
	}
}

func TestEmptyPartsAreZero(t *testing.T) {
	var (
		c  agg.Count
		s  agg.Sum[float64]
		mn agg.Min[string]
		mx agg.Max[int]
		e  agg.Extent[int]
		m  agg.Mean[int]
		v  agg.Variance
		f  agg.First[int]
		l  agg.Last[int]
		d  agg.Distinct[int]
		h  agg.Histogram
		tn agg.TopN[string]
		hv agg.Heavy[string]
		g  agg.Greatest[int, any]
		co agg.Collect[any]
		ct agg.Counter[float64]
		de agg.Delta[int]
		n  agg.NPS
	)
	if c.Value() != 0 || s.Value() != 0 || mn.Value() != "" || mx.Value() != 0 || e.Min() != 0 || e.Max() != 0 || m.Value() != 0 || m.N() != 0 ||
		v.N() != 0 || v.Mean() != 0 || v.Population() != 0 || v.Sample() != 0 || f.Value() != 0 || l.Value() != 0 || d.Len() != 0 || d.Bytes() != 0 || d.Has(0) {
		t.Error("an empty part is not zero")
	}
	if h.Step() != 0 || h.Count() != 0 || h.Buckets() != 0 || h.Bytes() != 0 || tn.Len() != 0 || tn.Count("") != 0 || len(tn.Top(9)) != 0 || tn.Bytes() != 0 ||
		hv.Total() != 0 || hv.Bound() != 0 || hv.Invalid() != 0 || hv.Len() != 0 || hv.Estimate("") != (agg.Estimate[string]{}) || len(hv.Top(9)) != 0 || hv.Bytes() != 0 ||
		g.Len() != 0 || g.Bytes() != 0 || co.Len() != 0 || co.Dropped() != 0 || co.Bytes() != 0 ||
		ct.Increase() != 0 || ct.Rate() != 0 || ct.Resets() != 0 || ct.Len() != 0 || ct.Bytes() != 0 || de.Value() != 0 || n.Value() != 0 || n.N() != 0 || n.Invalid() != 0 {
		t.Error("an empty part is not zero")
	}
	if !mn.Empty() || !mx.Empty() || !e.Empty() || !f.Empty() || !l.Empty() || !de.Empty() {
		t.Error("an empty part is not empty")
	}
	mn.Add("")
	mx.Add(0)
	e.Add(0)
	f.AddAt(0, 0)
	l.AddAt(0, 0)
	de.AddAt(0, 0)
	if mn.Empty() || mx.Empty() || e.Empty() || f.Empty() || l.Empty() || de.Empty() {
		t.Error("a part with a zero in it is empty")
	}
}

func TestNaNIsNotDropped(t *testing.T) {
	for _, order := range [][]float64{{math.NaN(), 1, 2}, {1, math.NaN(), 2}, {1, 2, math.NaN()}} {
		var s agg.Sum[float64]
		var mn agg.Min[float64]
		var mx agg.Max[float64]
		var e agg.Extent[float64]
		var m agg.Mean[float64]
		var v agg.Variance
		for _, x := range order {
			s.Add(x)
			mn.Add(x)
			mx.Add(x)
			e.Add(x)
			m.Add(x)
			v.Add(x)
		}
		for i, x := range []float64{s.Value(), mn.Value(), mx.Value(), e.Min(), e.Max(), m.Value(), v.Mean(), v.Population(), v.Sample(), v.StdDev()} {
			if x == x {
				t.Errorf("%v: result %d is %v, want NaN", order, i, x)
			}
		}
	}
}
