package anomaly

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// chi returns chi-squared of what was counted against what was expected.
func chi(got []int, want []float64) (sum float64) {
	for i := range got {
		d := float64(got[i]) - want[i]
		sum += d * d / want[i]
	}
	return sum
}

// limit is where chi-squared of n degrees lies with a probability of 1e-5, by the
// approximation of Wilson and Hilferty.
func limit(n int) float64 {
	f := 2 / (9 * float64(n))
	return float64(n) * math.Pow(1-f+4.265*math.Sqrt(f), 3)
}

func TestCutsAreUniformOverTheSides(t *testing.T) {
	box := []side{{-1, 0}, {5, 5}, {0, 2}, {100, 104}}
	x := []float32{2, 5, -1, 105} // adds 2, 0, 1, 1 to sides of 1, 0, 2, 4
	d := diceOf(1, 0)
	dims, places, parted := make([]int, 3), make([]int, 40), 0
	const n = 110_000
	for range n {
		at, ok := parts(&d, sides(box), beyond(x, box))
		if !ok {
			continue
		}
		parted++
		dim, cut := cutAt(at, x, box)
		switch {
		case dim == 0 && cut >= 0 && cut < 2:
			dims[0]++
			places[int(cut*20)]++
		case dim == 2 && cut >= -1 && cut < 0:
			dims[1]++
		case dim == 3 && cut >= 104 && cut < 105:
			dims[2]++
		default:
			t.Fatalf("a cut at %v of dimension %d does not part them", cut, dim)
		}
	}
	part := float64(parted)
	if c := chi(dims, []float64{part / 2, part / 4, part / 4}); c > limit(2) {
		t.Errorf("dimensions %v: chi-squared %v", dims, c)
	}
	want := make([]float64, len(places))
	for i := range want {
		want[i] = float64(dims[0]) / float64(len(want))
	}
	if c := chi(places, want); c > limit(len(want)-1) {
		t.Errorf("places %v: chi-squared %v", places, c)
	}
	if c := chi([]int{parted, n - parted}, []float64{n * 4 / 11, n * 7 / 11}); c > limit(1) {
		t.Errorf("%d of %d parted, want 4 of 11", parted, n)
	}
}

func TestExponentialDice(t *testing.T) {
	d := diceOf(7, 0)
	const n, cells = 100_000, 50
	got, want := make([]int, cells), make([]float64, cells)
	for range n {
		got[int((1-math.Exp(-d.exponential()))*cells)]++
	}
	for i := range want {
		want[i] = n / cells
	}
	if c := chi(got, want); c > limit(cells-1) {
		t.Errorf("chi-squared %v, at most %v", c, limit(cells-1))
	}
}

func TestLogarithmAndExponential(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 100_000 {
		x := math.Exp(600 * (r.Float64() - 0.5))
		if got, want := ln(x), math.Log(x); math.Abs(got-want) > 4e-16*max(1, math.Abs(want)) {
			t.Fatalf("ln %v = %v, want %v", x, got, want)
		}
		y := r.Float64() * 700
		if got, want := exp(y), math.Exp(y); math.Abs(got-want) > 1e-13*want {
			t.Fatalf("exp %v = %v, want %v", y, got, want)
		}
	}
	if log2(2) != 1 || log2(1) != 0 || log2(1024) != 10 {
		t.Errorf("log2: %v %v %v", log2(2), log2(1), log2(1024))
	}
}

// ages counts how old the points are that many samples hold at the end, by a step
// of width: real samples, and those of a program that draws a mark for every point.
func ages(t *testing.T, f Forest, n, width, cells int, at func(i int) watermark.Time) (got, want []int) {
	f.Trees = 600
	m, err := f.Grow(1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if _, err := m.ScoreUpdateAt(at(i), []float64{float64(i)}); err != nil {
			t.Fatal(err)
		}
	}
	got, want = make([]int, cells), make([]int, cells)
	for i := range m.trees {
		tr := &m.trees[i]
		if len(tr.marks) != f.Sample {
			t.Fatalf("tree %d holds %d points, want %d", i, len(tr.marks), f.Sample)
		}
		for _, l := range tr.leaves {
			if l.mass > 0 {
				age := n - 1 - int(m.rows.back(0, m.points.at(l.point)[0]))
				got[min(age/width, cells-1)]++
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	marks := make([]float64, n)
	for range f.Trees {
		for i := range marks {
			decay := f.Decay * float64(i)
			if f.HalfLife > 0 {
				decay = math.Ln2 * float64(at(i)-at(0)) / float64(f.HalfLife)
			}
			marks[i] = math.Log(r.ExpFloat64()) - decay
		}
		sorted := slices.Sorted(slices.Values(marks))
		for i, mark := range marks {
			if mark < sorted[f.Sample] {
				want[min((n-1-i)/width, cells-1)]++
			}
		}
	}
	return got, want
}

// twoSample is chi-squared of two samples of one size, without empty cells.
func twoSample(a, b []int) (sum float64, degrees int) {
	for i := range a {
		if a[i]+b[i] > 10 {
			d := float64(a[i] - b[i])
			sum += d * d / float64(a[i]+b[i])
			degrees++
		}
	}
	return sum, degrees - 1
}

func TestSampleForgetsAsItShould(t *testing.T) {
	perPoint := func(i int) watermark.Time { return watermark.Time(i) * watermark.Time(time.Second) }
	// Points come in bursts, with a pause of an hour once.
	bursts := func(i int) watermark.Time {
		s := i/10*60 + i%10
		if i >= 300 {
			s += 3600
		}
		return watermark.Time(s) * watermark.Time(time.Second)
	}
	for _, c := range []struct {
		name string
		f    Forest
		at   func(int) watermark.Time
		n    int
	}{
		{"by point", Forest{Sample: 16, Decay: 1.0 / 160}, perPoint, 1500},
		{"by point, fast", Forest{Sample: 16, Decay: 0.5}, perPoint, 500},
		{"not at all", Forest{Sample: 16, Decay: -1}, perPoint, 400},
		{"by time", Forest{Sample: 16, HalfLife: 10 * time.Minute}, bursts, 500},
	} {
		f := c.f
		f.InitialAccept = 1
		width := c.n / 25
		if f.Decay == 0.5 {
			width = 1
		}
		f.Decay = max(f.Decay, 0)
		g := f
		if f.Decay == 0 && f.HalfLife == 0 {
			g.Decay = -1
		}
		got, want := agesOf(t, g, f, c.n, width, c.at)
		sum, degrees := twoSample(got, want)
		if sum > limit(degrees) {
			t.Errorf("%s: ages %v, want %v: chi-squared %v of %d degrees", c.name, got, want, sum, degrees)
		}
		if c.name == "by point" {
			// Far from the newest a point stays with a probability of e^(-Decay*age).
			a, b := got[1]+got[2]+got[3], got[7]+got[8]+got[9]
			if ratio, theory := float64(b)/float64(a), math.Exp(-360.0/160); math.Abs(ratio/theory-1) > 0.15 {
				t.Errorf("%d at the age of 60 to 240, %d at 420 to 600: ratio %.4f, want %.4f", a, b, ratio, theory)
			}
		}
	}
}

func agesOf(t *testing.T, real, theory Forest, n, width int, at func(int) watermark.Time) (got, want []int) {
	got, _ = ages(t, real, n, width, 26, at)
	if real.Decay < 0 {
		_, want = ages(t, Forest{Sample: real.Sample, Decay: 1e-12, InitialAccept: 1}, n, width, 26, at)
		return got, want
	}
	_, want = ages(t, theory, n, width, 26, at)
	return got, want
}
