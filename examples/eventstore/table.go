package main

import (
	"bytes"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/report"
	"github.com/tidemark-go/tidemark/sink"
)

// shown is the number of alarms that the table has at most.
const shown = 8

// tally counts what the pipeline does not, and keeps the last alarms.
type tally struct {
	lines, good, bad int
	alarms           map[string]int // by rule
	last             []Alarm
}

// goods counts good events: it is a sink, as the others.
func (t *tally) goods(b sink.Batch[event]) error {
	t.good += len(b.Rows)
	return nil
}

func (t *tally) bads(b sink.Batch[badLine]) error {
	t.bad += len(b.Rows)
	return nil
}

func (t *tally) rings(b sink.Batch[Alarm]) error {
	for _, a := range b.Rows {
		t.alarms[a.Rule]++
		t.last = append(t.last, a)
	}
	if extra := len(t.last) - shown; extra > 0 {
		t.last = append(t.last[:0], t.last[extra:]...)
	}
	return nil
}

// print prints the last alarms, and the ledger.
func (s *system) print(w io.Writer, c config) error {
	var b bytes.Buffer
	s.tally.table(&b)
	s.ledger(&b, c)
	_, err := w.Write(b.Bytes())
	return err
}

func (t *tally) table(w io.Writer) {
	if len(t.last) == 0 {
		fmt.Fprint(w, "no alarms\n\n")
		return
	}
	fmt.Fprintf(w, "the last %d alarms\n\n", len(t.last))
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "rule\tof\twindow_start\twindow_end\tevents\tbad\tshare\tmost often")
	for _, a := range t.last {
		of := a.Of
		if of == "" {
			of = "-"
		}
		fmt.Fprintf(tw, "%s\t%s\t%v\t%s\t%d\t%d\t%.1f %%\t%s (%d)\n", a.Rule, of, a.Start, a.End.UTC().Format(time.TimeOnly), a.Events, a.Bad, a.Share*100, a.Broken[0].Key, a.Broken[0].Count)
	}
	tw.Flush()
	fmt.Fprintln(w)
}

// ledger says what became of every line. The numbers on both sides of = are counted
// by different hands.
func (s *system) ledger(w io.Writer, c config) {
	st, t := s.p.Stats(), &s.tally
	standard, valid, timed := report.Stage(st, "standardise"), report.Stage(st, "validate"), report.Stage(st, "timed")
	fmt.Fprintf(w, "lines %d = good %d + bad %d\n", t.lines, t.good, t.bad)
	fmt.Fprintf(w, "lines %d = standardised %d + not %d\n", standard.Fed, valid.Fed, standard.Invalid)
	fmt.Fprintf(w, "standardised %d = good %d + broke a rule %d\n", valid.Fed, valid.Counted, valid.Invalid)
	fmt.Fprintf(w, "lines %d = with a time %d + before the first that has one %d\n", t.lines, timed.Counted, timed.Filtered)
	for _, r := range s.rules {
		of, pane, rings := report.Stage(st, r.Name+": of"), report.Stage(st, r.Name), report.Stage(st, r.Name+": rings")
		fmt.Fprintf(w, "rule %s: events %d = counted %d + late %d + of other types %d\n", r.Name, timed.Counted, pane.Counted, pane.Late, of.Filtered)
		fmt.Fprintf(w, "rule %s: windows %d = alarms %d + none %d\n", r.Name, pane.Out.Final, t.alarms[r.Name], rings.Filtered)
	}
	report.NotWritten(w, c.outputs())
}
