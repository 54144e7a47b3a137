package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// source.NDJSON gives facts without their line numbers, and bad lines apart from
// them; here each line is a fact, whatever it has, in the order of the file.

// open returns the feed, and whether it may be live.
func (c config) open() (io.ReadCloser, bool, error) {
	if c.facts == "" {
		return io.NopCloser(bytes.NewReader(madeEvents(c.seed))), false, nil
	}
	f := os.Stdin
	if c.facts != "-" {
		var err error
		if f, err = os.Open(c.facts); err != nil {
			return nil, false, fmt.Errorf("-facts: %w", err)
		}
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s: is a directory", c.facts)
	}
	if err != nil {
		return nil, false, fmt.Errorf("-facts: %w", err)
	}
	return f, !info.Mode().IsRegular(), nil
}

// line is a line of the feed that is not blank, without its end.
type line struct {
	n    int
	text []byte
}

// lines reads all lines, of gzip too, and sends what is there at once; an error is
// told by the function that it returns, when the channel is closed. It ends with
// the feed or with ctx, or, if it waits for the feed then, with the process.
func lines(ctx context.Context, r io.Reader) (<-chan []line, func() error) {
	out := make(chan []line)
	var failed error
	go func() {
		defer close(out)
		in := bufio.NewReaderSize(r, 64<<10)
		if head, _ := in.Peek(2); string(head) == "\x1f\x8b" {
			z, err := gzip.NewReader(in)
			if err != nil {
				failed = err
				return
			}
			in = bufio.NewReaderSize(z, 64<<10)
		}
		var batch []line
		for n := 1; ; n++ {
			text, err := in.ReadBytes('\n')
			if err != nil && err != io.EOF {
				text, failed = nil, err // a part of a line is none
			}
			text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
			if len(bytes.TrimSpace(text)) > 0 {
				batch = append(batch, line{n, text})
			}
			there, _ := in.Peek(in.Buffered())
			if len(batch) > 0 && (err != nil || len(batch) == 256 || bytes.IndexByte(there, '\n') < 0) {
				select {
				case out <- batch:
				case <-ctx.Done():
					return
				}
				batch = nil
			}
			if err != nil {
				return
			}
		}
	}()
	return out, func() error { return failed }
}

// last are the two greatest times so far, a the lesser one.
type last struct {
	n    int
	a, b watermark.Time
}

// time gives an event that has no time one: the second greatest before it, so that
// it is not late for want of one, and one clock that is wrong is not taken for two.
func (l *last) time(e *event) {
	switch {
	case e.Timed:
		if l.n++; l.n == 1 || e.At > l.b {
			l.a, l.b = l.b, e.At
		} else if l.n == 2 || e.At > l.a {
			l.a = e.At
		}
	case l.n == 0:
		e.At = watermark.Min + 1 // is in no window
	case l.n == 1:
		e.At, e.Timed = l.b, true
	default:
		e.At, e.Timed = l.a, true
	}
}

// consume takes the feed to its end, or to that of ctx. Of a live one, what has
// come is safe in the files within a second; the rows are the same, as time is
// what the events say.
func (s *system) consume(ctx context.Context, r io.Reader, live bool) error {
	if err := s.p.Flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	in, failed := lines(reading, r)
	var beat <-chan time.Time
	if live {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		beat = t.C
	}
	var batch []event
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat:
			if err := s.p.Flush(ctx); err != nil {
				return err
			}
		case came, more := <-in:
			if !more {
				if err := failed(); err != nil {
					return fmt.Errorf("-facts: %w", err)
				}
				return s.in.Close() // what fires by it is final
			}
			batch = batch[:0]
			for _, l := range came {
				e := s.meta.standardise(l.text)
				e.Line = l.n
				s.times.time(&e)
				batch = append(batch, e)
			}
			s.tally.lines += len(batch)
			if err := s.in.Feed(batch...); err != nil {
				return err
			}
		}
	}
}
