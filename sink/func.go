package sink

import "context"

// Func is a sink that hands each batch to a function. What the function
// refuses is offered again; what it took has arrived.
type Func[R any] func(Batch[R]) error

var _ Sink[int] = Func[int](nil)

// Write implements Sink.
func (f Func[R]) Write(b Batch[R]) error { return f(b) }

// Flush implements Sink: there is nothing to wait for.
func (f Func[R]) Flush(context.Context) error { return nil }

// Close implements Sink: the function is not told.
func (f Func[R]) Close(context.Context) error { return nil }
