package ddsketch

import "math"

// A bin holds the magnitudes from one edge to the next. There are perOctave of
// them from each power of 2 to the next, so that the exponent of a float64 tells
// its octave, and a place p from 0 to 1 has to be found within. With p the
// log2(1+s) of a significand 1+s, all bins would have edges of the same ratio.
// It is s·(4-s)/3 instead, as in QuadraticallyInterpolatedMapping of
// sketches-java: that has the same bits on every machine, which a logarithm does
// not, takes less time, and needs 8 % more bins for the same error.
//
// A bin is widest where p rises slowest with log s, at the powers of 2: there
// dp/d(log s) is 4/3, so the logarithms of the edges are 3/4 / perOctave apart,
// and the middle of a bin is at most tanh(3/8 / perOctave), 0.987 %, away.
const (
	perOctave = 38
	maxBins   = 2048

	least = 0x1p-1022 // the least normal float64

	fraction = 1<<52 - 1 // bits of a float64
	one      = 1023 << 52

	lowest = -1022 * perOctave // the bin of least
)

// bin returns the bin of a magnitude, which is neither below least nor infinite.
func bin(m float64) int {
	b := math.Float64bits(m)
	octave := int(b>>52) - 1023
	s := math.Float64frombits(b&fraction|one) - 1
	p := float64(s*(4-s)) * (1 / 3.0) // below 1, for all s
	return octave*perOctave + int(p*perOctave)
}

// middle returns the value with the same relative error to both edges of a bin.
func middle(bin int) float64 {
	octave := bin / perOctave
	if bin < octave*perOctave {
		octave-- // of bins below 0
	}
	at := bin - octave*perOctave
	low, high := edge(at), edge(at+1)
	return math.Ldexp(float64(2*low*high)/(low+high), octave)
}

// edge solves s·(4-s)/3 = at/perOctave for 1+s. A square root, other than a
// logarithm or a cube root, is rounded in the same way on every machine.
func edge(at int) float64 { return 3 - math.Sqrt(4-float64(3*at)/perOctave) }

// codeOf returns a number for a bin and the sign of its values. Codes are in the
// order of values: positive ones from 1 on, negative ones from -1 down. That of
// zeros is 0.
func codeOf(bin int, negative bool) int32 {
	code := int32(bin - lowest + 1)
	if negative {
		return -code
	}
	return code
}

// binOf returns the bin of a code, which is not that of zeros.
func binOf(code int32) int { return int(max(code, -code)) - 1 + lowest }

// value returns what the values of a code are told as.
func value(code int32) float64 {
	switch {
	case code < 0:
		return -middle(binOf(code))
	case code > 0:
		return middle(binOf(code))
	}
	return 0
}
