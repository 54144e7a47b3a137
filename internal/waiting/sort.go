package waiting

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/tidemark-go/tidemark/watermark"
)

// sort makes the first leaf the near one, which is used up.
//
// The times of a leaf are spread over it more or less evenly: so they are put
// into as many bins, by arithmetic, and what is left to do is to let a few
// neighbours change places.
func (q *Queue[V]) sort() {
	l := q.leaves[0]
	q.leaves, q.ends = slices.Delete(q.leaves, 0, 1), slices.Delete(q.ends, 0, 1)
	if len(l.times) < leafSmall && len(q.leaves) > leafSmall && q.width < 62 {
		q.width++
	}
	n := len(l.times)
	if cap(q.near) < n {
		q.near = make([]Place, max(n, min(2*n, leafFull)))
	}
	q.near, q.head = q.near[:n], 0
	least, most := bounds(l.times)
	q.until = most + 1
	if slices.IsSorted(l.times) {
		for i, t := range l.times {
			q.near[i] = Place{t, uint32(i)}
		}
	} else {
		q.bin(l.times, least, most)
		settle(q.near)
	}
	q.vals, l.vals = l.vals, q.vals[:0] // all taken out
	l.times, l.span = l.times[:0], 0
	q.free = append(q.free, l)
}

// bin puts times into near by bins, in each as they came.
func (q *Queue[V]) bin(times []watermark.Time, least, most watermark.Time) {
	bins := 1 << bits.Len(uint(len(times)))
	shift := uint(max(0, bits.Len64(uint64(most-least))-bits.Len(uint(bins-1))))
	if len(q.counts) < bins {
		q.counts = make([]uint32, bins)
	}
	counts := q.counts[:bins]
	clear(counts)
	for _, t := range times {
		counts[uint64(t-least)>>(shift&63)&uint64(len(counts)-1)]++
	}
	sum := uint32(0)
	for i, c := range counts {
		counts[i] = sum
		sum += c
	}
	near := q.near
	for i, t := range times {
		c := &counts[uint64(t-least)>>(shift&63)&uint64(len(counts)-1)]
		near[*c] = Place{t, uint32(i)}
		*c++
	}
}

// settle sorts places that are nearly in order, those of one time staying as they
// are. If they turn out not to be, time is as uneven as that, it does as for any list.
func settle(places []Place) {
	moves := 8 * len(places)
	for i := 1; i < len(places); i++ {
		p := places[i]
		if places[i-1].Time <= p.Time {
			continue
		}
		j := i
		for j > 0 && places[j-1].Time > p.Time {
			places[j] = places[j-1]
			j--
		}
		places[j] = p
		if moves -= i - j; moves < 0 {
			slices.SortFunc(places, func(a, b Place) int {
				if a.Time != b.Time {
					return cmp.Compare(a.Time, b.Time)
				}
				return cmp.Compare(a.At, b.At)
			})
			return
		}
	}
}
