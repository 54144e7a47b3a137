package ddsketch

import (
	"iter"
	"math"
	"slices"
)

// Quantile answers quantiles of float64 values, each at most 1 % off. Its zero
// value is ready.
//
// It is a DDSketch: Masson, Rim and Lee, "DDSketch: A Fast and Fully-Mergeable
// Quantile Sketch with Relative-Error Guarantees", VLDB 2019. A value falls
// into a bin whose ends are less than 2 % apart, and the answer is the middle
// of the bin that holds the rank asked for. So At(p) is at most 1 % of x away
// from the value x of that rank, whatever the values are distributed like, with
// three exceptions:
//
//   - There are at most 2,048 bins for the positive values and as many for the
//     negative ones; beyond that the bins nearest to zero become one. A value
//     whose magnitude is less than 1e-16 of the greatest of its sign may be told
//     as one up to that size. So the error is never more than 1 % of the value
//     or 1e-16 of the greatest.
//   - A value nearer to zero than 2.3e-308, the least normal float64, counts as
//     zero.
//   - A NaN or an infinity has no bin. It is counted by Invalid, and in nothing
//     else.
//
// Which values share a bin depends on the greatest value alone, so the order
// of values and of merges makes no difference, not even there.
//
// Up to 64 values other than zero are kept one by one, in 32 to 256 bytes; they
// are told as they would be from bins. Beyond that a sign takes 8 bytes a bin,
// which is 304 for each factor of 2 from the least to the greatest magnitude, and
// up to half as much again for arrays to grow: 0.6 kB at least, 24.7 kB at most.
// Add takes some 10 ns, and allocates nothing once the range of values is known.
type Quantile struct {
	few                list  // all values but zeros, while there are no more than listed
	positive, negative *bins // from then on; nil if there is no value of that sign
	zeros, invalid     int64
}

// Add takes v.
func (q *Quantile) Add(v float64) {
	m := math.Abs(v)
	switch {
	case m < least:
		q.zeros++
	case !(m <= math.MaxFloat64):
		q.invalid++
	case v > 0 && q.positive != nil:
		q.positive.Add(bin(m))
	case v < 0 && q.negative != nil:
		q.negative.Add(bin(m))
	case q.listing() && len(q.few) < listed:
		q.few = q.few.with(codeOf(bin(m), v < 0))
	default: // one too many, or the first of its sign
		q.unlist()
		q.insert(list{codeOf(bin(m), v < 0)})
	}
}

// listing reports whether all values but zeros are in the list.
func (q *Quantile) listing() bool { return q.positive == nil && q.negative == nil }

// unlist puts the values that are in the list into bins.
func (q *Quantile) unlist() {
	q.insert(q.few)
	q.few = nil
}

// insert puts values into bins.
func (q *Quantile) insert(codes list) {
	below := codes.below()
	insert(&q.negative, codes[:below])
	insert(&q.positive, codes[below:])
}

// Merge takes the values of o. It costs a step for each bin of o, or for each
// value if there are no more than 64 in both.
func (q *Quantile) Merge(o *Quantile) {
	if q.listing() && o.listing() && len(q.few)+len(o.few) <= listed {
		q.few = q.few.merge(o.few)
	} else {
		q.unlist()
		q.insert(o.few)
		merge(&q.positive, o.positive)
		merge(&q.negative, o.negative)
	}
	q.zeros += o.zeros
	q.invalid += o.invalid
}

// At returns the quantile p: of n values in ascending order, counted from 0,
// the one at p·(n - 1), rounded down. At(0.5) is the median, At(0) and At(1)
// are the least and the greatest value. A p below 0 counts as 0, above 1 as 1,
// and for NaN the answer is NaN. It is 0 if there was no value. It costs some
// 10 ns for up to 64 values, and then a walk over the bins, at most some 2 µs.
func (q *Quantile) At(p float64) float64 {
	n := q.Count()
	switch {
	case n == 0:
		return 0
	case p != p:
		return p
	}
	rank := int64(float64(n-1) * min(max(p, 0), 1))
	below := int64(q.few.below()) + count(q.negative)
	switch {
	case rank < below && q.listing():
		return value(q.few.code(int(rank)))
	case rank < below:
		return -middle(q.negative.KeyAtRank(float64(below - 1 - rank))) // they lie by magnitude
	case rank < below+q.zeros:
		return 0
	case q.listing():
		return value(q.few.code(int(rank - q.zeros)))
	}
	return middle(q.positive.KeyAtRank(float64(rank - below - q.zeros)))
}

// Count returns the number of values, those that Invalid tells left aside.
func (q *Quantile) Count() int64 {
	return int64(len(q.few)) + count(q.negative) + q.zeros + count(q.positive)
}

// Invalid returns how many NaN and infinities were added.
func (q *Quantile) Invalid() int64 { return q.invalid }

// Bins gives the bins that are not empty, ascending: the value that At answers
// for all in the bin, and how many these are. It is the histogram of the values
// with bins of 2 %.
func (q *Quantile) Bins() iter.Seq2[float64, int64] {
	return func(yield func(float64, int64) bool) {
		below := q.few.below()
		all := appendBins(q.few.appendBins(nil, 0, below), q.negative, true)
		if q.negative != nil {
			slices.Reverse(all)
		}
		if q.zeros > 0 {
			all = append(all, binned{0, q.zeros})
		}
		all = appendBins(q.few.appendBins(all, below, len(q.few)), q.positive, false)
		for _, b := range all {
			if !yield(value(b.code), b.count) {
				return
			}
		}
	}
}

// Bytes returns the bytes on the heap that q owns.
func (q *Quantile) Bytes() int {
	return 4*cap(q.few) + bytesOf(q.positive) + bytesOf(q.negative)
}
