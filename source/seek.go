package source

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math"
)

// seek moves to p: a file is opened anew by begin, a stream goes forward.
func (c *cursor) seek(p position, stream bool) error {
	if !stream || (c.f == nil && !c.closed) {
		err := c.close()
		*c = cursor{open: c.open, buf: c.buf, at: p}
		return err
	}
	skip := c.skip + p.offset - c.at.offset - c.lead
	switch {
	case c.closed:
		return fs.ErrClosed
	case p.offset == c.at.offset:
		return nil
	case skip < 0 || c.gone > 0:
		return fmt.Errorf("a stream cannot go back to byte %d, it stands at byte %d", p.offset, c.at.offset)
	}
	c.at, c.skip, c.lead, c.seen, c.found = p, skip, 0, c.from, false
	c.inside, c.element = p.array, element{}
	return nil
}

// begin makes ready for find: the file is open, and stands at c.at.
func (c *cursor) begin(ctx context.Context, path string, max int, array bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.closed {
		return fs.ErrClosed
	}
	if c.f == nil {
		if max == 0 {
			max = 1 << 20
		}
		c.max, c.looked, c.inside = min(max, math.MaxInt/2), !array, c.at.array
		if err := c.start(path); err != nil {
			return err
		}
	}
	for c.skip > 0 {
		if c.from == c.w {
			if err := c.fill(ctx); err == io.EOF {
				return fmt.Errorf("ends at byte %d, before the position, byte %d", c.at.offset-c.skip, c.at.offset)
			} else if err != nil {
				return err
			}
		}
		n := int(min(c.skip, int64(c.w-c.from)))
		c.skip -= int64(n)
		c.from += n
		c.seen = c.from
	}
	if !c.looked && c.at.offset == 0 {
		return c.look(ctx)
	}
	return nil
}

func (c *cursor) start(path string) error {
	open := c.open
	if open == nil {
		open = openFile
	}
	f, err := open(path)
	if err != nil {
		return cause(err)
	}
	if err := c.attach(f); err != nil {
		f.Close()
		return cause(err)
	}
	return nil
}

// attach puts f, which stands at its beginning, under the cursor.
func (c *cursor) attach(f file) error {
	if c.buf == nil {
		c.buf = make([]byte, chunk)
	}
	w, err := io.ReadAtLeast(f, c.buf, 2)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	z, err := unzip(c.buf[:w], f)
	if err != nil {
		return err
	}
	r, size, skip := io.Reader(f), f.Size(), c.at.offset
	if z != nil {
		r, w = z, 0
	} else if size >= 0 && skip > 0 {
		if skip > size {
			return fmt.Errorf("ends at byte %d, before the position, byte %d", size, skip)
		} else if _, err := f.Seek(skip, io.SeekStart); err != nil {
			return err
		}
		skip, w = 0, 0
	}
	c.f, c.r, c.zipped, c.live, c.skip, c.w = f, r, z != nil, size < 0, skip, w
	return nil
}

// look finds out whether the stream begins with an array, and enters it.
func (c *cursor) look(ctx context.Context) error {
	for {
		text := bytes.TrimPrefix(c.buf[c.from:c.w], []byte(bom))
		text = bytes.TrimLeft(text, " \t\r\n")
		if len(text) > 0 && !bytes.HasPrefix([]byte(bom), text) {
			c.looked = true
			if text[0] == '[' {
				n := c.w - c.from - len(text) + 1
				c.element = element{where: first, before: bytes.Count(c.buf[c.from:c.from+n], []byte("\n"))}
				c.from += n
				c.seen, c.lead, c.inside = c.from, int64(n), true
			}
			return nil
		}
		if c.w-c.from > c.max {
			c.looked = true
			return nil
		}
		if err := c.fill(ctx); err == io.EOF {
			c.looked = true
			return nil
		} else if err != nil {
			return err
		}
	}
}

func (c *cursor) close() error {
	f := c.f
	c.f, c.r, c.closed = nil, nil, true
	if f == nil {
		return nil
	}
	return f.Close()
}
