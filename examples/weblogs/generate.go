package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
)

// makeLog writes a log that is made up. An interrupt ends it with a whole line.
func (c config) makeLog(ctx context.Context, stdout io.Writer) error {
	m := newMaker(c.generate, c.seed, c.broken)
	if c.o == "-" {
		_, err := fill(ctx, stdout, m)
		return cli.Of("-o", err)
	}
	f, err := os.Create(c.o)
	if err != nil {
		return cli.Of("-o", err)
	}
	to, end := io.Writer(f), f.Close
	if strings.HasSuffix(c.o, ".gz") {
		z, _ := gzip.NewWriterLevel(f, gzip.BestSpeed) // there is such a level
		to, end = z, func() error { return errors.Join(z.Close(), f.Close()) }
	}
	bytes, err := fill(ctx, to, m)
	if err := errors.Join(err, end()); err != nil {
		return cli.Of("-o", err)
	}
	_, err = fmt.Fprintf(stdout, "%d lines, %d bytes in %s\n", c.generate-m.left, bytes, c.o)
	return err
}

// fill writes what m makes, until it is done or ctx is.
func fill(ctx context.Context, to io.Writer, m *maker) (bytes int, err error) {
	for buf := make([]byte, 0, blockSize+1<<12); m.left > 0 && ctx.Err() == nil && err == nil; {
		for buf = buf[:0]; len(buf) < blockSize && m.left > 0; {
			buf = m.append(buf)
		}
		bytes += len(buf)
		_, err = to.Write(buf)
	}
	return bytes, err
}
