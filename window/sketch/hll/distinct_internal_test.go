package hll

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/axiomhq/hyperloglog"

	"github.com/tidemark-go/tidemark/window/agg"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

// state is all that a Distinct of hashes knows.
func (d *Distinct[T]) state() (hashes []uint64, registers []byte) {
	if d.many != nil {
		registers, _ = d.many.MarshalBinary()
	}
	return slices.Collect(d.few.Values()), registers
}

func same[T comparable](a, b *Distinct[T]) bool {
	ah, ar := a.state()
	bh, br := b.state()
	return slices.Equal(ah, bh) && bytes.Equal(ar, br) && a.Len() == b.Len() && a.Exact() == b.Exact()
}

// run is a Distinct that takes many values at a time, so that it becomes a
// sketch now and then, and that is judged by all it knows.
type run struct{ d Distinct[int] }

type span struct{ start, n int }

func (r *run) Add(s span) {
	for i := range s.n {
		r.d.Add(s.start + i)
	}
}

func (r *run) Merge(o *run)      { r.d.Merge(&o.d) }
func (r *run) Equal(o *run) bool { return same(&r.d, &o.d) }

func TestDistinctKeepsTheLawsToTheLastRegister(t *testing.T) {
	windowtest.Check[run](t, func(r *rand.Rand) span {
		switch r.IntN(40) {
		case 0:
			return span{r.IntN(3) * 500, 1000 + r.IntN(50)}
		case 1:
			return span{0, 1024}
		}
		return span{r.IntN(2000), 1 + r.IntN(20)}
	})
}

// TestSameSetSameLen parts a set, with duplicates, and merges the parts in any
// order and nesting.
func TestSameSetSameLen(t *testing.T) {
	seeds := uint64(60)
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 9))
		n := []int{1, 100, 1023, 1024, 1025, 1026, 1500, 2048, 5000, 30_000}[r.IntN(10)]
		set := make([]int64, n)
		for i := range set {
			set[i] = int64(i) * 7919 << (seed % 30)
		}
		whole := new(Distinct[int64])
		for _, v := range set {
			whole.Add(v)
		}
		if whole.Exact() != (n <= 1024) || whole.Exact() && whole.Len() != n || !whole.Exact() && whole.Len() < 1025 {
			t.Fatalf("seed %d: of %d values, exact %t: %d", seed, n, whole.Exact(), whole.Len())
		}
		parts := make([]*Distinct[int64], 1+r.IntN(8))
		for i := range parts {
			parts[i] = new(Distinct[int64])
		}
		fed := slices.Clone(set)
		for range n / 2 {
			fed = append(fed, set[r.IntN(n)])
		}
		r.Shuffle(len(fed), func(i, j int) { fed[i], fed[j] = fed[j], fed[i] })
		for _, v := range fed {
			// Some parts get most, so that there are sketches among exact ones.
			parts[min(r.IntN(len(parts)), r.IntN(len(parts)))].Add(v)
		}
		for len(parts) > 1 {
			r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
			last := parts[len(parts)-1]
			parts = parts[:len(parts)-1]
			parts[0].Merge(last)
		}
		if !same(parts[0], whole) {
			t.Fatalf("seed %d: of %d values, merged: %d, in one: %d", seed, n, parts[0].Len(), whole.Len())
		}
	}
}

// TestRegistersAreThoseOfTheHashes: each by its definition.
func TestRegistersAreThoseOfTheHashes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 10))
	s := newRegisters()
	want := make([]int, registers)
	add := func(h uint64) {
		s.InsertHash(h)
		rank := bits.LeadingZeros64(h<<precision) + 1
		want[h>>(64-precision)] = max(want[h>>(64-precision)], min(rank, maxRank))
	}
	for range 40_000 {
		add(r.Uint64())
		add(r.Uint64()<<(64-precision) | r.Uint64()>>(precision+r.IntN(64-precision))) // of a high rank
	}
	add(0)
	var counts [maxRank + 1]int
	for _, rank := range want {
		counts[rank]++
	}
	got, ok := ranks(s)
	if !ok || got != counts || counts[maxRank] == 0 {
		t.Errorf("ranks %v, want %v", got, counts)
	}
	if c := s.Clone(); registersBytes < 16_384 || !same(&Distinct[int]{many: s}, &Distinct[int]{many: c}) {
		t.Errorf("a copy differs, or %d bytes are too few", registersBytes)
	}
}

