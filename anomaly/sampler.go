package anomaly

// sampler keeps the sample of one tree: a weighted reservoir (Efraimidis and
// Spirakis, 2006) with exponential decay. Point i has the mark E/g, where E is
// drawn from the exponential distribution and g is the weight of its time, and
// the points with the least marks stay. A full reservoir draws no mark for what it
// does not take: the exponential distribution forgets, so one number says at
// which sum of weights the next point comes in, and what is left over of it is
// that point's E.
type sampler struct {
	marks  []float32 // a heap, the greatest first
	leaves []uint16  // where the point of each mark is
}

// mostMark is what marks of points that are as good as forgotten stop at.
const mostMark = 1 << 100

// offer says what becomes of a point of weight g: whether it is taken, with which
// mark, and whether the point of the greatest mark leaves for it. A full reservoir
// is to be asked for points it takes alone: left is what is left over, in weights.
func (s *sampler) offer(dice *dice, sample int, initial, g, left float64) (mark float32, taken, full bool) {
	n := len(s.marks)
	if n < sample {
		// A tree takes all at first, then less and less, so that trees differ.
		fill := float64(n) / float64(sample)
		enter := fill < initial || dice.unit() < 1-(fill-initial)/(1-initial)
		mark = float32(dice.exponential() / g)
		if enter {
			return mark, true, false
		}
		return mark, mark < s.marks[0], true
	}
	greatest := float64(s.marks[0])
	e := float64(greatest * left)
	if most := float64(greatest * g); most > 64 {
		e = min(dice.exponential(), most) // surely taken; the difference would be inexact
	} else {
		e = min(e, most)
	}
	return float32(max(e, 1.0/(1<<40)) / g), true, true
}

// after returns the sum of weights at which the next point is taken, if it is
// sum now.
func (s *sampler) after(dice *dice, sum float64) float64 {
	return sum + dice.exponential()/float64(s.marks[0])
}

// push adds a point.
func (s *sampler) push(mark float32, leaf uint16, sample int) {
	s.marks, s.leaves = double(s.marks, 1, sample), double(s.leaves, 1, sample)
	i := len(s.marks) - 1
	for i > 0 {
		up := (i - 1) / 2
		if s.marks[up] >= mark {
			break
		}
		s.marks[i], s.leaves[i] = s.marks[up], s.leaves[up]
		i = up
	}
	s.marks[i], s.leaves[i] = mark, leaf
}

// swap puts a point in the place of that with the greatest mark.
func (s *sampler) swap(mark float32, leaf uint16) {
	i, n := 0, len(s.marks)
	for {
		down := 2*i + 1
		if down >= n {
			break
		}
		if down+1 < n && s.marks[down+1] > s.marks[down] {
			down++
		}
		if s.marks[down] <= mark {
			break
		}
		s.marks[i], s.leaves[i] = s.marks[down], s.leaves[down]
		i = down
	}
	s.marks[i], s.leaves[i] = mark, leaf
}

// scale multiplies all marks by 2^k.
func (s *sampler) scale(factor float64) {
	for i, m := range s.marks {
		s.marks[i] = float32(min(float64(m)*factor, mostMark))
	}
}
