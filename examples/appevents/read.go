package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/source"
)

// consume takes the feed to its end.
func (s *system) consume(ctx context.Context, c config) error {
	if err := s.open(ctx); err != nil {
		return err
	}
	feed := &source.NDJSON[Hit]{Path: c.hits, Decode: decodeHit}
	if c.hits == "" {
		feed.From = strings.NewReader(madeHits(c.seed))
	}
	defer feed.Close()
	var failed error
	feed.Bad = func(line int, text []byte, err error) {
		not, _ := errors.AsType[*notHit](err)
		s.tally.takeBad(not)
		if failed == nil {
			failed = s.bad.Write("", line, text, err)
		}
	}
	err := lines.Each(ctx, "-hits", feed, func(hits ...Hit) error {
		for _, h := range hits {
			s.tally.day(dayOf(h.At)).lines++
		}
		for part := range slices.Chunk(hits, c.batch) {
			if err := s.hits.Feed(part...); err != nil {
				return err
			}
		}
		return failed
	})
	if err == nil {
		err = failed
	}
	return err
}
