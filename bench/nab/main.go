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
)

func main() {
	data := flag.String("data", "", "folder of the benchmark, with data/category/file.csv and, to print scores, labels/combined_windows.json")
	out := flag.String("out", "", "folder for the results, category/file.csv; empty: write none")
	seed := flag.Uint64("seed", 1, "seed of the detector")
	name := flag.String("detector", "twin", "twin, forest, linear or halfspace")
	gate := flag.Int("gate", 0, "let a score count only if it is the highest of so many rows; a twin does so by itself")
	set := flag.String("set", "", "other settings, as Trees=100,Sample=256,Least=2: fields of the Forest, or of the Linear")
	alarms := flag.Bool("alarms", false, "let alarms count alone, as the detector raises them: 1 or 0 for a score")
	flag.Parse()
	if err := run(*data, *out, *name, *set, *seed, *gate, *alarms); err != nil {
		fmt.Fprintln(os.Stderr, "nab:", err)
		os.Exit(1)
	}
}

func run(data, out, name, set string, seed uint64, gate int, alarms bool) error {
	if _, err := newScorer(name, set, seed, alarms); err != nil {
		return err
	}
	all, err := readAll(data)
	if err != nil {
		return err
	}
	scores := make([][]float64, len(all))
	for i, s := range all {
		score, err := newScorer(name, set, seed, alarms)
		if err == nil {
			scores[i], err = scan(score, s.values, gate)
		}
		if err != nil {
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
		if alarms {
			tellAlarms(os.Stdout, all, scores, l)
		}
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
