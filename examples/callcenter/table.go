package main

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/report"
	"github.com/tidemark-go/tidemark/sink"
)

// shown is the number of rows that the table has at most.
const shown = 12

// tally counts what the pipeline does not: lines that are no facts, and rows.
type tally struct {
	calls, orgs lines.Count

	rows, unknown int
	show          string // the organisation of the table
	ofShow        int    // its rows
	last          []Row  // and the last of them
}

// take counts rows: it is a sink.
func (t *tally) take(b sink.Batch[Row]) error {
	for _, r := range b.Rows {
		t.rows++
		if r.OrgName == "" {
			t.unknown++
		}
		if r.OrgName == t.show {
			t.ofShow++
			t.last = append(t.last, r)
		}
	}
	if extra := len(t.last) - shown; extra > 0 {
		t.last = append(t.last[:0], t.last[extra:]...)
	}
	return nil
}

// print prints the table and the ledger.
func (s *system) print(w io.Writer, c config) error {
	var b bytes.Buffer
	s.tally.table(&b)
	s.ledger(&b, c)
	_, err := w.Write(b.Bytes())
	return err
}

func (t *tally) table(w io.Writer) {
	if len(t.last) == 0 {
		fmt.Fprintf(w, "%s: no rows\n\n", t.show)
		return
	}
	fmt.Fprintf(w, "%s: the last %d of %d rows\n\n", t.show, len(t.last), t.ofShow)
	tw := report.Table(w)
	fmt.Fprintln(tw, "window_start\twindow_end\tOrgID\tCallsInQueue\tAgent_cnt\tmax_handle\tmin_handle\tmax_wait\tmin_wait\t")
	for _, r := range t.last {
		fmt.Fprintf(tw, "%v\t%v\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t\n", r.Start, r.End.UTC().Format(time.TimeOnly), r.OrgID, r.Calls, r.Agents,
			show(r.MaxHandle), show(r.MinHandle), show(r.MaxWait), show(r.MinWait))
	}
	tw.Flush()
	fmt.Fprintln(w)
}

func show(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprint(*v)
}

// ledger says what became of every line and row. The numbers on both sides of =
// are counted by different hands.
func (s *system) ledger(w io.Writer, c config) {
	st, t := s.p.Stats(), &s.tally
	queue, named := report.Stage(st, "queue"), report.Stage(st, "active_call_queue")
	fmt.Fprintf(w, "lines %d = counted %d + late %d + bad %d\n", t.calls.Lines, queue.Counted, queue.Late, t.calls.Bad)
	fmt.Fprintf(w, "rows %d = named %d + of unknown organisations %d\n", queue.Out.Final, int(named.Counted)-t.unknown, t.unknown)
	versions := report.Stage(st, "active_call_queue:versions")
	fmt.Fprintf(w, "lines of organisations %d = versions %d + bad %d", t.orgs.Lines, versions.Counted+versions.Late, t.orgs.Bad)
	if c.orgs == "" {
		fmt.Fprint(w, ", the built-in ones: -orgs gives others")
	}
	fmt.Fprintln(w)
	if c.org != "" && c.out != "" {
		chosen := report.Stage(st, "chosen")
		fmt.Fprintf(w, "rows %d = written %d + of other organisations than %s %d\n", t.rows, chosen.Counted, c.org, chosen.Filtered)
	}
	report.NotWritten(w, c.outputs())
}
