package main

import (
	"context"
	"errors"
	"strings"

	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/source"
	"github.com/tidemark-go/tidemark/watermark"
)

// readings returns the feed of readings, each of which has the time at which it is
// read.
func (c config) readings() *source.NDJSON[Reading] {
	r := &source.NDJSON[Reading]{Path: c.facts}
	now := arrival(c.clock)
	if c.facts == "" {
		made := madeReadings(c.seed)
		r.From = strings.NewReader(text(made))
		now = func() watermark.Time { return arrival(steady(made[r.Line()-1].comes, 0))() }
	}
	r.Decode = func(line []byte, to *Reading) error {
		if err := decode(line, to); err != nil {
			return err
		}
		to.Created = now()
		return nil
	}
	return r
}

// flows returns the flow log.
func (c config) flows() *source.NDJSON[Flow] {
	r := &source.NDJSON[Flow]{Path: c.flowlogs, Decode: decodeFlow}
	if c.madeFlows {
		r.From = strings.NewReader(text(madeFlows(c.seed)))
	}
	return r
}

// consume takes the feed, which a flag names, to its end.
func (s *system[T]) consume(ctx context.Context, flag string, feed *source.NDJSON[T]) error {
	defer feed.Close()
	if err := s.p.Flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	if err := s.bad.Flush(ctx); err != nil {
		return err
	}
	feed.Bad = s.takeBad
	err := lines.Each(ctx, flag, feed, func(batch ...T) error {
		s.tally.lines += len(batch)
		return errors.Join(s.failed, s.in.Feed(batch...))
	})
	if err == nil {
		err = s.failed
	}
	if err != nil {
		return err
	}
	return s.in.Close() // what fires by it is final
}

// takeBad counts a line that is no fact, and puts it where it belongs.
func (s *system[T]) takeBad(line int, text []byte, err error) {
	t := &s.tally
	t.lines++
	switch err {
	case errHead:
		t.heads++
	case errNoData:
		t.noData++
	case errSkipped:
		t.skipped++
	default:
		t.bad++
		if s.failed == nil {
			s.failed = s.bad.Write("", line, text, err)
		}
	}
}
