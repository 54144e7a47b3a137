package anomaly

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// What users of random cut forests have complained of elsewhere.

// grow returns a forest that has seen the points of next.
func grow(t testing.TB, f Forest, dims, n int, next func(i int) []float64) *RandomCutForest {
	t.Helper()
	m, err := f.Grow(dims)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		update(t, m, next(i)...)
	}
	return m
}

func update(t testing.TB, m *RandomCutForest, x ...float64) Result {
	t.Helper()
	r, err := m.ScoreUpdate(x)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func normal(seed uint64, dims int) func(int) []float64 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]float64, dims)
	return func(int) []float64 {
		for d := range x {
			x[d] = r.NormFloat64()
		}
		return x
	}
}

func TestPointsThatAreNotFiniteAreRefused(t *testing.T) {
	for _, missing := range []Missing{Refuse, Previous, Impute} {
		m := grow(t, Forest{Trees: 5, Sample: 32, Missing: missing, Names: []string{"a", "b"}}, 2, 100, normal(1, 2))
		before, _ := m.AppendBinary(nil)
		for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			if missing != Refuse && math.IsNaN(v) {
				continue
			}
			x := []float64{0, v}
			_, err1 := m.ScoreUpdate(x)
			_, err2 := m.Score(x)
			_, err3 := m.Expected(x, 0)
			_, err4 := m.Density(x)
			_, err5 := m.Near(x, 1)
			for i, err := range []error{err1, err2, err3, err4, err5, m.Update(x)} {
				var of *ValueError
				if !errors.As(err, &of) || of.Dim != 1 || of.Name != "b" || !(of.Value == v || v != v && of.Value != of.Value) {
					t.Errorf("call %d of %v: got %v, want a ValueError of b", i, v, err)
				}
			}
			if parts := m.Explain(x, nil); parts != nil {
				t.Errorf("Explain of %v: %v", v, parts)
			}
		}
		if after, _ := m.AppendBinary(nil); !slices.Equal(before, after) {
			t.Error("the forest has changed")
		}
	}
}

func TestCutsLieInsideTheBoxWhateverTheRounding(t *testing.T) {
	d := diceOf(1, 1)
	r := rand.New(rand.NewPCG(1, 3))
	next := func(x float32, n int) float32 {
		for range n {
			x = math.Nextafter32(x, math.MaxFloat32)
		}
		return x
	}
	for range 200_000 {
		low := math.Float32frombits(r.Uint32())
		if !(math.Abs(float64(low)) < farthest) {
			continue
		}
		high := next(low, r.IntN(3))
		x := next(high, 1+r.IntN(2))
		if r.IntN(2) == 0 {
			low, high, x = -high, -low, -x
		}
		point, box := []float32{x}, []side{{low, high}}
		off := beyond(point, box)
		for _, at := range []float64{d.unit() * off, 0, math.Nextafter(off, 0), off, 2 * off} {
			if _, cut := cutAt(at, point, box); !(x <= cut && cut < low || high <= cut && cut < x) {
				t.Fatalf("the cut at %v of %v does not part %v from %v to %v", cut, at, x, low, high)
			}
		}
	}
	// A forest of such points holds together.
	m := grow(t, Forest{Trees: 10, Sample: 16}, 2, 2000, func(int) []float64 {
		return []float64{1 + float64(r.IntN(4))*0x1p-23, float64(math.Float32frombits(uint32(r.IntN(5))))}
	})
	if s := update(t, m, 1, 0).Score; !(s >= 0) {
		t.Errorf("score %v", s)
	}
}

