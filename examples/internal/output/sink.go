// Package output is where the examples write: a file of JSON lines, a device or a
// pipe, or a page, each named by a flag, which stands before every error.
package output

import (
	"context"
	"os"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
	"github.com/tidemark-go/tidemark/sink"
)

// Rows returns the sink for the file that a flag names, which is begun anew, or
// for a device or a pipe of that name.
func Rows[R any](flag, path string) sink.Sink[R] { return rows[R](flag, path, false) }

// Stamped is Rows where each line has kind, revision and ID beside its row.
func Stamped[R any](flag, path string) sink.Sink[R] { return rows[R](flag, path, true) }

func rows[R any](flag, path string, stamped bool) sink.Sink[R] {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return flagged[R]{&sink.Writer[R]{W: &device{path: path}, Stamped: stamped}, flag}
	}
	return flagged[R]{&sink.NDJSON[R]{Path: path, Truncate: true, Stamped: stamped}, flag}
}

// device is a device or a pipe, opened when something is written to it.
type device struct {
	path string
	f    *os.File
}

// Write implements io.Writer.
func (d *device) Write(b []byte) (n int, err error) {
	if d.f == nil {
		if d.f, err = os.OpenFile(d.path, os.O_WRONLY, 0); err != nil {
			return 0, err
		}
	}
	return d.f.Write(b)
}

// flagged is a sink whose errors name the flag.
type flagged[R any] struct {
	sink sink.Sink[R]
	flag string
}

// Write implements sink.Sink.
func (f flagged[R]) Write(b sink.Batch[R]) error { return cli.Of(f.flag, f.sink.Write(b)) }

// Flush implements sink.Sink.
func (f flagged[R]) Flush(ctx context.Context) error { return cli.Of(f.flag, f.sink.Flush(ctx)) }

// Close implements sink.Sink.
func (f flagged[R]) Close(ctx context.Context) error { return cli.Of(f.flag, f.sink.Close(ctx)) }