// naiveEstimate is the estimate of the first paper, with the sum over all
// registers one by one; it holds from about 5/2 times their number on.
func naiveEstimate(counts [maxRank + 1]int) float64 {
	sum := 0.0
	for rank, n := range counts {
		for range n {
			sum += math.Exp2(-float64(rank))
		}
	}
	return 0.7213 / (1 + 1.079/registers) * registers * registers / sum
}

func TestEstimateIsThatOfThePapers(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 11))
	s := newRegisters()
	for n := 1; n <= 3_000_000; n++ {
		s.InsertHash(r.Uint64())
		if n&(n-1) != 0 && n%1_000_000 != 0 {
			continue
		}
		got, theirs := float64(estimate(s)), float64(s.Estimate())
		if math.Abs(got-float64(n)) > 0.025*float64(n)+0.5 || math.Abs(got-theirs) > 0.02*float64(n)+1 {
			t.Errorf("%d hashes: estimated as %v, by the library as %v", n, got, theirs)
		}
		if counts, _ := ranks(s); n > 10*registers && math.Abs(got-naiveEstimate(counts)) > 0.002*got {
			t.Errorf("%d hashes: estimated as %v, naively as %v", n, got, naiveEstimate(counts))
		}
	}
}

// TestEstimateHoldsForAnyNumber: registers as so many hashes would leave them,
// up to where 64 bits give out.
func TestEstimateHoldsForAnyNumber(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 14))
	for k := 11; k <= 62; k++ {
		n := math.Exp2(float64(k))
		if n > math.MaxInt {
			break
		}
		s := newRegisters()
		for i := range uint64(registers) {
			// No rank is above x with the probability exp(-n / registers / 2^x).
			rank := min(int(math.Ceil(math.Log2(n/registers/r.ExpFloat64()))), maxRank)
			if rank > 0 {
				s.InsertHash(i<<(64-precision) | 1<<(64-precision)>>rank)
			}
		}
		if e := float64(estimate(s))/n - 1; math.Abs(e) > 0.03 {
			t.Errorf("2^%d hashes: off by %.1f %%", k, 100*e)
		}
	}
}

// TestSeriesAreThoseOfThePaper: term by term.
func TestSeriesAreThoseOfThePaper(t *testing.T) {
	for _, x := range []float64{0, 1e-9, 0.001, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9, 1} {
		wantSigma, wantTau := x, 1-x
		for k := 1.0; k < 60; k++ {
			wantSigma += math.Pow(x, math.Exp2(k)) * math.Exp2(k-1)
			d := 1 - math.Pow(x, math.Exp2(-k))
			wantTau -= d * d * math.Exp2(-k)
		}
		if x == 1 {
			wantSigma = math.Inf(1)
		} else if x == 0 {
			wantTau = 0 // the limit
		}
		if got := sigma(x); got != wantSigma && !(math.Abs(got-wantSigma) < 1e-9*wantSigma) {
			t.Errorf("sigma(%v) = %v, want %v", x, got, wantSigma)
		}
		if got := tau(x); !(math.Abs(got-wantTau/3) < 1e-9) {
			t.Errorf("tau(%v) = %v, want %v", x, got, wantTau/3)
		}
	}
}

// TestRegistersAtTheirEnds: none set, and all as high as they go.
func TestRegistersAtTheirEnds(t *testing.T) {
	s := newRegisters()
	if n := estimate(s); n != 0 {
		t.Errorf("no hash is estimated as %d", n)
	}
	for i := range uint64(registers) {
		s.InsertHash(i << (64 - precision))
	}
	if n := estimate(s); n != math.MaxInt {
		t.Errorf("the highest registers are estimated as %d", n)
	}
	if d := (Distinct[int]{many: newRegisters()}); d.Len() != exactly+1 {
		t.Errorf("%d, fewer than were seen", d.Len())
	}
}

// TestReadingChangesNothing: not even what is there for speed, or goroutines
// could not read at once.
func TestReadingChangesNothing(t *testing.T) {
	for _, n := range []int{3, 5000} {
		var d Distinct[int]
		for i := range n {
			d.Add(i)
		}
		before := fmt.Sprintf("%+v", d.many)
		d.Len()
		d.Bytes()
		_, _ = d.MarshalJSON()
		new(Distinct[int]).Merge(&d)
		if after := fmt.Sprintf("%+v", d.many); after != before {
			t.Errorf("of %d: was\n%.200s\nand is\n%.200s", n, before, after)
		}
	}
}

