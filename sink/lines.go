package sink

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/row"
)

// lines encodes a batch as JSON, a line a row. The buffer is used again.
type lines[R any] struct {
	buf     bytes.Buffer
	enc     *json.Encoder
	stamped stamped[R]
	bad     []badRow
}

type badRow struct {
	index int
	err   error
}

// stamped is a row with what an upsert needs. A row that no window made has no
// ID: it would replace all others without.
type stamped[R any] struct {
	ID       row.ID    `json:"id,omitzero"`
	Kind     string    `json:"kind"`
	Forced   bool      `json:"forced,omitzero"`
	Revision uint32    `json:"revision"`
	Time     time.Time `json:"time"`
	Row      *R        `json:"row"`
}

// encode fills buf with the lines of b. A row that cannot be encoded goes to
// bad if skip is set, and else is the error.
func (l *lines[R]) encode(b Batch[R], stamp, skip bool) error {
	if stamp && len(b.Stamps) != len(b.Rows) {
		return fmt.Errorf("batch has %d rows and %d stamps, must have one each", len(b.Rows), len(b.Stamps))
	}
	if l.enc == nil {
		l.enc = json.NewEncoder(&l.buf)
		l.enc.SetEscapeHTML(false)
	}
	l.buf.Reset()
	l.bad = l.bad[:0]
	for i := range b.Rows {
		good := l.buf.Len()
		var err error
		if stamp {
			s := b.Stamps[i]
			l.stamped = stamped[R]{s.ID, s.Kind.String(), s.Forced, s.Revision, s.Time.UTC(), &b.Rows[i]}
			err = l.enc.Encode(&l.stamped)
		} else {
			err = l.enc.Encode(&b.Rows[i])
		}
		if err != nil {
			err = fmt.Errorf("row %d of %d, %s: %w", i, len(b.Rows), show(b.Rows[i]), err)
			if !skip {
				return err
			}
			l.buf.Truncate(good)
			l.bad = append(l.bad, badRow{i, err})
		}
	}
	return nil
}

// row gives the index of the row whose line is the nth in buf.
func (l *lines[R]) row(n int) int {
	for _, b := range l.bad {
		if b.index <= n {
			n++
		}
	}
	return n
}

// show gives a value as a person reads it, the beginning of a long one.
func show(v any) string {
	s := fmt.Sprintf("%+v", v)
	if len(s) > 200 {
		s = s[:200] + "…"
	}
	return s
}
