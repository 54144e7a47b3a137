package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/sink"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

const (
	size = time.Minute // of a window
	step = 100         // of the histogram, in bytes
)

// hit is what the rows need of a line.
type hit struct {
	at       watermark.Time
	size     int64
	from     client
	line     int64
	text, to uint32 // the line, in the block that is being fed
}

func (h hit) nanos() int64   { return int64(h.at) }
func (h hit) client() client { return h.from }
func (h hit) all() struct{}  { return struct{}{} } // of one key

// sizes is what a minute knows of its answers.
type sizes struct{ Steps agg.Histogram }

// Add takes a hit.
func (s *sizes) Add(h hit) { s.Steps.Add(step, h.size) }

// Merge adds the hits of o.
func (s *sizes) Merge(o *sizes) { s.Steps.Merge(&o.Steps) }

// traffic is what a minute knows of one client, beside the number of its hits.
type traffic struct{ Bytes agg.Sum[int64] }

// Add takes a hit.
func (t *traffic) Add(h hit) { t.Bytes.Add(h.size) }

// Merge adds the hits of o.
func (t *traffic) Merge(o *traffic) { t.Bytes.Merge(&o.Bytes) }

type (
	minute = window.Pane[struct{}, sizes]
	visits = window.Pane[client, traffic]
)

// system is the pipeline, with its ends.
type system struct {
	p      tidemark.Pipeline
	in     *tidemark.Input[hit]
	parse  parser
	hits   []hit  // of the block at hand
	block  []byte // which they point into
	number int64  // of the line read last
	wrong  []badLine
	limits limits
	tally  tally

	bad        sink.Sink[badLine] // these are nil if they are not asked for
	merged     sink.Sink[Merged]
	page, spec output.Page
}

func newSystem(c config) (s *system, err error) {
	s = &system{limits: c.limits, tally: tally{from: c.after, to: c.before, limits: c.limits}}
	s.parse.want = fAddr | fTime | fStatus | fSize
	in, hits := tidemark.FromNanos(&s.p, "log", hit.nanos, watermark.Bounded{Delay: c.delay})
	s.in = in

	minutes, late := tidemark.Window[sizes](tidemark.KeyBy(hits, hit.all), window.Tumble{Size: size})
	minutes = tidemark.Named(minutes, "sizes")
	tidemark.Into(minutes, sink.Func[minute](s.tally.take))
	if c.out != "" {
		tidemark.Into(tidemark.Map(minutes, newRow), output.Rows[Row]("-out", c.out))
	}
	if c.late != "" { // once: both windows miss the same
		tidemark.Into(tidemark.Map(late, s.newLate), output.Rows[lateLine]("-late", c.late))
	}

	clients, _ := tidemark.Window[traffic](tidemark.KeyBy(hits, hit.client), window.Tumble{Size: size})
	clients = tidemark.Named(clients, "clients")
	busy := tidemark.Map(tidemark.Named(tidemark.Filter(clients, s.limits.busy), "busy"), s.newBusy)
	heavy := tidemark.Map(tidemark.Named(tidemark.Filter(hits, s.limits.heavy), "heavy"), s.newHeavy)
	alerts := tidemark.Named(tidemark.Merge(heavy, busy), "alerts")
	tidemark.Into(alerts, sink.Func[Alert](s.tally.alert))
	if c.alerts != "" {
		tidemark.Into(alerts, output.Rows[Alert]("-alerts", c.alerts))
	}
	if err := s.p.Check(); err != nil {
		return nil, err
	}
	if c.bad != "" {
		s.bad = output.Rows[badLine]("-bad", c.bad)
	}
	if c.merged != "" {
		s.merged = output.Rows[Merged]("-merged", c.merged)
	}
	return s, s.draw(c)
}

// text returns the line of h, as long as its block is fed.
func (s *system) text(h hit) []byte { return s.block[h.text:h.to] }

// consume takes the log to its end, or to that of ctx.
func (s *system) consume(ctx context.Context, c config, r *blocks) error {
	if err := s.flush(ctx); err != nil { // opens the files, before anything is taken
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	in := deliver(reading, r)
	for {
		select {
		case <-ctx.Done():
			return nil
		case d, more := <-in:
			switch {
			case ctx.Err() != nil: // it may be why nothing more comes
				return nil
			case !more:
				return s.in.Close() // what fires by it is final
			case d.err != nil:
				return fmt.Errorf("-logs: %s: behind line %d: %w", c.logs, s.number, reason(d.err))
			}
			if err := s.take(d.block); err != nil {
				return err
			}
		}
	}
}

var errLong = fmt.Errorf("is longer than %d bytes, of which this is the beginning", maxLine)

// take counts the lines of a block.
func (s *system) take(b block) error {
	s.hits, s.block, s.wrong = s.hits[:0], b.text, s.wrong[:0]
	s.tally.bytes += int64(len(b.text))
	var l line
	for from := 0; from < len(b.text); {
		text := b.text[from:]
		end := bytes.IndexByte(text, '\n')
		next := from + end + 1
		if end < 0 {
			end, next = len(text), len(b.text)
		}
		if end > 0 && text[end-1] == '\r' {
			end--
		}
		text = text[:end]
		s.number++
		if b.long || end > maxLine {
			s.misread(text[:min(end, maxLine)], errLong)
		} else if err := s.parse.parse(text, &l); err == nil {
			s.hits = append(s.hits, hit{watermark.Time(l.at * 1e9), l.size, l.from, s.number, uint32(from), uint32(from + end)})
		} else if len(bytes.TrimSpace(text)) > 0 {
			s.misread(text, err)
		}
		from = next
	}
	s.tally.lines += int64(len(s.hits))
	if err := s.in.Feed(s.hits...); err != nil {
		return err
	}
	if s.bad == nil || len(s.wrong) == 0 {
		return nil
	}
	return s.bad.Write(sink.Batch[badLine]{Rows: s.wrong})
}

// misread keeps a line that is none.
func (s *system) misread(text []byte, err error) {
	s.tally.lines++
	s.tally.bad++
	if s.bad == nil {
		return
	}
	b := badLine{Line: s.number, Reason: err.Error()}
	b.Text, b.Base64 = kept(text)
	s.wrong = append(s.wrong, b)
}

// flush returns when all rows so far are safe in their files.
func (s *system) flush(ctx context.Context) error {
	err := s.p.Flush(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Flush(ctx))
	}
	if s.merged != nil {
		err = errors.Join(err, s.merged.Flush(ctx))
	}
	return err
}

// close fires what is open, and ends the files.
func (s *system) close(ctx context.Context) error {
	err := s.p.Close(ctx)
	if s.bad != nil {
		err = errors.Join(err, s.bad.Close(ctx))
	}
	if s.merged != nil {
		err = errors.Join(err, s.merged.Write(sink.Batch[Merged]{Rows: s.tally.rows()}), s.merged.Close(ctx))
	}
	return errors.Join(err, s.drawn())
}
