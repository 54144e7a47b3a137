package anomaly

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

var rewrite = flag.Bool("rewrite", false, "take the scores that there are as those expected")

// TestScoresAreTheSameOnEveryMachine holds the bits of scores, of what follows
// from them, and of a state.
func TestScoresAreTheSameOnEveryMachine(t *testing.T) {
	var b strings.Builder
	for _, c := range []struct {
		name string
		f    Forest
		dims int
	}{
		{"1 dimension", Forest{Seed: 1}, 1},
		{"3 dimensions, shingle 2", Forest{Seed: 2, Trees: 20, Sample: 64, Shingle: 2, Missing: Impute}, 3},
		{"32 dimensions, by time", Forest{Seed: 3, Trees: 20, Sample: 32, HalfLife: time.Minute}, 32},
		{"fast decay", Forest{Seed: 4, Trees: 20, Sample: 32, Decay: 0.7}, 2},
	} {
		fmt.Fprintf(&b, "%s\n", c.name)
		m, err := c.f.Grow(c.dims)
		if err != nil {
			t.Fatal(err)
		}
		d, x := diceOf(9, 0), make([]float64, c.dims)
		for i := range 1200 {
			for j := range x {
				x[j] = 1000 + float64(d.unit()*d.unit())
				if i%100 == 99 && j == i/100%c.dims {
					x[j] += 5
				}
			}
			r, err := m.ScoreUpdateAt(watermark.Time(int64(i+int(d.next()%50))*int64(time.Second)), x)
			if err != nil {
				t.Fatal(err)
			}
			if i%25 == 24 && r.Ready {
				fmt.Fprintf(&b, "%d %016x %.6f %.6f\n", i, math.Float64bits(r.Score), r.Score, r.P)
			}
		}
		for _, p := range m.Explain(x, nil)[:1] {
			fmt.Fprintf(&b, "part %016x %016x\n", math.Float64bits(p.High), math.Float64bits(p.Low))
		}
		density, _ := m.Density(x)
		expected, _ := m.Expected(x, 0)
		state, _ := m.AppendBinary(nil)
		fmt.Fprintf(&b, "density %016x expected %016x\n", math.Float64bits(density), math.Float64bits(expected[0]))
		fmt.Fprintf(&b, "state of %d bytes, checksum %x\n", len(state), state[len(state)-8:])
	}
	const name = "testdata/scores.txt"
	if *rewrite {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	got, lines := strings.Split(b.String(), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(got), len(lines)) {
		if got[i] != lines[i] {
			t.Fatalf("%s:%d: got %q, want %q", name, i+1, got[i], lines[i])
		}
	}
	if len(got) != len(lines) {
		t.Errorf("%d lines, want %d", len(got), len(lines))
	}
}
