package sink

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
)

// NDJSON writes rows to a file, one JSON object a line, as encoding/json does
// but without escaping HTML. Set Path; the rest may stay zero. One goroutine
// at a time may use it, and it must not be copied after the first call. While
// it is open, the file belongs to it: nobody else may write to it or cut it.
//
// The first call opens the file, or creates it: a run without rows leaves an
// empty file (of gzip: a member without lines). Rows are added after those of an earlier run, unless Truncate is
// set. What a crash has left of a last line is cut off first; a last line {…}
// that lacks only its line end gets it.
//
// A Write is one write to the file of all its lines, whole. If it fails, what
// arrived is cut off again, the batch is refused with an error that names the
// file, the row and the cause, and can be offered again: no row comes twice,
// whether the disk was full for a moment or for a night. Only a crash in the
// middle of a Write may leave some of the rows of a batch; Rewind cuts them off.
//
// Write hands the lines to the operating system, so that they outlive the
// process. Flush makes them outlive the machine (fsync). If that fails, rows
// may be gone which were taken, and no repetition brings them back: from then
// on every call returns the error, until a Rewind to a snapshot.
//
// NDJSON is a Rewinder. A Rewind as first call opens the file as it is, even
// if Truncate is set.
type NDJSON[R any] struct {
	// Path is the name of the file. Its folder must exist.
	Path string

	// Gzip compresses the file, in members of 1 MiB of lines; each Flush ends
	// one, too. A member is made in memory: what was not flushed is lost with
	// the process, up to 1 MiB of lines and a batch, and what a crash leaves
	// is whole members, which any gunzip reads one after another. A position
	// lies between members. The sink goes on only after members that it wrote
	// itself. Frequent flushes make a large file: some 40 bytes a member, and
	// each begins to compress anew.
	Gzip bool

	// Truncate starts the file anew, with the first call. The zero value adds
	// to what is there.
	Truncate bool

	// Stamped writes the stamp beside the row, for a reader that upserts:
	// {"id":"…","kind":"final","revision":0,"time":"…","row":{…}}, with
	// "forced":true behind kind if it is, and without id if the row has none.
	// The zero value writes the row alone: then early, final, corrected and
	// withdrawn rows look the same.
	Stamped bool

	// Bad is told of each row that cannot be encoded, such as one with a NaN,
	// after the others of its batch were written. nil: such a row is an error
	// of Write, each time it is offered.
	Bad func(r R, err error)

	open   func(path string, create bool) (file, error) // nil: openFile
	out    appender
	lines  lines[R]
	member member
	closed bool
}

var (
	_ Sink[int] = (*NDJSON[int])(nil)
	_ Rewinder  = (*NDJSON[int])(nil)
)

// Check tells what is wrong with the fields; a pipeline asks before it takes
// any fact.
func (s *NDJSON[R]) Check() error {
	if s.Path == "" {
		return errors.New("sink: NDJSON: Path is empty, must be set")
	}
	return nil
}

// Write implements Sink.
func (s *NDJSON[R]) Write(b Batch[R]) error {
	if err := s.start(); err != nil {
		return s.fail(err)
	}
	if err := s.lines.encode(b, s.Stamped, s.Bad != nil); err != nil {
		return s.fail(err)
	}
	p := s.lines.buf.Bytes()
	if !s.Gzip {
		if n, err := s.out.put(p); err != nil {
			row := min(s.lines.row(bytes.Count(p[:n], []byte("\n"))), len(b.Rows)-1)
			return s.fail(fmt.Errorf("row %d of %d: %w", row, len(b.Rows), err))
		}
	} else {
		// The full member goes first, so that the batch is refused while it
		// can be: once in a member, it is taken.
		if s.member.ended || s.member.lines >= memberSize {
			if err := s.putMember(); err != nil {
				return s.fail(fmt.Errorf("row 0 of %d: %w", len(b.Rows), err))
			}
		}
		s.member.add(p)
	}
	for _, bad := range s.lines.bad {
		s.Bad(b.Rows[bad.index], s.fail(bad.err))
	}
	return nil
}

// Flush implements Sink. It does not look at ctx: a file waits for nobody.
func (s *NDJSON[R]) Flush(context.Context) error {
	if err := s.start(); err != nil {
		return s.fail(err)
	}
	if err := s.putMember(); err != nil {
		return s.fail(err)
	}
	if err := s.out.sync(); err != nil {
		return s.fail(err)
	}
	return nil
}

// Close implements Sink. It does not look at ctx either.
func (s *NDJSON[R]) Close(ctx context.Context) error {
	if s.closed {
		return s.fail(s.out.lost)
	}
	err := s.Flush(ctx)
	if err != nil && s.out.lost == nil {
		return err
	}
	s.closed = true
	return errors.Join(err, s.fail(cause(s.out.f.Close())))
}

// start opens the file with the first call.
func (s *NDJSON[R]) start() error {
	if s.closed {
		return fs.ErrClosed
	}
	if s.out.f != nil {
		return s.out.lost
	}
	return s.attach(true, func(f file, size int64) (int64, error) {
		switch {
		case s.Truncate:
			return 0, nil
		case s.Gzip:
			return wholeMembers(f, size, math.MaxInt64)
		}
		return wholeLines(f, size)
	})
}

// attach opens the file and cuts off what lies behind what keep wants.
func (s *NDJSON[R]) attach(create bool, keep func(f file, size int64) (int64, error)) error {
	if s.Path == "" {
		return errors.New("Path is empty, must be set")
	}
	open := s.open
	if open == nil {
		open = openFile
	}
	f, err := open(s.Path, create)
	if err != nil {
		return cause(err)
	}
	size, err := f.Size()
	var whole int64
	if err == nil {
		whole, err = keep(f, size)
	}
	if err == nil && whole < size {
		err = f.Truncate(whole)
	}
	if err != nil {
		f.Close()
		return cause(err)
	}
	s.out = appender{f: f, size: whole}
	return nil
}

// putMember ends the gzip member and adds it to the file; where that fails it
// is kept for another try. An empty file gets one without lines: some readers
// take a file of no bytes for a broken one.
func (s *NDJSON[R]) putMember() error {
	if !s.Gzip || (s.member.lines == 0 && s.out.size > 0) {
		return nil
	}
	if _, err := s.out.put(s.member.end()); err != nil {
		return err
	}
	s.member.reset()
	return nil
}

func (s *NDJSON[R]) fail(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sink: %s: %w", cmp.Or(s.Path, "NDJSON"), err)
}
