package sink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Writer writes rows as lines of JSON to a stream, such as standard output:
// a batch in one call of W.Write. Set W; the rest may stay zero. What a stream
// took cannot be taken back: if W fails in the middle of a batch, the part
// that it took comes twice when the batch is offered again. One goroutine at a
// time may use it, and it must not be copied.
type Writer[R any] struct {
	W       io.Writer
	Stamped bool                 // as in NDJSON
	Bad     func(r R, err error) // as in NDJSON

	lines  lines[R]
	closed bool
}

var _ Sink[int] = (*Writer[int])(nil)

// Check tells what is wrong with the fields; a pipeline asks before it takes
// any fact.
func (s *Writer[R]) Check() error {
	if s.W == nil {
		return errors.New("sink: Writer: W is nil, must be set")
	}
	return nil
}

// Write implements Sink.
func (s *Writer[R]) Write(b Batch[R]) error {
	if err := s.Check(); err != nil {
		return err
	}
	if s.closed {
		return fmt.Errorf("sink: Writer: Write: %w", fs.ErrClosed)
	}
	if err := s.lines.encode(b, s.Stamped, s.Bad != nil); err != nil {
		return fmt.Errorf("sink: Writer: %w", err)
	}
	if p := s.lines.buf.Bytes(); len(p) > 0 {
		n, err := s.W.Write(p)
		if err == nil && n < len(p) {
			err = io.ErrShortWrite
		}
		if err != nil {
			return fmt.Errorf("sink: Writer: %d bytes of %d written: %w", n, len(p), err)
		}
	}
	for _, bad := range s.lines.bad {
		s.Bad(b.Rows[bad.index], fmt.Errorf("sink: Writer: %w", bad.err))
	}
	return nil
}

// Flush implements Sink. It flushes W if W has a method Flush() error, as a
// bufio.Writer has.
func (s *Writer[R]) Flush(context.Context) error {
	if f, ok := s.W.(interface{ Flush() error }); ok && !s.closed {
		if err := f.Flush(); err != nil {
			return fmt.Errorf("sink: Writer: Flush: %w", err)
		}
	}
	return nil
}

// Close implements Sink. It flushes W and leaves it open.
func (s *Writer[R]) Close(ctx context.Context) error {
	err := s.Flush(ctx)
	s.closed = err == nil || s.closed
	return err
}
