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
	answers, contacts lines.Count

	rows    int
	counted int64 // answers in them
	other   int64 // of another number than that of their contact
	last    []Row
}

// take counts rows: it is a sink.
func (t *tally) take(b sink.Batch[Row]) error {
	for _, r := range b.Rows {
		t.rows++
		t.counted += r.Answers
		t.other += r.Other
	}
	t.last = append(t.last, b.Rows...)
	if extra := len(t.last) - shown; extra > 0 {
		t.last = append(t.last[:0], t.last[extra:]...)
	}
	return nil
}

// print prints the table and the ledger.
func (s *system) print(w io.Writer, c config) error {
	var b bytes.Buffer
	s.tally.table(&b, c.zone)
	s.ledger(&b, c)
	_, err := w.Write(b.Bytes())
	return err
}

func (t *tally) table(w io.Writer, zone *time.Location) {
	if len(t.last) == 0 {
		fmt.Fprint(w, "no rows\n\n")
		return
	}
	fmt.Fprintf(w, "the last %d of %d rows, by the clocks of %v\n\n", len(t.last), t.rows, zone)
	tw := report.Table(w)
	fmt.Fprintln(tw, "day\tPhoneNumber\tnps\tanswers\tpromoters\tpassives\tdetractors\tother_number\t")
	for _, r := range t.last {
		fmt.Fprintf(tw, "%s\t%s\t%.1f\t%d\t%d\t%d\t%d\t%d\t\n", r.Start.UTC().In(zone).Format("Mon 2006-01-02"), r.Phone,
			r.NPS, r.Answers, r.Promoters, r.Passives, r.Detractors, r.Other)
	}
	tw.Flush()
	fmt.Fprintln(w)
}

// ledger says what became of every line and answer. The numbers on both sides of =
// are counted by different hands.
func (s *system) ledger(w io.Writer, c config) {
	st, t := s.p.Stats(), &s.tally
	once, met, asked, days := report.Stage(st, "once"), report.Stage(st, "met"), report.Stage(st, "asked"), report.Stage(st, "days")
	fmt.Fprintf(w, "lines %d = answers %d + bad %d\n", t.answers.Lines, once.Fed, t.answers.Bad)
	fmt.Fprintf(w, "answers %d = once %d + duplicates %d + late %d\n", t.answers.Lines-t.answers.Bad, met.Fed, once.Duplicate, once.Late)
	fmt.Fprintf(w, "once %d = with a contact %d + of unknown contacts %d\n", once.Counted, asked.Fed, met.Unmatched)
	fmt.Fprintf(w, "with a contact %d = asked %d + not asked %d\n", met.Counted, days.Fed, asked.Filtered)
	fmt.Fprintf(w, "asked %d = counted %d + late for their day %d\n", asked.Counted, t.counted, days.Late)
	if t.other > 0 {
		fmt.Fprintf(w, "counted for the number of their contact, and give another: %d\n", t.other)
	}
	fmt.Fprintf(w, "lines of contacts %d = records %d + bad %d", t.contacts.Lines, report.Stage(st, "met:versions").Counted, t.contacts.Bad)
	if c.contacts == "" {
		fmt.Fprint(w, ", the built-in ones: -contacts gives others")
	}
	fmt.Fprintln(w)
	report.NotWritten(w, c.outputs())
}
