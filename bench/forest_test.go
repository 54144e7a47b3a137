package bench

import (
	"math"
	"testing"

	"github.com/tidemark-go/tidemark/anomaly"
)

// shapes are those of which forest/rcf3 is the rival.
var shapes = []struct {
	name          string
	dims, shingle int
}{{"1", 1, 1}, {"8", 8, 1}, {"1x8", 1, 8}, {"32", 32, 1}}

// BenchmarkForest scores and learns points, 100 trees of 256 points.
func BenchmarkForest(b *testing.B) {
	for _, s := range shapes {
		b.Run(s.name, func(b *testing.B) {
			m, err := anomaly.Forest{Trees: 100, Sample: 256, Shingle: s.shingle, Seed: 1}.New(s.dims)
			if err != nil {
				b.Fatal(err)
			}
			d := noise(1)
			points := d.points(s.dims, s.shingle, 0, 10_000)
			sum := 0.0
			feed := func(x []float64) {
				r, err := m.ScoreUpdate(x)
				if err != nil {
					b.Fatal(err)
				}
				sum += r.Score
			}
			for _, x := range points {
				feed(x)
			}
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				feed(points[n%len(points)])
				n++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/1000/float64(b.N), "us/point")
			b.ReportMetric(sum/float64(len(points)+n), "score")
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
