package main

import (
	"fmt"
	"io"
	"slices"
)

// table prints the scores of the whole, with the threshold of each profile, and of
// each group by itself.
func table(w io.Writer, all []series, scores [][]float64, l labels) {
	fmt.Fprintf(w, "%-24s %7s %10s %7s %7s   %s\n", "series of", "windows", "standard", "low FP", "low FN", "thresholds")
	row := func(group string) {
		sum := summary(all, scores, l, group)
		if group == "" {
			group = "all"
		}
		if sum.windows > 0 {
			fmt.Fprintf(w, "%-24s %7d %10.1f %7.1f %7.1f   %.4g\n", group, sum.windows, sum.scores[0], sum.scores[1], sum.scores[2], sum.thresholds)
		}
	}
	row("")
	var groups []string
	for _, s := range all {
		if !slices.Contains(groups, s.group()) {
			groups = append(groups, s.group())
			row(s.group())
		}
	}
}

// sums are the scores by profile, of all series or a group of them.
type sums struct {
	windows            int
	scores, thresholds [3]float64
}

// summary scores the group, or all if it is empty.
func summary(all []series, scores [][]float64, l labels, group string) (sum sums) {
	var rows []mark
	for i, s := range all {
		if group == "" || s.group() == group {
			marks, n := l.marks(s, scores[i], sum.windows)
			rows = append(rows, marks...)
			sum.windows += n
		}
	}
	for i, p := range profiles {
		sum.scores[i], sum.thresholds[i] = total(slices.Clone(rows), sum.windows, p)
	}
	return sum
}

// tellAlarms tells how many windows have an alarm, and how many there are without.
func tellAlarms(w io.Writer, all []series, scores [][]float64, l labels) {
	windows, rows, outside, found := 0, 0, 0, map[int]bool{}
	for i, s := range all {
		marks, n := l.marks(s, scores[i], windows)
		windows += n
		rows += len(marks)
		for _, m := range marks {
			switch {
			case m.score == 0:
			case m.window < 0:
				outside++
			default:
				found[m.window] = true
			}
		}
	}
	fmt.Fprintf(w, "alarms in %d of %d windows, and %d others in %d rows\n", len(found), windows, outside, rows)
}
