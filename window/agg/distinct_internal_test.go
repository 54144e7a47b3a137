package agg

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

// longest returns how many groups the longest search for a key of s looks at.
func (s *set[E]) longest() int {
	longest := 0
	for i := range s.groups {
		for _, k := range s.groups[i] {
			if k != 0 {
				last := uint64(len(s.groups) - 1)
				longest = max(longest, 1+int((uint64(i)-home(k))&last))
			}
		}
	}
	return longest
}

// Searches stay short for keys with a pattern as for keys at random, of which
// the longest looks at a dozen groups.
func TestSearchesStayShort(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, key := range map[string]func(i uint64) uint64{
		"at random":         func(i uint64) uint64 { return r.Uint64() },
		"every 2^17th":      func(i uint64) uint64 { return i << 17 },
		"every 2^45th":      func(i uint64) uint64 { return i << 45 },
		"every 1,000,000th": func(i uint64) uint64 { return i * 1_000_000 },
		"in steps of 9":     func(i uint64) uint64 { return i * 9 << 16 },
		"reversed":          func(i uint64) uint64 { return bits.Reverse64(i) },
		"two halves":        func(i uint64) uint64 { return i%200<<32 | i/200<<17 },
		"small floats":      func(i uint64) uint64 { return floatWord(math.Float64bits(float64(i)/8), 8) },
	} {
		var s set[uint64]
		for i := range uint64(24_000) {
			s.add(key(i))
		}
		if s.dense != nil {
			t.Errorf("%s: a bitmap, which this does not test", name)
		}
		if n := s.longest(); n > 30 {
			t.Errorf("%s: a search looks at %d groups", name, n)
		}
	}
}

// What this is for can be seen in the time of a merge only: with 340,000 keys
// into 350,000 it takes a hundred times as long otherwise.
func TestMergeMakesRoomBeforeItAdds(t *testing.T) {
	fill := func(n int) *set[uint32] {
		r := rand.New(rand.NewPCG(1, 2))
		s := new(set[uint32])
		for range n {
			s.add(r.Uint32())
		}
		return s
	}
	for _, c := range []struct{ into, from, grown int }{{40_000, 40_000, 2}, {40_000, 9_000, 1}, {24_000, 40_000, 2}, {100, 40_000, 1}, {40_000, 100, 1}} {
		s, big := fill(c.into), fill(max(c.into, c.from))
		s.merge(fill(c.from)) // no key is new to the larger of the two
		if want := c.grown * len(big.groups); len(s.groups) != want || s.len() != big.len() {
			t.Errorf("%d into %d: %d groups for %d keys, want %d for %d", c.from, c.into, len(s.groups), s.len(), want, big.len())
		}
	}
}

func TestDenseIsABitmapAndScatteredIsNot(t *testing.T) {
	var s set[uint32]
	for i := range uint32(100_000) {
		s.add(i * 3)
	}
	if s.dense == nil || s.groups != nil {
		t.Fatal("100,000 of 300,000: no bitmap")
	}
	if b := s.bytes(); b > 50_000 {
		t.Errorf("100,000 of 300,000 take %d bytes", b)
	}
	r := rand.New(rand.NewPCG(1, 1))
	n, backAt := s.len(), 0
	for i := 0; s.dense != nil && i < 100_000; i++ {
		s.add(r.Uint32() | 1<<31)
		backAt = i
	}
	if s.dense != nil || backAt > 3000 {
		t.Fatalf("a bitmap still after %d scattered keys", backAt)
	}
	if got := len(slices.Collect(s.all)); got != s.len() || s.len() < n+backAt/2 {
		t.Errorf("a table of %d keys, counted as %d", got, s.len())
	}
	for i := range uint32(100_000) {
		if !s.has(i * 3) {
			t.Fatalf("%d is missing", i*3)
		}
	}
}

func TestDenseAndScatteredMergeEitherWay(t *testing.T) {
	fill := func(keys []uint32) *set[uint32] {
		s := new(set[uint32])
		for _, k := range keys {
			s.add(k)
		}
		return s
	}
	r := rand.New(rand.NewPCG(1, 1))
	var inRow, scattered []uint32
	for i := range uint32(20_000) {
		inRow = append(inRow, i)
		scattered = append(scattered, r.Uint32()&^0xffff|i)
	}
	for _, n := range []int{1, 100, 1500, 20_000} {
		want := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(inRow), scattered[:n]...))))
		for _, turned := range []bool{false, true} {
			into, from := fill(inRow), fill(scattered[:n])
			if into.dense == nil || from.dense != nil {
				t.Fatal("not a bitmap and a table")
			}
			if turned {
				into, from = from, into
			}
			dense, before := from.dense != nil, from.len()
			into.merge(from)
			if got := slices.Sorted(into.all); !slices.Equal(got, want) || into.len() != len(want) {
				t.Errorf("%d scattered, turned %t: %d keys, counted as %d, want %d", n, turned, len(got), into.len(), len(want))
			}
			if into.dense != nil != (n <= 100) {
				t.Errorf("%d scattered, turned %t: a bitmap is %t", n, turned, into.dense != nil)
			}
			if from.dense != nil != dense || from.len() != before || len(slices.Collect(from.all)) != before {
				t.Errorf("%d scattered, turned %t: the argument was changed", n, turned)
			}
		}
	}
}