func TestTinyChangeOfConstantDataIsNoAnomaly(t *testing.T) {
	for _, c := range []struct {
		noise        Noise
		value, delta float64
		least, most  float64
	}{
		{Noise{}, 5, 1e-8, 0, 0.8},
		{Noise{}, 1e9, 10, 0, 0.8},
		{Noise{}, 5, 0.1, 4, 9},
		{Noise{Absolute: 0.5}, 0, 0.01, 0, 0.8},
		{Noise{Absolute: 0.5}, 0, 50, 4, 9},
		{Noise{Relative: 0.01}, 200, 0.1, 0, 1},
		{Noise{Absolute: -1}, 5, 1e-6, 4, 9},
	} {
		m := grow(t, Forest{Trees: 20, Sample: 64, Noise: c.noise}, 1, 500, func(int) []float64 { return []float64{c.value} })
		if s := update(t, m, c.value).Score; s < 0.4 || s > 0.6 {
			t.Errorf("%+v: score %v of the same again", c, s)
		}
		if s := update(t, m, c.value+c.delta).Score; s < c.least || s > c.most {
			t.Errorf("%+v: score %v", c, s)
		}
	}
}

func TestNoAlarmOnAFlatLineOrAPerfectWave(t *testing.T) {
	for name, next := range map[string]func(i int) []float64{
		"flat": func(int) []float64 { return []float64{3.25} },
		"zero": func(int) []float64 { return []float64{0} },
		"wave": func(i int) []float64 { return []float64{10 * math.Sin(float64(i%100)*2*math.Pi/100)} },
		"saw":  func(i int) []float64 { return []float64{float64(i % 7)} },
	} {
		m := grow(t, Forest{}, 1, 600, next)
		for i := 600; i < 3000; i++ {
			if r := update(t, m, next(i)...); r.Alarm {
				t.Errorf("%s: alarm at %d: %+v", name, i, r)
			}
		}
	}
}

func TestSecondAnomalySoonAfterTheFirstIsSeen(t *testing.T) {
	m := grow(t, Forest{Gate: -1, Threshold: 0.01}, 1, 2000, normal(2, 1))
	next := normal(3, 1)
	first := update(t, m, 12)
	for range 3 {
		update(t, m, next(0)...)
	}
	second := update(t, m, -14)
	if !first.Alarm || !second.Alarm || second.Score < 2 {
		t.Errorf("first %+v, second %+v", first, second)
	}
	// With the gate a second one counts if it is the greater.
	m = grow(t, Forest{}, 1, 2000, normal(2, 1))
	first = update(t, m, 8)
	update(t, m, next(0)...)
	second = update(t, m, -40)
	if !first.Alarm || !second.Alarm {
		t.Errorf("with a gate: first %+v, second %+v", first, second)
	}
}

func TestAlarmIsNotRepeated(t *testing.T) {
	m := grow(t, Forest{}, 1, 2000, normal(2, 1))
	alarms := 0
	for i := range 50 {
		if update(t, m, 20+0.001*float64(i%3)).Alarm {
			alarms++
		}
	}
	if alarms < 1 || alarms > 2 {
		t.Errorf("%d alarms in 50 points of one outburst", alarms)
	}
}

func TestPIsTheShareOfRecentScoresAsHigh(t *testing.T) {
	m := grow(t, Forest{Trees: 30, Sample: 64, Recent: 100, OutputAfter: 64}, 1, 64, normal(4, 1))
	next := normal(5, 1)
	var scores []float64
	within := 0
	for i := range 1000 {
		x := next(i)[0]
		peek, err := m.Score([]float64{x})
		r := update(t, m, x)
		if err != nil || peek != r {
			t.Fatalf("Score %+v, %v, ScoreUpdate %+v", peek, err, r)
		}
		recent := append(slices.Clone(scores[max(0, len(scores)-100):]), r.Score)
		least := 0
		for _, s := range recent {
			if s >= r.Score {
				least++
			}
		}
		if want := float64(least) / float64(len(recent)); r.P != want {
			t.Fatalf("point %d: P %v, want %v", i, r.P, want)
		}
		if r.P <= 0.1 {
			within++
		}
		scores = append(scores, r.Score)
	}
	if within < 70 || within > 130 {
		t.Errorf("P was within 0.1 for %d of 1000 points", within)
	}
}

func TestScoreOfASpikeIsHighInEveryRun(t *testing.T) {
	for seed := range uint64(20) {
		m := grow(t, Forest{Seed: seed, Trees: 50}, 1, 600, normal(seed, 1))
		usual := update(t, m, 0).Score
		if spike := update(t, m, 30); spike.Score < 3*usual || !spike.Alarm {
			t.Errorf("seed %d: spike %+v, usual %v", seed, spike, usual)
		}
	}
}

