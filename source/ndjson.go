package source

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// NDJSON reads a file of lines, each a fact in JSON, or in whatever Decode
// understands. Set Path or From; the rest may stay zero. It opens the file at
// the first Read and reads each byte once. One goroutine at a time may use it,
// and it must not be copied after the first Read.
//
// A line ends with LF or CRLF, the last one also with the file. Blank lines are
// passed over, but counted. A byte order mark at the beginning is not part of
// the first line. All other bytes, NUL and invalid UTF-8 too, are left to the
// decoder. Gzip, of any number of members, is known by its first bytes,
// whatever the file is called.
//
// A position is the byte offset in the lines, those of a gzip file
// uncompressed, and behind a colon the number of lines before it; ":array"
// follows inside an array. The offset alone will do for a Seek, and lines are
// then counted from there. In a plain file a Seek costs nothing; in gzip, on
// standard input and in From it reads forward, and the last two cannot go back.
//
// At the end of the file Read returns io.EOF, and again until a Seek, also
// if the file has grown. Any error in reading stays likewise; a partial line
// before it is no fact.
type NDJSON[T any] struct {
	// Path is the name of the file; "-" is standard input. From standard
	// input or a pipe, Read returns what is there instead of waiting until
	// dst is full.
	Path string

	// From is read instead of the file, as standard input is; it must be set
	// before the first Read and stays open. Path is then its name in errors,
	// and may be empty. nil: the file.
	From io.Reader

	// Array takes a file whose first character is [ for one JSON array, and
	// its elements for the facts, one or many a line. It is read as it comes,
	// not as a whole. MaxLine is then the longest element, and a line number
	// that of the element's beginning. Other files are read as lines.
	Array bool

	// MaxLine is the greatest length of a line in bytes, without its end;
	// 0: 1 MiB. A longer one is bad, with ErrTooLong; it is passed over
	// in a buffer of MaxLine + 64 KiB at most.
	MaxLine int

	// Decode makes a fact of a line, without its end, or says why it is
	// none. The fact is zero before. The line is only lent: it changes after
	// the call. nil: json.Unmarshal.
	Decode func(line []byte, fact *T) error

	// Bad is told of each line that is no fact, counted from 1, and the run
	// goes on. The text is lent as for Decode, and has the first MaxLine
	// bytes of a line that is too long. nil: a bad line is an error of Read,
	// after all facts before it, at this and every later call, with the name of
	// the file, the line and the byte at which that begins; if Bad is then
	// set, Read goes on.
	Bad func(line int, text []byte, err error)

	in cursor
}

var _ Reader[int] = (*NDJSON[int])(nil)

// Seek implements Reader. It fails if position is none, or if standard input or
// From would have to go back; that the file is shorter than position is told by
// Read.
func (r *NDJSON[T]) Seek(position string) error {
	p, err := parse(position)
	if err == nil {
		err = r.in.seek(p, r.Path == "-" || r.From != nil)
	}
	if err != nil {
		return fmt.Errorf("source: %s: position %q: %w", r.name(), position, err)
	}
	return nil
}

// Read implements Reader. It looks at ctx before each read of the file, and
// does not interrupt one that waits for standard input.
func (r *NDJSON[T]) Read(ctx context.Context, dst []T) (n int, position string, err error) {
	if err := r.begin(ctx, len(dst)); err != nil {
		return 0, r.in.at.String(), r.place(err)
	}
	for n < len(dst) {
		// The caller has facts already: an error can wait for the next call,
		// and so can a read that may block.
		found, err := r.in.find(ctx, n == 0)
		if !found && n > 0 {
			break
		} else if err == io.EOF {
			return 0, r.in.at.String(), io.EOF
		} else if err != nil {
			return 0, r.in.at.String(), r.place(err)
		}
		text, err := r.in.text()
		if err == nil && blank(text) {
			r.in.take()
			continue
		}
		if err == nil {
			err = r.decode(text, &dst[n])
		}
		switch {
		case err == nil:
			n++
		case r.Bad != nil:
			r.Bad(r.Line(), text, err)
		case n > 0:
			return n, r.in.at.String(), nil
		default:
			return 0, r.in.at.String(), r.place(fmt.Errorf("line %d: byte %d: %w", r.Line(), r.in.at.offset+r.in.lead, err))
		}
		r.in.take()
	}
	return n, r.in.at.String(), nil
}

// Line is the number of the line that Decode or Bad is called for, counted from
// 1, so that a fact can have it. Beside an error of Read about a line it is the
// number of that one; at other times it says nothing.
func (r *NDJSON[T]) Line() int { return r.in.number() }

// Close releases the file; standard input and From stay open. Read is an error
// then, until a Seek. Close can be repeated.
func (r *NDJSON[T]) Close() error {
	if err := r.in.close(); err != nil {
		return fmt.Errorf("source: %s: %w", r.name(), cause(err))
	}
	return nil
}

func (r *NDJSON[T]) begin(ctx context.Context, room int) error {
	switch {
	case r.Path == "" && r.From == nil:
		return errors.New("Path is empty, must be set")
	case room == 0:
		return errors.New("Read: dst is empty, must have room for a fact")
	case r.MaxLine < 0:
		return fmt.Errorf("MaxLine is %d, must not be negative", r.MaxLine)
	}
	if r.From != nil && r.in.open == nil {
		r.in.open = func(string) (file, error) { return stream{Reader: r.From}, nil }
	}
	return r.in.begin(ctx, r.Path, r.MaxLine, r.Array)
}

func (r *NDJSON[T]) decode(text []byte, fact *T) (err error) {
	var zero T
	*fact = zero // json.Unmarshal would keep what the text does not name
	if r.Decode != nil {
		err = r.Decode(text, fact)
	} else {
		err = json.Unmarshal(text, fact)
	}
	if err != nil {
		*fact = zero
	}
	return err
}

func blank(text []byte) bool {
	for _, b := range text {
		if b != ' ' && b != '\t' {
			return false
		}
	}
	return true
}

// place says where err happened. What ctx says is passed on as it is.
func (r *NDJSON[T]) place(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("source: %s: %w", r.name(), err)
}

func (r *NDJSON[T]) name() string { return cmp.Or(r.Path, "NDJSON") }

// cause drops the name of the file from an error which we give with it.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
