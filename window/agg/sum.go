package agg

// Number is what can be summed.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Sum is the sum of numbers, 0 if there were none.
//
// Integers wrap around as N does, so choose an N with room for the sum. Floats
// are compensated: the error of the result is about that of rounding the exact
// sum once, unless the sum is smaller than its terms by some sixteen (float32:
// seven) digits. A float sum that has left the range of N stays infinite.
//
// The compensation is that of Neumaier, "Rundungsfehleranalyse einiger
// Verfahren zur Summation endlicher Summen", ZAMM 54, 1974.
type Sum[N Number] struct {
	s N // as a plain loop would sum
	c N // what rounding took from s, if N is a float
}

// Add adds v.
func (s *Sum[N]) Add(v N) {
	if isFloat[N]() {
		// The conversion is not idle: with Add inlined, a machine that has a
		// fused multiply-add would use it on Add(x * y), against twoSum.
		t, lost := twoSum(s.s, N(v))
		s.s, s.c = t, s.c+lost
	} else {
		s.s += v
	}
}

// Merge adds the sum of o.
func (s *Sum[N]) Merge(o *Sum[N]) {
	s.Add(o.s)
	if isFloat[N]() {
		s.c += o.c
	}
}

// Value returns the sum.
func (s *Sum[N]) Value() N {
	if isFloat[N]() {
		if v := s.s + s.c; v-v == 0 {
			return v
		}
		// Once s is not finite, what c says of it is NaN.
	}
	return s.s
}

// isFloat is known when the code for N is compiled: nothing of it, nor of the
// branch not taken, is left at run time.
func isFloat[N Number]() bool { return N(1)/2 != 0 }

// twoSum returns a + b, rounded, and what was lost by rounding, which is exact.
// It has no branch on which of the two is greater, of which the processor
// would guess half wrong. From Knuth, "The Art of Computer Programming", 4.2.2.
func twoSum[N Number](a, b N) (sum, lost N) {
	sum = a + b
	bb := sum - a
	return sum, (a - (sum - bb)) + (b - bb)
}