func TestOrderOfDimensionsDoesNotMatter(t *testing.T) {
	next := normal(6, 3)
	f := Forest{Trees: 100, Sample: 128}
	a, b := grow(t, f, 3, 0, nil), grow(t, f, 3, 0, nil)
	var sumA, sumB float64
	for i := range 1500 {
		x := next(i)
		x[1] *= 10
		y := []float64{x[2], x[0], x[1]}
		sumA += update(t, a, x...).Score
		sumB += update(t, b, y...).Score
	}
	if math.Abs(sumA/sumB-1) > 0.03 {
		t.Errorf("sums of scores %v and %v", sumA, sumB)
	}
	if s, u := update(t, a, 0, 90, 0).Score, update(t, b, 0, 0, 90).Score; math.Abs(s/u-1) > 0.15 {
		t.Errorf("an outlier has %v, in another order %v", s, u)
	}
}

func TestSameSeedSameScores(t *testing.T) {
	f := Forest{Trees: 20, Sample: 64, Seed: 9, Shingle: 2}
	run := func(f Forest) (scores []float64) {
		m, _ := f.Grow(2)
		next := normal(7, 2)
		for i := range 500 {
			scores = append(scores, update(t, m, next(i)...).Score)
		}
		return scores
	}
	a := run(f)
	if !slices.Equal(a, run(f)) {
		t.Error("two runs differ")
	}
	f.Seed++
	if slices.Equal(a, run(f)) {
		t.Error("another seed gives the same scores")
	}
}

func TestMeanScoresAreTheUsualOnes(t *testing.T) {
	if testing.Short() {
		t.Skip("100 trees over 20,000 points")
	}
	r := rand.New(rand.NewPCG(8, 1))
	for _, c := range []struct {
		name string
		want float64
		next func(i int) []float64
	}{
		{"normal", 0.78, normal(1, 1)},
		{"noisy sine", 0.83, func(i int) []float64 {
			return []float64{10*math.Sin(float64(i)*2*math.Pi/50) + r.NormFloat64()}
		}},
	} {
		m := grow(t, Forest{}, 1, 3000, c.next)
		sum := 0.0
		const n = 7000
		for i := range n {
			sum += update(t, m, c.next(3000+i)...).Score
		}
		if mean := sum / n; math.Abs(mean/c.want-1) > 0.02 {
			t.Errorf("%s: mean score %.4f, want %.2f", c.name, mean, c.want)
		}
	}
}

func TestGreatOffsetsDoNotBlurScores(t *testing.T) {
	f := Forest{Trees: 50, Sample: 32, Noise: Noise{Absolute: -1}}
	a, b := grow(t, f, 1, 0, nil), grow(t, f, 1, 0, nil)
	r := rand.New(rand.NewPCG(1, 9))
	update(t, b, 0) // its origin is far from all that follows
	update(t, a, 1.7e9)
	var sumA, sumB float64
	for i := range 20_000 {
		x := 1.7e9 + math.Round(r.NormFloat64()*1e4)/1e3
		s, u := update(t, a, x).Score, update(t, b, x).Score
		if i >= 10_000 {
			sumA, sumB = sumA+s, sumB+u
		}
	}
	if math.Abs(sumA/sumB-1) > 0.04 {
		t.Errorf("sums of scores %v and %v", sumA, sumB)
	}
	if s := update(t, b, 1.7e9+500).Score; s < 3 {
		t.Errorf("an outlier has %v", s)
	}
}

