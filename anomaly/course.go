package anomaly

import "math"

// course foretells one dimension. It sees the values less their mean and by their
// standard deviation, both as they are now.
type course struct {
	mean, variance float64
	greatest       float64   // error, fading
	magnitude      float64   // of the values, fading: what noise is measured against
	last           []float64 // values, the newest first
	weights        []float64 // of the last values, and of 1
	inverse        []float64 // of what is known of each weight, a symmetric matrix

	in, gain []float64 // room: what foretells, and by how much each weight follows
}

const (
	farValue    = 1e100 // values stop there, so that no square overflows
	farScaled   = 1e6   // and there in standard deviations
	farError    = 5     // in standard deviations: a greater error teaches no more
	mostInverse = 1e6   // what is known less of than that is not forgotten further
	mostWrong   = 1e9   // a score stops there
	mostWeight  = 1e9   // and a weight
	mostKnown   = 1e12  // beyond that the inverse is none
)

func bounded(v float64) float64 { return max(-farValue, min(v, farValue)) }

func (c *course) start(lags int) {
	n := lags + 1
	*c = course{last: make([]float64, lags), weights: make([]float64, n), inverse: make([]float64, n*n), in: make([]float64, n), gain: make([]float64, n)}
	c.weights[0] = 1 // at first, all stays as it is
	c.forget()
}

// forget makes all weights as good as unknown.
func (c *course) forget() {
	n := len(c.weights)
	for i := range c.inverse {
		c.inverse[i] = 0
	}
	for i := range n {
		c.inverse[i*n+i] = 1
	}
}

// unit is the standard deviation, or where there is none, what counts as noise.
func (c *course) unit() float64 {
	return max(math.Sqrt(c.variance), c.noise())
}

// noise is a change that is as good as none.
func (c *course) noise() float64 { return max(float64(defaultNoise*c.magnitude), 1e-100) }

// foretell sets in, and returns by how many units v is above what was foretold.
func (c *course) foretell(v float64) float64 {
	unit, sum := c.unit(), 0.0
	for i, y := range c.last {
		c.in[i] = scaled(y-c.mean, unit)
		sum += float64(c.in[i] * c.weights[i])
	}
	c.in[len(c.last)] = 1
	sum += c.weights[len(c.last)]
	return scaled(v-c.mean, unit) - sum
}

func scaled(v, unit float64) float64 { return max(-farScaled, min(v/unit, farScaled)) }

// miss returns by how much v is wrong, in multiples of the greatest error.
func (c *course) miss(v float64) float64 {
	e := float64(c.foretell(v) * c.unit())
	noise := max(c.noise(), float64(defaultNoise*math.Abs(v)))
	return max(-mostWrong, min(e/(c.greatest+noise), mostWrong))
}

// begin takes the first value in: nothing foretold it, so there is no error and no
// variance in it, and an offset of all values is none of either.
func (c *course) begin(v float64) {
	c.mean, c.magnitude = v, math.Abs(v)
	for i := range c.last {
		c.last[i] = v
	}
}

// learn takes v in. Mean and variance follow at the pace, all else at fade.
func (c *course) learn(v, pace, fade float64) {
	e := c.foretell(v)
	c.greatest = max(math.Abs(float64(e*c.unit())), float64(c.greatest*(1-fade)))
	c.follow(max(-farError, min(e, farError)), 1-fade)
	copy(c.last[1:], c.last)
	c.last[0] = v
	off := v - c.mean
	c.mean += float64(pace * off)
	c.variance += float64(pace * (float64(off*off) - c.variance))
	c.magnitude = max(math.Abs(v), float64(c.magnitude*(1-fade)))
}

// follow moves the weights to make the error e of what is in smaller.
func (c *course) follow(e, keep float64) {
	n := len(c.in)
	sum := keep
	for i := range c.gain {
		row, g := c.inverse[i*n:(i+1)*n], 0.0
		for j, v := range c.in {
			g += float64(row[j] * v)
		}
		c.gain[i] = g
		sum += float64(g * c.in[i])
	}
	if !(sum >= keep && sum <= 1e200) {
		c.forget() // rounding has made of it what is no inverse
		return
	}
	trace := 0.0
	for i := range n {
		c.weights[i] = max(-mostWeight, min(c.weights[i]+float64(c.gain[i]/sum*e), mostWeight))
		trace += c.inverse[i*n+i]
	}
	if trace > mostInverse {
		keep = 1
	}
	ok := true
	for i := range n {
		for j := range i + 1 {
			v := (c.inverse[i*n+j] - float64(c.gain[i]*c.gain[j]/sum)) / keep
			c.inverse[i*n+j], c.inverse[j*n+i] = v, v
			ok = ok && math.Abs(v) <= mostKnown
		}
	}
	if !ok {
		c.forget()
	}
}
