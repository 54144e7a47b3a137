package script

import (
	"fmt"
	"strings"
)

const (
	context  = 3       // equal lines shown around a difference
	maxCells = 1 << 22 // of the table of a comparison; beyond it nothing in the middle is matched
)

// diff shows how got differs from want, line by line; the lines of want are
// numbered from first.
func diff(want, got []string, first int) string {
	type edit struct {
		op   byte
		no   int // of the line of want
		text string
	}
	var edits []edit
	head := 0
	for head < len(want) && head < len(got) && want[head] == got[head] {
		edits = append(edits, edit{' ', first + head, want[head]})
		head++
	}
	tail := 0
	for tail < len(want)-head && tail < len(got)-head && want[len(want)-1-tail] == got[len(got)-1-tail] {
		tail++
	}
	w, g := want[head:len(want)-tail], got[head:len(got)-tail]
	common := commonLines(w, g)
	for i, j := 0, 0; i < len(w) || j < len(g); {
		switch {
		case i < len(w) && j < len(g) && w[i] == g[j]:
			edits = append(edits, edit{' ', first + head + i, w[i]})
			i, j = i+1, j+1
		case i < len(w) && (j == len(g) || common(i+1, j) >= common(i, j+1)):
			edits = append(edits, edit{'-', first + head + i, w[i]})
			i++
		default:
			edits = append(edits, edit{'+', 0, g[j]})
			j++
		}
	}
	for i := len(want) - tail; i < len(want); i++ {
		edits = append(edits, edit{' ', first + i, want[i]})
	}

	shown := make([]bool, len(edits))
	for i, e := range edits {
		if e.op != ' ' {
			for k := max(0, i-context); k <= min(len(edits)-1, i+context); k++ {
				shown[k] = true
			}
		}
	}
	var b strings.Builder
	for i, e := range edits {
		switch {
		case !shown[i]:
			if i == 0 || shown[i-1] {
				b.WriteString("       …\n")
			}
		case e.op == '+':
			fmt.Fprintf(&b, "       + %s\n", e.text)
		default:
			fmt.Fprintf(&b, "%6d %c %s\n", e.no, e.op, e.text)
		}
	}
	return b.String()
}

// commonLines returns a function that gives the length of the longest common
// subsequence of w[i:] and g[j:].
func commonLines(w, g []string) func(i, j int) int {
	if (len(w)+1)*(len(g)+1) > maxCells {
		return func(int, int) int { return 0 }
	}
	width := len(g) + 1
	table := make([]int32, (len(w)+1)*width)
	for i := len(w) - 1; i >= 0; i-- {
		for j := len(g) - 1; j >= 0; j-- {
			n := max(table[(i+1)*width+j], table[i*width+j+1])
			if w[i] == g[j] {
				n = table[(i+1)*width+j+1] + 1
			}
			table[i*width+j] = n
		}
	}
	return func(i, j int) int { return int(table[i*width+j]) }
}
