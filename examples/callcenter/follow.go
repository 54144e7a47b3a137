package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/tidemark-go/tidemark/source"
	"github.com/tidemark-go/tidemark/watermark"
)

// delivery is what the reader has for the loop.
type delivery struct {
	calls []Call
	bad   *badLine
	err   error
}

// badLine is a line that is no fact.
type badLine struct {
	line int
	text []byte
	err  error
}

// consume takes the feed to its end, or to that of ctx. In one that may be live,
// W goes on while nothing comes.
func (s *system) consume(ctx context.Context, calls *source.NDJSON[Call], live bool) error {
	if err := s.flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	in := deliver(reading, calls)
	var beat <-chan time.Time
	if live {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		beat = t.C
	}
	var head pulse
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-beat:
			if err := s.beat(ctx, head.watermark(time.Now())); err != nil {
				return err
			}
		case d, more := <-in:
			if ctx.Err() != nil { // it may be why nothing more comes
				return nil
			} else if !more {
				return s.calls.Close() // what fires by it is final
			}
			if live {
				head.see(time.Now(), d.calls)
			}
			if err := s.take(d); err != nil {
				return err
			}
		}
	}
}

// take counts a delivery.
func (s *system) take(d delivery) error {
	switch {
	case d.err != nil:
		return d.err
	case d.bad != nil:
		s.tally.calls.Lines++
		s.tally.calls.Bad++
		return s.bad.Write("", d.bad.line, d.bad.text, d.bad.err)
	}
	s.tally.calls.Lines += len(d.calls)
	return s.calls.Feed(d.calls...)
}

// beat moves W to w, if that is set, and makes safe what has been written.
func (s *system) beat(ctx context.Context, w time.Time) error {
	if !w.IsZero() {
		if err := s.calls.Advance(w); err != nil {
			return err
		}
	}
	return s.flush(ctx)
}

// deliver reads on a goroutine of its own, which waits for the feed while the
// loop keeps time. It ends with the feed or with ctx, or, if it waits for
// standard input then, with the process.
func deliver(ctx context.Context, r *source.NDJSON[Call]) <-chan delivery {
	out := make(chan delivery) // without room: see below
	send := func(d delivery) bool {
		select {
		case out <- d:
			return true
		case <-ctx.Done():
			return false
		}
	}
	go func() {
		defer close(out)
		defer r.Close()
		r.Bad = func(line int, text []byte, err error) {
			send(delivery{bad: &badLine{line, bytes.Clone(text), err}})
		}
		// Two buffers will do: when the loop takes the one, it is done with
		// the other.
		batch, next := make([]Call, 1024), make([]Call, 1024)
		for {
			n, _, err := r.Read(ctx, batch)
			if err != nil && err != io.EOF {
				err = fmt.Errorf("-facts: %w", err)
			}
			if err == io.EOF || !send(delivery{calls: batch[:n], err: err}) || err != nil {
				return
			}
			batch, next = next, batch
		}
	}()
	return out
}

// pulse tells where W is while nothing comes: the newest event time goes on with
// the clock.
type pulse struct {
	any      bool // something came
	newest   watermark.Time
	came     time.Time     // zero: it is not live
	patience time.Duration // beside the delay
	last     time.Time     // call
}

const (
	// A feed is live while its newest fact is no further than this off the
	// clock. What is older, or comes from the future, is a replay.
	near = time.Minute

	// A burst may be so much slower than the one before, and none of it late,
	patience = 2 * time.Second

	// as far as rows can still be out 6 s after window_end + 4 s: a second of
	// them goes to the heartbeat, and a part to the age at which the newest
	// fact came.
	haste = 4500 * time.Millisecond

	// A program that was stopped for longer than this between two heartbeats
	// has not listened: that time does not count as silence.
	asleep = 2 * time.Second
)

// see takes calls that came now.
func (p *pulse) see(now time.Time, calls []Call) {
	p.last = now
	for i := range calls {
		if at := calls[i].At; at > p.newest || !p.any {
			p.any, p.newest, p.came = true, at, time.Time{}
			if age := now.Sub(at.UTC()); -near <= age && age <= near {
				p.came, p.patience = now, max(0, min(patience, haste-age))
			}
		}
	}
}

// watermark returns the W that now allows, the zero time if none.
func (p *pulse) watermark(now time.Time) time.Time {
	if p.came.IsZero() {
		return time.Time{}
	}
	if pause := now.Sub(p.last); pause > asleep {
		p.came = p.came.Add(pause)
	}
	p.last = now
	return p.newest.UTC().Add(now.Sub(p.came) - delay - p.patience)
}
