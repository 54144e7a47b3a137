package source

import (
	"context"
	"errors"
)

// Reader gives facts in batches. One goroutine at a time may use it.
type Reader[T any] interface {
	// Seek makes the next Read start after position, which an earlier Read
	// has returned; "" is the beginning.
	Seek(position string) error

	// Read fills dst from its start. The position stands after the n facts:
	// a Seek to it gives the rest, nothing lost and nothing twice. Either n
	// is positive and err nil, or n is 0 and err tells why; io.EOF is the
	// end. The position is right beside an error too.
	Read(ctx context.Context, dst []T) (n int, position string, err error)
}

// ErrTooLong is the reason given for a line beyond MaxLine.
var ErrTooLong = errors.New("longer than MaxLine")
