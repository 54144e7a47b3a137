package main

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/examples/internal/output"
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

// system is the pipeline, with its ends.
type system struct {
	p        tidemark.Pipeline
	requests *tidemark.Input[Request]
	bad      lines.BadFile
	tally    tally
}

func newSystem(c config) (*system, error) {
	s := &system{bad: lines.BadFile{Path: c.bad}, tally: newTally()}
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
		tidemark.Into(rows, output.Rows[Row]("-out", c.out))
	}
	if c.block != "" {
		block, _ := tidemark.Dedup(tidemark.KeyBy(over, Row.listing), join.Dedup{Horizon: again})
		tidemark.Into(block, output.Rows[Row]("-block", c.block))
	}
	if c.missed != "" {
		missed := tidemark.Map(tidemark.Merge(twice, late1, late2, late3), newMissed)
		tidemark.Into(missed, output.Rows[missedLine]("-missed", c.missed))
	}
	return s, s.p.Check()
}

// named names a window, and makes rows of its panes.
func named(panes tidemark.Keyed[netip.Addr, window.Pane[netip.Addr, agg.Facts[Request]]], kind string) tidemark.Stream[Row] {
	return tidemark.Map(tidemark.Named(panes, kind), func(p window.Pane[netip.Addr, agg.Facts[Request]]) Row {
		return Row{Window: kind, Source: p.Key, Calls: p.Facts, Start: p.Start, End: p.End}
	})
}

// close ends the files.
func (s *system) close(ctx context.Context) error {
	return errors.Join(s.p.Close(ctx), s.bad.Close(ctx))
}
