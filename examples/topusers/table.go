package main

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/report"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
)

// kept is the number of days of which the page has a chart; of the hop it has the
// last span.
const kept = 14

// kinds are the windows, in the order of their rows.
var kinds = [...]string{"day", "hop"}

// ranking is both orders of a span.
type ranking struct {
	start, end    watermark.Time
	exact, approx []Row
}

// tally counts what the pipeline does not, and keeps the last rankings.
type tally struct {
	feed        lines.Count
	newest      watermark.Time // post
	rows, apart map[string]int // by window: rows, and those whose difference is not 0
	last        map[string][]ranking
}

// take sees all rows: it is a sink.
func (t *tally) take(b sink.Batch[Row]) error {
	for _, r := range b.Rows {
		t.rows[r.Window]++
		if r.Off != 0 {
			t.apart[r.Window]++
		}
		switch of := t.ranking(r); {
		case of == nil:
		case r.By == "exact":
			of.exact = append(of.exact, r)
		default:
			of.approx = append(of.approx, r)
		}
	}
	return nil
}

// ranking returns the one that a row is of, nil if that is kept no more: of spans
// that fire at once all exact rows come before the first that is approximate. Of
// the hop, the last is the one that ends within an hour of the newest post: those
// after it have a part of its 24 hours alone.
func (t *tally) ranking(r Row) *ranking {
	all, most := t.last[r.Window], kept
	if r.Window == "hop" {
		most = 1
		if r.End > t.newest.Add(every) {
			return nil
		}
	}
	for i := range all {
		if all[i].start == r.Start {
			return &all[i]
		}
	}
	if len(all) == most {
		if r.Start < all[0].start {
			return nil
		}
		all = all[1:]
	}
	all = append(all, ranking{start: r.Start, end: r.End})
	t.last[r.Window] = all
	return &all[len(all)-1]
}

// print prints the last ranking of each window, and the ledger.
func (s *system) print(w io.Writer, c config) error {
	var b bytes.Buffer
	for _, kind := range kinds {
		all := s.tally.last[kind]
		if len(all) == 0 {
			fmt.Fprintf(&b, "%s: no rows\n\n", kind)
			continue
		}
		fmt.Fprintln(&b, title(kind, all[len(all)-1], c.zone))
		fmt.Fprintln(&b)
		all[len(all)-1].table(&b)
		fmt.Fprintln(&b)
	}
	s.ledger(&b, c)
	_, err := w.Write(b.Bytes())
	return err
}

// title tells the span of a ranking, by the clocks of the place.
func title(kind string, r ranking, zone *time.Location) string {
	start, end := r.start.UTC().In(zone), r.end.UTC().In(zone)
	if kind == "day" {
		return fmt.Sprintf("day %s (%v)", start.Format("Mon 2006-01-02"), zone)
	}
	return fmt.Sprintf("24 hours to %s (%v)", end.Format("Mon 2006-01-02 15:04"), zone)
}

func (r ranking) table(w io.Writer) {
	tw := report.Table(w)
	fmt.Fprintln(tw, "rank\tuser_id\ttweets\tapprox_tweets\tdifference\tposts\tby approx_tweets\t")
	for i := range max(len(r.exact), len(r.approx)) {
		e, a := r.exact[i], r.approx[i]
		fmt.Fprintf(tw, "%d\t%v\t%d\t%d\t%+d\t%d\t%v\t\n", e.Rank, e.User, e.Tweets, e.Approx, e.Off, e.Posts, a.User)
	}
	tw.Flush()
}

// ledger says what became of every line and post. The numbers on both sides of =
// are counted by different hands.
func (s *system) ledger(w io.Writer, c config) {
	st, t := s.p.Stats(), &s.tally
	table := report.Stage(st, "table")
	fmt.Fprintf(w, "lines %d = posts %d + of other tables %d + bad %d\n", t.feed.Lines, table.Counted, table.Filtered, t.feed.Bad)
	for _, kind := range kinds {
		k := report.Stage(st, kind)
		fmt.Fprintf(w, "%s: posts %d = counted %d + late %d", kind, table.Counted, k.Counted, k.Late)
		if kind == "hop" {
			fmt.Fprintf(w, ", of the counted %d late for some of their spans", k.Partly)
		}
		exact, approx := report.Stage(st, kind+" exact"), report.Stage(st, kind+" approximate")
		fmt.Fprintf(w, "\n%s: users in spans %d, ranked exactly %d, approximately %d, rows %d, %d of them with a difference\n",
			kind, k.Out.Final, exact.Counted, approx.Counted, t.rows[kind], t.apart[kind])
	}
	report.NotWritten(w, c.outputs())
}
