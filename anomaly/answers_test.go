package anomaly

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPartsSumToTheScore(t *testing.T) {
	for _, f := range []Forest{{Trees: 30, Sample: 64}, {Trees: 30, Sample: 64, Shingle: 3}, {Trees: 10, Sample: 16, Noise: Noise{Absolute: -1}}} {
		m := grow(t, f, 3, 300, normal(1, 3))
		next := normal(2, 3)
		for i := range 200 {
			x := slices.Clone(next(i))
			x[i%3] += float64(i%4) * 5
			if i%10 == 0 && f.Shingle < 2 {
				x = []float64{m.rows.last[0], m.rows.last[1], m.rows.last[2]} // a duplicate, in some trees
			}
			r, err := m.Score(x)
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for _, p := range m.Explain(x, nil) {
				if p.High < 0 || p.Low < 0 {
					t.Fatalf("a negative part: %+v", p)
				}
				sum += p.High + p.Low
			}
			if math.Abs(sum-r.Score) > 1e-9*r.Score {
				t.Fatalf("%+v: parts sum to %v, the score is %v", f, sum, r.Score)
			}
			update(t, m, x...)
		}
	}
}

func TestPartsNameDimensionAndSide(t *testing.T) {
	m := grow(t, Forest{Names: []string{"value", "amp"}, Attribution: true}, 2, 1500, normal(1, 2))
	parts := m.Explain([]float64{0, -9}, []Part{{Name: "before"}})
	if len(parts) != 3 || parts[0].Name != "before" || parts[1].Name != "value" || parts[2].Name != "amp" {
		t.Fatalf("%+v", parts)
	}
	if p := parts[2]; p.Low < 10*p.High || p.Low < 5*(parts[1].High+parts[1].Low) {
		t.Errorf("parts %+v of an amp that is low", parts)
	}
	// What ScoreUpdate keeps is what Explain said before it.
	want := m.Explain([]float64{12, 0}, nil)
	r := update(t, m, 12, 0)
	if got := m.Parts(nil); !r.Alarm || !slices.Equal(got, want) || got[0].High < 3 {
		t.Errorf("%+v: parts %+v, want %+v", r, got, want)
	}
	update(t, m, 0, 0)
	if got := m.Parts(nil); got != nil {
		t.Errorf("parts %+v of a usual point", got)
	}
	if parts := grow(t, Forest{}, 2, 3, normal(1, 2)).Explain([]float64{1, 2}, nil); parts != nil {
		t.Errorf("parts %+v before Ready", parts)
	}
}

// line gives points (v, 2v+1, 50-v).
func line(i int) []float64 {
	v := float64(i * 37 % 100)
	return []float64{v, 2*v + 1, 50 - v}
}

