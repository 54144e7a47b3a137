package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/tidemark-go/tidemark/source"
)

// badFunc is told of a line that is no fact.
type badFunc func(line int, text []byte, err error)

// readable reports whether the feed can be read, before any file is written.
func (c config) readable() error {
	if c.facts == "" || c.facts == "-" {
		return nil
	}
	f, err := os.Open(c.facts)
	if err != nil {
		return fmt.Errorf("-facts: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return fmt.Errorf("-facts: %s: is a directory", c.facts)
	}
	return nil
}

// read gives the feed to take, in batches.
func (c config) read(ctx context.Context, bad badFunc, take func([]Position) error) error {
	if c.facts == "" {
		return readMade(madePositions(c.seed), bad, take)
	}
	r := &source.NDJSON[Position]{Path: c.facts, Decode: decode, Bad: bad}
	defer r.Close()
	batch := make([]Position, 1024)
	for {
		n, _, err := r.Read(ctx, batch)
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("-facts: %w", err)
		}
		if err := take(batch[:n]); err != nil {
			return err
		}
	}
}

// readMade gives what the program makes itself, as source.NDJSON gives a file.
func readMade(text string, bad badFunc, take func([]Position) error) error {
	var facts []Position
	n := 0
	for line := range strings.Lines(text) {
		n++
		var fact Position
		line = strings.TrimSuffix(line, "\n")
		if err := decode([]byte(line), &fact); err != nil {
			bad(n, []byte(line), err)
			continue
		}
		facts = append(facts, fact)
	}
	return take(facts)
}

// reason says why a line is no fact.
func reason(err error) string {
	if errors.Is(err, source.ErrTooLong) {
		return "is longer than 1 MiB, of which this is the beginning"
	}
	return err.Error()
}
