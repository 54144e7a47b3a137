package sink

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"testing"

	"github.com/tidemark-go/tidemark/row"
)

var errDisk = errors.New("no space left on device")

// disk is a file in memory that fails at random. What it holds outlives the
// sink: a crash is a new sink on the same disk.
type disk struct {
	data          []byte
	exists        bool
	random        *rand.Rand
	fail          float64 // the share of operations that fail
	failSync      bool
	syncs, closed int
	writes        int
}

func (d *disk) bad() bool { return d.random != nil && d.random.Float64() < d.fail }

func (d *disk) open(path string, create bool) (file, error) {
	if d.bad() {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errDisk}
	}
	if !d.exists && !create {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	d.exists = true
	return d, nil
}

func (d *disk) ReadAt(p []byte, at int64) (int, error) {
	if d.bad() && d.random.IntN(10) == 0 { // a Rewind reads often
		return 0, errDisk
	}
	return bytes.NewReader(d.data).ReadAt(p, at)
}

// WriteAt writes a part and fails, or writes all and fails, or all.
func (d *disk) WriteAt(p []byte, at int64) (n int, err error) {
	d.writes++
	n = len(p)
	if d.bad() {
		n, err = d.random.IntN(n+1), errDisk
	}
	if more := int(at) + n - len(d.data); more > 0 {
		d.data = append(d.data, make([]byte, more)...)
	}
	copy(d.data[at:], p[:n])
	return n, err
}

func (d *disk) Truncate(size int64) error {
	if d.bad() {
		return errDisk
	}
	if size > int64(len(d.data)) {
		return errors.New("test: truncated to more than there is")
	}
	d.data = d.data[:size]
	return nil
}

func (d *disk) Size() (int64, error) {
	if d.bad() {
		return 0, errDisk
	}
	return int64(len(d.data)), nil
}

func (d *disk) Sync() error {
	d.syncs++
	if d.failSync {
		return errDisk
	}
	return nil
}

func (d *disk) Close() error { d.closed++; return nil }

type point struct {
	N    int    `json:"n"`
	Text string `json:"text,omitempty"`
}

// batch has rows numbered from..to-1.
func batch(from, to int) (b Batch[point]) {
	for n := from; n < to; n++ {
		b.Rows = append(b.Rows, point{N: n})
		b.Stamps = append(b.Stamps, row.Stamp{Revision: uint32(n)})
	}
	return b
}

// numbered is how rows from..to-1 are written.
func numbered(from, to int) string {
	var lines []byte
	for n := from; n < to; n++ {
		lines = fmt.Appendf(lines, "{\"n\":%d}\n", n)
	}
	return string(lines)
}

// content is what a reader of the file gets.
func content(t testing.TB, data []byte, zipped bool) string {
	t.Helper()
	if !zipped || len(data) == 0 {
		return string(data)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// must tries until it works, which on a disk with chance it does.
func must(t testing.TB, what string, f func() error) {
	t.Helper()
	var err error
	for range 1000 {
		if err = f(); err == nil {
			return
		}
	}
	t.Fatalf("%s: %v", what, err)
}

var background = context.Background()
