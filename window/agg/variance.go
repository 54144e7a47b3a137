package agg

import "math"

// Variance is the variance, and with it the mean, of values. It is computed
// about the running mean, so that values which differ little from one another
// but much from 0 do no harm. A NaN or an infinity makes it NaN.
//
// The update is that of Welford, "Note on a Method for Calculating Corrected
// Sums of Squares and Products", Technometrics 4, 1962; the merge that of Chan,
// Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing
// Sample Variances", Stanford STAN-CS-79-773, 1979. Beyond both, the mean is kept
// in two floats, as Sum keeps a sum.
type Variance struct {
	n    float64 // counts exactly up to 2^53
	mean float64
	rest float64 // what rounding took from mean
	m2   float64 // sum of the squares of the distances from the mean
}

// Add takes v.
func (a *Variance) Add(v float64) {
	// A product that is added, and v may be one, is converted first, here and
	// below: a machine that has a fused multiply-add would round once less.
	v = float64(v)
	a.n++
	d := (v - a.mean) - a.rest
	a.move(d / a.n)
	a.m2 += float64(d * ((v - a.mean) - a.rest))
}

// Merge takes the values of o.
func (a *Variance) Merge(o *Variance) {
	if a.n == 0 || o.n == 0 {
		if a.n == 0 {
			*a = *o
		}
		return
	}
	n := a.n + o.n
	d := (o.mean - a.mean) + (o.rest - a.rest)
	a.m2 += o.m2 + float64(float64(d*d)*(a.n*(o.n/n)))
	a.move(float64(d * (o.n / n)))
	a.n = n
}

func (a *Variance) move(by float64) {
	mean, lost := twoSum(a.mean, by)
	a.mean, a.rest = mean, a.rest+lost
}

// N returns the number of values.
func (a *Variance) N() int64 { return int64(a.n) }

// Mean returns the mean, 0 if there was no value.
func (a *Variance) Mean() float64 { return a.mean + a.rest }

// Population returns the variance of the values taken as the whole population
// (divided by N; VAR_POP in SQL), 0 if there was no value.
func (a *Variance) Population() float64 {
	if a.n == 0 {
		return 0
	}
	return a.m2 / a.n
}

// Sample returns the variance of a population of which the values are a sample
// (divided by N-1; VAR_SAMP in SQL), 0 if there are fewer than two values.
func (a *Variance) Sample() float64 {
	if a.n < 2 {
		return 0
	}
	return a.m2 / (a.n - 1)
}

// StdDev returns the standard deviation, the square root of Sample.
func (a *Variance) StdDev() float64 { return math.Sqrt(a.Sample()) }

// PopulationStdDev returns the square root of Population.
func (a *Variance) PopulationStdDev() float64 { return math.Sqrt(a.Population()) }
