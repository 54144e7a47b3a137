package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/report"
	"github.com/tidemark-go/tidemark/sink"
)

// What the tables show at most.
const (
	shownGames   = 10
	shownRegions = 10
)

// tally counts what the pipeline does not, and keeps how each game ends. The
// pipeline has regions for 1000 games, so there are no more.
type tally struct {
	feed    lines.Count
	records int
	last    map[int64]Row
	dots    map[int64][]dot // the last positions, and up to as many before them
}

// dot is a position in the picture.
type dot struct {
	player string
	x, y   float64
}

func newTally(records int) tally {
	return tally{records: records, last: map[int64]Row{}, dots: map[int64][]dot{}}
}

// take sees all positions, in event-time order: it is a sink.
func (t *tally) take(b sink.Batch[anomaly.Spots[Position]]) error {
	for _, s := range b.Rows {
		p := s.Fact
		dots := t.dots[p.Game]
		if len(dots) >= 2*t.records {
			dots = slices.Delete(dots, 0, len(dots)-t.records)
		}
		t.dots[p.Game] = append(dots, dot{p.Player, p.X, p.Y})
	}
	return nil
}

// rows sees all rows: it is a sink.
func (t *tally) rows(b sink.Batch[Row]) error {
	for _, r := range b.Rows {
		t.last[r.Game] = r
	}
	return nil
}

// games returns those of which something is shown.
func (t *tally) games() (games []int64, more string) {
	games = slices.Sorted(maps.Keys(t.last))
	if n := len(games) - shownGames; n > 0 {
		return games[:shownGames], fmt.Sprintf("and %d more games", n)
	}
	return games, ""
}

// print prints the regions at the end, and the ledger.
func (s *system) print(w io.Writer, c config) error {
	var b bytes.Buffer
	games, more := s.tally.games()
	if len(games) == 0 {
		b.WriteString("no rows\n\n")
	}
	for _, g := range games {
		s.tally.last[g].print(&b)
	}
	if more != "" {
		b.WriteString(more + "\n\n")
	}
	s.ledger(&b, c)
	_, err := w.Write(b.Bytes())
	return err
}

func (r Row) title() string {
	return fmt.Sprintf("game %d at %s, regions: %d", r.Game, r.At.UTC().Format("2006-01-02 15:04:05.000"), len(r.Regions))
}

func (r Row) print(w io.Writer) {
	fmt.Fprintf(w, "%s\n\n", r.title())
	if len(r.Regions) == 0 {
		return
	}
	tw := report.Table(w)
	fmt.Fprintln(tw, "region\tx from\tto\ty from\tto\tpoints\tdensity\t")
	for i, g := range r.Regions[:min(len(r.Regions), shownRegions)] {
		fmt.Fprintf(tw, "%d\t%.2f\t%.2f\t%.2f\t%.2f\t%d\t%.3g\t\n", i+1, g.XMin, g.XMax, g.YMin, g.YMax, g.Points, g.Density)
	}
	tw.Flush()
	if n := len(r.Regions) - shownRegions; n > 0 {
		fmt.Fprintf(w, "and %d more\n", n)
	}
	fmt.Fprintln(w)
}

// ledger says what became of every line and position. The numbers on both sides of
// = are counted by different hands.
func (s *system) ledger(w io.Writer, c config) {
	st, t := s.p.Stats(), &s.tally
	spots, seconds := report.Stage(st, "hotspots"), report.Stage(st, "seconds")
	fmt.Fprintf(w, "lines %d = positions %d + late %d + refused %d + bad %d\n", t.feed.Lines, spots.Counted, spots.Late, spots.Refused, t.feed.Bad)
	fmt.Fprintf(w, "seconds: positions %d = counted %d + late %d, rows %d\n", spots.Counted, seconds.Counted, seconds.Late, seconds.Out.Final)
	report.NotWritten(w, c.outputs())
}
