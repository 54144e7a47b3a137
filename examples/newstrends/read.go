package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
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

// readable reports whether the files can be read, before any is written.
func (c config) readable() error {
	for _, in := range []struct{ flag, path string }{{"-facts", c.facts}, {"-users", c.users}} {
		if in.path == "" || in.path == "-" {
			continue
		}
		f, err := os.Open(in.path)
		if err != nil {
			return fmt.Errorf("%s: %w", in.flag, err)
		}
		info, err := f.Stat()
		f.Close()
		if err == nil && info.IsDir() {
			return fmt.Errorf("%s: %s: is a directory", in.flag, in.path)
		}
	}
	return nil
}

// open returns the feed of actions.
func (c config) open(bad badFunc) reader[Action] {
	if c.facts == "" {
		return &lines[Action]{rest: madeActions(c.seed), decode: decodeAction, bad: bad}
	}
	return &source.NDJSON[Action]{Path: c.facts, Decode: decodeAction, Bad: bad}
}

// loadUsers feeds all versions of the users. Without a file, actions that are made
// up have users that are as well, and those of a file have none.
func (s *system) loadUsers(ctx context.Context, c config) error {
	var failed error
	bad := func(line int, text []byte, err error) {
		s.tally.userLines++
		s.tally.userBad++
		failed = errors.Join(failed, s.tell(newBad(line, text, err, "users")))
	}
	var r reader[User] = &source.NDJSON[User]{Path: c.users, Decode: decodeUser, Bad: bad, Array: true}
	switch {
	case c.users != "":
	case c.facts == "":
		r = &lines[User]{rest: madeUsers(small), decode: decodeUser, bad: bad}
	default:
		r = &lines[User]{}
	}
	defer r.Close()
	err := readAll(ctx, "-users", r, func(batch []User) error {
		s.tally.userLines += len(batch)
		return errors.Join(failed, s.users.Feed(batch...))
	})
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	return s.users.Close() // complete: from now on nobody waits
}

// readAll gives all of r to take, in batches.
func readAll[T any](ctx context.Context, flag string, r reader[T], take func([]T) error) error {
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

// lines reads what the program makes itself, as source.NDJSON reads a file.
type lines[T any] struct {
	rest   []byte
	decode func(line []byte, fact *T) error
	bad    badFunc
	line   int
}

// Read implements reader.
func (l *lines[T]) Read(_ context.Context, dst []T) (n int, position string, err error) {
	for n < len(dst) && len(l.rest) > 0 {
		line, rest, _ := bytes.Cut(l.rest, []byte("\n"))
		l.rest = rest
		l.line++
		var fact T
		if err := l.decode(line, &fact); err != nil {
			l.bad(l.line, line, err)
			continue
		}
		dst[n] = fact
		n++
	}
	if n == 0 {
		return 0, "", io.EOF
	}
	return n, "", nil
}

// Close has nothing to do.
func (l *lines[T]) Close() error { return nil }