type place struct {
	Row  int8
	Name string
	At   netip.Addr
}

// TestHashIsTheSameEverywhere: for as long as sketches are kept.
func TestHashIsTheSameEverywhere(t *testing.T) {
	hashIs(t, 0, 0x4ddada22f34bb1d)
	hashIs(t, -1, 0x5abe0a429cac0672)
	hashIs(t, int32(-1), 0x75a73fe987fe8281)
	hashIs(t, uint8(7), 0xac490f7374a2579d)
	hashIs(t, true, 0x8c3d9900e1a3a192)
	hashIs(t, "", 0x4ddada22f34bb1d)
	hashIs(t, "a", 0xd1bc19041455ed6b)
	hashIs(t, "a longer text", 0x5a938a59d428c5f8)
	hashIs(t, 1.5, 0x1ea4de32dd8c4990)
	hashIs(t, float32(1.5), 0x1ea4de32dd8c4990)
	hashIs(t, math.Copysign(0, -1), 0x4ddada22f34bb1d)
	hashIs(t, math.NaN(), 0x67c24cf1f4395331)
	hashIs(t, [2]uint16{1, 2}, 0xec76bed6c0f40c0e)
	hashIs(t, place{-3, "b", netip.MustParseAddr("10.0.0.1")}, 0x400732815b78aa8a)
}

func hashIs[T comparable](t *testing.T, v T, want uint64) {
	t.Helper()
	if got, ok := hasherOf[T]().of(v); !ok || got != want {
		t.Errorf("%T %v has the hash %#x, want %#x", v, v, got, want)
	}
}

func TestFloatsThatAreEqualHaveOneHash(t *testing.T) {
	h, g := hasherOf[float64](), hasherOf[float32]()
	for _, pair := range [][2]float64{{0, math.Copysign(0, -1)}, {math.NaN(), -math.NaN()}, {math.NaN(), math.Float64frombits(0x7ff0_0000_0000_0001)}} {
		a, _ := h.of(pair[0])
		b, _ := h.of(pair[1])
		c, _ := g.of(float32(pair[0]))
		d, _ := g.of(float32(pair[1]))
		if a != b || c != d || a != c {
			t.Errorf("%v and %v have the hashes %x, %x, and as float32 %x, %x", pair[0], pair[1], a, b, c, d)
		}
	}
}

// TestWhatHasNoHashIsCountedExactly: a pointer says nothing to another process.
func TestWhatHasNoHashIsCountedExactly(t *testing.T) {
	countsExactly(t, func(i int) any { return i })
	countsExactly(t, func(i int) *int { return new(int) })
	countsExactly(t, func(i int) [2]float64 { return [2]float64{float64(i)} })
	countsExactly(t, func(i int) uintptr { return uintptr(i) })
	countsExactly(t, func(i int) complex128 { return complex(float64(i), 0) })
}

func countsExactly[T comparable](t *testing.T, gen func(int) T) {
	t.Helper()
	var d, e Distinct[T]
	var want agg.Distinct[T]
	for i := range 3000 {
		v := gen(i)
		d.Add(v)
		want.Add(v)
		if i%2 == 0 {
			e.Add(v)
		}
	}
	d.Merge(&e)
	var f Distinct[T]
	f.Merge(&d)
	if d.Len() != 3000 || f.Len() != 3000 || !f.Exact() || f.many != nil || f.Bytes() < want.Bytes() {
		t.Errorf("%T: %d and %d values in %d bytes, exact %t", d, d.Len(), f.Len(), f.Bytes(), f.Exact())
	}
}

func TestTheOneValueOfATypeIsOne(t *testing.T) {
	var d Distinct[struct{}]
	d.Add(struct{}{})
	d.Add(struct{}{})
	if d.Len() != 1 {
		t.Errorf("%d values of struct{}", d.Len())
	}
}

// TestTheLibraryStaysOutOfItsSparseForm: it would not be the same for all orders.
func TestTheLibraryStaysOutOfItsSparseForm(t *testing.T) {
	d := Distinct[int]{}
	for i := range 1025 {
		d.Add(i)
	}
	b, err := d.many.MarshalBinary()
	var back hyperloglog.Sketch
	if err != nil || len(b) != 8+registers || back.UnmarshalBinary(b) != nil || back.Estimate() == 0 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}