// TestAFarValueBlindsNothing: a sensor's code for a fault, as the first value or
// amid the others, does not hide what is odd among these. It takes a place by itself
// at the top of the trees that have it, so that other outliers score half as much.
func TestAFarValueBlindsNothing(t *testing.T) {
	f := Forest{Trees: 40, Sample: 128}
	for _, far := range []float64{-9999, 65535, 1e9, 1e20, 3.4e38, math.MaxFloat64, -math.MaxFloat64} {
		for _, at := range []int{0, 1000} {
			m, alone, next := grow(t, f, 1, 0, nil), grow(t, f, 1, 0, nil), normal(11, 1)
			for i := range 2000 {
				if i == at {
					for range 1 + 11*min(at, 1) { // late ones: until the first trees have it too
						update(t, m, far)
					}
				}
				x := 0.01 * next(i)[0]
				update(t, m, x)
				update(t, alone, x)
				if i != at+200 && i != 1999 {
					continue
				}
				usual, _ := m.Score([]float64{0})
				odd, _ := m.Score([]float64{0.12})
				want, _ := alone.Score([]float64{0.12})
				if odd.Score < 0.45*want.Score || odd.Score < 2.5*usual.Score {
					t.Errorf("%v at %d: %d points later 0.12 has %.2f, without it %.2f; 0 has %.2f", far, at, i-at, odd.Score, want.Score, usual.Score)
				}
			}
			state, _ := m.AppendBinary(nil)
			if err := m.UnmarshalBinary(state); err != nil {
				t.Errorf("%v at %d: %v", far, at, err)
			}
		}
	}
}

// TestRecentringKeepsPartedWhatIsParted: a cut next to a value may be rounded onto
// it, and then nothing is moved.
func TestRecentringKeepsPartedWhatIsParted(t *testing.T) {
	m := grow(t, Forest{Trees: 1, Sample: 2, InitialAccept: 1}, 1, 0, nil)
	update(t, m, 0)
	update(t, m, 1.99e9)
	tr := &m.trees[0]
	tr.nodes[0].cut = math.Nextafter32(1.99e9, 0)
	before := slices.Clone(tr.leaves)
	kept, lost := 0, 0
	for by := float32(-5e9); by < 5e9; by += 1e7 {
		cut := tr.nodes[0].cut
		if !m.parted(0, by) {
			lost++
			continue
		}
		kept++
		m.shift(0, by)
		if state, _ := m.AppendBinary(nil); m.UnmarshalBinary(state) != nil {
			t.Fatalf("moved by %v: the cut at %v lies outside of %v", by, m.trees[0].nodes[0].cut, m.trees[0].boxes[0])
		}
		tr = &m.trees[0]
		tr.nodes[0].cut, tr.boxes[0] = cut, side{0, 1.99e9}
		copy(tr.leaves, before)
	}
	if kept == 0 || lost == 0 {
		t.Errorf("%d moves are right, %d are not", kept, lost)
	}
}

func TestRecentringChangesNoScore(t *testing.T) {
	for _, shingle := range []int{1, 3} {
		m, err := Forest{Trees: 20, Sample: 32, Shingle: shingle, OutputAfter: 10}.Grow(2)
		if err != nil {
			t.Fatal(err)
		}
		m.seen = uint64(shingle) // as if rows had been there, the first (0, 0), and were forgotten
		for i := range m.rows.last {
			m.rows.last[i] = 1e6 - 4e6*float64(i%2)
		}
		r := rand.New(rand.NewPCG(1, 4))
		// Values that float32 holds at this distance, and none between them.
		point := func() []float64 { return []float64{1e6 + float64(r.IntN(8000))/8, -3e6 - float64(r.IntN(2000))/4} }
		for m.seen < 63 {
			update(t, m, point()...)
		}
		var points [][]float64
		var before []Result
		for range 100 {
			x := point()
			score, _ := m.Score(x)
			points, before = append(points, x), append(before, score)
		}
		m.recentre()
		if m.rows.origin[0] < 1e6 || m.rows.origin[1] > -3e6 {
			t.Fatalf("shingle %d: origin %v", shingle, m.rows.origin)
		}
		for i, x := range points {
			if after, _ := m.Score(x); after != before[i] {
				t.Fatalf("shingle %d: %v has %+v, before %+v", shingle, x, after, before[i])
			}
		}
		state, _ := m.AppendBinary(nil)
		if err := m.UnmarshalBinary(state); err != nil { // it looks at every cut
			t.Error(err)
		}
	}
}
