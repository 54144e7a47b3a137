package agg_test

import (
	"math/rand/v2"
	"testing"

	"github.com/tidemark-go/tidemark/window/agg"
)

type answer struct {
	scale agg.Scale
	v     int
}

type survey struct{ NPS agg.NPS }

func (s *survey) Add(a answer) {
	if a.scale == agg.ZeroToTen {
		s.NPS.Add(a.v)
	} else {
		s.NPS.AddOn(a.scale, a.v)
	}
}
func (s *survey) Merge(o *survey) { s.NPS.Merge(&o.NPS) }

func answers(r *rand.Rand) answer { return answer{agg.Scale(r.IntN(3)), r.IntN(14) - 2} }

func TestNPSKnowsItsScales(t *testing.T) {
	for _, c := range []struct {
		scale   agg.Scale
		answers string // of -1 to 11: what each is
	}{
		{agg.ZeroToTen, "idddddddppPPi"},
		{agg.OneToFive, "iidddpPiiiiii"},
		{agg.OneToFive + 1, "iiiiiiiiiiiii"},
	} {
		for i, is := range c.answers {
			var n agg.NPS
			n.AddOn(c.scale, i-1)
			value := map[rune]float64{'P': 100, 'd': -100}[is]
			count := func(r rune) int64 {
				if r == is {
					return 1
				}
				return 0
			}
			if n.Promoters() != count('P') || n.Passives() != count('p') || n.Detractors() != count('d') || n.Invalid() != count('i') || n.N() != 1-count('i') || n.Value() != value {
				t.Errorf("scale %d, answer %d: %+v, value %v, want %c", c.scale, i-1, n, n.Value(), is)
			}
		}
	}
}

func TestNPSIsThePercentageOfPromotersLessThatOfDetractors(t *testing.T) {
	var n agg.NPS
	for _, a := range []int{10, 9, 9, 8, 7, 6, 0, 10, 11, -1} {
		n.Add(a)
	}
	if n.Value() != 25 || n.N() != 8 || n.Invalid() != 2 {
		t.Errorf("score %v of %d, %d invalid, want 25 of 8, 2", n.Value(), n.N(), n.Invalid())
	}
}
