package tidemark

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Pipeline is a set of connected streams. Its zero value is ready. Any
// goroutine may call any method. It must not be copied.
type Pipeline struct {
	Name  string           // in errors and IDs
	Limit int              // undrained rows that an Output may hold; 0: 1<<20; negative: no limit
	Clock func() time.Time // for idleness, MaxAhead and deadlines; nil: the time is never asked for

	mu       sync.Mutex
	stages   []*stage // in the order of making: each after what it reads
	inputs   []input
	outputs  []output
	sinks    []outlet
	mistakes []mistake

	begun   bool  // the graph is fixed
	broken  error // why no call is possible
	late    error // mistakes made while it runs, not told yet
	inside  bool  // a run is under way, or a function of the user's panicked in it
	ended   bool  // Close was called: nothing can be fed
	forced  bool  // the run at hand is that of Close
	fired   bool  // and it is done
	epoch   uint64
	now     watermark.Time // on the clock, at entry to the call at hand; 0 before the first
	ticked  bool           // the clock has been read
	crowded bool           // rows have come into an output: it may be full
	clocked []clocked      // stages that the clock can move
	causes  []uint32       // 0, 1, 2, …: the causes of a chunk, the same for all
}

// input is an Input without its type.
type input interface {
	base() *inputBase
	counts(*watermark.Partition) counts
	fill(marks []watermark.Mark) // an empty batch with these moves of W
}

// clocked is a stage that the clock can move, with those behind it.
type clocked struct {
	op    timed
	order []operator
}

// timed is an operator that has something to do at a time of the clock.
type timed interface {
	// due is that time, Max if there is none.
	due() watermark.Time
	// expire fills the own batches with what the clock has made due.
	expire()
}

// output is an Output without its type.
type output interface{ count() int }

// outlet is a sink without its type.
type outlet interface {
	offer() error // the rows that were refused; an error says they were again
	untold() error
	flush(ctx context.Context) error
	close(ctx context.Context) error
}

// defaultLimit is the number of undrained rows that Limit 0 stands for.
const defaultLimit = 1 << 20

var errPanicked = errors.New("tidemark: a function of the program panicked inside an earlier call: the state is not whole")

// Check returns all mistakes of the settings, joined, each naming its stage.
func (p *Pipeline) Check() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.compile()
}

// enter begins a call that moves the pipeline: it finds what stands against it
// before anything is taken, then asks the clock.
func (p *Pipeline) enter() error {
	if !p.begun || p.broken != nil {
		if err := p.begin(); err != nil {
			return err
		}
	}
	if p.inside {
		return errPanicked
	}
	if err := p.late; err != nil {
		p.late = nil
		return err
	}
	if len(p.sinks) == 0 {
		return nil
	}
	return p.untold()
}

// untold tells what sinks have failed at, all of them.
func (p *Pipeline) untold() error {
	var errs []error
	for _, o := range p.sinks {
		if err := o.untold(); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// full reports whether an output holds as many rows as it may.
func (p *Pipeline) full() bool {
	if !p.crowded { // nothing has come since nobody was
		return false
	}
	limit := p.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	p.crowded = false
	for _, o := range p.outputs {
		p.crowded = p.crowded || limit > 0 && o.count() >= limit
	}
	return p.crowded
}

// tick reads the clock, and lets inputs that have been silent become idle.
func (p *Pipeline) tick() {
	if p.Clock == nil {
		return
	}
	t, _ := watermark.Of(p.Clock())
	before := watermark.Min
	if p.ticked {
		before, t = p.now, max(p.now, t)
	}
	p.now, p.ticked = t, true
	for _, in := range p.inputs {
		b := in.base()
		w := b.group.W()
		if b.group.Tick(p.now, before) {
			p.move(in, w)
		}
	}
	for _, c := range p.clocked {
		if c.op.due() > p.now {
			continue
		}
		p.epoch++
		p.inside = true
		c.op.expire()
		run(c.order)
		p.inside = false
	}
}

// move runs the stages behind an input whose W was w, and may have moved, with no fact.
func (p *Pipeline) move(in input, w watermark.Time) {
	b := in.base()
	p.epoch++
	p.inside = true
	in.fill(b.step(w))
	run(b.order)
	p.inside = false
}

// Next returns the time of Clock at which a call is due (idleness, a deadline): any call
// then will do, Flush if there is nothing to feed. ok is false if nothing is due.
func (p *Pipeline) Next() (t time.Time, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	due := watermark.Max
	for _, in := range p.inputs {
		if d, is := in.base().group.Due(); is {
			due, ok = min(due, d), true
		}
	}
	for _, c := range p.clocked {
		if d := c.op.due(); d < watermark.Max {
			due, ok = min(due, d), true
		}
	}
	if !ok || p.ended {
		return time.Time{}, false
	}
	return due.UTC(), true
}

// Flush returns when the rows so far have arrived in the sinks. It fires nothing
// but what the Clock has made due.
func (p *Pipeline) Flush(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.begin(); err != nil {
		return err
	}
	if p.inside {
		return errPanicked
	}
	if !p.ended {
		p.tick()
	}
	return p.settle(func(o outlet) error { return o.flush(ctx) })
}

// Close ends all inputs: what is open fires, marked Forced; the sinks are
// flushed and closed. After an error it can be repeated until all is delivered;
// then it does nothing. Outputs can be drained after it.
func (p *Pipeline) Close(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.begin(); err != nil {
		return err
	}
	p.ended = true
	if p.inside { // nothing can fire, but what was fired is delivered
		return errors.Join(errPanicked, p.settle(func(o outlet) error { return o.close(ctx) }))
	}
	if !p.fired {
		p.epoch++
		p.inside, p.forced = true, true
		var order []operator
		for _, in := range p.inputs {
			b := in.base()
			w := b.group.W()
			b.group.Close()
			in.fill(b.step(w))
		}
		for _, s := range p.stages {
			if len(s.from) > 0 {
				order = append(order, s.op)
			}
		}
		run(order)
		p.inside, p.forced, p.fired = false, false, true
	}
	return p.settle(func(o outlet) error { return o.close(ctx) })
}

// settle offers all sinks what they have refused, then lets f at those that
// took it. All failures are returned, joined.
func (p *Pipeline) settle(f func(outlet) error) error {
	var errs []error
	for _, o := range p.sinks {
		err := o.offer()
		if err == nil {
			err = f(o)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
