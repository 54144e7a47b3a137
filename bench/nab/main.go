// Nab runs a detector over a folder in the form of the Numenta Anomaly Benchmark,
// and writes its scores in the form of the benchmark's results.
//
//	go run ./bench/nab -data DIR -out DIR
//
// There is one setting for all series, and one pass over each: the score of a row
// depends on the rows before it and on nothing else. Where the folder has the
// labelled windows, the table of scores is printed.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/tidemark-go/tidemark/anomaly"
)

func main() {
	data := flag.String("data", "", "folder of the benchmark, with data/category/file.csv and, to print scores, labels/combined_windows.json")
	out := flag.String("out", "", "folder for the results, category/file.csv; empty: write none")
	seed := flag.Uint64("seed", 1, "seed of the detector")
	name := flag.String("detector", "twin", "twin, forest or linear")
	gate := flag.Int("gate", 0, "let a score count only if it is the highest of so many rows; a twin does so by itself")
	flag.Parse()
	if err := run(*data, *out, *name, *seed, *gate); err != nil {
		fmt.Fprintln(os.Stderr, "nab:", err)
		os.Exit(1)
	}
}

func run(data, out, name string, seed uint64, gate int) error {
	detector := detectors[name]
	if detector == nil {
		return fmt.Errorf("-detector is %q: must be twin, forest or linear", name)
	}
	all, err := readAll(data)
	if err != nil {
		return err
	}
	scores := make([][]float64, len(all))
	for i, s := range all {
		if scores[i], err = scan(detector(seed), s.values, gate); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if out != "" {
			if err := writeFile(filepath.Join(out, filepath.FromSlash(s.name)), s, scores[i]); err != nil {
				return err
			}
		}
	}
	if l, err := readLabels(data); err == nil {
		table(os.Stdout, all, scores, l)
	} else if !os.IsNotExist(err) {
		return err
	}
	return nil
}

func writeFile(path string, s series, scores []float64) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := writeScores(f, s, scores); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// detectors are the settings, each one for all series.
var detectors = map[string]func(seed uint64) anomaly.Detector{
	"twin": func(seed uint64) anomaly.Detector {
		return anomaly.Twin{Forest: anomaly.Forest{Seed: seed}}
	},
	"forest": func(seed uint64) anomaly.Detector {
		return anomaly.Forest{Trees: 50, Sample: 1024, Seed: seed, OutputAfter: 300}
	},
	"linear": func(uint64) anomaly.Detector { return anomaly.Linear{} },
}

// scan returns the score of each value, as it is when the value comes: 0 where it
// is not the highest of the last gate ones.
func scan(d anomaly.Detector, values []float64, gate int) ([]float64, error) {
	m, err := d.New(1)
	if err != nil {
		return nil, err
	}
	raw, scores := make([]float64, len(values)), make([]float64, len(values))
	for i := range values {
		r, err := m.ScoreUpdate(values[i : i+1])
		if err != nil {
			return nil, err
		}
		raw[i] = r.Score
		if before := raw[max(0, i-max(gate, 0)):i]; len(before) == 0 || r.Score > slices.Max(before) {
			scores[i] = r.Score
		}
	}
	return scores, nil
}
