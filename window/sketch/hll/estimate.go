package hll

import (
	"math"
	"unsafe"

	"github.com/axiomhq/hyperloglog"
)

// Register i has the greatest rank of the hashes that begin with the bits of i:
// 1 + the number of zeros that follow these bits. It is 0 if there is none.
const (
	precision = 14 // bits
	registers = 1 << precision
	maxRank   = 64 - precision + 1

	registersBytes = int(unsafe.Sizeof(hyperloglog.Sketch{})) + registers
)

// newRegisters returns a sketch that has registers from the start: one that is
// sparse is not the same for all orders, and reading it changes it.
func newRegisters() *hyperloglog.Sketch { return hyperloglog.NewNoSparse() }

// estimate returns the estimate of how many distinct hashes were added. It is
// the improved raw estimator of Ertl, "New cardinality estimation algorithms
// for HyperLogLog sketches", 2017, arXiv:1702.01284, which has no bias to be
// corrected by tables and no seam between small and large numbers.
//
// The library's own takes thirty times as long, and is made of logarithms and
// of products that some machines add without rounding them before.
func estimate(s *hyperloglog.Sketch) int {
	const m = registers
	n, ok := ranks(s)
	if !ok {
		return int(s.Estimate())
	}
	z := m * tau(1-float64(float64(n[maxRank])/m))
	for k := maxRank - 1; k > 0; k-- {
		z = 0.5 * (z + float64(n[k]))
	}
	z += float64(m * sigma(float64(n[0])/m))
	e := math.Round(m * m / (2 * math.Ln2) / z)
	if !(e < math.MaxInt) {
		return math.MaxInt // no facts give this but those made to
	}
	return int(e)
}

// ranks returns how many registers have each rank. The library tells its
// registers by its encoding alone, a header and a byte for each; ok is false if
// another version of it has another one.
func ranks(s *hyperloglog.Sketch) (n [maxRank + 1]int, ok bool) {
	const header = 8
	var room [header + registers]byte // on the stack
	b, err := s.AppendBinary(room[:0])
	if err != nil || len(b) != len(room) {
		return n, false
	}
	for _, rank := range b[header:] {
		n[min(rank, maxRank)]++
	}
	return n, true
}

// sigma is the x + x^2 + 2x^4 + 4x^8 + … of the share x of registers without a
// hash. It is infinite if these are all.
func sigma(x float64) float64 {
	z, y := x, 1.0
	for {
		x *= x
		last := z
		z += float64(x * y)
		y += y
		if z == last {
			return z
		}
	}
}

// tau is a third of the 1-x - (1-x^(1/2))^2/2 - (1-x^(1/4))^2/4 - … of the share x
// of registers below the highest rank, at which the hash gives out.
func tau(x float64) float64 {
	z, y := 1-x, 1.0
	for {
		x = math.Sqrt(x)
		last := z
		y *= 0.5
		z -= float64(float64((1-x)*(1-x)) * y)
		if z == last {
			return z / 3
		}
	}
}
