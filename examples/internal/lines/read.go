// Package lines reads the feeds of the examples, a fact a line, and keeps the
// lines that are none.
package lines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tidemark-go/tidemark/source"
)

// Count counts the lines of a feed, and those of them that are no facts.
type Count struct{ Lines, Bad int }

// Each gives all facts of a feed to take, in batches; an error in reading names
// the flag.
func Each[T any](ctx context.Context, flag string, from source.Reader[T], take func(...T) error) error {
	batch := make([]T, 1024)
	for {
		n, _, err := from.Read(ctx, batch)
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
		if err := take(batch[:n]...); err != nil {
			return err
		}
	}
}

// Read is Each over a file, which it closes. It counts the lines, and puts those
// that are no facts into bad, with the name of the flag unless that is -facts.
func Read[T any](ctx context.Context, flag string, from *source.NDJSON[T], count *Count, bad *BadFile, take func(...T) error) error {
	defer from.Close()
	name := strings.TrimPrefix(flag, "-")
	if name == "facts" {
		name = ""
	}
	var failed error
	from.Bad = func(line int, text []byte, err error) {
		count.Lines++
		count.Bad++
		if failed == nil {
			failed = bad.Write(name, line, text, err)
		}
	}
	err := Each(ctx, flag, from, func(batch ...T) error {
		count.Lines += len(batch)
		if failed != nil {
			return failed
		}
		return take(batch...)
	})
	if err == nil {
		err = failed
	}
	return err
}

// Reason says why a line is no fact.
func Reason(err error) string {
	if errors.Is(err, source.ErrTooLong) {
		return "is longer than 1 MiB, of which this is the beginning"
	}
	return err.Error()
}
