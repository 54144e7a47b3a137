package sink

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// maxTorn is the longest end that is taken for the rest of a broken write. A
// longer one is more likely another file than the end of ours.
const maxTorn = 64 << 20

// wholeLines finds out how much of f is whole lines, and mends the last one if
// it lacks nothing but the line end: of a row {…} no shorter part is JSON.
func wholeLines(f file, size int64) (whole int64, err error) {
	head := make([]byte, min(2, size))
	if _, err := f.ReadAt(head, 0); err != nil && size > 0 {
		return 0, cause(err)
	}
	if string(head) == "\x1f\x8b" {
		return 0, errors.New("is gzip, must be lines: set Gzip, or Truncate to start anew")
	}
	whole, err = lastLineEnd(f, size)
	if err != nil || whole == size {
		return whole, err
	}
	rest := make([]byte, size-whole)
	if _, err := f.ReadAt(rest, whole); err != nil {
		return 0, cause(err)
	}
	if n := len(rest); (rest[n-1] == '}' || rest[n-1] == ']' || rest[n-1] == '"') && json.Valid(rest) {
		if _, err := f.WriteAt([]byte("\n"), size); err != nil {
			return 0, cause(err)
		}
		return size + 1, nil
	}
	return whole, nil
}

// lastLineEnd gives the place behind the last line end, 0 if there is none.
func lastLineEnd(f file, size int64) (int64, error) {
	buf := make([]byte, 64<<10)
	for at := size; at > 0; {
		if size-at > maxTorn {
			return 0, fmt.Errorf("the last %d bytes have no line end, must be lines: is it another file? Set Truncate to start anew", size-at)
		}
		p := buf[:min(int64(len(buf)), at)]
		at -= int64(len(p))
		if _, err := f.ReadAt(p, at); err != nil {
			return 0, cause(err)
		}
		if i := bytes.LastIndexByte(p, '\n'); i >= 0 {
			return at + int64(i) + 1, nil
		}
	}
	return 0, nil
}
