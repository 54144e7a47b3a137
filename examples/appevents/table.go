package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/report"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/sink"
)

// shown is the number of rows that are printed at most.
const shown = 30

// count is what one day has of each.
type count struct {
	lines, bad       int // told by the reader
	duplicates, late int // told by the pipeline
	table            int64
}

func (c count) diff() int64 {
	return int64(c.lines-c.bad-c.duplicates-c.late) - c.table
}

// tally counts what is told, by hands of its own.
type tally struct {
	days    map[Day]*count
	undated int // bad lines of which nobody knows the day
}

func (t *tally) day(d Day) *count {
	if t.days == nil {
		t.days = map[Day]*count{}
	}
	c := t.days[d]
	if c == nil {
		c = new(count)
		t.days[d] = c
	}
	return c
}

func (t *tally) takeBad(n *notHit) {
	if n == nil || !n.dated {
		t.undated++
		return
	}
	c := t.day(n.day)
	c.lines++
	c.bad++
}

// takeMissed is a sink.
func (t *tally) takeMissed(b sink.Batch[missedLine]) error {
	for _, m := range b.Rows {
		if m.Reason == tidemark.Duplicate {
			t.day(m.Day).duplicates++
		} else {
			t.day(m.Day).late++
		}
	}
	return nil
}

// print prints the table, the reconciliation and the ledger; it fails if the
// table does not agree with the source.
func (s *system) print(w io.Writer) error {
	var b bytes.Buffer
	rows := s.table.sorted()
	printRows(&b, rows)
	all, agrees := s.reconcile(&b, rows)
	s.ledger(&b, all)
	if _, err := w.Write(b.Bytes()); err != nil {
		return err
	}
	if !agrees {
		return errDiffers
	}
	return nil
}

func printRows(w io.Writer, rows []*entry) {
	first := max(0, len(rows)-shown)
	fmt.Fprintf(w, "the last %d of %d rows, each with the hits of what it replaced\n\n", len(rows)-first, len(rows))
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "day\tapp\thits\tusers\trevision\tkind\treplaced")
	for _, e := range rows[first:] {
		kind := e.stamp.Kind.String()
		if e.stamp.Forced {
			kind += ", forced"
		}
		fmt.Fprintf(tw, "%v\t%s\t%d\t%d\t%d\t%s\t%s\n", e.Day, e.App, e.Hits, e.Users, e.stamp.Revision, kind, chain(e.was))
	}
	tw.Flush()
	fmt.Fprintln(w)
}

// chain writes what a row has replaced, the kinds that follow one another
// together.
func chain(was []version) string {
	var b strings.Builder
	last := row.Kind(255)
	for _, v := range was {
		if v.kind != last {
			fmt.Fprintf(&b, " %v", v.kind)
		}
		fmt.Fprintf(&b, " %d", v.hits)
		last = v.kind
	}
	return strings.TrimPrefix(b.String(), " ")
}

// reconcile holds the count of the source against the table, day by day, and
// returns the sum of the days.
func (s *system) reconcile(w io.Writer, rows []*entry) (all count, agrees bool) {
	for _, e := range rows {
		s.tally.day(e.Day).table += e.Hits
	}
	agrees = true
	tw := report.Table(w)
	line := func(day string, c count) {
		fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", day, c.lines, c.bad, c.duplicates, c.late, c.table, c.diff())
	}
	fmt.Fprintln(tw, "day\tlines\t- bad\t- duplicates\t- late\t- table\t= diff\t")
	for _, d := range slices.Sorted(maps.Keys(s.tally.days)) {
		c := *s.tally.days[d]
		line(d.String(), c)
		agrees = agrees && c.diff() == 0
		all.lines += c.lines
		all.bad += c.bad
		all.duplicates += c.duplicates
		all.late += c.late
		all.table += c.table
	}
	line("no day", count{lines: s.tally.undated, bad: s.tally.undated})
	all.lines += s.tally.undated
	all.bad += s.tally.undated
	line("all", all)
	tw.Flush()
	fmt.Fprintln(w)
	return all, agrees
}

// ledger says what became of every line and row. The numbers on both sides of =
// are counted by different hands.
func (s *system) ledger(w io.Writer, all count) {
	st, t := s.p.Stats(), s.table
	once, day := report.Stage(st, "once"), report.Stage(st, "day")
	fmt.Fprintf(w, "lines %d = counted %d + duplicates %d + late %d + bad %d\n", all.lines, day.Counted, once.Duplicate, once.Late+day.Late, all.bad)
	fmt.Fprintf(w, "rows sent %d = early %d + final %d + corrections %d\n", t.inserted+t.replaced+t.behind, day.Out.Early, day.Out.Final, day.Out.Correction)
	fmt.Fprintf(w, "rows sent %d = in the table %d + replaced %d + no newer than the table %d\n", day.Out.Early+day.Out.Final+day.Out.Correction, len(t.rows), t.replaced, t.behind)
}
