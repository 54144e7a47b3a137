package source

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"os"
)

// file is what a cursor reads.
type file interface {
	io.ReadSeekCloser
	Size() int64 // negative: a stream, which may block and cannot seek
}

type osFile struct {
	*os.File
	size int64
}

func (f osFile) Size() int64 { return f.size }

// Close leaves standard input to the program.
func (f osFile) Close() error {
	if f.File == os.Stdin {
		return nil
	}
	return f.File.Close()
}

// stream is a reader of the caller's.
type stream struct {
	io.Reader
	io.Seeker // nil: is not asked for
}

func (stream) Size() int64 { return -1 }

func (stream) Close() error { return nil }

func openFile(path string) (file, error) {
	f := osFile{File: os.Stdin, size: -1}
	if path != "-" {
		var err error
		if f.File, err = os.Open(path); err != nil {
			return nil, err
		}
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	// Standard input is never sought in: it may be shared, and stand anywhere.
	if info.Mode().IsRegular() && path != "-" {
		f.size = info.Size()
	}
	return f, nil
}

// unzip returns what unzips f, whose first bytes have been read as head; nil
// if it is not gzip.
func unzip(head []byte, f file) (io.Reader, error) {
	if !bytes.HasPrefix(head, []byte("\x1f\x8b")) {
		return nil, nil
	}
	z, err := gzip.NewReader(bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(head)), f), chunk))
	if err != nil {
		return nil, err
	}
	return z, nil
}
