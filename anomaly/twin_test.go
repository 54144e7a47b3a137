package anomaly

import (
	"encoding/binary"
	"errors"
	"hash/crc64"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

var (
	_ Detector   = Twin{}
	_ Model      = (*TwinForest)(nil)
	_ Timed      = (*TwinForest)(nil)
	_ Attributed = (*TwinForest)(nil)
	_ Sized      = (*TwinForest)(nil)
)

func smallTwin() Twin {
	return Twin{Forest: Forest{Trees: 5, Sample: 32, Recent: 60, Gate: 20, Seed: 3}, Mean: 4}
}

// TestTwinIsTwoForests puts a Twin together from its parts, the obvious way.
func TestTwinIsTwoForests(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	set := smallTwin()
	twin, err := set.Grow(2)
	if err != nil {
		t.Fatal(err)
	}
	f := set.Forest
	f.OutputAfter = 11 // a third of what it is in the twin
	points, _ := f.Grow(2)
	f.Seed = ^f.Seed
	level, _ := f.Grow(2)
	var xs [][]float64
	var raw, told []float64
	alarms := 0
	for i := range 2000 {
		x := []float64{r.NormFloat64(), r.NormFloat64()}
		if r.IntN(40) == 0 {
			x[r.IntN(2)] += 4 + 4*r.Float64()
		}
		xs = append(xs, x)
		mean := make([]float64, 2)
		for d := range mean {
			for _, y := range xs[max(0, i-3):] {
				mean[d] += y[d] / float64(min(i+1, 4))
			}
		}
		a, _ := points.ScoreUpdate(x)
		b, _ := level.ScoreUpdate(mean)
		got, err := twin.ScoreUpdate(x)
		if err != nil {
			t.Fatal(err)
		}
		if !a.Ready {
			if got != (Result{P: 1}) {
				t.Fatalf("at %d: %+v", i, got)
			}
			continue
		}
		s := max(a.Score, b.Score)
		high, counts, as := 1, true, 1
		for j := range min(60, len(raw)) {
			k := len(raw) - 1 - j
			if raw[k] >= s {
				high++
				counts = counts && j >= 20
			}
			if told[k] >= s {
				as++
			}
		}
		want := Result{P: float64(high) / float64(min(60, len(raw))+1), Ready: true}
		if counts {
			want.Score = max(0, s-math.Log2(float64(as)))
			want.Alarm = want.Score >= 2.5
			told = append(told, s)
		} else {
			told = append(told, 0)
		}
		raw = append(raw, s)
		if i < 32 {
			want = Result{P: 1}
		}
		// The ring adds up the mean in another order than the reference does.
		if math.Abs(got.Score-want.Score) > 1e-4 || got.P != want.P || got.Alarm != want.Alarm {
			t.Fatalf("at %d: %+v, want %+v", i, got, want)
		}
		if got.Alarm {
			alarms++
		}
	}
	if alarms == 0 || alarms > 40 {
		t.Errorf("%d alarms", alarms)
	}
}

// TestQuietIsThatOfTheObviousWay has scores that are often equal.
func TestQuietIsThatOfTheObviousWay(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 9))
		q := quiet{size: 1 + r.IntN(30), gate: r.IntN(40) - 1}
		var raw, told []float64
		for i := range 200 {
			s := float64(r.IntN(8))
			high, as, counts := 1, 1, true
			for j, v := range raw[max(0, i-q.size):] {
				if v >= s {
					high++
					counts = counts && len(raw[max(0, i-q.size):])-j > q.gate
				}
				if told[max(0, i-q.size)+j] >= s && told[max(0, i-q.size)+j] > 0 {
					as++
				}
			}
			want := 0.0
			if counts {
				want = max(0, s-math.Log2(float64(as)))
			}
			got, p, is := q.level(s)
			if s > 0 && (math.Abs(got-want) > 1e-12 || is != counts) || p != float64(high)/float64(min(i, q.size)+1) {
				t.Fatalf("seed %d at %d, size %d, gate %d: %v %v %v, want %v %v", seed, i, q.size, q.gate, got, p, is, want, counts)
			}
			q.add(s, is)
			raw, told = append(raw, s), append(told, 0)
			if counts {
				told[i] = s
			}
		}
	}
}

func TestTwinTakesThePointBeforeForWhatIsMissing(t *testing.T) {
	set := smallTwin()
	set.Forest.Missing = Previous
	m, err := set.Grow(2)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range [][]float64{{1, 10}, {math.NaN(), 20}, {4, math.NaN()}, {math.NaN(), math.NaN()}, {math.NaN(), 80}} {
		if _, err := m.ScoreUpdate(x); err != nil {
			t.Fatal(err)
		}
	}
	if m.mean[0] != (1+4+4+4)/4.0 || m.mean[1] != (20+20+20+80)/4.0 {
		t.Errorf("mean %v", m.mean)
	}
}

