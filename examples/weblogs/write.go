package main

import (
	"context"
	"errors"
	"os"

	"github.com/tidemark-go/tidemark/sink"
)

// file returns the sink for the file that a flag names, which is begun anew, or
// for a device or a pipe of that name.
func file[R any](flag, path string) sink.Sink[R] {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return flagged[R]{&sink.Writer[R]{W: &device{path: path}}, flag}
	}
	return flagged[R]{&sink.NDJSON[R]{Path: path, Truncate: true}, flag}
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

// document is a file that is written as a whole, at the end. It is opened at the
// beginning, so that nothing is read in vain, and keeps what it has until then.
type document struct {
	flag string
	f    *os.File
}

func newDocument(flag, path string) (document, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666)
	return document{flag, f}, of(flag, err)
}

// write gives the file another content.
func (d document) write(content []byte) error {
	var err error
	if info, _ := d.f.Stat(); info != nil && info.Mode().IsRegular() {
		err = d.f.Truncate(0)
	}
	if err == nil {
		_, err = d.f.Write(content)
	}
	return of(d.flag, errors.Join(err, d.f.Close()))
}

// flagged is a sink whose errors name the flag.
type flagged[R any] struct {
	sink.Sink[R]
	flag string
}

// Write implements sink.Sink.
func (f flagged[R]) Write(b sink.Batch[R]) error { return of(f.flag, f.Sink.Write(b)) }

// Flush implements sink.Sink.
func (f flagged[R]) Flush(ctx context.Context) error { return of(f.flag, f.Sink.Flush(ctx)) }

// Close implements sink.Sink.
func (f flagged[R]) Close(ctx context.Context) error { return of(f.flag, f.Sink.Close(ctx)) }

// of says which flag an error is about.
func of(flag string, err error) error {
	if err == nil {
		return nil
	}
	return &fileError{flag, err}
}

// fileError is what went wrong with the file of a flag.
type fileError struct {
	flag string
	err  error
}

func (e *fileError) Error() string { return e.flag + ": " + e.err.Error() }

// Unwrap returns the cause.
func (e *fileError) Unwrap() error { return e.err }

// reasons tells each of the errors that err joins; of one with a file it leaves
// out the stage that met it.
func reasons(err error) (all []string) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			all = append(all, reasons(e)...)
		}
		return all
	}
	if e, ok := errors.AsType[*fileError](err); ok {
		err = e
	}
	return []string{err.Error()}
}
