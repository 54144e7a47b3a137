package join

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
)

// BenchmarkVersionsPut puts the versions of one key in several orders. An op is a
// version.
func BenchmarkVersionsPut(b *testing.B) {
	for _, n := range []int{100, 5000, 80_000} {
		rising, shuffled := make([]int, n), rand.New(rand.NewPCG(1, 2)).Perm(n)
		falling := make([]int, n)
		for i := range n {
			rising[i], falling[i] = i, n-1-i
		}
		for _, c := range []struct {
			name  string
			order []int
		}{{"rising", rising}, {"falling", falling}, {"shuffled", shuffled}} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; i < b.N; {
					var v Versions[int, int64]
					for _, at := range c.order {
						v.Put(1, watermark.Time(at), int64(at))
						if i++; i >= b.N {
							break
						}
					}
				}
			})
		}
	}
}

// BenchmarkVersionsFind looks up facts that come out of order among 1,000 keys of
// ten versions each: as a rule in the vicinity of what was found last.
func BenchmarkVersionsFind(b *testing.B) {
	var v Versions[int, int64]
	r := rand.New(rand.NewPCG(1, 2))
	const keys, each = 1000, 10
	for k := range keys {
		for i := range each {
			v.Put(k, watermark.Time(i*1000+k), int64(i))
		}
	}
	ask, at := make([]int, 1<<16), make([]watermark.Time, 1<<16)
	for i := range ask {
		ask[i] = r.IntN(keys)
		at[i] = watermark.Time(4000 + i*2000/len(ask) + r.IntN(1500))
	}
	hashes := make([]uint64, len(ask))
	v.Hash(hashes, ask)
	sum := int64(0)
	for i := range b.N {
		n := i & (len(ask) - 1)
		if d, f := v.FindHashed(ask[n], hashes[n], at[n]); f == Version {
			sum += *d
		}
	}
	if b.N > len(ask) && sum == 0 {
		b.Fatal("nothing is found")
	}
}
