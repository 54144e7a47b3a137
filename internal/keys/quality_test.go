package keys

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

// population is a set of different keys as they are met, hashed.
type population struct {
	name   string
	hashes []uint64
}

const crowd = 1 << 17 // keys of a population

func populate[K comparable](t *testing.T, name string, key func(i int) K) population {
	p := plain[K](t)
	keys := make([]K, crowd)
	for i := range keys {
		keys[i] = key(i)
	}
	hashes := make([]uint64, crowd)
	p.Hash(hashes, keys)
	return population{name, hashes}
}

func populations(t *testing.T) []population {
	type pair struct{ A, B uint32 }
	type row struct{ A, B, C int64 }
	type named struct {
		Org  int
		Name string
	}
	all := []population{
		populate(t, "sequential", func(i int) int { return i }),
		populate(t, "negative", func(i int) int32 { return -int32(i) }),
		populate(t, "two 32-bit numbers", func(i int) pair { return pair{uint32(i >> 10), uint32(i & 1023)} }),
		populate(t, "three small numbers", func(i int) row { return row{int64(i >> 12), int64(i >> 6 & 63), int64(i & 63)} }),
		populate(t, "two multiples", func(i int) [2]uint64 { return [2]uint64{uint64(i>>10) << 40, uint64(i&1023) << 40} }),
		populate(t, "bytes", func(i int) [16]byte { return [16]byte{3: byte(i), 7: byte(i >> 8), 12: byte(i >> 16)} }),
		populate(t, "digits", func(i int) string { return fmt.Sprint(i) }),
		populate(t, "user-1", func(i int) string { return fmt.Sprintf("user-%d", i) }),
		populate(t, "fixed width", func(i int) string { return fmt.Sprintf("customer:%010d", i) }),
		populate(t, "number in front", func(i int) string { return fmt.Sprintf("%06d/a/common/tail/of/them/all", i) }),
		populate(t, "number within", func(i int) string { return fmt.Sprintf("https://example.org/v1/%06d/items?page=1", i) }),
		populate(t, "zero bytes", func(i int) string {
			return string(make([]byte, i%512)) + string(rune('a'+i/512%26)) + string(make([]byte, i/512/26))
		}),
		populate(t, "two strings", func(i int) [2]string { return [2]string{fmt.Sprint(i >> 9), fmt.Sprint(i & 511)} }),
		populate(t, "two of zeros", func(i int) [2]string { return [2]string{string(make([]byte, i>>9)), string(make([]byte, i&511))} }),
		populate(t, "IPv4", func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }),
		populate(t, "IPv6", func(i int) netip.Addr {
			return netip.AddrFrom16([16]byte{0x20, 1, 5: byte(i), 6: byte(i >> 8), 15: byte(i >> 16)})
		}),
		populate(t, "ports", func(i int) netip.AddrPort {
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 10), 1}), uint16(i&1023))
		}),
		populate(t, "org and name", func(i int) named { return named{i & 255, fmt.Sprint("queue ", i>>8)} }),
	}
	for _, k := range []int{3, 8, 16, 32, 40} {
		all = append(all, populate(t, fmt.Sprintf("multiples of 2^%d", k), func(i int) uint64 { return uint64(i) << k }))
	}
	return all
}

// deviation is how many standard deviations the chi-squared of counts lies
// above what chance gives; below it lies what is too even to be chance, but a
// table likes that.
func deviation(counts []int, total int) float64 {
	mean, chi2 := float64(total)/float64(len(counts)), 0.0
	for _, c := range counts {
		d := float64(c) - mean
		chi2 += d * d / mean
	}
	free := float64(len(counts) - 1)
	return (chi2 - free) / math.Sqrt(2*free)
}

func TestHashSpreadsKeysThatLookAlike(t *testing.T) {
	for _, p := range populations(t) {
		low, high, middle := make([]int, 1<<10), make([]int, 1<<11), make([]int, 1<<10)
		for _, h := range p.hashes {
			low[h&(1<<10-1)]++
			high[h>>(64-11)]++
			middle[h>>27&(1<<10-1)]++
		}
		for name, counts := range map[string][]int{"low 10": low, "high 11": high, "middle 10": middle} {
			if d := deviation(counts, crowd); d > 5 {
				t.Errorf("%s: the %s bits are uneven: chi-squared is %.1f standard deviations above chance", p.name, name, d)
			}
		}
		slices.Sort(p.hashes)
		if n := twins(p.hashes); n > 0 {
			t.Errorf("%s: %d of %d hashes of 64 bits are not the only ones", p.name, n, crowd)
		}
		// Half the hash is short enough to have collisions by chance, so it can be
		// seen whether there are more.
		chance := float64(crowd) * crowd / 2 / (1 << 32)
		upper, lower := make([]uint64, crowd), make([]uint64, crowd)
		for i, h := range p.hashes {
			upper[i], lower[i] = h>>32, h<<32
		}
		slices.Sort(lower)
		if u, l := twins(upper), twins(lower); float64(max(u, l)) > chance+6*math.Sqrt(chance) {
			t.Errorf("%s: %d collisions in the upper 32 bits, %d in the lower ones; chance gives %.0f", p.name, u, l, chance)
		}
	}
}

