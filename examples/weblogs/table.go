package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/tidemark-go/tidemark/examples/internal/report"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/agg"
)

// shown is the number of rows that a table has at most.
const shown = 12

// tally counts what the pipeline does not: lines that are none, and rows.
type tally struct {
	lines, bad, bytes int64

	from, to watermark.Time // the range: minutes that begin in [from, to)
	minutes  int            // in it
	merged   agg.Histogram  // their sizes
	others   int64          // sizes of other minutes
	first    watermark.Time // minute in the range, and the end of the last
	end      watermark.Time
	picture  *picture // nil: nobody asks for it

	limits limits
	alerts int
	single int     // of the alerts, those of one request
	worst  []Alert // furthest over their rates
}

// take counts the sizes of a minute: it is a sink.
func (t *tally) take(b sink.Batch[minute]) error {
	for i := range b.Rows {
		p := &b.Rows[i]
		steps := &p.Value.Steps
		if t.picture != nil {
			t.picture.add(p.Start, steps)
		}
		if p.Start < t.from || p.Start >= t.to {
			t.others += steps.Count()
			continue
		}
		if t.minutes == 0 {
			t.first = p.Start
		}
		t.minutes, t.end = t.minutes+1, p.End
		t.merged.Merge(steps)
	}
	return nil
}

// alert keeps the worst: it is a sink.
func (t *tally) alert(b sink.Batch[Alert]) error {
	for _, a := range b.Rows {
		t.alerts++
		if a.Line > 0 {
			t.single++
		}
		i, _ := slices.BinarySearchFunc(t.worst, a, func(x, a Alert) int {
			if t.limits.times(x) >= t.limits.times(a) { // of equals the first stays
				return -1
			}
			return 1
		})
		if i < shown {
			t.worst = slices.Insert(t.worst, i, a)
			t.worst = t.worst[:min(shown, len(t.worst))]
		}
	}
	return nil
}

// Merged is a row of -merged: a step of sizes, by its beginning, and its count.
type Merged struct {
	Size  int64 `json:"messagesize"`
	Count int64 `json:"messagecount"`
}

// rows returns the sizes of the range.
func (t *tally) rows() (all []Merged) {
	for size, freq := range t.merged.All() {
		all = append(all, Merged{size, freq})
	}
	return all
}

// print prints the tables and the ledger.
func (s *system) print(w io.Writer, c config) error {
	var b bytes.Buffer
	s.tally.sizes(&b)
	s.tally.over(&b)
	s.ledger(&b, c)
	_, err := w.Write(b.Bytes())
	return err
}

func (t *tally) sizes(w io.Writer) {
	if t.minutes == 0 {
		fmt.Fprint(w, "no minute of the log in the range\n\n")
		return
	}
	all := t.rows()
	slices.SortStableFunc(all, func(a, b Merged) int { return cmp.Compare(b.Count, a.Count) })
	_, half := t.merged.Quantile(0.5)
	_, most := t.merged.Quantile(0.99)
	fmt.Fprintf(w, "%d messages in %d minutes from %v to %v: half have at most %d bytes, 99 of 100 at most %d\n", t.merged.Count(), t.minutes, t.first, t.end, half, most)
	fmt.Fprintf(w, "the %d most frequent of %d sizes, in steps of %d\n\n", min(shown, len(all)), len(all), step)
	tw := report.Table(w)
	fmt.Fprintln(tw, "messagesize\tmessagecount\t")
	for _, r := range all[:min(shown, len(all))] {
		fmt.Fprintf(tw, "%d\t%d\t\n", r.Size, r.Count)
	}
	tw.Flush()
	fmt.Fprintln(w)
}

func (t *tally) over(w io.Writer) {
	if t.alerts == 0 {
		fmt.Fprintf(w, "%v: none\n\n", t.limits)
		return
	}
	fmt.Fprintf(w, "%v: the worst %d of %d\n\n", t.limits, len(t.worst), t.alerts)
	tw := report.Table(w)
	fmt.Fprintln(tw, "timestamp\taddress\trequests\tbytes\tover\ttimes\t")
	for _, a := range t.worst {
		fmt.Fprintf(tw, "%v\t%s\t%d\t%d\t%s\t%.1f\t\n", a.At, a.Address, a.Requests, a.Bytes, a.Over, t.limits.times(a))
	}
	tw.Flush()
	fmt.Fprintln(w)
}

// ledger says what became of every line and row. The numbers on both sides of =
// are counted by different hands.
func (s *system) ledger(w io.Writer, c config) {
	st, t := s.p.Stats(), &s.tally
	sizes, clients, busy := report.Stage(st, "sizes"), report.Stage(st, "clients"), report.Stage(st, "busy")
	fmt.Fprintf(w, "lines %d = counted %d + late %d + bad %d\n", t.lines, sizes.Counted, sizes.Late, t.bad)
	fmt.Fprintf(w, "counted %d = in the range %d + in other minutes %d\n", clients.Counted, t.merged.Count(), t.others)
	fmt.Fprintf(w, "clients by minute %d = within the rates %d + over them %d\n", clients.Out.Final, busy.Filtered, t.alerts-t.single)
	fmt.Fprintf(w, "alerts %d = clients by minute %d + single requests %d\n", t.alerts, busy.Counted, report.Stage(st, "heavy").Counted)
	if n := s.parse.names.beyond; n > 0 {
		fmt.Fprintf(w, "lines of host names beyond the first %d, counted as one client %s: %d\n", mostNames, others, n)
	}
	report.NotWritten(w, c.outputs())
}
