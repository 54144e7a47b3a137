package tidemark

import (
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Input is where facts are fed in. Its methods may be called by any goroutine.
type Input[T any] struct {
	p        *Pipeline
	src      *source[T]
	part     *watermark.Partition
	position string
	count    counts
}

// inputBase is what the pipeline knows of an input without its type.
type inputBase struct {
	stage *stage
	group *watermark.Group
	order []operator // the stages that its facts can reach
	one   [1]watermark.Mark
}

// counts are the facts of one partition.
type counts struct{ fed, refused uint64 }

// step returns the move of W since it was w, as marks.
func (b *inputBase) step(w watermark.Time) []watermark.Mark {
	if now := b.group.W(); now > w {
		b.one[0] = watermark.Mark{W: now}
		return b.one[:]
	}
	return nil
}

// errNoInput is what a zero Input says.
var errNoInput = errors.New("tidemark: the input is a zero value: take it from From")

// From adds an input to p. The function at gives a fact's event time; the zero
// time and times outside the years 1678 to 2261 are refused.
func From[T any, S watermark.Strategy[T]](p *Pipeline, name string, at func(T) time.Time, strategy S) (*Input[T], Stream[T]) {
	src := newSource[T](p, name, strategy)
	src.at = at
	if at == nil {
		src.stage.mistake(errors.New("the function for the event time is nil"))
	}
	return src.handle()
}

// FromNanos is From for event times in nanoseconds since 1970. It is faster by
// the making of a time.Time per fact.
func FromNanos[T any, S watermark.Strategy[T]](p *Pipeline, name string, at func(T) int64, strategy S) (*Input[T], Stream[T]) {
	src := newSource[T](p, name, strategy)
	src.nanos = at
	if at == nil {
		src.stage.mistake(errors.New("the function for the event time is nil"))
	}
	return src.handle()
}

// Feed takes facts, on the caller's goroutine. When it returns, every row that
// the watermark allows can be drained.
//
// ErrFull, ErrClosed, a mistake in the settings and a *StageError of a sink are
// found before anything is taken: the call can be repeated as it is. A
// *FactError tells of a fact that cannot be taken where nobody listens to
// Refused; all others were taken, so it must not be repeated.
func (in *Input[T]) Feed(facts ...T) error {
	if in.p == nil {
		return errNoInput
	}
	p := in.p
	p.mu.Lock()
	defer p.mu.Unlock()
	return in.feed(facts)
}

// FeedAt is Feed, and keeps position, where the source stands after these
// facts. It is kept if the facts were taken.
func (in *Input[T]) FeedAt(position string, facts ...T) error {
	if in.p == nil {
		return errNoInput
	}
	p := in.p
	p.mu.Lock()
	defer p.mu.Unlock()
	err := in.feed(facts)
	if _, taken := errors.AsType[*FactError](err); err == nil || taken {
		in.position = position
	}
	return err
}

// Position is the last position that FeedAt kept, "" before the first.
func (in *Input[T]) Position() string {
	if in.p == nil {
		return ""
	}
	p := in.p
	p.mu.Lock()
	defer p.mu.Unlock()
	return in.position
}

func (in *Input[T]) feed(facts []T) error {
	p := in.p
	if p.ended || in.part.Closed() {
		return ErrClosed
	}
	if err := p.enter(); err != nil {
		return err
	}
	if in.src.stray {
		return in.src.strayed()
	}
	if p.full() {
		return ErrFull
	}
	p.tick()
	var errs []error
	for first := 0; first < len(facts); {
		n := min(chunk, len(facts)-first)
		if !in.part.Active() {
			n = 1 // the fact that wakes the input is a run of its own: what was idle has to be waited for from then on
		}
		errs = in.src.feed(in, facts[first:first+n], first, errs)
		first += n
	}
	if len(errs) == 0 {
		return nil
	}
	return errors.Join(errs...)
}

// Partition returns an input with a watermark of its own into the same stream:
// W is the least of the active ones. It counts from its naming: until it is fed,
// idle or closed it holds W back. The same name gives the same partition.
func (in *Input[T]) Partition(name string) *Input[T] {
	if in.p == nil {
		return in
	}
	p := in.p
	p.mu.Lock()
	defer p.mu.Unlock()
	return in.src.partition(name)
}

// Advance says that no fact before t will come. It is for this partition alone.
func (in *Input[T]) Advance(t time.Time) error {
	return in.call(func(now watermark.Time) error {
		w, ok := watermark.Of(t)
		if !ok {
			return fmt.Errorf("tidemark: %s: Advance to %s: %s", in.src.stage.name, t.Format(time.RFC3339Nano), rangeRule)
		}
		in.part.Advance(now, w)
		return nil
	})
}

// Idle says that there was nothing to feed: others need not wait for this
// input, or this partition of it, until it is fed again. W holds where it is.
func (in *Input[T]) Idle() error {
	return in.call(func(watermark.Time) error { in.part.SetIdle(); return nil })
}

// Close says that nothing more comes into this input: its W goes to the end, and
// what fires by that is final. On a partition it ends that partition alone.
func (in *Input[T]) Close() error {
	err := in.call(func(watermark.Time) error {
		if in.part.Name() == "" {
			in.src.group.Close()
		} else {
			in.part.Close()
		}
		return nil
	})
	if errors.Is(err, ErrClosed) {
		return nil
	}
	return err
}

// call lets f move the watermark, and runs what that makes due.
func (in *Input[T]) call(f func(now watermark.Time) error) error {
	if in.p == nil {
		return errNoInput
	}
	p := in.p
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended || in.part.Closed() {
		return ErrClosed
	}
	if err := p.enter(); err != nil {
		return err
	}
	if in.src.stray {
		return in.src.strayed()
	}
	p.tick()
	w := in.src.group.W()
	if err := f(p.now); err != nil {
		return err
	}
	p.move(in.src, w)
	return nil
}

// Refused is the stream of the facts that could not be taken: those without a
// time, and those further ahead than MaxAhead allows. It is one for all
// partitions. Without it they are told as errors by Feed.
func (in *Input[T]) Refused() Stream[Missed[T]] {
	if in.p == nil {
		return Stream[Missed[T]]{}
	}
	return Stream[Missed[T]]{in.src.refused}
}
