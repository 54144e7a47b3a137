package anomaly

import "math"

// The functions here give the same bits on every architecture: whole numbers,
// and floating-point products that no compiler may fuse with a sum.

// dice is a sequence of random numbers: splitmix64 (Steele, Lea and Flood, 2014).
type dice uint64

// diceOf returns the dice of tree i of a forest with the seed.
func diceOf(seed uint64, i int) dice {
	d := dice(seed)
	d = dice(d.next() ^ uint64(i)*0xd1342543de82ef95)
	return dice(d.next())
}

func (d *dice) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit returns a number from 2^-54 to 1 - 2^-54.
func (d *dice) unit() float64 {
	return float64(float64(d.next()>>11)+0.5) * (1.0 / (1 << 53))
}

// exponential returns a number from the exponential distribution of mean 1,
// never 0.
func (d *dice) exponential() float64 { return -ln(d.unit()) }

const ln2 = math.Ln2

// ln returns the natural logarithm of a positive normal number.
func ln(x float64) float64 {
	b := math.Float64bits(x)
	k := int(b>>52) - 1023
	m := math.Float64frombits(b&(1<<52-1) | 1023<<52)
	if m > math.Sqrt2 {
		m, k = m/2, k+1
	}
	// ln m = 2 artanh s, and |s| is at most 0.172.
	s := (m - 1) / (m + 1)
	z := float64(s * s)
	sum := 0.0
	for i := 23; i >= 3; i -= 2 {
		sum = float64((sum + 1/float64(i)) * z)
	}
	return float64(float64(k)*ln2) + float64(2*s) + float64(2*s*sum)
}

// log2 returns the logarithm of base 2 of a positive whole number.
func log2(n int) float64 { return ln(float64(n)) * (1 / ln2) }

// exp returns e^x for x from 0 to 700.
func exp(x float64) float64 {
	k := math.Floor(float64(x*(1/ln2)) + 0.5)
	r := x - float64(k*ln2)
	sum := 1.0
	for i := 16; i >= 1; i-- {
		sum = 1 + float64(sum*r)/float64(i)
	}
	return sum * math.Float64frombits(uint64(int(k)+1023)<<52)
}
