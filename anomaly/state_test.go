package anomaly

import (
	"encoding/binary"
	"hash/crc64"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

func TestStateGoesOnBitForBit(t *testing.T) {
	for _, f := range []Forest{
		{Trees: 10, Sample: 64, Seed: 1},
		{Trees: 10, Sample: 64, Seed: 2, Shingle: 4, Missing: Impute},
		{Trees: 10, Sample: 32, HalfLife: time.Minute, Attribution: true, Recent: 50},
		{Trees: 3, Sample: 16, Decay: 0.9},
	} {
		for _, at := range []int{0, 1, 3, 50, 1000} {
			r := rand.New(rand.NewPCG(1, uint64(at)))
			a, err := f.Grow(2)
			if err != nil {
				t.Fatal(err)
			}
			step := func(i int, models ...*RandomCutForest) (results []Result) {
				x := values(r, 2, i*10)
				if f.Missing == Impute && i > 0 && i%5 == 0 {
					x[1] = math.NaN()
				}
				for _, m := range models {
					got, err := m.ScoreUpdateAt(watermark.Time(i)*watermark.Time(time.Second), x)
					if err != nil {
						t.Fatal(err)
					}
					results = append(results, got)
				}
				return results
			}
			for i := range at {
				step(i, a)
			}
			state, err := a.AppendBinary([]byte("before"))
			if err != nil || string(state[:6]) != "before" {
				t.Fatal(err)
			}
			b, _ := f.Grow(2)
			step(0, b)
			if err := b.UnmarshalBinary(state[6:]); err != nil {
				t.Fatalf("%+v after %d: %v", f, at, err)
			}
			for i := at; i < at+1000; i++ {
				if got := step(i, a, b); got[0] != got[1] {
					t.Fatalf("%+v after %d, at %d: %+v, after the restore %+v", f, at, i, got[0], got[1])
				}
				if !slices.Equal(a.parts, b.parts) {
					t.Fatalf("parts %v, after the restore %v", a.parts, b.parts)
				}
			}
			one, _ := a.AppendBinary(nil)
			two, _ := b.AppendBinary(nil)
			if !slices.Equal(one, two) {
				t.Errorf("%+v after %d: the states differ in the end", f, at)
			}
		}
	}
}

// TestStateWrittenEarlierIsTaken reads states that lie in testdata as they were once
// written, and goes on: a change of the bytes takes a new version, and a reader of
// the old one.
func TestStateWrittenEarlierIsTaken(t *testing.T) {
	for name, f := range map[string]Forest{ // order: each stands by itself
		"state1": {Trees: 3, Sample: 8, Seed: 5, Recent: 20},
		"state3": {Trees: 3, Sample: 8, Seed: 5, Recent: 20, Shingle: 3, HalfLife: time.Minute},
	} {
		point := func(i int) (watermark.Time, []float64) {
			return watermark.Time(i) * watermark.Time(time.Second), []float64{float64(i * i % 17)}
		}
		m := grow(t, f, 1, 0, nil)
		for i := range 100 {
			if _, err := m.ScoreUpdateAt(point(i)); err != nil {
				t.Fatal(err)
			}
		}
		path := "testdata/" + name + ".bin"
		if *rewrite {
			b, _ := m.AppendBinary(nil)
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		old := grow(t, f, 1, 0, nil)
		if err := old.UnmarshalBinary(b); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for i := 100; i < 200; i++ {
			want, _ := m.ScoreUpdateAt(point(i))
			if got, err := old.ScoreUpdateAt(point(i)); got != want || err != nil {
				t.Fatalf("%s, point %d: %+v, %v, want %+v", path, i, got, err, want)
			}
		}
	}
}

// TestRestoreTakesNoSeconds: it takes milliseconds, which BenchmarkState measures.
func TestRestoreTakesNoSeconds(t *testing.T) {
	m := grow(t, Forest{}, 1, 3000, normal(1, 1))
	best := time.Hour
	for range 5 {
		start := time.Now()
		state, _ := m.AppendBinary(nil)
		if err := m.UnmarshalBinary(state); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	if best > 200*time.Millisecond {
		t.Errorf("a snapshot and a restore took %v", best)
	}
}

func TestStateOfOtherSettingsIsToldApart(t *testing.T) {
	f := Forest{Trees: 5, Sample: 16}
	m := grow(t, f, 2, 100, normal(1, 2))
	state, _ := m.AppendBinary(nil)
	for _, c := range []struct {
		f    Forest
		dims int
		want []string
	}{
		{Forest{Trees: 6, Sample: 17}, 2, []string{"Trees is 5 there and 6 here", "Sample is 16 there and 17 here", "Decay is 0.00625 there and 0.0058823529411764705 here"}},
		{f, 3, []string{"dimensions is 2 there and 3 here"}},
		{Forest{Trees: 5, Sample: 16, Seed: 8, HalfLife: time.Hour}, 2, []string{"Seed is 0 there and 8 here", "HalfLife is 0s there and 1h0m0s here"}},
		{Forest{Trees: 5, Sample: 16, Shingle: 2, InitialAccept: 0.5, Recent: 7}, 2, []string{"Shingle is 1 there and 2 here", "InitialAccept is 0.125 there and 0.5 here", "Recent is 1000 there and 7 here"}},
	} {
		other, _ := c.f.Grow(c.dims)
		err := other.UnmarshalBinary(state)
		if err == nil {
			t.Errorf("%+v took the state", c.f)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v, want %q", c.f, err, want)
			}
		}
	}
	f.OutputAfter, f.Names, f.Threshold, f.Gate = 9, []string{"a", "b"}, 0.1, -1
	if other, _ := f.Grow(2); other.UnmarshalBinary(state) != nil {
		t.Error("settings of the result alone must not matter")
	}
	for _, b := range [][]byte{nil, state[:4], []byte("something else")} {
		if err := m.UnmarshalBinary(b); err == nil {
			t.Errorf("%q was taken", b)
		}
	}
	newer := slices.Clone(state)
	newer[len(stateMark)]++
	if err := m.UnmarshalBinary(newer); err == nil || !strings.Contains(err.Error(), "version 3") {
		t.Errorf("a newer version: %v", err)
	}
	if err := new(RandomCutForest).UnmarshalBinary(state); err == nil {
		t.Error("a zero forest took the state")
	}
	if _, err := new(RandomCutForest).AppendBinary(nil); err == nil {
		t.Error("a zero forest gave a state")
	}
}

func TestEveryDamagedByteIsNoticed(t *testing.T) {
	f := Forest{Trees: 2, Sample: 8, Recent: 20}
	m := grow(t, f, 2, 100, normal(1, 2))
	state, _ := m.AppendBinary(nil)
	for i := range state {
		b := slices.Clone(state)
		b[i] ^= 1 << (i % 8)
		if m.UnmarshalBinary(b) == nil {
			t.Fatalf("byte %d of %d was changed, and not noticed", i, len(state))
		}
		if m.UnmarshalBinary(state[:i]) == nil {
			t.Fatalf("%d bytes of %d were taken", i, len(state))
		}
	}
	if after, _ := m.AppendBinary(nil); !slices.Equal(state, after) {
		t.Error("the forest has changed")
	}
}

// FuzzState changes states behind a right checksum. What is taken must be a
// forest: it scores, learns, and gives a state that is taken again.
func FuzzState(f *testing.F) {
	set := Forest{Trees: 2, Sample: 8, Recent: 10, Shingle: 2}
	for _, n := range []int{0, 1, 5, 200} {
		state, _ := grow(f, set, 2, n, normal(1, 2)).AppendBinary(nil)
		f.Add(state, uint16(90), uint64(0))
		f.Add(state, uint16(len(state)-60), uint64(math.Float64bits(math.NaN())))
	}
	f.Fuzz(func(t *testing.T, b []byte, at uint16, v uint64) {
		if len(b) >= 16 {
			b = slices.Clone(b)
			if n := len(b) - 16; int(at) < n {
				binary.LittleEndian.PutUint64(b[at:], v)
			}
			binary.LittleEndian.PutUint64(b[len(b)-8:], crc64.Checksum(b[:len(b)-8], crc))
		}
		m := grow(t, set, 2, 20, normal(2, 2))
		before, _ := m.AppendBinary(nil)
		if m.UnmarshalBinary(b) != nil {
			if after, _ := m.AppendBinary(nil); !slices.Equal(before, after) {
				t.Fatal("the forest has changed")
			}
			return
		}
		next := normal(3, 2)
		for i := range 100 {
			update(t, m, next(i)...)
		}
		m.Explain([]float64{1, 2}, nil)
		if _, err := m.Forecast(2); err != nil && m.ready() {
			t.Fatal(err)
		}
		state, _ := m.AppendBinary(nil)
		if err := m.UnmarshalBinary(state); err != nil {
			t.Fatalf("after a state that was taken: %v", err)
		}
	})
}

// FuzzForest feeds any bits as values: nothing panics, and refused points leave
// no trace.
func FuzzForest(f *testing.F) {
	f.Add(uint64(1), []byte("12345678abcdefgh12345678abcdefgh"))
	extremes := []float64{0, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 1e30, -1e30, math.Inf(1), math.NaN(), math.MaxFloat32, 1e-45}
	var b []byte
	for i := range 200 {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(extremes[i*7%len(extremes)]))
	}
	f.Add(uint64(2), b)
	f.Fuzz(func(t *testing.T, seed uint64, b []byte) {
		set := Forest{Trees: 2, Sample: 2 + int(seed>>8%8), Shingle: 1 + int(seed%3), Missing: Missing(seed >> 2 % 3), OutputAfter: 3, Seed: seed, Decay: float64(seed>>4%3)/2 - 0.5, Attribution: true}
		if seed>>6%2 == 1 {
			set.Decay, set.HalfLife = 0, 1
		}
		dims := 1 + int(seed>>3%2)
		m, err := set.Grow(dims)
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float64, dims)
		for len(b) >= 8*dims {
			for d := range x {
				x[d] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*d:]))
			}
			b = b[8*dims:]
			seen := m.seen
			r, err := m.ScoreUpdateAt(watermark.Time(math.Float64bits(x[0])), x)
			if err != nil && m.seen != seen {
				t.Fatal("a refused point was learned")
			}
			if !(r.Score >= 0 && r.Score <= 20) || !(r.P >= 0 && r.P <= 1) {
				t.Fatalf("%v: %+v", x, r)
			}
			m.Explain(x, nil)
			if d, err := m.Density(x); d < 0 || d != d {
				t.Fatalf("%v: density %v, %v", x, d, err)
			}
			if _, err := m.Near(x, 1); err == nil {
				if full, err := m.Expected(x, 0); err == nil && full[0] != full[0] {
					t.Fatalf("expected %v", full)
				}
			}
			if _, err := m.Forecast(2); err != nil && m.ready() && set.Shingle > 1 {
				t.Fatal(err)
			}
		}
		state, err := m.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := set.Grow(dims)
		if err := again.UnmarshalBinary(state); err != nil {
			t.Fatal(err)
		}
	})
}
