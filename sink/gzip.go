package sink

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"math"
)

const (
	// memberSize is how many bytes of lines go into one gzip member: enough
	// to compress well, little to lose.
	memberSize = 1 << 20

	// Each member tells its own length in an extra field of its header, "tm",
	// 8 bytes, little endian, so that the last whole one is found without
	// unzipping all. Other programs pass over the field.
	memberHead = 10 + 2 + 4 + 8
)

// member is the gzip member that is being made, in memory.
type member struct {
	buf   bytes.Buffer
	zip   *gzip.Writer
	lines int  // bytes that went in
	ended bool // nothing can be added any more
}

// add puts lines in. Writing to memory does not fail.
func (m *member) add(p []byte) {
	m.begin()
	m.zip.Write(p)
	m.lines += len(p)
}

func (m *member) begin() {
	if m.zip == nil {
		m.zip = gzip.NewWriter(&m.buf)
	}
	if m.zip.Extra == nil {
		m.zip.Extra = []byte("tm\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	}
}

// end gives the whole member, the same again until a reset.
func (m *member) end() []byte {
	if !m.ended {
		m.begin()
		m.zip.Close()
		m.ended = true
		binary.LittleEndian.PutUint64(m.buf.Bytes()[memberHead-8:], uint64(m.buf.Len()))
	}
	return m.buf.Bytes()
}

// reset begins a new member.
func (m *member) reset() {
	m.buf.Reset()
	m.lines, m.ended = 0, false
	if m.zip != nil {
		m.zip.Reset(&m.buf)
	}
}

// wholeMembers goes from member to member, until stop or the end, and gives
// the end of the last one that is whole.
func wholeMembers(f file, size, stop int64) (whole int64, err error) {
	for whole < min(size, stop) {
		rest := size - whole
		head := make([]byte, min(memberHead, rest))
		if _, err := f.ReadAt(head, whole); err != nil {
			return 0, cause(err)
		}
		foreign := !bytes.HasPrefix(head, []byte("\x1f\x8b\x08\x04")[:min(4, rest)])
		length := int64(math.MaxInt64) // of a torn head: more than there is
		if rest >= memberHead {
			foreign = foreign || string(head[10:16]) != "\x0c\x00tm\x08\x00"
			length = int64(binary.LittleEndian.Uint64(head[16:]))
		}
		switch {
		case foreign || (length >= 0 && length <= memberHead):
			return 0, fmt.Errorf("byte %d: no gzip member of this sink: it can only go on after its own; set Truncate to start anew", whole)
		case length > rest || length < 0:
			if rest > maxTorn {
				return 0, fmt.Errorf("byte %d: a gzip member of %d bytes in the last %d: the file is damaged", whole, uint64(length), rest)
			}
			return whole, nil
		}
		whole += length
	}
	return whole, nil
}
