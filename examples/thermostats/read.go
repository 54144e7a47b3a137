package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/tidemark-go/tidemark/source"
)

// badFunc is told of a line that is no fact.
type badFunc func(line int, text []byte, err error)

// decodeFunc makes a fact of a line, or says why it is none.
type decodeFunc[T any] func(line []byte, fact *T) error

// readable reports whether a file can be read, before any is written.
func readable(flag, path string) error {
	if path == "" || path == "-" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return fmt.Errorf("%s: %s: is a directory", flag, path)
	}
	return nil
}

// readFile gives the facts of a file to take, in batches.
func readFile[T any](ctx context.Context, flag, path string, decode decodeFunc[T], bad badFunc, take func([]T) error) error {
	r := &source.NDJSON[T]{Path: path, Decode: decode, Bad: bad}
	defer r.Close()
	batch := make([]T, 1024)
	for {
		n, _, err := r.Read(ctx, batch)
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
		if err := take(batch[:n]); err != nil {
			return err
		}
	}
}

// readMade gives what the program makes itself, as source.NDJSON gives a file.
func readMade[T any](lines iter.Seq[string], decode decodeFunc[T], bad badFunc, take func([]T) error) error {
	batch := make([]T, 0, 1024)
	n := 0
	for line := range lines {
		n++
		var fact T
		line = strings.TrimSuffix(line, "\n")
		if err := decode([]byte(line), &fact); err != nil {
			bad(n, []byte(line), err)
			continue
		}
		if batch = append(batch, fact); len(batch) == cap(batch) {
			if err := take(batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return take(batch)
}

// reason says why a line is no fact.
func reason(err error) string {
	if errors.Is(err, source.ErrTooLong) {
		return "is longer than 1 MiB, of which this is the beginning"
	}
	return err.Error()
}
