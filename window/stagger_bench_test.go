package window

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// BenchmarkStaggerAndCount tells the cost of a fact beside that of a tumble: times
// rise by 100,000 facts a second, each set back by up to 2 s, and W is 4 s behind
// the greatest. It moves after each 1,000 facts, or, "each", after each fact.
func BenchmarkStaggerAndCount(b *testing.B) {
	const n = 1 << 20
	for _, keys := range []int{1000, 100_000} {
		r := rand.New(rand.NewPCG(1, 2))
		key, back, facts := make([]int, n), make([]watermark.Time, n), make([]int, n)
		for i := range n {
			key[i], back[i], facts[i] = r.IntN(keys), watermark.Time(r.Int64N(2e9)), i
		}
		for _, c := range []struct {
			name string
			rule Rule
			each bool
		}{
			{"tumble", Tumble{Size: time.Minute}, false},
			{"stagger", Stagger{Size: time.Minute}, false},
			{"count", Count{N: 60, MaxWait: time.Minute}, false},
			{"tumble-each", Tumble{Size: time.Minute}, true},
			{"stagger-each", Stagger{Size: time.Minute}, true},
			{"count-each", Count{N: 60, MaxWait: time.Minute}, true},
		} {
			name := "keys=1k/"
			if keys > 1000 {
				name = "keys=100k/"
			}
			b.Run(name+c.name, func(b *testing.B) {
				s, err := NewStore[total, int, int](c.rule, Settings{})
				if err != nil {
					b.Fatal(err)
				}
				var told Told[int, total]
				times := make([]watermark.Time, 1000)
				at := 0
				feed := func() { // 1,000 facts
					from := at % (n - 1000)
					for i := range times {
						times[i] = watermark.Time(at+i)*10_000 - back[from+i]
					}
					w := func(i int) watermark.Time { return watermark.Time(at+i)*10_000 - 4e9 }
					if c.each {
						for i := range times {
							s.AddAll(key[from+i:from+i+1], times[i:i+1], facts[from+i:from+i+1], &told)
							if w := w(i); w >= s.Next() {
								s.Fire(w, false, &told)
							}
						}
					} else {
						s.AddAll(key[from:from+1000], times, facts[from:from+1000], &told)
						s.Fire(w(1000), false, &told)
					}
					told.Reset(false)
					at += 1000
				}
				for range 8000 { // 80 s
					feed()
				}
				b.ReportAllocs()
				b.ResetTimer()
				for i := 0; i < b.N; i += 1000 {
					feed()
				}
			})
		}
	}
}
