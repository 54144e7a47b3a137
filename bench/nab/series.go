package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// series is a data file of the benchmark: a value for each row.
type series struct {
	name   string // category/file.csv
	times  []string
	values []float64
}

// group returns the category of the series.
func (s series) group() string { return strings.SplitN(s.name, "/", 2)[0] }

// readAll reads all data files under dir, or under its folder data, ordered by
// name.
func readAll(dir string) ([]series, error) {
	if inner := filepath.Join(dir, "data"); isDir(inner) {
		dir = inner
	}
	var all []series
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".csv" {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		s, err := readSeries(f)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		s.name = filepath.ToSlash(name)
		all = append(all, s)
		return nil
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s: no data file, category/file.csv, is there", dir)
	}
	slices.SortFunc(all, func(a, b series) int { return strings.Compare(a.name, b.name) })
	return all, err
}

func isDir(path string) bool {
	i, err := os.Stat(path)
	return err == nil && i.IsDir()
}

// readSeries reads a header with timestamp and value, and the rows.
func readSeries(r io.Reader) (s series, err error) {
	c := csv.NewReader(r)
	head, err := c.Read()
	if err != nil {
		return s, fmt.Errorf("header: %w", err)
	}
	at, of := slices.Index(head, "timestamp"), slices.Index(head, "value")
	if at < 0 || of < 0 {
		return s, fmt.Errorf("header %q: must have timestamp and value", head)
	}
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return s, err
		}
		v, err := strconv.ParseFloat(rec[of], 64)
		if err != nil {
			line, _ := c.FieldPos(of)
			return s, fmt.Errorf("line %d: %w", line, err)
		}
		s.times = append(s.times, rec[at])
		s.values = append(s.values, v)
	}
}

// writeScores writes a results file of the benchmark: the rows of s, each with its
// score.
func writeScores(w io.Writer, s series, scores []float64) error {
	c := csv.NewWriter(w)
	rec := []string{"timestamp", "value", "anomaly_score"}
	c.Write(rec) // the first error of any is told at the end
	for i, t := range s.times {
		rec[0] = t
		rec[1] = strconv.FormatFloat(s.values[i], 'g', -1, 64)
		rec[2] = strconv.FormatFloat(scores[i], 'g', -1, 64)
		c.Write(rec)
	}
	c.Flush()
	return c.Error()
}
