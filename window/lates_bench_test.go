package window

import (
	"fmt"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// BenchmarkPartlyLate is a fact that is late for some spans of a hop and counts in the
// others: one that is behind by little, and by anything up to the length of a span.
// W rises by a slice each 1,000 facts, of which it fires the panes of 100 keys.
func BenchmarkPartlyLate(b *testing.B) {
	const keys, facts = 100, 1000
	for _, n := range []int{10, 60, 600, 3600} {
		for _, c := range []struct {
			name string
			back int // slices that a fact is behind, at most
		}{{"little", min(n, 10)}, {"much", n}} {
			b.Run(fmt.Sprintf("slices=%d/%s", n, c.name), func(b *testing.B) {
				store, err := NewStore[figures, event, uint64](Hop{Size: time.Duration(n) * time.Second, Every: time.Second}, Settings{})
				if err != nil {
					b.Fatal(err)
				}
				told := Told[uint64, figures]{Brief: [Refused + 1]bool{Late: true, Partly: true}} // as where nobody reads them
				key, t, fact := make([]uint64, facts), make([]watermark.Time, facts), make([]event, facts)
				w, late := watermark.Time(0), time.Duration(0)
				second := func(measured bool) {
					for i := range keys {
						key[i], t[i] = uint64(i), w
					}
					store.AddAll(key[:keys], t[:keys], fact[:keys], &told)
					w += watermark.Time(time.Second)
					store.Fire(w, false, &told)
					told.Reset(false)
					if !measured {
						return
					}
					for i := range facts {
						key[i], t[i] = uint64(i%keys), w-watermark.Time(i*7919%(c.back*1000)+1)*watermark.Time(time.Millisecond)
					}
					began := time.Now()
					store.AddAll(key, t, fact, &told)
					late += time.Since(began)
					told.Reset(false)
				}
				for range 3 * n / 2 {
					second(false)
				}
				late = 0
				rounds := 0
				for b.Loop() {
					second(true)
					rounds++
				}
				b.ReportMetric(float64(late)/float64(rounds*facts), "ns/late")
			})
		}
	}
}
