package source

import (
	"errors"
	"strconv"
	"strings"
)

// position is a place between two items of a stream.
type position struct {
	offset int64 // in bytes
	lines  int   // before it
	array  bool  // behind an element, before the comma
}

func (p position) String() string {
	b := make([]byte, 0, 40)
	b = strconv.AppendInt(b, p.offset, 10)
	b = append(b, ':')
	b = strconv.AppendInt(b, int64(p.lines), 10)
	if p.array {
		b = append(b, ":array"...)
	}
	return string(b)
}

func parse(s string) (p position, err error) {
	if s == "" {
		return p, nil
	}
	bad := errors.New("must be offset, offset:lines or offset:lines:array")
	s, p.array = strings.CutSuffix(s, ":array")
	offset, lines, counted := strings.Cut(s, ":")
	n, err := strconv.ParseUint(offset, 10, 63)
	if err != nil {
		return p, bad
	}
	p.offset = int64(n)
	if counted {
		n, err = strconv.ParseUint(lines, 10, strconv.IntSize-1)
		if err != nil {
			return p, bad
		}
		p.lines = int(n)
	}
	if p.array && (!counted || p.offset == 0) {
		return p, bad
	}
	return p, nil
}
