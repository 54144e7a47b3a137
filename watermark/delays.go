package watermark

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// Delays is a sketch of how far behind the facts came: each by how much its time
// lies before the greatest of its partition taken until then (with MaxAhead, and
// no Clock, the greatest that W may follow), and 0 if it does not lie before it.
// Input.Lateness gives it. It is a value: it does not change when more facts
// come, any goroutine may read it, and its zero value has seen none.
//
// It answers within 1/32, always to the side that loses fewer facts, and 0 to 63
// ns exactly. Facts are counted in buckets of equal ratio, as in HdrHistogram:
// 16 KB a partition, and less than half a nanosecond a fact.
type Delays struct {
	n      uint64
	counts []uint64 // by bucket, up to the last that has facts
}

// N is the number of facts seen.
func (d Delays) N() uint64 { return d.n }

// Suggest returns the delay that would have kept the share keep of the facts:
// with a Bounded of that Delay they would not have been behind W. It is never
// too small, and too large by at most 1/32 of itself. The share is taken to nine
// decimals; 1 or more, or no number, asks for all facts. Without facts it is 0.
func (d Delays) Suggest(keep float64) time.Duration {
	need := d.n
	if keep < 1 {
		hi, lo := bits.Mul64(uint64(billionths(keep)), d.n)
		var rest uint64
		if need, rest = bits.Div64(hi, lo, billion); rest > 0 {
			need++
		}
	}
	within := uint64(0)
	for b, n := range d.counts {
		if within += n; within >= need {
			return bucketEnd(b)
		}
	}
	return 0
}

// Lost returns the share of facts that delay would have made late, were each
// judged by its own time: those that come behind W. A window loses those of them
// alone whose span is over. It is never too small: facts nearer to delay than
// 1/32 of it may be counted as lost. Without facts it is 0.
func (d Delays) Lost(delay time.Duration) float64 {
	if d.n == 0 {
		return 0
	}
	kept := uint64(0)
	for b, n := range d.counts {
		if bucketEnd(b) > delay || b > farthest {
			break
		}
		kept += n
	}
	return float64(d.n-kept) / float64(d.n)
}

// Merge returns the sketch of the facts of both, which stay as they are.
func (d Delays) Merge(o Delays) Delays {
	if len(d.counts) < len(o.counts) {
		d, o = o, d
	}
	counts := slices.Clone(d.counts)
	for b, n := range o.counts {
		counts[b] += n
	}
	return Delays{d.n + o.n, counts}
}

// String gives the delays that would have kept some shares of the facts.
func (d Delays) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%d facts", d.n)
	if d.n == 0 {
		return s.String()
	}
	s.WriteString(":")
	for _, keep := range []float64{0.5, 0.9, 0.99, 0.999} {
		fmt.Fprintf(&s, " %v within %v,", keep, d.Suggest(keep))
	}
	fmt.Fprintf(&s, " all within %v", d.Suggest(1))
	return s.String()
}

// billion is the parts that shares are counted in.
const billion = 1_000_000_000

// Buckets have a width of 1 ns up to 64 ns, and from there on 32 lie between a
// power of two and the next.
const (
	fine     = 5 // log2 of the buckets in a power of two
	buckets  = (65 - fine) << fine
	farthest = buckets - 1<<fine - 1 // the bucket that ends at the greatest Duration
	room     = 2048                  // for buckets: what is below a power of two needs no check
)

// sketch counts facts by bucket. It has room for all delays, so that counting one
// is an index and an increment.
type sketch [room]uint64

// bucketOf returns the bucket of a delay of v nanoseconds.
func bucketOf(v uint64) uint {
	shift := uint(63 - fine - bits.LeadingZeros64(v|1<<fine))
	return shift<<fine + uint(v>>(shift&63))
}

// bucketEnd returns the longest delay in bucket b.
func bucketEnd(b int) time.Duration {
	if b >= farthest {
		return math.MaxInt64
	}
	shift := max(0, b>>fine-1)
	return time.Duration(int64(b-shift<<fine+1)<<shift - 1)
}

// delays returns what s has of n facts: those that it does not have were not
// behind. A nil s has none, and of facts that were not behind any number.
func (s *sketch) delays(n uint64) Delays {
	if n == 0 {
		return Delays{}
	}
	counts, behind, last := []uint64{0}, uint64(0), 0
	if s != nil {
		for b := 1; b < buckets; b++ {
			if behind += s[b]; s[b] > 0 {
				last = b
			}
		}
		counts = slices.Clone(s[:last+1])
	}
	counts[0] = n - behind
	return Delays{n, counts}
}
