package waiting

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// BenchmarkQueue holds values back until W, which is 4 s behind, has passed
// them: 100,000 come a second, each set back by up to 2 s. It reports the best
// of passes of 1,000 values.
func BenchmarkQueue(b *testing.B) {
	type value [4]uint64
	const rate, chunk, n = 100_000, 1000, 50_000
	for _, c := range []struct {
		name  string
		back  time.Duration
		delay time.Duration
		each  int // values after which W is told
	}{
		{"disorder 2s, delay 4s", 2 * time.Second, 4 * time.Second, 300},
		{"disorder 2s, delay 2s", 2 * time.Second, 2 * time.Second, 300},
		{"disorder 10ms, delay 10ms", 10 * time.Millisecond, 10 * time.Millisecond, 30},
		{"ordered, delay 4s", 0, 4 * time.Second, 1},
		{"ordered, no delay", 0, 0, 1},
	} {
		r := rand.New(rand.NewPCG(1, 2))
		times := make([]watermark.Time, n)
		for i := range times {
			times[i] = watermark.Time(i*int(time.Second)/rate) - watermark.Time(r.Int64N(int64(c.back)+1))
		}
		b.Run(c.name, func(b *testing.B) {
			q := New[value]()
			var took []time.Duration
			shift, x := watermark.Time(0), uint64(0)
			pass := func() {
				for from := 0; from < n; from += chunk {
					before := b.Elapsed()
					for i, t := range times[from : from+chunk] {
						*q.Put(t+shift, 0) = value{uint64(i)}
						if i%c.each == c.each-1 {
							w := watermark.Time((from+i)*int(time.Second)/rate).Add(-c.delay) + shift
							for {
								run, vals := q.Take(w)
								if len(run) == 0 {
									break
								}
								for _, p := range run {
									x += vals.At(p.At)[0]
								}
							}
						}
					}
					took = append(took, b.Elapsed()-before)
				}
				shift += watermark.Time(n) * watermark.Time(time.Second) / watermark.Time(rate)
			}
			for range 20 {
				pass()
			}
			took = took[:0]
			for b.Loop() {
				pass()
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/chunk, "median-ns/value")
			b.ReportMetric(float64(took[len(took)/10].Nanoseconds())/chunk, "tenth-ns/value")
			b.ReportMetric(float64(q.Len()), "held")
			b.ReportMetric(float64(len(q.leaves)), "leaves")
		})
	}
}
