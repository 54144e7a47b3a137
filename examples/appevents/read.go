package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/source"
)

// reader gives hits in batches; source.NDJSON is one.
type reader interface {
	Read(ctx context.Context, dst []Hit) (n int, position string, err error)
	Close() error
}

// badFunc is told of a line that is no hit.
type badFunc func(line int, text []byte, err error)

// readable tells early what is wrong with the file.
func (c config) readable() error {
	if c.hits == "" || c.hits == "-" {
		return nil
	}
	info, err := os.Stat(c.hits)
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s: is a directory", c.hits)
	}
	if err == nil && info.Mode().IsRegular() { // a pipe would be emptied
		var f *os.File
		if f, err = os.Open(c.hits); err == nil {
			f.Close()
		}
	}
	if err != nil {
		return fmt.Errorf("-hits: %w", err)
	}
	return nil
}

// consume takes the feed to its end.
func (s *system) consume(ctx context.Context, c config) error {
	if err := s.open(ctx); err != nil {
		return err
	}
	var failed error
	bad := func(line int, text []byte, err error) {
		failed = errors.Join(failed, s.takeBad(line, text, err))
	}
	var r reader = &source.NDJSON[Hit]{Path: c.hits, Decode: decodeHit, Bad: bad}
	if c.hits == "" {
		r = &lines{in: bufio.NewReader(strings.NewReader(madeHits(c.seed))), bad: bad}
	}
	defer r.Close()
	batch := make([]Hit, c.batch)
	for {
		n, _, err := r.Read(ctx, batch)
		if err == io.EOF {
			return failed
		} else if err != nil {
			return fmt.Errorf("-hits: %w", err)
		}
		for _, h := range batch[:n] {
			s.tally.day(dayOf(h.At)).lines++
		}
		if err := errors.Join(failed, s.hits.Feed(batch[:n]...)); err != nil {
			return err
		}
	}
}

// badLine is a line in the bad file.
type badLine struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
	Base64 []byte `json:"base64,omitzero"` // the text to the byte, if it is not UTF-8
}

// takeBad counts a line that is no hit, and puts it where it belongs.
func (s *system) takeBad(line int, text []byte, err error) error {
	var not *notHit
	errors.As(err, &not)
	s.tally.takeBad(not)
	if s.bad == nil {
		return nil
	}
	b := badLine{Line: line, Reason: err.Error(), Text: string(text)}
	if errors.Is(err, source.ErrTooLong) {
		b.Reason = "is longer than 1 MiB, of which this is the beginning"
	}
	if !utf8.Valid(text) { // of which JSON has no string
		b.Base64 = bytes.Clone(text)
	}
	return s.bad.Write(sink.Batch[badLine]{Rows: []badLine{b}})
}

// lines reads what comes from within the program, as source.NDJSON reads a file.
type lines struct {
	in   *bufio.Reader
	bad  badFunc
	line int
}

// Read fills dst.
func (l *lines) Read(_ context.Context, dst []Hit) (n int, position string, err error) {
	for n < len(dst) {
		line, err := l.in.ReadBytes('\n')
		if len(line) == 0 && n > 0 {
			break // the error comes again
		} else if len(line) == 0 {
			return 0, "", err
		}
		l.line++
		line = bytes.TrimSuffix(line, []byte("\n"))
		dst[n] = Hit{}
		if err := decodeHit(line, &dst[n]); err != nil {
			l.bad(l.line, line, err)
			continue
		}
		n++
	}
	return n, "", nil
}

// Close has nothing to do.
func (l *lines) Close() error { return nil }
