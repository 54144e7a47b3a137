package tidemark

import (
	"context"
	"errors"
	"reflect"

	"github.com/tidemark-go/tidemark/sink"
)

// Into gives the rows of s to sinks, each to every one. Rows that a sink
// refuses are kept and offered again, before any others.
func Into[R any](s Of[R], sinks ...sink.Sink[R]) {
	in := portOf(s)
	if len(sinks) == 0 && in != nil {
		in.of.mistakeNow(errors.New("Into: there is no sink"))
	}
	for _, k := range sinks {
		st := newStage("sink", in)
		op := &into[R]{st: st, in: in, sink: k}
		st.op, st.terminal = op, true
		if k == nil || empty(k) {
			st.mistakeNow(errors.New("the sink is nil"))
		}
		st.p.mu.Lock()
		st.p.sinks = append(st.p.sinks, op)
		st.p.mu.Unlock()
	}
}

// empty reports whether there is a nil pointer or function in the interface.
func empty(sink any) bool {
	v := reflect.ValueOf(sink)
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Func) && v.IsNil()
}

type into[R any] struct {
	stateless
	st     *stage
	in     *port[R]
	sink   sink.Sink[R]
	batch  sink.Batch[R] // to be written, or refused
	given  sink.Batch[R] // to the sink, which may change it
	failed error         // by the last Write; nil: nothing is refused
	told   bool
	closed bool
}

// open lets a sink that can say what is wrong with its settings say so.
func (op *into[R]) open() error {
	if c, ok := op.sink.(interface{ Check() error }); ok && !empty(op.sink) {
		return c.Check()
	}
	return nil
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
	// A sink may do with its batch what it likes: what it refuses is offered
	// again as it was, so it gets a copy.
	op.given.Rows = append(op.given.Rows[:0], op.batch.Rows...)
	op.given.Stamps = append(op.given.Stamps[:0], op.batch.Stamps...)
	op.failed = op.sink.Write(op.given)
	clear(op.given.Rows)
	if op.failed != nil {
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
