package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/report"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
)

// shown is the number of articles that the table has of a segment.
const shown = 3

// tally counts what the pipeline does not, and keeps the last minute.
type tally struct {
	actions, users lines.Count

	impressions, clicks, unknown int64 // in rows; those of them of which neither gender nor segment are known
	bySegment                    int64 // impressions and clicks in rates
	ranked                       int   // tops

	last     watermark.Time // minute with rates
	segments []Rate
	best     []Top
}

// rows counts rows: it is a sink, as the others.
func (t *tally) rows(b sink.Batch[Row]) error {
	for _, r := range b.Rows {
		t.impressions += r.Impressions
		t.clicks += r.Clicks
		if r.Gender == (id{}) && r.Segment == (id{}) {
			t.unknown += r.Impressions + r.Clicks
		}
	}
	return nil
}

func (t *tally) rates(b sink.Batch[Rate]) error {
	for _, r := range b.Rows {
		t.bySegment += r.Impressions + r.Clicks
		if t.begin(r.Time) {
			t.segments = append(t.segments, r)
		}
	}
	return nil
}

func (t *tally) tops(b sink.Batch[Top]) error {
	for _, r := range b.Rows {
		t.ranked++
		if t.begin(r.Time) && r.Rank <= shown {
			t.best = append(t.best, r)
		}
	}
	return nil
}

// begin forgets what is older than at, and reports whether nothing is newer.
func (t *tally) begin(at watermark.Time) bool {
	if at > t.last || t.segments == nil && t.best == nil {
		t.last, t.segments, t.best = at, t.segments[:0], t.best[:0]
	}
	return at == t.last
}

// print prints the last minute, and the ledger.
func (s *system) print(w io.Writer, c config) error {
	var b bytes.Buffer
	s.tally.table(&b)
	s.ledger(&b, c)
	_, err := w.Write(b.Bytes())
	return err
}

func (t *tally) table(w io.Writer) {
	if len(t.segments) == 0 {
		fmt.Fprint(w, "no rows\n\n")
		return
	}
	fmt.Fprintf(w, "the minute from %v\n\n", t.last)
	tw := report.Table(w)
	fmt.Fprintln(tw, "SEGMENT_ID\tRANK\tARTICLE_ID\tIMPRESSION\tCLICK\tCLICK_RATE\t")
	for _, of := range t.segments {
		fmt.Fprintf(tw, "%v\t\tall\t%d\t%d\t%s\t\n", of.Segment, of.Impressions, of.Clicks, percent(of.Rate))
		for _, r := range t.best {
			if r.Segment == of.Segment {
				fmt.Fprintf(tw, "\t%d\t%v\t%d\t%d\t%s\t\n", r.Rank, r.Article, r.Impressions, r.Clicks, percent(r.Rate))
			}
		}
	}
	tw.Flush()
	fmt.Fprintln(w)
}

func percent(rate *float64) string {
	if rate == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", *rate*100)
}

// ledger says what became of every line and action. The numbers on both sides of =
// are counted by different hands.
func (s *system) ledger(w io.Writer, c config) {
	st, t := s.p.Stats(), &s.tally
	joined, trends := report.Stage(st, "join"), report.Stage(st, "trends")
	fmt.Fprintf(w, "lines %d = actions %d + bad %d\n", t.actions.Lines, joined.Fed, t.actions.Bad)
	fmt.Fprintf(w, "actions %d = counted %d + late %d + late for their user's version %d\n", joined.Fed, trends.Counted, trends.Late, joined.Late)
	fmt.Fprintf(w, "counted %d = impressions %d + clicks %d, of them %d of unknown users\n", trends.Counted, t.impressions, t.clicks, t.unknown)
	fmt.Fprintf(w, "counted %d = by segment %d\n", trends.Counted, t.bySegment)
	fmt.Fprintf(w, "rows %d, of segments %d, of the top articles %d\n", trends.Out.Final, report.Stage(st, "segments").Out.Final, t.ranked)
	versions := report.Stage(st, "join:versions")
	fmt.Fprintf(w, "lines of users %d = versions %d + bad %d\n", t.users.Lines, versions.Counted+versions.Late, t.users.Bad)
	report.NotWritten(w, c.outputs())
}