func TestWordsAreOrderedAsNumbers(t *testing.T) {
	testWords[int8](t, signed, math.MinInt8, -1, 0, 1, math.MaxInt8)
	testWords[int16](t, signed, math.MinInt16, -1, 0, 1, math.MaxInt16)
	testWords[int32](t, signed, math.MinInt32, -1, 0, 1, math.MaxInt32)
	testWords[int64](t, signed, math.MinInt64, math.MinInt32-1, math.MinInt32, -1, 0, 1, math.MaxInt32, math.MaxInt32+1, math.MaxInt64)
	testWords[uint8](t, unsigned, 0, 1, math.MaxUint8)
	testWords[uint64](t, unsigned, 0, 1, math.MaxUint32, math.MaxUint32+1, math.MaxUint64)
	testWords[bool](t, unsigned, false, true)
	testWords(t, floats, math.Inf(-1), -math.MaxFloat64, -1, -math.SmallestNonzeroFloat64, 0, math.SmallestNonzeroFloat64, 1, math.MaxFloat64, math.Inf(1))
	testWords(t, floats, float32(math.Inf(-1)), -math.MaxFloat32, -1, -math.SmallestNonzeroFloat32, 0, math.SmallestNonzeroFloat32, 1, float32(math.Inf(1)))
	if w := word(floats, math.NaN()); w != 0 || number[float64](floats, w) == number[float64](floats, w) || number[float32](floats, w) == number[float32](floats, w) {
		t.Errorf("the word of NaN is %#x, and stands for %v", w, number[float64](floats, w))
	}
}

func testWords[T comparable](t *testing.T, f form, ascending ...T) {
	for i, v := range ascending {
		w := word(f, v)
		if number[T](f, w) != v {
			t.Errorf("%T: the word of %v stands for %v", v, v, number[T](f, w))
		}
		if k := f.narrow(w); k>>32 == 0 && f.widen(uint32(k)) != w {
			t.Errorf("%T: the word of %v is %#x, and %#x when narrowed and widened", v, v, w, f.widen(uint32(k)))
		}
		if i > 0 && word(f, ascending[i-1]) >= w {
			t.Errorf("%T: the words of %v and %v are %#x and %#x", v, ascending[i-1], v, word(f, ascending[i-1]), w)
		}
	}
}

func TestSortWordsSorts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, n := range []int{0, 1, 511, 512, 513, 5000} {
		for _, shift := range []int{0, 7, 20, 33, 50, 63} {
			words := make([]uint64, n)
			for i := range words {
				words[i] = r.Uint64()>>shift<<r.IntN(shift+1) ^ 1<<63
			}
			want := slices.Sorted(slices.Values(words))
			sortWords(words)
			if !slices.Equal(words, want) {
				t.Errorf("%d words, shifted by %d, are not sorted", n, shift)
			}
		}
	}
}

// The upper half of the hash finds the slot: as many of it are equal as at random.
func TestStringHashesSpread(t *testing.T) {
	for name, s := range map[string]func(i int) string{
		"numbers":      strconv.Itoa,
		"prefixed":     func(i int) string { return "customer/account/" + strconv.Itoa(i) },
		"suffixed":     func(i int) string { return strconv.Itoa(i) + "@example.com" },
		"of 3 letters": func(i int) string { return string([]byte{byte(i), byte(i >> 8), byte(i >> 16)}) },
		"of 8 bytes":   func(i int) string { return string([]byte{0, 0, byte(i), 0, byte(i >> 8), 0, 0, byte(i >> 16)}) },
		"of zeros":     func(i int) string { return string(make([]byte, i%4000)) },
	} {
		const n = 1 << 15
		seen, values := map[uint32]bool{}, map[string]bool{}
		slots := map[uint32]int{}
		most := 0
		for i := range n {
			if v := s(i); !values[v] {
				values[v] = true
				h := uint32(hashString(v) >> 32)
				seen[h] = true
				slots[h%(1<<12)]++
				most = max(most, slots[h%(1<<12)])
			}
		}
		if lost := len(values) - len(seen); lost > 4 { // an eighth to be expected
			t.Errorf("%s: %d of %d strings have the hash of another", name, lost, len(values))
		}
		if most > 30 { // 8 on average, 22 the most to be expected
			t.Errorf("%s: a slot for %d of %d strings", name, most, len(values))
		}
	}
}
