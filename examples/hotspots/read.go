package main

import (
	"context"
	"strings"

	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/source"
)

// consume takes the feed to its end.
func (s *system) consume(ctx context.Context, c config) error {
	if err := s.p.Flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	if err := s.bad.Flush(ctx); err != nil {
		return err
	}
	feed := &source.NDJSON[Position]{Path: c.facts, Decode: decode}
	if c.facts == "" {
		feed.From = strings.NewReader(madePositions(c.seed))
	}
	if err := lines.Read(ctx, "-facts", feed, &s.tally.feed, &s.bad, s.positions.Feed); err != nil {
		return err
	}
	return s.positions.Close() // what fires by it is final
}
