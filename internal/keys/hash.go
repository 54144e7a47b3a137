package keys

import "math/bits"

// A hash goes over the words of a key (words.go). One word is scrambled by
// mix. Between two words stands a fold, the product with a constant in which
// the halves of the 128 bits are added without carry: one multiplication, and
// each bit of the one word reaches half of the bits that the next is added to.

// golden is 2^64 over the golden ratio. Its multiples keep away from one
// another, and so do the products of small numbers and numbers with a pattern.
const golden = 0x9e3779b97f4a7c15

// The first 64-bit digits of pi behind the point, to have constants with no
// pattern and no choice.
const (
	pi0 = 0x243f6a8885a308d3
	pi1 = 0x13198a2e03707344
	pi2 = 0xa4093822299f31d0
	pi3 = 0x082efa98ec4e6c89
	pi4 = 0x452821e638d01377
	pi5 = 0xbe5466cf34e90c6c
)

// origin is the state before the first word. Nobody counts in multiples of it.
const origin = pi0

// origin folded, for the loops that begin with a word.
const opened = (origin * golden >> 64) ^ (origin * golden & (1<<64 - 1))

// fold multiplies and adds the halves of the product without carry.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// next absorbs a word.
func next(state, word uint64) uint64 { return fold(state, golden) ^ word }

// mix is one-to-one, and each bit of x changes each bit of the result with a
// probability near one half. It is the finaliser of SplitMix64: Steele, Lea
// and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014,
// with the constants that Stafford found, there variant 13.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// shape picks the loop over a batch: one without decisions for what most keys
// are.
type shape uint8

const (
	shapeAny   shape = iota
	shapeUint8       // one number: a loop over a plain slice
	shapeUint16
	shapeUint32
	shapeUint64
	shapeInt32 // an int where that has 32 bits: as 64, with its sign
	shapeString
)

func shapeOf(p plan) shape {
	switch s := p.steps; {
	case len(s) == 1 && s[0].kind == stepString:
		return shapeString
	case len(s) == 1 && len(p.parts) == 1 && p.parts[0].n == 1 && p.parts[0].size == p.size:
		return shapeOfNumber(p.parts[0].kind, p.size)
	}
	return shapeAny
}

func shapeOfNumber(k kind, size uintptr) shape {
	switch {
	case !k.number():
		return shapeAny
	case k == kindInt && size == 4:
		return shapeInt32
	case size == 1:
		return shapeUint8
	case size == 2:
		return shapeUint16
	case size == 4:
		return shapeUint32
	}
	return shapeUint64
}

// hash sets dst to the hashes of as many keys, the first of them at m.
func (p *plan) hash(dst []uint64, m memory) {
	switch p.shape {
	case shapeUint8:
		hashNumbers(dst, view[uint8](m, len(dst)))
	case shapeUint16:
		hashNumbers(dst, view[uint16](m, len(dst)))
	case shapeUint32:
		hashNumbers(dst, view[uint32](m, len(dst)))
	case shapeUint64:
		hashNumbers(dst, view[uint64](m, len(dst)))
	case shapeInt32:
		hashNumbers(dst, view[int32](m, len(dst)))
	case shapeString:
		hashStrings(dst, m, p.size, p.steps[0].off)
	default:
		hashSteps(dst, m, p.size, p.steps)
	}
}

// number gives the only word of a key that is one number.
func (p *plan) number(m memory) (word uint64, ok bool) {
	switch p.shape {
	case shapeUint8:
		return m.number(kindUint8), true
	case shapeUint16:
		return m.number(kindUint16), true
	case shapeUint32:
		return m.number(kindUint32), true
	case shapeUint64:
		return m.number(kindUint64), true
	case shapeInt32:
		return m.number(kindInt32), true
	}
	return 0, false
}
