package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/examples/internal/report"
	"github.com/tidemark-go/tidemark/watermark"
)

const (
	shown = 10  // minutes in the table
	kept  = 120 // minutes in the chart
)

// ranges are what scores are told apart by: the first has those of facts from which
// a forest has only learned, and each other begins where the one before it ends.
var ranges = [...]struct {
	from float64
	name string
}{{0, "learning"}, {0, "to 0.8"}, {0.8, "to 1"}, {1, "to 1.5"}, {1.5, "to 3"}, {3, "to 4"}, {4, "from 4"}}

// rangeOf finds the range of a score.
func rangeOf(r anomaly.Result) int {
	if !r.Ready {
		return 0
	}
	i := len(ranges) - 1
	for r.Score < ranges[i].from {
		i--
	}
	return i
}

// counts are how many facts of a minute have scores in each range.
type counts struct {
	usual, odd [len(ranges)]int
	highest    float64
}

func sum(of [len(ranges)]int) (n int) {
	for _, k := range of {
		n += k
	}
	return n
}

// spread is the accumulator of counts.
type spread[T any] struct{ counts counts }

// Add counts a score.
func (s *spread[T]) Add(r anomaly.Scored[T]) {
	c := &s.counts
	c.highest = max(c.highest, r.Score)
	if r.Alarm {
		c.odd[rangeOf(r.Result)]++
	} else {
		c.usual[rangeOf(r.Result)]++
	}
}

// Merge adds the counts of o.
func (s *spread[T]) Merge(o *spread[T]) { s.counts.add(o.counts) }

func (c *counts) add(o counts) {
	c.highest = max(c.highest, o.highest)
	for i := range ranges {
		c.usual[i] += o.usual[i]
		c.odd[i] += o.odd[i]
	}
}

// minute is what is counted in one.
type minute struct {
	start watermark.Time
	counts
}

// tally counts what the pipeline does not, and keeps the last minutes.
type tally struct {
	what                                     string // readings or flows
	lines, bad, heads, noData, skipped, rows int
	all                                      counts
	last                                     []minute
}

// take takes a minute.
func (t *tally) take(start watermark.Time, c counts) {
	t.all.add(c)
	t.last = append(t.last, minute{start, c})
	t.last = t.last[max(0, len(t.last)-kept):]
}

// print prints the last minutes, and the ledger.
func (s *system[T]) print(w io.Writer, c config) error {
	var b bytes.Buffer
	s.tally.table(&b)
	s.ledger(&b, c)
	_, err := w.Write(b.Bytes())
	return err
}

func (t *tally) table(w io.Writer) {
	if len(t.last) == 0 {
		fmt.Fprintf(w, "no %s\n\n", t.what)
		return
	}
	last := t.last[max(0, len(t.last)-shown):]
	fmt.Fprintf(w, "%s by minute and score, the last %d minutes; those in brackets are odd\n\n", t.what, len(last))
	tw := report.Table(w)
	fmt.Fprint(tw, "minute\t")
	for _, r := range ranges {
		fmt.Fprintf(tw, "%s\t", r.name)
	}
	fmt.Fprintln(tw, "highest\t")
	for _, m := range last {
		fmt.Fprintf(tw, "%s\t", m.start.UTC().Format("2006-01-02 15:04"))
		for i := range ranges {
			cell := "-"
			switch {
			case m.odd[i] > 0 && m.usual[i] > 0:
				cell = fmt.Sprintf("%d (%d)", m.usual[i], m.odd[i])
			case m.odd[i] > 0:
				cell = fmt.Sprintf("(%d)", m.odd[i])
			case m.usual[i] > 0:
				cell = fmt.Sprint(m.usual[i])
			}
			fmt.Fprintf(tw, "%s\t", cell)
		}
		fmt.Fprintf(tw, "%.2f\t\n", m.highest)
	}
	tw.Flush()
	fmt.Fprintln(w)
}

// ledger says what became of every line and fact. The numbers on both sides of =
// are counted by different hands.
func (s *system[T]) ledger(w io.Writer, c config) {
	st, t := s.p.Stats(), &s.tally
	score := report.Stage(st, "score")
	fed := st.Inputs[0].Fed
	if t.what == "flows" {
		unique := report.Stage(st, "unique")
		fmt.Fprintf(w, "lines %d = flows %d + no data %d + skipped data %d + heads %d + bad %d\n", t.lines, fed, t.noData, t.skipped, t.heads, t.bad)
		fmt.Fprintf(w, "flows %d = scored %d + late %d + duplicate %d + of too many interfaces %d\n", fed, score.Counted, unique.Late+score.Late, unique.Duplicate, score.Refused)
	} else {
		fmt.Fprintf(w, "lines %d = readings %d + bad %d\n", t.lines, fed, t.bad)
		fmt.Fprintf(w, "readings %d = scored %d + late %d + of too many sensors %d\n", fed, score.Counted, score.Late, score.Refused)
	}
	learning := t.all.usual[0]
	fmt.Fprintf(w, "scored %d = learning %d + usual %d + odd %d = rows %d\n", score.Counted, learning, sum(t.all.usual)-learning, sum(t.all.odd), t.rows)
	report.NotWritten(w, c.outputs())
}
