package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

const (
	blockSize = 1 << 20  // is read at once
	maxLine   = 64 << 10 // bytes of a line, without its end
)

// blocks reads a log in pieces that begin and end with a line, each byte once. Only
// the line that the end of a block would cut is copied, to the beginning of the
// next one.
type blocks struct {
	in   io.Reader
	live bool // what comes through a pipe is given as it comes

	buf  [2][]byte // one is lent, one is filled
	turn int
	tail []byte // of the block before: the beginning of a line
	skip bool   // of which more than maxLine bytes have come already
	err  error  // of in, behind what has been read
}

// block is some lines, all of them with their end but the last of a log.
type block struct {
	text []byte
	long bool // it is the beginning of one line, which has more than maxLine bytes
}

// next gives the next block, which is lent until the next but one is asked for.
// At the end the error is io.EOF. Any error comes behind all whole lines; half a
// line before another error is none.
func (r *blocks) next() (block, error) {
	buf := r.buf[r.turn]
	if buf == nil {
		buf = make([]byte, blockSize+2*maxLine)
		r.buf[r.turn] = buf
	}
	r.turn ^= 1
	n := copy(buf, r.tail)
	r.tail = nil
	for {
		if n > maxLine+1 { // with a CR that may be the last
			r.skip = true
			return block{buf[:maxLine], true}, nil
		}
		if r.err == io.EOF && n > 0 {
			return block{text: buf[:n]}, nil
		} else if r.err != nil {
			return block{}, r.err
		}
		seen, more := n, 0 // there is no end of a line before seen
		more, r.err = r.read(buf[n : n+blockSize])
		n += more
		if r.skip {
			end := bytes.IndexByte(buf[:n], '\n')
			if end < 0 {
				n = 0
				continue
			}
			r.skip = false
			seen, n = 0, copy(buf, buf[end+1:n])
		}
		if end := seen + bytes.LastIndexByte(buf[seen:n], '\n'); end >= seen {
			r.tail = buf[end+1 : n]
			return block{text: buf[:end+1]}, nil
		}
	}
}

// read fills p, or takes what is there if that may be long in coming.
func (r *blocks) read(p []byte) (n int, err error) {
	for err == nil && n < len(p) && (n == 0 || !r.live) {
		more := 0
		more, err = r.in.Read(p[n:])
		n += more
	}
	return n, err
}

// delivery is what the reader has for the loop.
type delivery struct {
	block
	err error
}

// deliver reads on a goroutine of its own, so that unzipping has a core of its
// own if there is one, and an interrupt does not wait for standard input. It ends
// with the log or with ctx.
func deliver(ctx context.Context, r *blocks) <-chan delivery {
	out := make(chan delivery) // without room: who takes a block is done with the one before
	go func() {
		defer close(out)
		for {
			b, err := r.next()
			if err == io.EOF {
				return
			}
			select {
			case out <- delivery{b, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// open returns the log that c names, or makes one up. What is no file to read is
// told now, before any other is written to.
func (c config) open() (*blocks, io.Closer, error) {
	if c.logs == "" {
		return &blocks{in: newMaker(madeLines, c.seed, c.broken)}, io.NopCloser(nil), nil
	}
	f := os.Stdin
	if c.logs != "-" {
		var err error
		if f, err = os.Open(c.logs); err != nil {
			return nil, nil, fmt.Errorf("-logs: %w", err)
		}
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s: is a directory", c.logs)
	}
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("-logs: %w", err)
	}
	return &blocks{in: &unzipped{from: f}, live: !info.Mode().IsRegular()}, f, nil
}

// unzipped reads what may be gzip, of any number of members, known by its first
// bytes. A byte order mark is not part of the first line.
type unzipped struct {
	from io.Reader
	in   io.Reader // nil: nothing has been read
}

// Read implements io.Reader.
func (u *unzipped) Read(p []byte) (n int, err error) {
	if u.in == nil {
		if u.in, err = unzip(u.from); err != nil {
			return 0, err
		}
	}
	return u.in.Read(p)
}

func unzip(from io.Reader) (io.Reader, error) {
	r := bufio.NewReader(from) // hands on what is larger than its buffer
	if head, _ := r.Peek(2); string(head) == "\x1f\x8b" {
		z, err := gzip.NewReader(bufio.NewReaderSize(r, 64<<10))
		if err != nil {
			return nil, err
		}
		r = bufio.NewReader(z)
	}
	const mark = "\xef\xbb\xbf"
	if head, err := r.Peek(1); err != nil && err != io.EOF {
		return nil, err
	} else if string(head) == mark[:1] {
		if head, _ := r.Peek(len(mark)); string(head) == mark {
			r.Discard(len(mark))
		}
	}
	return r, nil
}

// reason leaves the name of the file out of an error that is told beside it.
func reason(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
