package main

import (
	"bytes"
	_ "embed"
	"errors"
	"strconv"

	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/agg"
)

// Both have a place for the data. The page draws by itself, and needs no network;
// the spec is for whatever understands Vega-Lite.
var (
	//go:embed page.html
	pageText []byte
	//go:embed vega.json
	specText []byte
)

const (
	mostSpans  = 1600 // of a page: a day of minutes, with some to spare
	mostCoarse = 200  // of a spec, which takes much more room for each
)

// picture keeps what the charts need: sizes by span. Spans are of a minute, and
// twice as long each time that there are too many of them, so that neither memory
// nor the files grow with the log.
type picture struct {
	spans []span
	long  int64 // minutes of each; 0 stands for 1
}

// span is some minutes, beginning with a multiple of their number.
type span struct {
	minute int64 // the first, since 1970
	sizes  agg.Histogram
}

// add takes the sizes of a minute. Minutes come in order.
func (p *picture) add(at watermark.Time, sizes *agg.Histogram) {
	p.put(int64(at)/int64(size), sizes)
	p.coarsen(mostSpans)
}

// coarsen makes spans longer until there are no more than most.
func (p *picture) coarsen(most int) {
	for len(p.spans) > most {
		p.long = 2 * max(p.long, 1)
		all := p.spans
		p.spans = nil
		for i := range all {
			p.put(all[i].minute, &all[i].sizes)
		}
	}
}

func (p *picture) put(minute int64, sizes *agg.Histogram) {
	p.long = max(p.long, 1)
	minute -= (minute%p.long + p.long) % p.long
	n := len(p.spans)
	if n == 0 || p.spans[n-1].minute != minute {
		p.spans = append(p.spans, span{minute: minute})
		n++
	}
	p.spans[n-1].sizes.Merge(sizes)
}

// page returns the page with the data in it: of each span the first minute, and
// of each step how far it lies from the one before, and its count.
func (p *picture) page() []byte {
	b := strconv.AppendInt([]byte(`{"minutes":`), max(p.long, 1), 10)
	b = append(b, `,"spans":[`...)
	for i := range p.spans {
		if i > 0 {
			b = append(b, ",\n"...)
		}
		b = append(strconv.AppendInt(append(b, '['), p.spans[i].minute, 10), `,[`...)
		last := int64(0)
		for size, freq := range p.spans[i].sizes.All() {
			if b[len(b)-1] != '[' {
				b = append(b, ',')
			}
			b = strconv.AppendInt(b, (size-last)/step, 10)
			b = strconv.AppendInt(append(b, ','), freq, 10)
			last = size
		}
		b = append(b, "]]"...)
	}
	return bytes.Replace(pageText, []byte(`{"minutes":1,"spans":[]}`), append(b, "]}"...), 1)
}

// spec returns the Vega-Lite spec with the data in it. It makes p coarser.
func (p *picture) spec() []byte {
	p.coarsen(mostCoarse)
	b := []byte("[")
	for i := range p.spans {
		at := watermark.Time(p.spans[i].minute * int64(size))
		var freq, below int64
		from := int64(-1)
		put := func() {
			if freq == 0 {
				return
			}
			if len(b) > 1 {
				b = append(b, ",\n"...)
			}
			b = append(at.UTC().AppendFormat(append(b, `{"timestamp":"`...), "2006-01-02T15:04:05Z"), `","messagesize":`...)
			b = strconv.AppendInt(append(strconv.AppendInt(b, from, 10), `,"below":`...), below, 10)
			b = append(strconv.AppendInt(append(b, `,"freq":`...), freq, 10), '}')
		}
		for size, n := range p.spans[i].sizes.All() {
			if f, to := bin(size); f != from {
				put()
				from, below, freq = f, to, 0
			}
			freq += n
		}
		put()
	}
	return bytes.Replace(specText, []byte(`[]`), append(b, ']'), 1)
}

// bin returns the bounds of the bar that holds a size: a step of 100 up to 3,200,
// then a sixteenth of what lies between one power of two, times 100, and the next.
func bin(size int64) (from, below int64) {
	k, wide := size/step, int64(1)
	for k/wide >= 32 {
		wide *= 2
	}
	from = k / wide * wide
	return from * step, (from + wide) * step
}

// draw prepares the pictures that are asked for.
func (s *system) draw(c config) error {
	var err error
	for _, f := range []struct {
		flag, path string
		to         *output.Page
	}{{"-html", c.html, &s.page}, {"-vega", c.vega, &s.spec}} {
		page, failed := output.OpenPage(f.flag, f.path)
		*f.to, err = page, errors.Join(err, failed)
		if f.path != "" {
			s.tally.picture = new(picture)
		}
	}
	return err
}

// drawn writes them.
func (s *system) drawn() error {
	var err error
	if s.page.Asked() {
		err = s.page.Write(string(s.tally.picture.page()))
	}
	if s.spec.Asked() {
		err = errors.Join(err, s.spec.Write(string(s.tally.picture.spec())))
	}
	return err
}
