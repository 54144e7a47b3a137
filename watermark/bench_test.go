package watermark

import (
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkTake takes chunks of 1,000 facts: in order, nearly so, and 2 s of
// disorder at 100,000 facts a second.
func BenchmarkTake(b *testing.B) {
	for _, c := range []struct {
		name   string
		every  time.Duration
		jitter int // milliseconds
	}{{"inorder", 10 * time.Microsecond, 1}, {"nearly", time.Millisecond, 5}, {"disorder", 10 * time.Microsecond, 2000}} {
		r := rand.New(rand.NewPCG(1, 2))
		times := make([]Time, 100_000)
		for i := range times {
			times[i] = Time(1e18).Add(time.Duration(i)*c.every - time.Duration(r.IntN(c.jitter))*time.Millisecond)
		}
		for _, l := range []struct {
			name string
			Limits
		}{
			{"bounded", Bounded{Delay: 4 * time.Second}.Limits()},
			{"guarded", Bounded{Delay: 4 * time.Second, MaxAhead: time.Minute}.Limits()},
			{"percentile", Percentile{}.Limits()},
		} {
			b.Run(c.name+"/"+l.name, func(b *testing.B) {
				p := NewGroup(l.Limits).Partition("")
				var marks []Mark
				n := 0
				for b.Loop() {
					if n%len(times) == 0 {
						p = NewGroup(l.Limits).Partition("")
					}
					from := n % len(times)
					marks = p.Take(0, times[from:from+1000], marks[:0])
					n += 1000
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/fact")
			})
		}
	}
}

// BenchmarkDelays copies the sketch of an input, and asks it once.
func BenchmarkDelays(b *testing.B) {
	g := NewGroup(Limits{})
	g.Partition("").Take(0, timesOf(rand.New(rand.NewPCG(1, 2)), 100_000, spreads[4].behind), nil)
	b.Run("copy", func(b *testing.B) {
		for b.Loop() {
			g.Delays()
		}
	})
	d := g.Delays()
	b.Run("suggest", func(b *testing.B) {
		for b.Loop() {
			d.Suggest(0.999)
		}
	})
}
