package tidemark_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
)

// BenchmarkKept is what a join costs that keeps many facts of one key, fed in an
// order of their own: a fact, and what comes with it, must not cost by how many
// are kept. An op is a fact with its row.
func BenchmarkKept(b *testing.B) {
	const far = time.Duration(1 << 40)
	for _, c := range []struct {
		name     string
		how      join.AsOf
		disorder int
		versions int // fed after the facts: so many, evenly over their time, the newest first
	}{
		{"hold/inorder", join.AsOf{Wait: join.Live, Missing: join.Hold(far)}, 1, 1},
		{"hold/shuffled", join.AsOf{Wait: join.Live, Missing: join.Hold(far)}, 1 << 30, 1},
		{"history/inorder", join.AsOf{Wait: join.Live, History: far}, 1, 0},
		{"history/shuffled", join.AsOf{Wait: join.Live, History: far}, 1 << 30, 0},
		{"history/versions", join.AsOf{Wait: join.Live, History: far}, 1 << 30, 1000},
		{"schedule/shuffled", join.AsOf{Wait: join.Schedule{At: []time.Duration{0}, Tolerance: 12 * time.Hour}}, 1 << 30, 1},
		{"schedule/versions", join.AsOf{Wait: join.Schedule{At: []time.Duration{0, 1000}, Tolerance: 12 * time.Hour}}, 1 << 30, 1000},
	} {
		for _, n := range []int{1000, 10_000, 40_000} {
			b.Run(fmt.Sprintf("%s/%d", c.name, n), func(b *testing.B) {
				facts := disorderly(n, c.disorder)
				versions := make([]ask, c.versions)
				for i := range versions {
					versions[i] = ask{0, i*5 + 1, 1000 + int64(len(versions)-1-i)*int64(n)/int64(len(versions))}
					if c.name == "schedule/versions" {
						versions[i].at = int64(i) // before the facts' own announced time, but for the last
						if i == len(versions)-1 {
							versions[i].at = 1000
						}
					}
				}
				for range b.N {
					b.StopTimer()
					var p tidemark.Pipeline
					in, l := tidemark.FromNanos(&p, "calls", ask.nanos, watermark.Bounded{Delay: far})
					dim, d := tidemark.FromNanos(&p, "orgs", ask.nanos, watermark.Bounded{Delay: far})
					rows, lost := tidemark.JoinAsOf(tidemark.KeyBy(l, ask.of), tidemark.KeyBy(d, ask.of), c.how, func(l, d ask) askedOf { return askedOf{l.name, d.name} })
					out := tidemark.Collect(rows)
					tidemark.Collect(lost)
					if c.how.History > 0 {
						if err := dim.Feed(ask{0, 1, 0}); err != nil {
							b.Fatal(err)
						}
					} else if c.name == "schedule/versions" {
						if err := in.Feed(ask{0, 1, 0}); err != nil {
							b.Fatal(err)
						}
					}
					b.StartTimer()
					for some := facts; len(some) > 0; some = some[1000:] {
						if err := in.Feed(some[:1000]...); err != nil {
							b.Fatal(err)
						}
					}
					if err := dim.Feed(versions...); err != nil {
						b.Fatal(err)
					}
					b.StopTimer()
					if c.versions != 0 && out.Len() < n {
						b.Fatalf("%d rows", out.Len())
					}
					b.StartTimer()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/fact")
			})
		}
	}
}

// disorderly returns n facts of one key from time 1000 on, each moved by less than so many
// places.
func disorderly(n, by int) []ask {
	r := rand.New(rand.NewPCG(1, 2))
	facts := make([]ask, n)
	for i := range facts {
		facts[i] = ask{0, i*5 + 1, 1000 + int64(i)}
	}
	for i := range facts {
		j := min(n-1, i+r.IntN(min(by, n)))
		facts[i], facts[j] = facts[j], facts[i]
	}
	return facts
}
