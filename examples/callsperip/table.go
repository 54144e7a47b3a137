package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/report"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
)

const (
	kept  = 10 // minutes of which the tables have rows
	shown = 3  // addresses in the first
)

// tally counts what the pipeline does not, and keeps what the tables show: rows of
// the last minutes, so that memory does not grow with the feed.
type tally struct {
	feed    lines.Count
	silent  int            // rows of the tumble without calls
	newest  watermark.Time // minute
	minutes map[watermark.Time]map[netip.Addr]*minute
	most    map[listing]Row // of the addresses over the rate
}

// minute is what each window has of an address whose row is of that minute: of a
// stagger where it begins, of a slide where it ends. The slide has many rows, of
// which the greatest is kept.
type minute struct {
	has  [len(kinds)]bool
	rows [len(kinds)]Row
}

func newTally() tally {
	return tally{newest: watermark.Min, minutes: map[watermark.Time]map[netip.Addr]*minute{}, most: map[listing]Row{}}
}

// take sees all rows: it is a sink.
func (t *tally) take(b sink.Batch[Row]) error {
	for _, r := range b.Rows {
		kind := slices.Index(kinds[:], r.Window)
		if r.Calls == 0 {
			t.silent++
		}
		at := r.Start
		if r.Window == "slide" {
			at = r.End - 1
		}
		at = at.Floor(time.Minute, 0)
		if at > t.newest {
			t.newest = at
			maps.DeleteFunc(t.minutes, func(m watermark.Time, _ map[netip.Addr]*minute) bool { return t.old(m) })
		}
		if t.old(at) {
			continue
		}
		if t.minutes[at] == nil {
			t.minutes[at] = map[netip.Addr]*minute{}
		}
		m := t.minutes[at][r.Source]
		if m == nil {
			m = &minute{}
			t.minutes[at][r.Source] = m
		}
		if !m.has[kind] || r.Calls > m.rows[kind].Calls {
			m.has[kind], m.rows[kind] = true, r
		}
	}
	return nil
}

func (t *tally) old(m watermark.Time) bool { return m <= t.newest.Add(-kept*time.Minute) }

// over sees the rows over the rate: it is a sink.
func (t *tally) over(b sink.Batch[Row]) error {
	for _, r := range b.Rows {
		if r.Calls > t.most[r.listing()].Calls {
			t.most[r.listing()] = r
		}
	}
	return nil
}

// print prints the tables and the ledger.
func (s *system) print(w io.Writer, c config) error {
	var b bytes.Buffer
	s.tally.sideBySide(&b)
	s.tally.listed(&b, c.rate)
	s.ledger(&b, c)
	_, err := w.Write(b.Bytes())
	return err
}

// sideBySide prints the last minutes of the addresses that have the most calls in
// a window.
func (t *tally) sideBySide(w io.Writer) {
	most := map[netip.Addr]int{}
	for _, of := range t.minutes {
		for a, m := range of {
			for _, r := range m.rows {
				most[a] = max(most[a], r.Calls)
			}
		}
	}
	sources := slices.SortedFunc(maps.Keys(most), func(a, b netip.Addr) int {
		return cmp.Or(most[b]-most[a], a.Compare(b))
	})
	if len(sources) == 0 {
		fmt.Fprint(w, "no rows\n\n")
		return
	}
	fmt.Fprintf(w, "calls_per_ip, the last minutes of %d of %d addresses\n", min(shown, len(sources)), len(sources))
	for _, a := range sources[:min(shown, len(sources))] {
		fmt.Fprintf(w, "\n%v\n", a)
		tw := report.Table(w)
		fmt.Fprintln(tw, "minute\ttumble\tstagger from\tstagger\tslide up to\tat most\t")
		for _, at := range slices.Sorted(maps.Keys(t.minutes)) {
			m := t.minutes[at][a]
			if m == nil {
				continue
			}
			from, stagger := m.cell(0)
			_, tumble := m.cell(1)
			upto, slide := m.cell(2)
			fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t\n", at.UTC().Format("2006-01-02 15:04"), tumble, from, stagger, upto, slide)
		}
		tw.Flush()
	}
	fmt.Fprintln(w)
}

// cell tells where the row of a kind begins, of a slide where it ends, and its
// calls.
func (m *minute) cell(kind int) (when, calls string) {
	if !m.has[kind] {
		return "-", "-"
	}
	r := m.rows[kind]
	when = clock(r.Start)
	if r.Window == "slide" {
		when = clock(r.End - 1)
	}
	return when, fmt.Sprint(r.Calls)
}

func clock(t watermark.Time) string { return t.UTC().Format("15:04:05.000") }

// listed prints the addresses over the rate, by their greatest number.
func (t *tally) listed(w io.Writer, rate int) {
	greatest := map[netip.Addr]int{}
	for l, r := range t.most {
		greatest[l.source] = max(greatest[l.source], r.Calls)
	}
	if len(greatest) == 0 {
		fmt.Fprintf(w, "no address has more than %d calls in a minute\n\n", rate)
		return
	}
	fmt.Fprintf(w, "block list: more than %d calls in a minute, by the window that sees them\n\n", rate)
	tw := report.Table(w)
	fmt.Fprintf(tw, "source_ip_address\t%s\t\n", strings.Join(kinds[:], "\t"))
	for _, a := range slices.SortedFunc(maps.Keys(greatest), func(a, b netip.Addr) int {
		return cmp.Or(greatest[b]-greatest[a], a.Compare(b))
	}) {
		fmt.Fprintf(tw, "%v\t", a)
		for _, kind := range kinds {
			if r, ok := t.most[listing{kind, a}]; ok {
				fmt.Fprintf(tw, "%d\t", r.Calls)
			} else {
				fmt.Fprint(tw, "-\t")
			}
		}
		fmt.Fprintln(tw)
	}
	tw.Flush()
	fmt.Fprintln(w)
}

// ledger says what became of every line and request. The numbers on both sides of
// = are counted by different hands.
func (s *system) ledger(w io.Writer, c config) {
	st, t := s.p.Stats(), &s.tally
	unique := report.Stage(st, "unique")
	fmt.Fprintf(w, "lines %d = requests %d + duplicate %d + late %d + bad %d\n", t.feed.Lines, unique.Counted, unique.Duplicate, unique.Late, t.feed.Bad)
	for _, kind := range kinds {
		k := report.Stage(st, kind)
		fmt.Fprintf(w, "%s: requests %d = counted %d + late %d, rows %d", kind, unique.Counted, k.Counted, k.Late, k.Out.Final)
		if kind == "tumble" {
			fmt.Fprintf(w, " (%d without calls)", t.silent)
		}
		fmt.Fprintln(w)
	}
	report.NotWritten(w, c.outputs())
}
