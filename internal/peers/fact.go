package peers

import (
	"fmt"
	"time"
)

// fact is an input that is fed.
type fact struct {
	seq    int // its place among the inputs
	at     time.Time
	ms     int64 // the event time
	op     string
	key    any
	fields record
	in     *stream
	batch  *int
	dead   bool // a version that ends those before it
}

// get returns a field: one of its own, or what every fact has beside them.
func (f *fact) get(name string) any {
	if v, ok := f.fields[name]; ok {
		return v
	}
	switch {
	case name == "key":
		return f.key
	case isTime(name, f.in):
		return f.ms
	}
	return nil
}

// isTime reports whether name is another name of the event time.
func isTime(name string, s *stream) bool {
	return name == "rowtime" || name == "ROWTIME" || name == "time_ms" || s.TimeField != "" && name == s.TimeField
}

// changed reports whether the fact revokes or replaces an earlier one.
func (f *fact) changed() bool { return f.op != "+I" }

// valueless reports whether the fact has a key and nothing more: in a table, its
// deletion.
func (f *fact) valueless() bool {
	for _, v := range f.fields { // order: whether any, does not depend on it
		if v != nil && !same(v, f.key) {
			return false
		}
	}
	return true
}

// event is what is done to an input of the pipeline: a fact is fed, or the
// watermark is moved, or a micro-batch has ended.
type event struct {
	side  int // which input
	fact  *fact
	mark  *time.Time
	ended *int
}

// events returns what happens to the streams of these names, in the order of the
// inputs. Marks are theirs, plus shift.
func (c *Case) events(shift time.Duration, names ...string) ([]event, error) {
	var events []event
	streams := make([]stream, len(names))
	for side, name := range names {
		streams[side] = c.Streams[name]
	}
	for i, x := range c.Inputs {
		for side, name := range names {
			if x.Stream != name {
				continue
			}
			if x.Watermark != nil {
				at := x.Watermark.time().Add(shift)
				events = append(events, event{side: side, mark: &at})
				continue
			}
			if *x.Time < minMillis || *x.Time > maxMillis {
				return nil, unsupported("event time %d ms, beyond the years 1678 to 2261", *x.Time)
			}
			f := &fact{seq: i, at: x.Time.time(), ms: int64(*x.Time), op: x.Op, key: x.Key.any, fields: x.Fields, in: &streams[side], batch: x.Batch}
			if f.op == "" {
				f.op = "+I"
			}
			events = append(events, event{side: side, fact: f})
		}
	}
	return events, nil
}

// field returns what reads a field of the facts of a stream.
func (c *Case) field(stream, name string) (func(*fact) any, error) {
	get := func(f *fact) any { return f.get(name) }
	s := c.Streams[stream]
	if s.declares(name) || name == "key" || isTime(name, &s) {
		return get, nil
	}
	fed := false
	for _, x := range c.Inputs {
		if x.Stream == stream && x.Time != nil {
			if _, ok := x.Fields[name]; ok {
				return get, nil
			}
			fed = true
		}
	}
	if fed {
		return nil, unsupported("%q is no field of %s", name, stream)
	}
	return get, nil
}

// feeder is one run of a pipeline, of one or two inputs.
type feeder struct {
	feed    func(side int, facts []*fact) error
	advance func(side int, w time.Time) error
	ended   func(batch int) // may be nil
}

// play feeds events, at most cut facts in a call; 0: as many as can be.
func play(events []event, cut int, to feeder) error {
	var facts []*fact
	side := 0
	flush := func() error {
		if len(facts) == 0 {
			return nil
		}
		err := to.feed(side, facts)
		facts = nil
		return err
	}
	for _, e := range events {
		if e.fact == nil || e.side != side || len(facts) == cut && cut > 0 {
			if err := flush(); err != nil {
				return fmt.Errorf("feed: %w", err)
			}
		}
		switch {
		case e.fact != nil:
			side, facts = e.side, append(facts, e.fact)
		case e.mark != nil:
			if err := to.advance(e.side, bounded(*e.mark)); err != nil {
				return fmt.Errorf("advance: %w", err)
			}
		case to.ended != nil:
			to.ended(*e.ended)
		}
	}
	if err := flush(); err != nil {
		return fmt.Errorf("feed: %w", err)
	}
	return nil
}

// bounded moves a mark to where facts can be: theirs may be the end of time.
func bounded(w time.Time) time.Time {
	switch least, most := minMillis.time(), maxMillis.time(); {
	case w.Before(least):
		return least
	case w.After(most):
		return most
	}
	return w
}

// cuts are the sizes of a Feed that every case is run with.
var cuts = []int{1, 3, 0}
