package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/tidemark-go/tidemark/source"
)

// reader gives facts in batches; source.NDJSON is one.
type reader[T any] interface {
	Read(ctx context.Context, dst []T) (n int, position string, err error)
	Close() error
}

// badFunc is told of a line that is no fact.
type badFunc func(line int, text []byte, err error)

// readable reports whether the feed can be read, before any file is written.
func (c config) readable() error {
	for _, in := range []struct{ flag, path string }{{"-facts", c.facts}, {"-flowlogs", c.flowlogs}} {
		if in.path == "" || in.path == "-" {
			continue
		}
		info, err := os.Stat(in.path)
		if err == nil && info.IsDir() {
			err = fmt.Errorf("%s: is a directory", in.path)
		}
		if err == nil && info.Mode().IsRegular() { // a pipe would be emptied
			var f *os.File
			if f, err = os.Open(in.path); err == nil {
				f.Close()
			}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", in.flag, err)
		}
	}
	return nil
}

// readingLines opens the readings, each of which has the time at which it is read.
func (c config) readingLines(bad badFunc) reader[Reading] {
	if c.facts == "" {
		return &madeLines[Reading]{all: madeReadings(c.seed), bad: bad, decode: func(m made, r *Reading) error {
			r.Created = arrival(steady(m.comes, 0))()
			return decode([]byte(m.text), r)
		}}
	}
	now := arrival(c.clock)
	return named[Reading]{&source.NDJSON[Reading]{Path: c.facts, Bad: bad, Decode: func(line []byte, r *Reading) error {
		if err := decode(line, r); err != nil {
			return err
		}
		r.Created = now()
		return nil
	}}, "-facts"}
}

// flowLines opens the flow logs.
func (c config) flowLines(bad badFunc) reader[Flow] {
	if c.madeFlows {
		return &madeLines[Flow]{all: madeFlows(c.seed), bad: bad, decode: func(m made, f *Flow) error { return decodeFlow([]byte(m.text), f) }}
	}
	return named[Flow]{&source.NDJSON[Flow]{Path: c.flowlogs, Bad: bad, Decode: decodeFlow}, "-flowlogs"}
}

// each gives all that a reader has to take.
func each[T any](ctx context.Context, from reader[T], take func([]T) error) error {
	batch := make([]T, 1024)
	for {
		n, _, err := from.Read(ctx, batch)
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := take(batch[:n]); err != nil {
			return err
		}
	}
}

// named is a reader whose errors name the flag.
type named[T any] struct {
	reader[T]
	flag string
}

// Read implements reader.
func (r named[T]) Read(ctx context.Context, dst []T) (n int, position string, err error) {
	if n, position, err = r.reader.Read(ctx, dst); err != nil && err != io.EOF {
		err = fmt.Errorf("%s: %w", r.flag, err)
	}
	return n, position, err
}

// madeLines gives what the program makes itself, as source.NDJSON gives a file.
type madeLines[T any] struct {
	all    []made
	line   int
	decode func(m made, fact *T) error
	bad    badFunc
}

// Read implements reader.
func (l *madeLines[T]) Read(_ context.Context, dst []T) (n int, position string, err error) {
	for n < len(dst) && l.line < len(l.all) {
		m := l.all[l.line]
		l.line++
		dst[n] = *new(T)
		if err := l.decode(m, &dst[n]); err != nil {
			l.bad(l.line, []byte(m.text), err)
			continue
		}
		n++
	}
	if n == 0 && l.line == len(l.all) {
		return 0, "", io.EOF
	}
	return n, "", nil
}

// Close has nothing to do.
func (l *madeLines[T]) Close() error { return nil }

// reason says why a line is no fact.
func reason(err error) string {
	if errors.Is(err, source.ErrTooLong) {
		return "is longer than 1 MiB, of which this is the beginning"
	}
	return err.Error()
}
