package hll_test

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/tidemark-go/tidemark/window/sketch/hll"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

// agents is an accumulator of the part alone.
type agents[T comparable] struct{ Part hll.Distinct[T] }

func (a *agents[T]) Add(v T)            { a.Part.Add(v) }
func (a *agents[T]) Merge(o *agents[T]) { a.Part.Merge(&o.Part) }

func laws[T comparable](t *testing.T, name string, gen func(*rand.Rand) T) {
	t.Run(name, func(t *testing.T) { windowtest.Check[agents[T]](t, gen) })
}

// many makes an accumulator whose facts are so many values each that a Distinct
// of them is a sketch now and then.
type many[T comparable] struct{ Part hll.Distinct[T] }

type values[T comparable] struct {
	start, n int
	gen      func(int) T
}

func (m *many[T]) Add(v values[T]) {
	for i := range v.n {
		m.Part.Add(v.gen(v.start + i))
	}
}

func (m *many[T]) Merge(o *many[T]) { m.Part.Merge(&o.Part) }

func lawsOfMany[T comparable](t *testing.T, name string, gen func(int) T) {
	t.Run(name, func(t *testing.T) {
		windowtest.Check[many[T]](t, func(r *rand.Rand) values[T] {
			if r.IntN(30) == 0 {
				return values[T]{r.IntN(2000), 1000 + r.IntN(60), gen}
			}
			return values[T]{r.IntN(1500), 1 + r.IntN(10), gen}
		})
	})
}

func TestDistinctKeepsTheLaws(t *testing.T) {
	laws(t, "int", func(r *rand.Rand) int { return r.IntN(200) - 100 })
	laws(t, "float64", func(r *rand.Rand) float64 {
		return []float64{math.NaN(), -math.NaN(), 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), float64(r.IntN(9)) - 4}[r.IntN(7)]
	})
	laws(t, "string", func(r *rand.Rand) string { return strconv.Itoa(r.IntN(300)) })
	laws(t, "interface", func(r *rand.Rand) any { return r.IntN(100) })
	lawsOfMany(t, "many float32", func(i int) float32 { return float32(i) })
	lawsOfMany(t, "many string", strconv.Itoa)
}
