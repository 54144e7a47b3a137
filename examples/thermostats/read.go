package main

import (
	"context"
	"io"
	"iter"

	"github.com/tidemark-go/tidemark/examples/internal/lines"
	"github.com/tidemark-go/tidemark/source"
)

// consume takes the settings, then the readings, to their ends.
func (s *system) consume(ctx context.Context, c config) error {
	if err := s.p.Flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	if err := s.bad.Flush(ctx); err != nil {
		return err
	}
	settings := &source.NDJSON[Setting]{Path: c.settings, Decode: decodeSetting}
	if c.settings == "" {
		made := newText(c.made.settings())
		defer made.stop()
		settings.From = made
	}
	if err := lines.Read(ctx, "-settings", settings, &s.tally.settings, &s.bad, s.settings.Feed); err != nil {
		return err
	}
	if err := s.settings.Close(); err != nil {
		return err
	}
	readings := &source.NDJSON[Reading]{Path: c.facts, Decode: decodeReading}
	if c.facts == "" {
		made := newText(c.made.readings())
		defer made.stop()
		readings.From = made
	}
	if err := lines.Read(ctx, "-facts", readings, &s.tally.readings, &s.bad, s.readings.Feed); err != nil {
		return err
	}
	return s.readings.Close() // what fires by it is final
}

// text reads lines that are made one by one, so that however many there are none
// is kept.
type text struct {
	next func() (line string, ok bool)
	stop func()
	rest string // of a line
}

func newText(lines iter.Seq[string]) *text {
	t := new(text)
	t.next, t.stop = iter.Pull(lines)
	return t
}

// Read implements io.Reader.
func (t *text) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if t.rest == "" {
			var ok bool
			if t.rest, ok = t.next(); !ok {
				break
			}
		}
		more := copy(p[n:], t.rest)
		t.rest = t.rest[more:]
		n += more
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}