func TestTwinSeesALevelThatMoves(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	score := func(d Detector) (best float64) {
		m, err := d.New(1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3030 {
			x := r.Float64()
			if i >= 3000 {
				x = 0.7 + 0.3*x // no value that was not there before
			}
			got, err := m.ScoreUpdate([]float64{x})
			if err != nil {
				t.Fatal(err)
			}
			if i >= 3000 {
				best = max(best, got.Score)
			}
		}
		return best
	}
	alone, twin := score(Forest{Trees: 50, Sample: 1024, Seed: 1}), score(Twin{Forest: Forest{Seed: 1}})
	if alone > 1.5 || twin < 2.5 {
		t.Errorf("a level that moved: the forest alone %v, with its twin %v", alone, twin)
	}
}

func TestTwinIsSilentOnAPerfectWave(t *testing.T) {
	for name, wave := range map[string]func(i int) float64{
		"flat":   func(int) float64 { return 45 },
		"square": func(i int) float64 { return float64(20 + 60*(i/100%2)) },
		"sine":   func(i int) float64 { return 100 * math.Sin(float64(i%288)*2*math.Pi/288) },
	} {
		m, err := Twin{Forest: Forest{OutputAfter: 500}}.Grow(1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3000 {
			got, err := m.ScoreUpdate([]float64{wave(i)})
			if err != nil || got.Alarm {
				t.Fatalf("%s at %d: %+v, %v", name, i, got, err)
			}
		}
	}
}

func TestTwinGoesOnBitForBit(t *testing.T) {
	set := smallTwin()
	set.Forest.Missing, set.Forest.Attribution, set.Forest.Threshold = Previous, true, 0.1
	for _, at := range []int{0, 1, 3, 4, 5, 40, 93, 500} {
		r := rand.New(rand.NewPCG(7, uint64(at)))
		a, err := set.Grow(2)
		if err != nil {
			t.Fatal(err)
		}
		next := func(i int) []float64 {
			x := []float64{r.NormFloat64(), r.ExpFloat64()}
			if i > 0 && r.IntN(5) == 0 {
				x[r.IntN(2)] = math.NaN()
			}
			return x
		}
		for i := range at {
			if _, err := a.ScoreUpdateAt(watermark.Time(i), next(i)); err != nil {
				t.Fatal(err)
			}
		}
		state, err := a.AppendBinary([]byte("before"))
		if err != nil || string(state[:6]) != "before" {
			t.Fatal(err)
		}
		b, _ := set.Grow(2)
		if err := b.UnmarshalBinary(state[6:]); err != nil {
			t.Fatalf("after %d: %v", at, err)
		}
		for i := at; i < at+300; i++ {
			x := next(i)
			got, err := a.ScoreUpdate(x)
			if err != nil {
				t.Fatal(err)
			}
			again, err := b.ScoreUpdate(x)
			if err != nil || got != again {
				t.Fatalf("after %d, at %d: %+v, after the restore %+v, %v", at, i, got, again, err)
			}
			if len(a.Parts(nil)) != len(b.Parts(nil)) {
				t.Fatalf("parts %v, after the restore %v", a.Parts(nil), b.Parts(nil))
			}
		}
		one, _ := a.MarshalBinary()
		two, _ := b.MarshalBinary()
		if string(one) != string(two) {
			t.Fatalf("after %d: equal twins have other bytes", at)
		}
	}
}

func TestTwinTellsWhatIsWrong(t *testing.T) {
	_, err := Twin{Forest: Forest{Trees: -1}, Mean: -1}.New(1)
	if err == nil || !strings.Contains(err.Error(), "Forest.Trees is -1") || !strings.Contains(err.Error(), "Twin.Mean is -1") {
		t.Error(err)
	}
	var none TwinForest
	if _, err := none.ScoreUpdate([]float64{1}); !errors.Is(err, ErrDims) {
		t.Error(err)
	}
	m, _ := smallTwin().Grow(2)
	before, _ := m.MarshalBinary()
	for _, x := range [][]float64{{1}, {1, math.NaN()}, {1, math.Inf(-1)}} {
		if _, err := m.ScoreUpdate(x); err == nil {
			t.Errorf("%v was taken", x)
		}
	}
	if after, _ := m.MarshalBinary(); string(before) != string(after) {
		t.Error("what was refused has changed the twin")
	}
	if r, err := m.ScoreUpdate([]float64{math.MaxFloat64, -math.MaxFloat64}); err != nil || r.Ready {
		t.Error(r, err)
	}
	for _, other := range []Twin{{Forest: smallTwin().Forest, Mean: 5}, {Forest: Forest{Trees: 6, Sample: 32, Recent: 60, Gate: 20, Seed: 3}, Mean: 4}} {
		o, _ := other.Grow(2)
		if err := o.UnmarshalBinary(before); err == nil || !strings.Contains(err.Error(), "others") {
			t.Error(err)
		}
	}
}

func TestTwinAllocatesNothingPerPoint(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures")
	}
	m, _ := Twin{Forest: Forest{Trees: 10, Sample: 64, HalfLife: time.Hour, Attribution: true}}.Grow(1)
	next := normal(1, 1)
	for i := range 5000 {
		if _, err := m.ScoreUpdate(next(i)); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(1000, func() { m.ScoreUpdate(next(0)) }); n != 0 {
		t.Errorf("%v allocations a point", n)
	}
}

// FuzzTwinState gives hostile bytes with a checksum that holds.
func FuzzTwinState(f *testing.F) {
	set := smallTwin()
	m, _ := set.Grow(2)
	for i := range 100 {
		if state, _ := m.MarshalBinary(); i%33 == 0 {
			f.Add(state[:len(state)-8])
		}
		m.ScoreUpdate([]float64{float64(i % 7), float64(i % 5)})
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = binary.LittleEndian.AppendUint64(b, crc64.Checksum(b, crc))
		m, _ := set.Grow(2)
		if err := m.UnmarshalBinary(b); err != nil {
			return
		}
		for i := range 70 {
			if _, err := m.ScoreUpdate([]float64{float64(i % 9), 1}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
