package source

import (
	"bytes"
	"context"
	"fmt"
	"io"
)

const (
	chunk = 64 << 10 // is read at once; more does not make it faster
	slack = 4        // of a line beside its text: byte order mark and CR
	bom   = "\xef\xbb\xbf"
)

// cursor finds the items of a stream one by one, and knows where each stands.
// An item is found first and taken later, so that one which cannot be used
// stays where it is.
//
//	     at     from      seen  w
//	taken | lead | item …  |    |      buf holds from to w
//
// Of an item that is too long only the first bytes stay in buf.
type cursor struct {
	open func(path string) (file, error) // nil: openFile

	f      file // nil: not open
	r      io.Reader
	zipped bool
	live   bool // a read may block
	closed bool
	skip   int64 // bytes of r to pass over until at
	err    error // of r, after what is in buf; it stays

	max     int
	looked  bool // whether it is an array
	inside  bool // of an array
	element element

	at   position // of the first byte that is not taken
	buf  []byte
	from int
	seen int // buf[from:seen] was searched
	w    int

	found bool
	end   int   // of the item found, in buf
	lead  int64 // bytes between at and from
	gone  int64 // bytes of the item that are not in buf any more
}

// find looks for the next item, and leaves it where it is. At the end err is
// io.EOF. If it may not wait, it finds nothing rather than block.
func (c *cursor) find(ctx context.Context, wait bool) (found bool, err error) {
	for !c.found {
		if p := c.buf[c.seen:c.w]; !c.inside {
			if i := bytes.IndexByte(p, '\n'); i >= 0 {
				c.end, c.found = c.seen+i+1, true
				break
			}
		} else {
			lead, end, err := c.element.split(p)
			if end >= 0 {
				c.end, c.found = c.seen+end, true
			}
			c.lead += int64(lead)
			c.from += lead
			c.seen += lead
			if err != nil {
				return false, fmt.Errorf("line %d: byte %d: %w", c.number(), c.at.offset+c.lead, err)
			}
			if c.found {
				break
			}
		}
		if over := c.w - c.from - (c.max + slack); over > 0 {
			c.w -= over
			c.gone += int64(over)
		}
		c.seen = c.w
		if !wait && c.live {
			return false, nil
		}
		if err := c.fill(ctx); err == io.EOF && c.w > c.from {
			c.end, c.found = c.w, true
		} else if err == io.EOF {
			return false, c.finish()
		} else if err != nil {
			return false, err
		}
	}
	return true, nil
}

// finish is the end of the stream, after the last item.
func (c *cursor) finish() error {
	if !c.inside {
		return io.EOF
	}
	if c.element.where != done {
		return fmt.Errorf("line %d: byte %d: the array does not end: %w", c.number(), c.at.offset+c.lead, io.ErrUnexpectedEOF)
	}
	c.at = position{offset: c.at.offset + c.lead, lines: c.at.lines + c.element.before}
	c.lead, c.inside, c.element = 0, false, element{}
	return io.EOF
}

// text returns the item found, without the end of its line.
func (c *cursor) text() ([]byte, error) {
	text := c.buf[c.from:c.end]
	if !c.inside {
		text = bytes.TrimSuffix(text, []byte("\n"))
		text = bytes.TrimSuffix(text, []byte("\r"))
		if c.at.offset == 0 {
			text = bytes.TrimPrefix(text, []byte(bom))
		}
	}
	if c.gone > 0 || len(text) > c.max {
		return text[:min(len(text), c.max)], ErrTooLong
	}
	return text, nil
}

// number is the line at which the next item begins, from 1.
func (c *cursor) number() int { return c.at.lines + c.element.before + 1 }

// take goes past the item found.
func (c *cursor) take() {
	c.at.offset += c.lead + int64(c.end-c.from) + c.gone
	if c.inside {
		c.at.lines += c.element.before + c.element.within
		c.at.array = true
		c.element = element{}
	} else {
		c.at.lines++
	}
	c.from, c.seen, c.lead, c.gone, c.found = c.end, c.end, 0, 0, false
}

// fill reads more behind w. No item may be found.
func (c *cursor) fill(ctx context.Context) error {
	if c.err != nil {
		return c.err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.from > 0 {
		c.w = copy(c.buf, c.buf[c.from:c.w])
		c.seen -= c.from
		c.from = 0
	}
	if c.w == len(c.buf) {
		more := make([]byte, min(2*len(c.buf), c.max+slack+chunk))
		copy(more, c.buf)
		c.buf = more
	}
	for range 100 {
		n, err := c.r.Read(c.buf[c.w:])
		c.w += n
		if err != nil {
			c.err = c.broken(err)
		}
		if n > 0 {
			return nil
		} else if err != nil {
			return c.err
		}
	}
	c.err = c.broken(io.ErrNoProgress)
	return c.err
}

// broken says where the stream broke off.
func (c *cursor) broken(err error) error {
	if err == io.EOF {
		return err
	}
	what := ""
	if c.zipped {
		what = " of the unzipped lines"
	}
	return fmt.Errorf("byte %d%s: %w", c.at.offset-c.skip+c.lead+c.gone+int64(c.w-c.from), what, cause(err))
}
