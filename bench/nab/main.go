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

	"github.com/tidemark-go/tidemark/anomaly"
)

func main() {
	data := flag.String("data", "", "folder of the benchmark, with data/category/file.csv and, to print scores, labels/combined_windows.json")
	out := flag.String("out", "", "folder for the results, category/file.csv; empty: write none")
	seed := flag.Uint64("seed", 1, "seed of the detector")
	flag.Parse()
	if err := run(*data, *out, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "nab:", err)
		os.Exit(1)
	}
}

func run(data, out string, seed uint64) error {
	all, err := readAll(data)
	if err != nil {
		return err
	}
	scores := make([][]float64, len(all))
	for i, s := range all {
		if scores[i], err = scan(detector(seed), s.values); err != nil {
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

// detector is the one setting for all series.
func detector(seed uint64) anomaly.Detector {
	return anomaly.Twin{Forest: anomaly.Forest{Seed: seed, OutputAfter: 100}}
}

// scan returns the score of each value, as it is when the value comes.
func scan(d anomaly.Detector, values []float64) ([]float64, error) {
	m, err := d.New(1)
	if err != nil {
		return nil, err
	}
	scores := make([]float64, len(values))
	for i := range values {
		r, err := m.ScoreUpdate(values[i : i+1])
		if err != nil {
			return nil, err
		}
		scores[i] = r.Score
	}
	return scores, nil
}
