package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/sink"
)

// shown is the number of rows that the table has at most.
const shown = 12

// tally counts what the pipeline does not: lines that are no facts, and rows.
type tally struct {
	lines, bad       int // of the feed
	orgLines, orgBad int // of the organisations

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
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
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
	queue, named := stage(st, "queue"), stage(st, "active_call_queue")
	fmt.Fprintf(w, "lines %d = counted %d + late %d + bad %d\n", t.lines, queue.Counted, queue.Late, t.bad)
	fmt.Fprintf(w, "rows %d = named %d + of unknown organisations %d\n", queue.Out.Final, int(named.Counted)-t.unknown, t.unknown)
	versions := stage(st, "active_call_queue:versions")
	fmt.Fprintf(w, "lines of organisations %d = versions %d + bad %d", t.orgLines, versions.Counted+versions.Late, t.orgBad)
	if c.orgs == "" {
		fmt.Fprint(w, ", the built-in ones: -orgs gives others")
	}
	fmt.Fprintln(w)
	if c.org != "" && c.out != "" {
		chosen := stage(st, "chosen")
		fmt.Fprintf(w, "rows %d = written %d + of other organisations than %s %d\n", t.rows, chosen.Counted, c.org, chosen.Filtered)
	}
	var not []string
	for _, f := range []struct{ what, flag, path string }{{"rows", "-out", c.out}, {"late facts", "-late", c.late}, {"bad lines", "-bad", c.bad}} {
		if f.path == "" {
			not = append(not, fmt.Sprintf("%s (%s)", f.what, f.flag))
		}
	}
	if len(not) > 0 {
		fmt.Fprintf(w, "not written: %s\n", strings.Join(not, ", "))
	}
}

// stage returns the ledger of the stage of that name.
func stage(s tidemark.Stats, name string) tidemark.StageStats {
	for _, st := range s.Stages {
		if st.Stage == name {
			return st
		}
	}
	return tidemark.StageStats{}
}
