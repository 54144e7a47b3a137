package bench

import (
	"math"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/anomaly"
)

// shapes are those of which forest/rcf3 is the rival.
var shapes = []struct {
	name          string
	dims, shingle int
}{{"1", 1, 1}, {"8", 8, 1}, {"1x8", 1, 8}, {"32", 32, 1}}

// BenchmarkForest scores and learns points, 100 trees of 256 points: an op is 20 of
// them, and us/point is told of the best.
func BenchmarkForest(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			m, err := anomaly.Forest{Trees: 100, Sample: 256, Shingle: s.shingle, Seed: 1}.New(s.dims)
			if err != nil {
				b.Fatal(err)
			}
			d, n, sum, best := noise(1), 0, 0.0, math.Inf(1)
			pass := func(points int) {
				all := d.points(s.dims, s.shingle, n, points)
				n += points
				begin := time.Now()
				for _, x := range all {
					r, err := m.ScoreUpdate(x)
					if err != nil {
						b.Fatal(err)
					}
					sum += r.Score
				}
				if points == 20 {
					best = min(best, float64(time.Since(begin).Nanoseconds())/1000/20)
				}
			}
			pass(5000)
			for b.Loop() {
				pass(20)
			}
			b.ReportMetric(best, "us/point")
			b.ReportMetric(sum/float64(n), "score")
			b.ReportMetric(float64(m.(anomaly.Sized).Bytes()), "bytes")
		})
	}
}

// noise is the generator of forest/rcf3.
type noise uint64

func (d *noise) next() uint64 {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// normal returns the sum of twelve uniform numbers, less six: next to normal.
func (d *noise) normal() float64 {
	sum := -6.0
	for range 12 {
		sum += float64(d.next()>>11) / (1 << 53)
	}
	return sum
}

// points returns points of normal values; with a shingle, about a wave.
func (d *noise) points(dims, shingle, from, n int) [][]float64 {
	points := make([][]float64, n)
	for i := range points {
		wave := 0.0
		if shingle > 1 {
			wave = 5 * math.Sin(float64(from+i+1)*2*math.Pi/100)
		}
		x := make([]float64, dims)
		for d2 := range x {
			x[d2] = wave + d.normal()
		}
		points[i] = x
	}
	return points
}
