package anomaly

import "math"

// points keeps the points that are in any tree, once each. A point is a few
// float32: its values less the origin of their dimension. One of one dimension is
// not kept: its number is the bits of its value, which take no more room in a leaf.
type points struct {
	dims   int
	single [1]float32 // room for one of one dimension
	values []float32  // dims a point
	refs   []uint32   // leaves that hold the point; of a free one, the next free one
	free   uint32     // noPoint: none
	used   int
	one    []side // room for the box of one
}

const noPoint = 1<<32 - 1 // of one dimension it would be NaN

// at returns the point, to be read only, and before the next is asked for.
func (p *points) at(i uint32) []float32 {
	if p.dims == 1 {
		p.single[0] = math.Float32frombits(i)
		return p.single[:]
	}
	at := int(i) * p.dims
	return p.values[at : at+p.dims : at+p.dims]
}

// value returns the value of the point in a dimension.
func (p *points) value(i uint32, d int) float32 {
	if p.dims == 1 {
		return math.Float32frombits(i)
	}
	return p.values[int(i)*p.dims+d]
}

// box returns the box of a point, which is there until the next is asked for.
func (p *points) box(i uint32) []side {
	b := p.one
	for d, v := range p.at(i) {
		b[d] = side{v, v}
	}
	return b
}

// add keeps x with no leaf that holds it yet.
func (p *points) add(x []float32) uint32 {
	if p.dims == 1 {
		return math.Float32bits(x[0])
	}
	p.used++
	if i := p.free; i != noPoint {
		p.free = p.refs[i]
		p.refs[i] = 0
		copy(p.at(i), x)
		return i
	}
	i := uint32(len(p.refs))
	p.refs = extend(p.refs, 1)
	p.values = extend(p.values, p.dims)
	copy(p.at(i), x)
	return i
}

func (p *points) hold(i uint32) {
	if p.dims > 1 {
		p.refs[i]++
	}
}

func (p *points) release(i uint32) {
	if p.dims == 1 {
		return
	}
	if p.refs[i]--; p.refs[i] == 0 {
		p.refs[i] = p.free
		p.free = i
		p.used--
	}
}

// extend returns s with n more zero elements. It grows by a quarter: a forest
// soon has all the points it will ever have.
func extend[T any](s []T, n int) []T {
	if len(s)+n > cap(s) {
		grown := make([]T, len(s), len(s)+max(n, n*16, len(s)/4/n*n))
		copy(grown, s)
		s = grown
	}
	return s[:len(s)+n]
}
