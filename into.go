package tidemark

import (
	"context"
	"errors"

	"github.com/tidemark-go/tidemark/sink"
)

// Into gives the rows of s to sinks, each to every one. Rows that a sink
// refuses are kept and offered again, before any others.
func Into[R any](s Of[R], sinks ...sink.Sink[R]) {
	in := s.stream().port
	if len(sinks) == 0 && in != nil {
		in.of.mistakeNow(errors.New("Into: there is no sink"))
	}
	for _, k := range sinks {
		st := newStage("sink", in)
		op := &into[R]{st: st, in: in, sink: k}
		st.op, st.terminal = op, true
		if k == nil {
			st.mistakeNow(errors.New("the sink is nil"))
		}
		st.p.mu.Lock()
		st.p.sinks = append(st.p.sinks, op)
		st.p.mu.Unlock()
	}
}

type into[R any] struct {
	stateless
	st     *stage
	in     *port[R]
	sink   sink.Sink[R]
	batch  sink.Batch[R] // given to the sink, or refused by it
	failed error         // by the last Write; nil: nothing is refused
	told   bool
	closed bool
}

func (op *into[R]) detail() string { return sinkName(op.sink) }

func (op *into[R]) run() {
	b := &op.in.batch
	if len(b.facts) == 0 {
		return
	}
	op.st.ledger.Fed += uint64(len(b.facts))
	op.batch.Rows = append(op.batch.Rows, b.facts...)
	op.batch.Stamps = b.appendStamps(op.batch.Stamps)
	op.st.ledger.Held = uint64(len(op.batch.Rows))
	if op.failed == nil { // else these come after those it has refused
		op.write()
	}
}

// write offers all rows that are there.
func (op *into[R]) write() {
	n := len(op.batch.Rows)
	// A sink may do with the batch what it likes, but not lose rows that it refuses.
	b := sink.Batch[R]{Rows: op.batch.Rows, Stamps: op.batch.Stamps}
	if op.failed = op.sink.Write(b); op.failed != nil {
		op.told = false
		return
	}
	op.st.ledger.Counted += uint64(n)
	op.st.ledger.Held = 0
	clear(op.batch.Rows)
	op.batch.Rows, op.batch.Stamps = op.batch.Rows[:0], op.batch.Stamps[:0]
}

// offer offers again what was refused; the error says that it was once more.
func (op *into[R]) offer() error {
	if op.failed != nil {
		op.write()
	}
	return op.tell()
}

// untold returns a failure that no call has told yet. One that has been told is
// followed by another offer, and told again if that fails.
func (op *into[R]) untold() error {
	if op.failed == nil {
		return nil
	}
	if op.told {
		op.write()
	}
	return op.tell()
}

func (op *into[R]) tell() error {
	if op.failed == nil {
		return nil
	}
	op.told = true
	return &StageError{op.st.name, op.failed}
}

func (op *into[R]) flush(ctx context.Context) error {
	if op.closed {
		return nil
	}
	if err := op.sink.Flush(ctx); err != nil {
		return &StageError{op.st.name, err}
	}
	return nil
}

func (op *into[R]) close(ctx context.Context) error {
	if op.closed {
		return nil
	}
	if err := op.flush(ctx); err != nil {
		return err
	}
	if err := op.sink.Close(ctx); err != nil {
		return &StageError{op.st.name, err}
	}
	op.closed = true
	return nil
}
