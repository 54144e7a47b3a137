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
	var s sink.Sink[R] = &sink.NDJSON[R]{Path: path, Truncate: true}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		s = &sink.Writer[R]{W: &stream{path: path}}
	}
	return flagged[R]{s, flag}
}

// stream is a device or a pipe, opened when something is written to it.
type stream struct {
	path string
	f    *os.File
}

// Write implements io.Writer.
func (s *stream) Write(b []byte) (n int, err error) {
	if s.f == nil {
		if s.f, err = os.OpenFile(s.path, os.O_WRONLY, 0); err != nil {
			return 0, err
		}
	}
	return s.f.Write(b)
}

// flagged is a sink whose errors name the flag.
type flagged[R any] struct {
	sink sink.Sink[R]
	flag string
}

// Write implements sink.Sink.
func (f flagged[R]) Write(b sink.Batch[R]) error { return f.name(f.sink.Write(b)) }

// Flush implements sink.Sink.
func (f flagged[R]) Flush(ctx context.Context) error { return f.name(f.sink.Flush(ctx)) }

// Close implements sink.Sink.
func (f flagged[R]) Close(ctx context.Context) error { return f.name(f.sink.Close(ctx)) }

func (f flagged[R]) name(err error) error {
	if err == nil {
		return nil
	}
	return &fileError{f.flag, err}
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
	if e := (*fileError)(nil); errors.As(err, &e) {
		err = e
	}
	return []string{err.Error()}
}
