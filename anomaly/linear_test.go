package anomaly

import (
	"encoding/binary"
	"errors"
	"hash/crc64"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var (
	_ Detector = Linear{}
	_ Model    = (*LinearModel)(nil)
	_ Sized    = (*LinearModel)(nil)
)

func fit(t testing.TB, l Linear, dims int) *LinearModel {
	t.Helper()
	m, err := l.Fit(dims)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestLinearFindsTheWeights gives a series of known weights: recursive least
// squares has to come to those that the normal equations give.
func TestLinearFindsTheWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	m := fit(t, Linear{Lags: 2, Memory: 100_000}, 1)
	a, b := 0.0, 0.0
	for range 50_000 {
		a, b = float64(1.2*a)-float64(0.5*b)+r.NormFloat64(), a
		if _, err := m.ScoreUpdate([]float64{a}); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []float64{1.2, -0.5, 0} {
		if got := m.courses[0].weights[i]; math.Abs(got-want) > 0.02 {
			t.Errorf("weight %d is %v, want about %v", i, got, want)
		}
	}
}

func TestLinearSeesABreakInAWave(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	m := fit(t, Linear{}, 2)
	alarms := 0
	for i := range 5000 {
		x := []float64{r.NormFloat64(), 100 + 40*math.Sin(float64(i)*2*math.Pi/50) + 0.1*r.NormFloat64()}
		if i == 4010 {
			x[1] = 100 // within its range, and not where it has to be
		}
		got, err := m.ScoreUpdate(x)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case i == 4010 && (!got.Alarm || got.Score < 5):
			t.Errorf("the break: %+v", got)
		case i > 1000 && i != 4010 && got.Alarm:
			alarms++
		}
		if i == 4009 {
			parts := m.Explain([]float64{0, 100}, nil)
			if sum := parts[0].High + parts[0].Low + parts[1].High + parts[1].Low; parts[1].Name != "1" || parts[1].Low < 0.99*sum || parts[1].High != 0 {
				t.Errorf("parts %+v", parts)
			}
		}
	}
	if alarms > 2 {
		t.Errorf("%d alarms on what is usual", alarms)
	}
}

// TestLinearDoesNotHeedAnOffset: what a wave stands on is no error, variance or
// weight. Scores are those of the same wave about 0.
func TestLinearDoesNotHeedAnOffset(t *testing.T) {
	for _, offset := range []float64{300, -1e4} {
		r := rand.New(rand.NewPCG(4, 4))
		a, b := fit(t, Linear{}, 1), fit(t, Linear{}, 1)
		for i := range 1500 {
			x := 10*math.Sin(float64(i)*2*math.Pi/50) + 0.1*r.NormFloat64()
			if i == 1000 {
				x += 4
			}
			one, err1 := a.ScoreUpdate([]float64{x})
			two, err2 := b.ScoreUpdate([]float64{offset + x})
			if err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			if i == 1000 && !(one.Alarm && two.Alarm && math.Abs(two.Score/one.Score-1) < 0.3) {
				t.Errorf("the break has %+v, and on %v %+v", one, offset, two)
			}
		}
	}
}

func TestLinearIsSilentWhereNothingHappens(t *testing.T) {
	for name, wave := range map[string]func(i int) float64{
		"flat":   func(int) float64 { return 45 },
		"zero":   func(int) float64 { return 0 },
		"square": func(i int) float64 { return float64(20 + 60*(i/100%2)) },
		"ramp":   func(i int) float64 { return 1e6 + float64(i) },
	} {
		m := fit(t, Linear{OutputAfter: 300}, 1)
		for i := range 20_000 {
			got, err := m.ScoreUpdate([]float64{wave(i)})
			if err != nil || got.Alarm {
				t.Fatalf("%s at %d: %+v, %v", name, i, got, err)
			}
		}
		if name == "flat" {
			if got, _ := m.ScoreUpdate([]float64{45 + 1e-6}); got.Alarm {
				t.Errorf("a change that is noise: %+v", got)
			}
			if got, _ := m.ScoreUpdate([]float64{46}); !got.Alarm {
				t.Errorf("a change: %+v", got)
			}
		}
	}
}

// TestLinearForgetsAnOutlier: the next one is the smaller, the sooner it comes.
func TestLinearForgetsAnOutlier(t *testing.T) {
	second := func(after int) float64 {
		r := rand.New(rand.NewPCG(3, 3))
		m := fit(t, Linear{Memory: 100}, 1)
		for i := range 1000 + after {
			x := r.NormFloat64()
			if i == 1000 {
				x = 30
			}
			if _, err := m.ScoreUpdate([]float64{x}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := m.ScoreUpdate([]float64{30})
		if err != nil {
			t.Fatal(err)
		}
		return got.Score
	}
	if soon, late := second(30), second(400); soon < 0.9 || soon > 2 || late < 5 {
		t.Errorf("30 points after the first outlier: %v, 400 points: %v", soon, late)
	}
}

func TestLinearTakesAnythingFinite(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		m := fit(t, Linear{Lags: 1 + r.IntN(12), Memory: 10 + r.IntN(100)}, 1)
		for i := range 2000 {
			v := []float64{0, 1, math.MaxFloat64, -math.MaxFloat64, 1e-300, r.NormFloat64(), math.Ldexp(r.NormFloat64(), r.IntN(2000)-1000)}[r.IntN(7)]
			got, err := m.ScoreUpdate([]float64{v})
			if err != nil || !(got.Score >= 0 && got.Score <= mostWrong) {
				t.Fatalf("seed %d at %d: %v gives %+v, %v", seed, i, v, got, err)
			}
		}
		state, _ := m.MarshalBinary()
		if err := m.UnmarshalBinary(state); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

func TestLinearGoesOnBitForBit(t *testing.T) {
	for _, at := range []int{0, 1, 9, 150, 3000} {
		r := rand.New(rand.NewPCG(5, uint64(at)))
		set := Linear{Recent: 200, Lags: 5}
		a := fit(t, set, 3)
		next := func() []float64 { return []float64{r.NormFloat64(), r.ExpFloat64(), 7} }
		for range at {
			if _, err := a.ScoreUpdate(next()); err != nil {
				t.Fatal(err)
			}
		}
		state, err := a.AppendBinary([]byte("before"))
		if err != nil {
			t.Fatal(err)
		}
		b := fit(t, set, 3)
		if err := b.UnmarshalBinary(state[6:]); err != nil {
			t.Fatal(err)
		}
		for i := range 500 {
			x := next()
			one, _ := a.ScoreUpdate(x)
			two, err := b.ScoreUpdate(x)
			if err != nil || one != two || !slices.Equal(a.Explain(x, nil), b.Explain(x, nil)) {
				t.Fatalf("after %d, at %d: %+v, after the restore %+v, %v", at, i, one, two, err)
			}
		}
	}
}

func TestLinearTellsWhatIsWrong(t *testing.T) {
	_, err := Linear{Lags: 101, Memory: 9, OutputAfter: -1, Threshold: 2, Recent: -1, MaxKeys: -1, Least: math.NaN(), Names: []string{"a"}}.New(2)
	for _, field := range []string{"Lags is 101", "Memory is 9", "OutputAfter", "Threshold", "Recent", "Least", "MaxKeys is -1", "Names has 1"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%q is not in %v", field, err)
		}
	}
	m := fit(t, Linear{}, 2)
	before, _ := m.MarshalBinary()
	for _, x := range [][]float64{{1}, {1, math.NaN()}, {math.Inf(1), 1}} {
		if _, err := m.ScoreUpdate(x); err == nil || strings.Contains(err.Error(), "Forest") {
			t.Errorf("%v: %v", x, err)
		}
	}
	if after, _ := m.MarshalBinary(); string(after) != string(before) {
		t.Error("what was refused has changed the model")
	}
	if err := fit(t, Linear{Lags: 3}, 2).UnmarshalBinary(before); err == nil || !strings.Contains(err.Error(), "Lags is 8 there and 3 here") {
		t.Error(err)
	}
	var none LinearModel
	if _, err := none.ScoreUpdate(nil); !errors.Is(err, ErrDims) {
		t.Error(err)
	}
}

func TestLinearAllocatesNothingPerPoint(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures")
	}
	m := fit(t, Linear{}, 3)
	next := normal(1, 3)
	for i := range 3000 {
		if _, err := m.ScoreUpdate(next(i)); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(1000, func() { m.ScoreUpdate(next(0)) }); n != 0 {
		t.Errorf("%v allocations a point", n)
	}
}

// FuzzLinearState gives hostile bytes with a checksum that holds.
func FuzzLinearState(f *testing.F) {
	set := Linear{Lags: 2, Recent: 20, OutputAfter: 5}
	m := fit(f, set, 1)
	for i := range 40 {
		if i%13 == 0 {
			state, _ := m.MarshalBinary()
			f.Add(state[:len(state)-8])
		}
		m.ScoreUpdate([]float64{float64(i % 7)})
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = binary.LittleEndian.AppendUint64(b, crc64.Checksum(b, crc))
		m := fit(t, set, 1)
		if m.UnmarshalBinary(b) != nil {
			return
		}
		for i := range 30 {
			if got, err := m.ScoreUpdate([]float64{float64(i)}); err != nil || got.Score != got.Score {
				t.Fatal(got, err)
			}
		}
		again, _ := m.MarshalBinary()
		if err := m.UnmarshalBinary(again); err != nil {
			t.Fatal(err)
		}
	})
}

// BenchmarkDetectors scores and learns points of one dimension, samples full.
func BenchmarkDetectors(b *testing.B) {
	for name, d := range map[string]Detector{"linear": Linear{}, "forest": Forest{Trees: 50, Sample: 1024}, "twin": Twin{}} { // order: go test -bench sorts nothing, each stands by itself
		b.Run(name, func(b *testing.B) {
			m, err := d.New(1)
			if err != nil {
				b.Fatal(err)
			}
			next := normal(1, 1)
			for i := range 10_000 {
				m.ScoreUpdate(next(i))
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				m.ScoreUpdate(next(i))
			}
		})
	}
}
