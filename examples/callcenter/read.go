package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark/source"
)

// reader gives facts in batches; source.NDJSON is one.
type reader[T any] interface {
	Read(ctx context.Context, dst []T) (n int, position string, err error)
	Close() error
}

// badFunc is told of a line that is no fact.
type badFunc func(line int, text []byte, err error)

// opener makes a reader that tells bad of the lines that are no facts.
type opener[T any] func(bad badFunc) reader[T]

// calls returns what opens the feed of calls, and whether it may be live.
func (c config) calls() (open opener[Call], live bool, err error) {
	if c.facts == "" {
		return func(bad badFunc) reader[Call] {
			return newLines(strings.NewReader(madeCalls(c.seed)), decodeCall, bad)
		}, false, nil
	}
	info, err := os.Stdin.Stat()
	if c.facts != "-" {
		info, err = os.Stat(c.facts)
	}
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s: is a directory", c.facts)
	}
	if err != nil {
		return nil, false, fmt.Errorf("-facts: %w", err)
	}
	// The first line of a stream may begin with a bracket and be no array.
	array := false
	if c.facts != "-" && info.Mode().IsRegular() {
		if array, err = startsArray(c.facts); err != nil {
			return nil, false, fmt.Errorf("-facts: %w", err)
		}
	}
	return func(bad badFunc) reader[Call] {
		return &source.NDJSON[Call]{Path: c.facts, Decode: decodeCall, Bad: bad, Array: array}
	}, !info.Mode().IsRegular(), nil
}

// startsArray reports whether a file begins with [{, which no line of a feed does.
func startsArray(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	r := bufio.NewReader(f)
	if head, _ := r.Peek(2); string(head) == "\x1f\x8b" {
		z, err := gzip.NewReader(r)
		if err != nil {
			return false, nil // is told by the reader
		}
		r = bufio.NewReader(z)
	}
	for _, want := range []byte("[{") {
		got := byte(' ')
		for err == nil && strings.IndexByte(" \t\r\n\xef\xbb\xbf", got) >= 0 {
			got, err = r.ReadByte()
		}
		if err != nil || got != want {
			return false, nil // an error is told by the reader
		}
	}
	return true, nil
}

// loadOrgs feeds all versions of the organisations.
func (s *system) loadOrgs(ctx context.Context, c config) error {
	var failed error
	bad := func(line int, text []byte, err error) {
		s.tally.orgLines++
		s.tally.orgBad++
		failed = errors.Join(failed, s.tell(newBad(line, text, err, "orgs")))
	}
	var r reader[Org] = &source.NDJSON[Org]{Path: c.orgs, Decode: decodeOrg, Bad: bad, Array: true}
	if c.orgs == "" {
		r = newLines(strings.NewReader(madeOrgs(c.facts == "")), decodeOrg, bad)
	}
	defer r.Close()
	batch := make([]Org, 256)
	for {
		n, _, err := r.Read(ctx, batch)
		if err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("-orgs: %w", err)
		}
		s.tally.orgLines += n
		if err := errors.Join(failed, s.orgs.Feed(batch[:n]...)); err != nil {
			return err
		}
	}
	return errors.Join(failed, s.orgs.Close())
}

// newBad makes a line of the bad file.
func newBad(line int, text []byte, err error, file string) badLine {
	reason := err.Error()
	if errors.Is(err, source.ErrTooLong) {
		reason = "is longer than 1 MiB, of which this is the beginning"
	}
	b := badLine{Line: line, Reason: reason, Text: string(text), File: file}
	if !utf8.Valid(text) { // of which JSON has no string
		b.Base64 = bytes.Clone(text)
	}
	return b
}

// lines reads what comes from within the program, as source.NDJSON reads a file.
type lines[T any] struct {
	in     *bufio.Reader
	decode func(line []byte, fact *T) error
	bad    badFunc
	line   int
}

func newLines[T any](in io.Reader, decode func([]byte, *T) error, bad badFunc) *lines[T] {
	return &lines[T]{in: bufio.NewReaderSize(in, 64<<10), decode: decode, bad: bad}
}

// Read waits for one fact, and gives what is there with it.
func (l *lines[T]) Read(_ context.Context, dst []T) (n int, position string, err error) {
	for n < len(dst) && (n == 0 || l.in.Buffered() > 0) {
		line, err := l.in.ReadBytes('\n')
		if len(line) == 0 && n > 0 {
			break // the error comes again
		} else if len(line) == 0 {
			return 0, "", err
		}
		l.line++
		line = bytes.TrimSuffix(line, []byte("\n"))
		var fact T
		if err := l.decode(line, &fact); err != nil {
			l.bad(l.line, line, err)
			continue
		}
		dst[n] = fact
		n++
	}
	return n, "", nil
}

// Close has nothing to do.
func (l *lines[T]) Close() error { return nil }
