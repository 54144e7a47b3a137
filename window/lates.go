package window

import (
	"cmp"
	"math/bits"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// lates is the facts that have come for slices of the front since it was made. To
// bring all places of the front up to date with one would cost as much as there are
// slices before it. It is added to sums of some pieces of the front instead, and a
// span merges those of others: of n slices both are at most log2 n, and half of that
// on average.
//
// The slices are numbered from 1 on, those without facts too. Piece i begins with
// slice i and has as many slices as the greatest power of two that divides i. The
// pieces that hold slice i are i and what is left of it as its lowest bit is taken
// away again and again. All slices from i on are piece i and those that come up as the
// lowest bit is added again and again.
//
// Source: Fenwick: A new data structure for cumulative frequency tables (1994), the
// other way around and with a column of all keys in each place of a value.
type lates[K comparable, A any] struct {
	base   watermark.Time // where slice 1 starts
	width  time.Duration  // of a slice
	most   uint64         // the greatest slice that a fact has come for; 0 if none
	levels []level[K, A]  // by the exponent of the power of two
}

// level is the pieces of one length, from the last to the first: spans leave those
// at the end behind.
type level[K comparable, A any] struct {
	pieces []piece[K, A]
	free   []*cells[K, A] // of pieces as long, and so about as large
}

type piece[K comparable, A any] struct {
	number uint64
	sum    *cells[K, A] // times are from base
}

// begin empties it for a front that starts at base.
func (l *lates[K, A]) begin(base watermark.Time, width time.Duration, wipe bool) {
	l.shed(^uint64(0), wipe)
	l.base, l.width, l.most = base, width, 0
}

// number returns the number of the slice that starts at t, which is not before base.
// A first slice that is cut off at the bound of time is shorter than the others.
func (l *lates[K, A]) number(t watermark.Time) uint64 {
	return (uint64(t-l.base)+uint64(l.width)-1)/uint64(l.width) + 1
}

// at returns the sum of piece i, nil if there is none and it is not made.
func (l *lates[K, A]) at(i uint64, make bool) *cells[K, A] {
	n := bits.TrailingZeros64(i)
	for n >= len(l.levels) {
		if !make {
			return nil
		}
		l.levels = append(l.levels, level[K, A]{})
	}
	v := &l.levels[n]
	k, ok := slices.BinarySearchFunc(v.pieces, i, func(p piece[K, A], i uint64) int { return cmp.Compare(i, p.number) })
	switch {
	case ok:
		return v.pieces[k].sum
	case !make:
		return nil
	}
	sum := (*cells[K, A])(nil)
	if n := len(v.free); n > 0 {
		sum, v.free = v.free[n-1], v.free[:n-1]
	} else {
		sum = new(cells[K, A])
	}
	v.pieces = slices.Insert(v.pieces, k, piece[K, A]{i, sum})
	return sum
}

// shed lets go of the pieces that begin before slice i: nobody asks for them any more.
func (l *lates[K, A]) shed(i uint64, wipe bool) {
	for n := range l.levels {
		v := &l.levels[n]
		k := len(v.pieces)
		for ; k > 0 && v.pieces[k-1].number < i; k-- {
			v.pieces[k-1].sum.Reset(wipe)
			v.free = append(v.free, v.pieces[k-1].sum)
		}
		v.pieces = v.pieces[:k]
	}
}

// each calls f for the sum of each piece.
func (l *lates[K, A]) each(f func(*cells[K, A])) {
	for _, v := range l.levels {
		for _, p := range v.pieces {
			f(p.sum)
		}
	}
}

func (l *lates[K, A]) bytes() (n int64) {
	for _, v := range l.levels {
		for _, p := range v.pieces {
			n += bytesOfTable(p.sum)
		}
		for _, t := range v.free {
			n += bytesOfTable(t)
		}
	}
	return n
}

// addLate adds a fact for a slice of the front, which starts at start.
func (s *sliced[K, A, T, P]) addLate(start watermark.Time, key K, hash uint64, t watermark.Time, fact *T) {
	l := &s.stacks.late
	i, least := l.number(start), l.number(s.stacks.from)
	l.most = max(l.most, i)
	for ; i >= least; i &= i - 1 {
		s.addTo(l.at(i, true), l.base, key, hash, t, fact)
	}
}

// mergeLate adds the facts for slices that start at start or later to dst, whose times
// are from there.
func (s *sliced[K, A, T, P]) mergeLate(dst *cells[K, A], start watermark.Time) {
	l := &s.stacks.late
	if l.most == 0 {
		return
	}
	for i := l.number(start); i <= l.most; i += i & -i {
		if sum := l.at(i, false); sum != nil {
			s.merge(dst, start, sum, l.base)
		}
	}
}
