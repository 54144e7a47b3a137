package anomaly

import (
	"math"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// decay is the weight of points by age, for all trees: e^(rate*age) for the
// present one, relative to a base that moves along.
type decay struct {
	byPoint  float64 // e^rate
	halfLife time.Duration
	weight   float64 // of the present point
	sum      float64 // of the weights since the base
	time     watermark.Time
}

// forgotten is the decay by which nothing is left.
const forgotten = 256

// step moves on to the next point, at t if points decay by time, and returns the
// power of two by which weights have become smaller: 0 mostly.
func (c *decay) step(t watermark.Time) (shift int) {
	switch {
	case c.halfLife == 0:
		c.weight = float64(c.weight * c.byPoint)
	case c.time == watermark.Min:
		c.time = t
	case t > c.time:
		halves := float64(t.Sub(c.time)) / float64(c.halfLife)
		c.weight = float64(c.weight * exp(min(float64(halves*ln2), forgotten)))
		c.time = t
	}
	if c.weight < 1<<32 {
		return 0
	}
	shift = int(math.Float64bits(c.weight)>>52) - 1023
	c.weight = float64(c.weight * power(-shift))
	return shift
}

// power returns 2^k for k of a normal number.
func power(k int) float64 { return math.Float64frombits(uint64(k+1023) << 52) }
