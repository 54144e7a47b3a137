package ddsketch_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/tidemark-go/tidemark/window/sketch/ddsketch"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

// handle is an accumulator of the part alone.
type handle struct{ Part ddsketch.Quantile }

func (h *handle) Add(v float64)   { h.Part.Add(v) }
func (h *handle) Merge(o *handle) { h.Part.Merge(&o.Part) }

func laws(t *testing.T, name string, gen func(*rand.Rand) float64) {
	t.Run(name, func(t *testing.T) { windowtest.Check[handle](t, gen) })
}

func TestQuantileKeepsTheLaws(t *testing.T) {
	laws(t, "normal", (*rand.Rand).NormFloat64)
	laws(t, "at the edges", func(r *rand.Rand) float64 {
		return []float64{math.NaN(), -math.NaN(), 0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.SmallestNonzeroFloat64, float64(r.IntN(9)) - 4}[r.IntN(9)]
	})
	laws(t, "mostly zeros", func(r *rand.Rand) float64 { return float64(max(r.IntN(40), 36) - 36) })
	laws(t, "with too many bins", func(r *rand.Rand) float64 { return math.Exp(r.Float64()*1400 - 700) })
	laws(t, "with just too many bins", func(r *rand.Rand) float64 { return -math.Exp2(56 * r.Float64()) })
}
