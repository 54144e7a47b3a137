package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// profile is what the benchmark's scorer counts for a window that is found, for one
// that is not, and for a false row.
type profile struct{ found, missed, false float64 }

var profiles = [3]profile{{1, 1, 0.11}, {1, 1, 0.22}, {1, 2, 0.11}} // standard, low FP, low FN

// labels are the labelled windows of the series, by name: first and last time.
type labels map[string][][2]string

func readLabels(path string) (labels, error) {
	b, err := os.ReadFile(filepath.Join(path, "labels", "combined_windows.json"))
	if err != nil {
		return nil, err
	}
	l := labels{}
	if err := json.Unmarshal(b, &l); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return l, nil
}

// mark is what a row is worth: within a window, more the earlier it is; without, a
// loss that is the greater the further the last window is behind.
type mark struct {
	score  float64 // of the detector
	worth  float64
	window int // -1: none
}

// marks returns what each row of s is worth that counts, and how many windows there
// are. Windows are numbered from first on. The first rows, 15 % but 750 at most, do
// not count.
func (l labels) marks(s series, scores []float64, first int) ([]mark, int) {
	whole := func(t string) string { return strings.SplitN(t, ".", 2)[0] }
	at := make(map[string]int, len(s.times))
	for i, t := range s.times {
		if _, is := at[whole(t)]; !is {
			at[whole(t)] = i
		}
	}
	windows, n, open := l[s.name], 0, -1
	end, width, lastEnd, lastWidth := 0, 0, -1, 0
	skip := int(min(math.Floor(0.15*float64(len(s.times))), 750))
	var all []mark
	for i, t := range s.times {
		t = whole(t)
		if n < len(windows) && t == whole(windows[n][0]) {
			open = n
			end = at[whole(windows[n][1])]
			width = end - at[whole(windows[n][0])] + 1
			n++
		}
		m := mark{scores[i], -1, -1}
		if open >= 0 {
			m.worth = sigmoid(-float64(end-i+1)/float64(width)) / sigmoid(-1)
			m.window = first + open
		} else if lastEnd >= 0 {
			m.worth = sigmoid(math.Abs(float64(lastEnd-i)) / float64(lastWidth-1))
		}
		if open >= 0 && t == whole(windows[open][1]) {
			lastEnd, lastWidth, open = i, width, -1
		}
		if i >= skip {
			all = append(all, m)
		}
	}
	return all, len(windows)
}

func sigmoid(x float64) float64 {
	if x > 3 {
		return -1
	}
	return 2/(1+math.Exp(5*x)) - 1
}

// total returns the normalised score of the rows at the best of all thresholds, and
// that threshold: 0 is that of a detector that finds nothing, 100 of a perfect one.
func total(all []mark, windows int, p profile) (score, threshold float64) {
	slices.SortStableFunc(all, func(a, b mark) int { return cmp.Compare(b.score, a.score) })
	found := map[int]float64{}
	sum, most, threshold := 0.0, 0.0, math.Inf(1)
	for i, m := range all {
		if m.window < 0 {
			sum += m.worth * p.false
		} else {
			best, is := found[m.window]
			if !is {
				best = -p.missed
			}
			if v := m.worth * p.found; v > best {
				sum += v - best
				found[m.window] = v
			}
		}
		if sum > most && (i+1 == len(all) || all[i+1].score != m.score) {
			most, threshold = sum, m.score
		}
	}
	return 100 * most / (float64(windows) * (p.found + p.missed)), threshold
}