// twins counts the neighbours that are equal.
func twins(sorted []uint64) (n int) {
	for i := range sorted[1:] {
		if sorted[i] == sorted[i+1] {
			n++
		}
	}
	return n
}

func TestIDsOfKeysThatLookAlikeDiffer(t *testing.T) {
	testIDs(t, "two strings", func(i int) [2]string { return [2]string{fmt.Sprint(i >> 9), fmt.Sprint(i & 511)} })
	testIDs(t, "two of zeros", func(i int) [2]string { return [2]string{string(make([]byte, i>>9)), string(make([]byte, i&511))} })
	testIDs(t, "four small numbers", func(i int) [4]int { return [4]int{i >> 13, i >> 9 & 15, i >> 4 & 31, i & 15} })
	testIDs(t, "four multiples", func(i int) [4]int64 {
		return [4]int64{int64(i>>13) << 58, int64(i>>9&15) << 58, int64(i>>4&31) << 58, int64(i&15) << 60}
	})
}

// testIDs looks at each half of the IDs alone: that halves are all different is
// more than is asked for, and what chance gives.
func testIDs[K comparable](t *testing.T, name string, key func(i int) K) {
	p, seed := plain[K](t), Seed("stage")
	var halves [2][]uint64
	for i := range crowd {
		id := p.ID(seed, key(i))
		halves[0], halves[1] = append(halves[0], id[0]), append(halves[1], id[1])
	}
	for i, h := range halves {
		slices.Sort(h)
		if n := twins(h); n > 0 {
			t.Errorf("%s: half %d of the ID: %d of %d are not the only ones", name, i, n, crowd)
		}
	}
}

// testAvalanche flips each bit of random keys and looks how often each bit of
// the result changes.
func testAvalanche[K comparable](t *testing.T, name string, width int, flip func(k *K, bit int), of func(p *Plan[K], k K) uint64) {
	const seed, rounds = 11, 2500
	r := rand.New(rand.NewPCG(seed, 0))
	p := plain[K](t)
	changed := make([][64]int, width)
	for range rounds {
		var k K
		for bit := range width {
			if r.IntN(2) == 0 {
				flip(&k, bit)
			}
		}
		h := of(p, k)
		for bit := range width {
			flip(&k, bit)
			for d := h ^ of(p, k); d != 0; d &= d - 1 {
				changed[bit][bits.TrailingZeros64(d)]++
			}
			flip(&k, bit)
		}
	}
	pairs := math.Min(rounds, math.Exp2(float64(width-1))) // as many as are different
	for bit := range width {
		for out, n := range changed[bit] {
			// 5.5 standard deviations, as there are 64 x width figures, and 1 % more.
			if math.Abs(float64(n)/rounds-0.5) > 5.5*0.5/math.Sqrt(pairs)+0.01 {
				t.Errorf("%s, seed %d: bit %d of the key changes bit %d of the result in %d of %d cases", name, seed, bit, out, n, rounds)
				return
			}
		}
	}
}

func TestEachBitOfAKeyChangesEachBitOfTheHash(t *testing.T) {
	hash := func(p *Plan[uint64], k uint64) uint64 { return p.Hash1(k) }
	testAvalanche(t, "uint64", 64, func(k *uint64, bit int) { *k ^= 1 << bit }, hash)
	testAvalanche(t, "uint16", 16, func(k *uint16, bit int) { *k ^= 1 << bit }, (*Plan[uint16]).Hash1)
	testAvalanche(t, "words", 3*64, func(k *[3]uint64, bit int) { k[bit/64] ^= 1 << (bit % 64) }, (*Plan[[3]uint64]).Hash1)
	for _, n := range []int{1, 3, 6, 8, 16, 21, 40} {
		testAvalanche(t, fmt.Sprintf("string of %d", n), 8*n, func(k *string, bit int) {
			b := []byte(*k)
			if len(b) == 0 {
				b = make([]byte, n)
			}
			b[bit/8] ^= 1 << (bit % 8)
			*k = string(b)
		}, (*Plan[string]).Hash1)
	}
}

func TestEachBitOfAKeyChangesEachBitOfTheID(t *testing.T) {
	seed := Seed("avalanche")
	for lane := range 2 {
		testAvalanche(t, fmt.Sprint("lane ", lane), 64, func(k *uint64, bit int) { *k ^= 1 << bit },
			func(p *Plan[uint64], k uint64) uint64 { return p.ID(seed, k)[lane] })
		testAvalanche(t, fmt.Sprint("two words, lane ", lane), 128, func(k *[2]uint64, bit int) { k[bit/64] ^= 1 << (bit % 64) },
			func(p *Plan[[2]uint64], k [2]uint64) uint64 { return p.ID(seed, k)[lane] })
	}
}
