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

const (
	shown = 12 // days of the table at most
	kept  = 31 // and of the charts
)

// tally counts what the pipeline does not: lines that are no facts, and rows; and
// keeps the last of them for the table and the charts.
type tally struct {
	readings, settings lines.Count
	rows               int // that went live
	hot                map[deviceID]bool
	ofDevices, inHours int // readings
	deviceDays         int
	fleetDays          int

	days  []Fleet
	hours []hour
	last  []Daily // the devices of the last day
	tops  []Top   // its rankings
}

// The methods that take rows are sinks.

func (t *tally) live(b sink.Batch[Row]) error {
	if t.hot == nil {
		t.hot = map[deviceID]bool{}
	}
	for _, r := range b.Rows {
		t.rows++
		t.hot[r.Device] = true
	}
	return nil
}

func (t *tally) device(b sink.Batch[Daily]) error {
	for _, d := range b.Rows {
		t.deviceDays++
		t.ofDevices += d.Readings
		if len(t.last) > 0 && t.last[0].Start != d.Start {
			t.last = t.last[:0]
		}
		t.last = append(t.last, d)
	}
	return nil
}

func (t *tally) day(b sink.Batch[Fleet]) error {
	for _, f := range b.Rows {
		t.fleetDays += f.Devices
	}
	t.days = tail(append(t.days, b.Rows...), kept)
	return nil
}

func (t *tally) hour(b sink.Batch[hour]) error {
	for _, h := range b.Rows {
		t.inHours += h.Facts
	}
	t.hours = tail(append(t.hours, b.Rows...), kept*24)
	return nil
}

func (t *tally) top(b sink.Batch[Top]) error {
	for _, r := range b.Rows {
		if len(t.tops) > 0 && t.tops[0].Start < r.Start {
			t.tops = t.tops[:0]
		}
		if len(t.tops) == 0 || t.tops[0].Start == r.Start {
			t.tops = append(t.tops, r)
		}
	}
	return nil
}

// tail gives the last n of all, where they are.
func tail[R any](rows []R, n int) []R {
	if extra := len(rows) - n; extra > 0 {
		rows = append(rows[:0], rows[extra:]...)
	}
	return rows
}

// print prints the tables and the ledger.
func (s *system) print(w io.Writer, c config) error {
	var b bytes.Buffer
	s.tally.tables(&b)
	s.ledger(&b, c)
	_, err := w.Write(b.Bytes())
	return err
}

func percent(v float64) string { return fmt.Sprintf("%.2f %%", 100*v) }

func (t *tally) tables(w io.Writer) {
	if len(t.days) == 0 {
		fmt.Fprint(w, "no rows\n\n")
		return
	}
	tw := report.Table(w)
	fmt.Fprintln(tw, "day\tmean_daily_avg_inefficiency\tdevices\treadings\t")
	for _, d := range t.days[max(0, len(t.days)-shown):] {
		fmt.Fprintf(tw, "%s\t%s\t%d\t%d\t\n", d.Start.UTC().Format("Mon 2006-01-02"), percent(d.Avg), d.Devices, d.Readings)
	}
	tw.Flush()
	for _, ranking := range []struct{ name, head string }{
		{byDay, "rank\tdeviceid\tdaily_avg_inefficiency\treadings\t"},
		{byEvent, "rank\tdeviceid\tpct_inefficiency\tdevicets\ttemp\tsettemp\t"},
		{byActivity, "rank\tdeviceid\tdaily_avg_inefficiency\treadings\t"},
	} {
		fmt.Fprintf(w, "\nmost %s on %s\n\n", ranking.name, t.tops[0].Start.UTC().Format("Mon 2006-01-02"))
		tw := report.Table(w)
		fmt.Fprintln(tw, ranking.head)
		for _, r := range t.tops {
			switch e := r.Event; {
			case r.Ranking != ranking.name:
			case e != nil:
				fmt.Fprintf(tw, "%d\t%v\t%s\t%s\t%.1f\t%.1f\t\n", r.Rank, r.Device, percent(e.Pct), e.At.UTC().Format(time.TimeOnly), e.Temp, e.Set)
			default:
				fmt.Fprintf(tw, "%d\t%v\t%s\t%d\t\n", r.Rank, r.Device, percent(*r.Avg), r.Readings)
			}
		}
		tw.Flush()
	}
	fmt.Fprintln(w)
}

// ledger says what became of every line and reading. The numbers on both sides of =
// are counted by different hands.
func (s *system) ledger(w io.Writer, c config) {
	st, t := s.p.Stats(), &s.tally
	once, rows, live := report.Stage(st, "once"), report.Stage(st, "rows"), report.Stage(st, "live")
	fmt.Fprintf(w, "lines %d = readings %d + bad %d\n", t.readings.Lines, once.Fed, t.readings.Bad)
	fmt.Fprintf(w, "readings %d = once %d + duplicates %d + late %d\n", t.readings.Lines-t.readings.Bad, rows.Fed, once.Duplicate, once.Late)
	fmt.Fprintf(w, "once %d = rows %d + of devices without a setting %d\n", once.Counted, live.Fed, rows.Unmatched)
	fmt.Fprintf(w, "rows %d = live %d, of %d devices, + not above %s %d\n", rows.Counted, t.rows, len(t.hot), percent(c.threshold), live.Filtered)
	fmt.Fprintf(w, "rows %d = by device and day %d = by hour %d = by event %d\n", rows.Counted, t.ofDevices, t.inHours, report.Stage(st, byEvent).Counted)
	fmt.Fprintf(w, "days of devices %d = in those of the fleet %d\n", t.deviceDays, t.fleetDays)
	fmt.Fprintf(w, "lines of settings %d = versions %d + bad %d", t.settings.Lines, report.Stage(st, "rows:versions").Counted, t.settings.Bad)
	if c.settings == "" {
		fmt.Fprint(w, ", the built-in ones: -settings gives others")
	}
	fmt.Fprintln(w)
	report.NotWritten(w, c.outputs())
}
