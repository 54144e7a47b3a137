package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/cli"
	"github.com/tidemark-go/tidemark/source"
	"github.com/tidemark-go/tidemark/watermark"
)

// feed returns the lines of the feed.
func (c config) feed() *source.NDJSON[line] {
	r := &source.NDJSON[line]{Path: c.facts}
	if c.facts == "" {
		r.From = bytes.NewReader(madeEvents(c.seed))
	}
	return r
}

// line is a line of the feed that is not blank, without its end.
type line struct {
	n    int
	text []byte
}

// delivery is what the reader has for the loop.
type delivery struct {
	lines []line
	err   error
}

// deliver reads all lines on a goroutine of its own, and sends what is there at
// once. Each is a fact, whatever it has, in the order of the file. It ends with the
// feed or with ctx, or, if it waits for the feed then, with the process.
func deliver(ctx context.Context, r *source.NDJSON[line]) <-chan delivery {
	blank := errors.New("is blank")
	r.MaxLine = math.MaxInt
	r.Decode = func(text []byte, l *line) error {
		if len(bytes.TrimSpace(text)) == 0 {
			return blank
		}
		l.n, l.text = r.Line(), bytes.Clone(text)
		return nil
	}
	r.Bad = func(int, []byte, error) {} // blank lines
	out := make(chan delivery)          // without room: see below
	go func() {
		defer close(out)
		defer r.Close()
		// Two buffers will do: when the loop takes the one, it is done with
		// the other.
		batch, next := make([]line, 256), make([]line, 256)
		for {
			n, _, err := r.Read(ctx, batch)
			if err == io.EOF {
				return
			}
			select {
			case out <- delivery{batch[:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
			batch, next = next, batch
		}
	}()
	return out
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
func (s *system) consume(ctx context.Context, feed *source.NDJSON[line], live bool) error {
	if err := s.p.Flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	in := deliver(reading, feed)
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
			if ctx.Err() != nil { // it may be why nothing more comes
				return nil
			} else if !more {
				return s.in.Close() // what fires by it is final
			} else if came.err != nil {
				return cli.Of("-facts", came.err)
			}
			batch = batch[:0]
			for _, l := range came.lines {
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
