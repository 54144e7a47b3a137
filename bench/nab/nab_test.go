package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/anomaly"
)

func TestSeriesAreReadAndScoresWritten(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "data", "two", "b.csv"), "timestamp,value\n2014-01-01 00:00:00,1.5\n2014-01-01 00:05:00,-2e3\n")
	write(t, filepath.Join(dir, "data", "one", "a.csv"), "value,timestamp\n7,2014-01-01 00:00:00\n")
	all, err := readAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].name != "one/a.csv" || all[1].name != "two/b.csv" || all[1].group() != "two" {
		t.Fatalf("%+v", all)
	}
	if !slices.Equal(all[0].values, []float64{7}) || !slices.Equal(all[1].values, []float64{1.5, -2000}) || all[1].times[1] != "2014-01-01 00:05:00" {
		t.Fatalf("%+v", all)
	}
	if err := writeFile(filepath.Join(dir, "out", "two", "b.csv"), all[1], []float64{0, 2.25}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "out", "two", "b.csv"))
	if want := "timestamp,value,anomaly_score\n2014-01-01 00:00:00,1.5,0\n2014-01-01 00:05:00,-2000,2.25\n"; err != nil || string(got) != want {
		t.Errorf("%q, want %q, %v", got, want, err)
	}
	for text, says := range map[string]string{"": "header", "time,value\n": "timestamp", "timestamp,value\nx,y\n": "line 2"} {
		write(t, filepath.Join(dir, "data", "two", "b.csv"), text)
		if _, err := readAll(dir); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "b.csv") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := readAll(t.TempDir()); err == nil {
		t.Error("a folder without data is one without an error")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestScoresAreCausal changes all that comes after a row: its score must stay.
func TestScoresAreCausal(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	values := make([]float64, 1500)
	for i := range values {
		values[i] = r.NormFloat64()
		if i%97 == 0 {
			values[i] += 5
		}
	}
	run := func(name string, values []float64) ([]float64, error) {
		score, err := newScorer(name, "", 1, false)
		if err != nil {
			t.Fatal(err)
		}
		return scan(score, values, 50)
	}
	for _, name := range []string{"twin", "forest", "linear", "halfspace"} {
		whole, err := run(name, values)
		if err != nil {
			t.Fatal(err)
		}
		const cut = 700
		other := slices.Clone(values)
		for i := cut; i < len(other); i++ {
			other[i] = 100 * r.Float64()
		}
		changed, err := run(name, other)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(whole[:cut], changed[:cut]) {
			t.Errorf("%s: scores depend on later rows", name)
		}
		if slices.Equal(whole, changed) {
			t.Errorf("%s: no score depends on any row", name)
		}
	}
}

func TestSettingsAreAssigned(t *testing.T) {
	f := anomaly.Forest{Seed: 3}
	if err := assign(&f, "Trees=7,Least=-1,Noise.Relative=0.5"); err != nil || f.String() != (anomaly.Forest{Trees: 7, Seed: 3, Least: -1, Noise: anomaly.Noise{Relative: 0.5}}).String() {
		t.Errorf("%v, %v", f, err)
	}
	for _, set := range []string{"Trees", "Trees=x", "Trees=1.5", "Tree=1", "Names=1", "Trees.X=1", "=1", "Trees=1,"} {
		if _, err := newScorer("forest", set, 1, false); err == nil || !strings.Contains(err.Error(), "-set has") {
			t.Errorf("%q: %v", set, err)
		}
	}
	if _, err := newScorer("other", "", 1, false); err == nil {
		t.Error("another detector was taken")
	}
}

// TestAlarmsAreCounted has a window of rows 50 to 59 of 100, of which the first 15
// do not count.
func TestAlarmsAreCounted(t *testing.T) {
	s := series{name: "a/b.csv"}
	scores := make([]float64, 100)
	for i := range 100 {
		s.times = append(s.times, "2014-01-01 00:00:"+strconv.Itoa(100+i))
	}
	for _, i := range []int{3, 20, 52, 53, 70} {
		scores[i] = 1
	}
	var b strings.Builder
	tellAlarms(&b, []series{s, s}, [][]float64{scores, make([]float64, 100)}, labels{"a/b.csv": {{s.times[50], s.times[59]}}})
	if want := "alarms in 1 of 2 windows, and 2 others in 170 rows\n"; b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}

// TestScorer has a series of 100 rows with a window of rows 50 to 59, of which 10
// is the width: what is found in row 50 is worth 1, a false row costs 0.11 before
// the window, and a row right after it nearly nothing.
func TestScorer(t *testing.T) {
	s := series{name: "a/b.csv"}
	for i := range 100 {
		s.times = append(s.times, "2014-01-01 00:00:"+strconv.Itoa(100+i))
	}
	l := labels{"a/b.csv": {{s.times[50] + ".000", s.times[59] + ".000"}}}
	for _, c := range []struct {
		rows      []int
		low, high float64
	}{
		{nil, 0, 0},
		{[]int{50}, 100, 100},
		{[]int{50, 51, 52}, 100, 100},
		{[]int{59}, 60, 80}, // late
		{[]int{30, 50}, 94.4, 94.6},
		{[]int{10, 50}, 100, 100}, // the first 15 do not count
		{[]int{50, 60}, 98, 100},
		{[]int{50, 99}, 94.4, 94.6},
		{[]int{30}, 0, 0},
	} {
		scores := make([]float64, 100)
		for _, i := range c.rows {
			scores[i] = 1
		}
		got := summary([]series{s}, [][]float64{scores}, l, "").scores
		if got[0] < c.low || got[0] > c.high {
			t.Errorf("rows %v: %v, want from %v to %v", c.rows, got[0], c.low, c.high)
		}
	}
}

// TestBenchmark holds what the detector reaches, where a part of the benchmark is
// at hand: NAB names the folder.
func TestBenchmark(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes the detector over all series")
	}
	dir := os.Getenv("NAB")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "nab")
	}
	l, err := readLabels(dir)
	if err != nil {
		t.Skipf("no benchmark (NAB names its folder, with data and labels): %v", err)
	}
	all, err := readAll(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	var scores [][]float64
	for _, s := range all {
		score, err := newScorer("twin", "", 1, false)
		if err != nil {
			t.Fatal(err)
		}
		got, err := scan(score, s.values, 0)
		if err != nil {
			t.Fatal(err)
		}
		scores = append(scores, got)
		if err := writeFile(filepath.Join(out, s.name), s, got); err != nil {
			t.Fatal(err)
		}
	}
	sum := summary(all, scores, l, "")
	t.Logf("standard %.2f, low FP %.2f, low FN %.2f, at thresholds %.3f", sum.scores[0], sum.scores[1], sum.scores[2], sum.thresholds)
	for i, least := range [3]float64{64, 55, 69} {
		if sum.scores[i] < least {
			t.Errorf("profile %d: %.2f, want at least %v", i, sum.scores[i], least)
		}
	}
	for i, s := range all {
		if strings.Contains(s.name, "flatline") || strings.Contains(s.name, "no_noise") || strings.Contains(s.name, "perfect_square_wave") {
			if most := slices.Max(scores[i]); most >= sum.thresholds[0] {
				t.Errorf("%s: %v reaches the threshold, %v", s.name, most, sum.thresholds[0])
			}
		}
	}
	// The benchmark's own scorer, if it and what it needs are there, says the same.
	said, err := exec.Command("python3", filepath.Join(dir, "score.py"), out).CombinedOutput()
	if err != nil {
		t.Logf("score.py did not run: %v", err)
		return
	}
	want := strconv.FormatFloat(sum.scores[0], 'f', 2, 64)
	if !strings.Contains(string(said), want) {
		t.Errorf("score.py does not say %s:\n%s", want, said)
	}
}
