package ddsketch

import (
	"math/bits"
	"slices"
)

// list has the codes of a few values, one for each, ascending. An array of bins
// costs more to make than so many values to sort, and is mostly empty.
type list []int32

const (
	listed = 64 // values at most: 256 bytes, of which the least array has 512
	first  = 8  // values that a list has room for from the start
)

// room returns l with room for n values.
func (l list) room(n int) list {
	if n <= cap(l) {
		return l
	}
	return append(make(list, 0, max(first, 1<<bits.Len(uint(n-1)))), l...)
}

// with returns l with one value more.
func (l list) with(code int32) list {
	i := len(l)
	l = append(l.room(i+1), code)
	for ; i > 0 && l[i-1] > code; i-- {
		l[i] = l[i-1]
	}
	l[i] = code
	return l
}

// merge returns l with the values of o, which may be l itself: it goes from the
// end, so that nothing is written over before it was read.
func (l list) merge(o list) list {
	i, j := len(l)-1, len(o)-1
	l = append(l.room(len(l)+len(o)), o...)
	for at := len(l) - 1; j >= 0; at-- {
		if i >= 0 && l[i] > o[j] {
			l[at] = l[i]
			i--
		} else {
			l[at] = o[j]
			j--
		}
	}
	return l
}

// below returns how many values are negative.
func (l list) below() int {
	n, _ := slices.BinarySearch(l, 0)
	return n
}

// code returns the code that value i is told as. That is its own, unless it is so
// much nearer to zero than the greatest of its sign that an array would
// have no bin for it: the answers must not change when one is made.
func (l list) code(i int) int32 {
	c := l[i]
	if c < 0 {
		return min(c, l[0]+maxBins-1)
	}
	return max(c, l[len(l)-1]-maxBins+1)
}

// appendBins appends the bins of the values from i to before end.
func (l list) appendBins(all []binned, i, end int) []binned {
	for from := len(all); i < end; i++ {
		c := l.code(i)
		if n := len(all); n > from && all[n-1].code == c {
			all[n-1].count++
		} else {
			all = append(all, binned{c, 1})
		}
	}
	return all
}
