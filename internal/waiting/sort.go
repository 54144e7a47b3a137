package waiting

import (
	"cmp"
	"math/bits"
	"slices"
	"unsafe"
)

// sort makes the first leaf the near one, which is used up.
//
// The times of a leaf are spread over it more or less evenly: so they are put
// into as many bins, by arithmetic, and what is left to do is to let a few
// neighbours change places.
func (q *Queue[V]) sort() {
	l := q.leaves[0]
	if len(q.leaves) <= 2*leafMany {
		q.leaves, q.ends = slices.Delete(q.leaves, 0, 1), slices.Delete(q.ends, 0, 1)
	} else { // to move so many for each that goes would be quadratic
		q.leaves[0] = nil
		q.leaves, q.ends = q.leaves[1:], q.ends[1:]
	}
	if l.n < leafSmall && len(q.leaves) > leafMany {
		q.width = max(q.width, min(62, log2(l.span)+1)) // as wide as two of these
	}
	if cap(q.near) < l.n {
		q.near = make([]Place, max(l.n, min(2*l.n, leafFull)))
	}
	q.near, q.head = q.near[:l.n], 0
	q.touched = l.scan()
	q.until = l.most + 1
	if l.sorted {
		for i, c := range l.chunks {
			for j, t := range l.times(i) {
				q.near[i*chunkLen+j] = Place{t, uint32(i*chunkLen + j), c.nos[j]}
			}
		}
	} else {
		q.bin(l)
		settle(q.near)
	}
	q.vals, l.chunks = l.chunks, q.vals // the values of near were all taken out
	q.put, l.span = l.n, 0
	q.freeLeaves = append(q.freeLeaves, l)
}

// bin puts the times of a leaf into near by bins, in each as they came.
func (q *Queue[V]) bin(l *leaf[V]) {
	least := l.least
	bins := 1 << bits.Len(uint(l.n))
	shift := uint(max(0, bits.Len64(uint64(l.most-least))-bits.Len(uint(bins-1))))
	if len(q.counts) < bins {
		q.counts = make([]uint32, bins)
	}
	counts := q.counts[:bins]
	clear(counts)
	for i := range l.chunks {
		for _, t := range l.times(i) {
			counts[uint64(t-least)>>(shift&63)&uint64(len(counts)-1)]++
		}
	}
	sum := uint32(0)
	for i, c := range counts {
		counts[i] = sum
		sum += c
	}
	near := q.near
	for i, c := range l.chunks {
		for j, t := range l.times(i) {
			at := &counts[uint64(t-least)>>(shift&63)&uint64(len(counts)-1)]
			near[*at] = Place{t, uint32(i*chunkLen + j), c.nos[j]}
			*at++
		}
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

// touch reads some of each line of a chunk.
func (c *chunk[V]) touch() (x byte) {
	for i := uintptr(0); i < unsafe.Sizeof(*c); i += line {
		x += *(*byte)(unsafe.Add(unsafe.Pointer(c), i))
	}
	return x
}

// line is the least size of what comes into a cache at once.
const line = 64