func TestExpectedFollowsTheOtherDimensions(t *testing.T) {
	m := grow(t, Forest{}, 3, 2000, line)
	for v := 5.0; v < 95; v += 9 {
		got, err := m.Expected([]float64{v, math.NaN(), 50 - v}, 1)
		if err != nil || math.Abs(got[1]-(2*v+1)) > 6 || got[0] != v || got[2] != 50-v {
			t.Errorf("beside %v: %v, %v, want about %v", v, got, err, 2*v+1)
		}
	}
	got, err := m.Expected([]float64{20, 0, 0}, 1, 2)
	if err != nil || math.Abs(got[1]-41) > 8 || math.Abs(got[2]-30) > 4 {
		t.Errorf("two missing: %v, %v", got, err)
	}
	if got, err := m.Expected([]float64{0, 0, 0}, 0, 1, 2); err != nil || got[0] < 0 || got[0] > 99 {
		t.Errorf("all missing: %v, %v", got, err)
	}
	for name, c := range map[string]struct {
		x       []float64
		missing []int
		want    string
	}{
		"no such dimension": {[]float64{1, 2, 3}, []int{3}, "missing dimension 3"},
		"too short":         {[]float64{1}, []int{0}, "another number of dimensions"},
		"not named":         {[]float64{1, math.NaN(), 3}, []int{0}, "dimension 1"},
	} {
		if got, err := m.Expected(c.x, c.missing...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := grow(t, Forest{}, 3, 5, line).Expected([]float64{1, 2, 3}, 0); err == nil {
		t.Error("something is expected before Ready")
	}
}

func TestMissingValuesAreFilledIn(t *testing.T) {
	for _, missing := range []Missing{Previous, Impute} {
		m := grow(t, Forest{Missing: missing, Trees: 50}, 3, 2000, line)
		before := slices.Clone(m.rows.last)
		if _, err := m.ScoreUpdate([]float64{20, math.NaN(), 30}); err != nil {
			t.Fatal(err)
		}
		got := m.rows.last[1]
		if missing == Previous && got != before[1] || missing == Impute && math.Abs(got-41) > 8 {
			t.Errorf("policy %d: filled in %v, before was %v", missing, got, before)
		}
		first, _ := Forest{Missing: missing}.Grow(1)
		if _, err := first.ScoreUpdate([]float64{math.NaN()}); err == nil {
			t.Errorf("policy %d: the first point was taken", missing)
		}
	}
}

func TestForecastGoesOnWithAWave(t *testing.T) {
	wave := func(i int) []float64 { return []float64{10 * math.Sin(float64(i)*2*math.Pi/24)} }
	m := grow(t, Forest{Shingle: 8}, 1, 2000, wave)
	before, _ := m.AppendBinary(nil)
	got, err := m.Forecast(24)
	if err != nil || len(got) != 24 {
		t.Fatal(got, err)
	}
	for i, row := range got {
		if want := wave(2000 + i)[0]; math.Abs(row[0]-want) > 3 {
			t.Errorf("%d ahead: %v, want about %v", i+1, row[0], want)
		}
	}
	if after, _ := m.AppendBinary(nil); !slices.Equal(before, after) {
		t.Error("the forest has changed")
	}
	if _, err := grow(t, Forest{}, 1, 2000, wave).Forecast(1); err == nil {
		t.Error("a forecast without a shingle")
	}
	if _, err := m.Forecast(-1); err == nil {
		t.Error("a forecast of -1 rows")
	}
}

func TestDensityIsHighWherePointsAre(t *testing.T) {
	m := grow(t, Forest{}, 1, 3000, normal(1, 1))
	at := func(x float64) float64 {
		d, err := m.Density([]float64{x})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if !(at(0.01) > at(1.5) && at(1.5) > at(3) && at(3) > at(30) && at(30) > 0) {
		t.Errorf("densities %v %v %v %v", at(0.01), at(1.5), at(3), at(30))
	}
	same := grow(t, Forest{Noise: Noise{Relative: -1}}, 1, 500, func(int) []float64 { return []float64{2} })
	if d, err := same.Density([]float64{2}); err != nil || !math.IsInf(d, 1) {
		t.Errorf("all points equal: %v, %v", d, err)
	}
}

func TestNearGivesPointsOfTheSample(t *testing.T) {
	m := grow(t, Forest{}, 3, 1000, line)
	got, err := m.Near([]float64{20, 41, 31}, 8)
	if err != nil || len(got) == 0 {
		t.Fatal(got, err)
	}
	if n := got[0]; n.Distance != 1 || !slices.Equal(n.Point, []float64{20, 41, 30}) || n.Trees < 20 {
		t.Errorf("nearest %+v", n)
	}
	trees := 0
	for i, n := range got {
		if trees += n.Trees; n.Distance > 8 || i > 0 && n.Distance < got[i-1].Distance {
			t.Errorf("%d: %+v", i, n)
		}
	}
	if trees > 100 {
		t.Errorf("%d trees of 100", trees)
	}
}

func TestMistakesAreToldAtOnce(t *testing.T) {
	nan := math.NaN()
	_, err := Forest{Trees: -1, Sample: 1, Decay: 2, HalfLife: -time.Second, Shingle: -1, InitialAccept: nan, OutputAfter: -1, Noise: Noise{nan, math.Inf(1)},
		Missing: 9, Threshold: 1, Recent: -1, Least: nan, Names: []string{"a"}}.New(2)
	if err == nil {
		t.Fatal("no error")
	}
	for _, field := range []string{"Trees", "Sample", "Decay is 2: must be at most 1", "HalfLife", "Shingle", "InitialAccept", "OutputAfter", "Noise.Absolute", "Noise.Relative", "Missing", "Threshold", "Recent", "Least", "Names has 1"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("no word of %s in %v", field, err)
		}
	}
	for _, dims := range []int{0, -1, 40_000, 10_000} {
		if _, err := (Forest{Shingle: 4}).New(dims); err == nil {
			t.Errorf("%d dimensions were taken", dims)
		}
	}
	if _, err := new(RandomCutForest).ScoreUpdate(nil); err == nil {
		t.Error("a zero forest took a point")
	}
}
