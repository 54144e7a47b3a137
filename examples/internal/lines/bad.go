package lines

import (
	"bytes"
	"context"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark/examples/internal/output"
	"github.com/tidemark-go/tidemark/sink"
)

// BadLine is a line in the bad file.
type BadLine struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
	Base64 []byte `json:"base64,omitzero"` // the text to the byte, if it is not UTF-8
	File   string `json:"file,omitzero"`   // which is read, beside the facts; "" for these
}

// BadFile is the file of the lines that are no facts, which -bad names. Without a
// Path there is none, and its methods do nothing. It must not be copied after the
// first call.
type BadFile struct {
	Path  string
	Exact bool // a line that is not UTF-8, of which JSON has no string, has Base64

	rows sink.Sink[BadLine] // nil: nothing has been written
}

func (b *BadFile) sink() sink.Sink[BadLine] {
	if b.rows == nil {
		b.rows = output.Rows[BadLine]("-bad", b.Path)
	}
	return b.rows
}

// Write writes a line of a file, which is lent, with the reason why it is no fact.
func (b *BadFile) Write(file string, line int, text []byte, err error) error {
	if b.Path == "" {
		return nil
	}
	row := BadLine{Line: line, Reason: Reason(err), Text: string(text), File: file}
	if b.Exact && !utf8.Valid(text) {
		row.Base64 = bytes.Clone(text)
	}
	return b.sink().Write(sink.Batch[BadLine]{Rows: []BadLine{row}})
}

// Flush begins the file, and returns when all lines so far are safe in it.
func (b *BadFile) Flush(ctx context.Context) error {
	if b.Path == "" {
		return nil
	}
	return b.sink().Flush(ctx)
}

// Close ends the file.
func (b *BadFile) Close(ctx context.Context) error {
	if b.Path == "" {
		return nil
	}
	return b.sink().Close(ctx)
}
