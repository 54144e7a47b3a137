package sink

import (
	"context"

	"github.com/tidemark-go/tidemark/row"
)

// Batch is some rows with their stamps, Stamps[i] of Rows[i]. It belongs to the
// sink until Write returns.
type Batch[R any] struct {
	Rows   []R
	Stamps []row.Stamp
}

// Sink takes batches in order. One goroutine at a time calls it. It may have a
// method Check() error that tells what is wrong with its settings: a pipeline
// asks it before it takes any fact.
type Sink[R any] interface {
	// Write takes the whole batch, or refuses it with an error; a batch
	// refused is offered again.
	Write(b Batch[R]) error

	// Flush returns when everything written has arrived, so that no crash
	// can undo it. After an error it can be repeated.
	Flush(ctx context.Context) error

	// Close is Flush and the end; Write is an error then. After an error it
	// can be repeated, and after success it does nothing.
	Close(ctx context.Context) error
}

// Rewinder is what a sink implements that can cut off what it wrote after a
// snapshot: the position is kept in the snapshot, and given back by a Restore.
type Rewinder interface {
	// Position tells where the sink stands: behind all that was written. It
	// says itself which kind of sink it is of, and in which version. Flush
	// goes before it.
	Position() []byte

	// Rewind makes the sink what it was at position. An error leaves it as
	// it is.
	Rewind(position []byte) error
}
