package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

const (
	size    = time.Minute     // of a window
	silence = 3               // spans for which an address that is silent has rows of the tumble
	horizon = 5 * time.Minute // within which a request_id that comes again is a duplicate
	again   = time.Hour       // within which an address is listed once
)

// kinds are the windows, in the order of their rows.
var kinds = [...]string{"stagger", "tumble", "slide"}

// Row is a row of calls_per_ip.
type Row struct {
	Window string         `json:"window"`
	Source netip.Addr     `json:"source_ip_address"`
	Calls  int            `json:"calls_per_ip"`
	Start  watermark.Time `json:"window_start"`
	End    watermark.Time `json:"window_end"`
}

// listing is what is listed once.
type listing struct {
	window string
	source netip.Addr
}

func (r Row) listing() listing { return listing{r.Window, r.Source} }

// missedLine is a request that a stage did not count.
type missedLine struct {
	Stage     string          `json:"stage"`
	Reason    tidemark.Reason `json:"reason"`
	Watermark watermark.Time  `json:"watermark"`
	Fact      json.RawMessage `json:"fact"`
}

func newMissed(m tidemark.Missed[Request]) missedLine {
	return missedLine{m.Stage, m.Reason, m.Watermark, json.RawMessage(m.Fact.Original)}
}

// badLine is a line that is no request.
type badLine struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
}

// system is the pipeline, with its ends.
type system struct {
	p        tidemark.Pipeline
	requests *tidemark.Input[Request]
	bad      sink.Sink[badLine] // nil: not asked for
	tally    tally
}

func newSystem(c config) (*system, error) {
	s := &system{tally: newTally()}
	in, all := tidemark.FromNanos(&s.p, "requests", Request.nanos, watermark.Bounded{Delay: c.delay})
	s.requests = in
	unique, twice := tidemark.Dedup(tidemark.KeyBy(all, Request.id), join.Dedup{Horizon: horizon})
	unique = tidemark.Named(unique, "unique")
	byIP := tidemark.KeyBy(unique, Request.address)

	// The panes are empty: each has the number of its facts anyway.
	stagger, late1 := tidemark.Window[agg.Facts[Request]](byIP, window.Stagger{Size: size}, window.Sorted)
	tumble, late2 := tidemark.Window[agg.Facts[Request]](byIP, window.Tumble{Size: size}, window.Sorted, window.Fill(silence))
	slide, late3 := tidemark.Window[agg.Facts[Request]](byIP, window.Slide{Size: size})
	rows := tidemark.Merge(
		named(stagger, "stagger"),
		named(tumble, "tumble"),
		named(slide, "slide"),
	)
	over := tidemark.Filter(rows, func(r Row) bool { return r.Calls > c.rate })

	tidemark.Into(rows, sink.Func[Row](s.tally.take))
	tidemark.Into(over, sink.Func[Row](s.tally.over))
	if c.out != "" {
		tidemark.Into(rows, file[Row]("-out", c.out))
	}
	if c.block != "" {
		block, _ := tidemark.Dedup(tidemark.KeyBy(over, Row.listing), join.Dedup{Horizon: again})
		tidemark.Into(block, file[Row]("-block", c.block))
	}
	if c.missed != "" {
		missed := tidemark.Map(tidemark.Merge(twice, late1, late2, late3), newMissed)
		tidemark.Into(missed, file[missedLine]("-missed", c.missed))
	}
	if c.bad != "" {
		s.bad = file[badLine]("-bad", c.bad)
	}
	return s, s.p.Check()
}

// named names a window, and makes rows of its panes.
func named(panes tidemark.Keyed[netip.Addr, window.Pane[netip.Addr, agg.Facts[Request]]], kind string) tidemark.Stream[Row] {
	return tidemark.Map(tidemark.Named(panes, kind), func(p window.Pane[netip.Addr, agg.Facts[Request]]) Row {
		return Row{Window: kind, Source: p.Key, Calls: p.Facts, Start: p.Start, End: p.End}
	})
}

// consume takes the feed to its end.
func (s *system) consume(ctx context.Context, c config) error {
	if err := s.p.Flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	if s.bad != nil {
		if err := s.bad.Flush(ctx); err != nil {
			return err
		}
	}
	var failed error
	bad := func(line int, text []byte, err error) {
		s.tally.lines++
		s.tally.bad++
		if s.bad != nil && failed == nil {
			failed = s.bad.Write(sink.Batch[badLine]{Rows: []badLine{{line, reason(err), string(text)}}})
		}
	}
	err := c.read(ctx, bad, func(batch []Request) error {
		s.tally.lines += len(batch)
		return errors.Join(failed, s.requests.Feed(batch...))
	})
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	return s.requests.Close() // what fires by it is final
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	err := s.p.Close(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Close(ctx))
	}
	return err
}
