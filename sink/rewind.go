package sink

import (
	"fmt"
	"io/fs"
)

// Position implements Rewinder. It is nil after an error, which the next Flush
// tells.
func (s *NDJSON[R]) Position() []byte {
	if !s.closed && (s.start() != nil || s.putMember() != nil) {
		return nil
	}
	return formatPosition(s.Gzip, s.out.size)
}

// Rewind implements Rewinder. It fails, and leaves the file as it is, if the
// file is shorter than at position, or was not between two rows there.
func (s *NDJSON[R]) Rewind(position []byte) error {
	size, err := parsePosition(position, s.Gzip)
	switch {
	case err != nil:
	case s.closed:
		err = fs.ErrClosed
	case s.out.f == nil:
		err = s.attach(size == 0, func(f file, have int64) (int64, error) { return size, s.boundary(f, have, size) })
	default:
		if err = s.boundary(s.out.f, s.out.size, size); err == nil {
			err = s.out.cut(size)
		}
	}
	if err != nil {
		return s.fail(fmt.Errorf("rewind: %w", err))
	}
	s.out.lost = nil // was durable before the snapshot
	s.member.reset()
	return nil
}

// boundary checks that a file of have bytes can be cut at size.
func (s *NDJSON[R]) boundary(f file, have, size int64) error {
	if size > have {
		return fmt.Errorf("the file has %d bytes, the position is behind byte %d: rows are missing", have, size)
	}
	if size == 0 {
		return nil
	}
	if s.Gzip {
		whole, err := wholeMembers(f, have, size)
		if err == nil && whole != size {
			err = fmt.Errorf("byte %d is within a gzip member: is it another file?", size)
		}
		return err
	}
	var last [1]byte
	if _, err := f.ReadAt(last[:], size-1); err != nil {
		return cause(err)
	}
	if last[0] != '\n' {
		return fmt.Errorf("byte %d is within a line: is it another file?", size)
	}
	return nil
}
