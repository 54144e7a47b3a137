package window

import (
	"errors"
	"fmt"
	"time"
)

// Option is one of Lateness, Coalesce, EarlyEvery, Deadline, Sorted, Fill and MaxKeys: plain data.
type Option interface{ set(*Settings) error }

// Settings is what a list of options amounts to, for those who use a Store alone.
type Settings struct {
	Stage      string        // name of the stage, part of the IDs of its panes
	Lateness   time.Duration // see the option of the same name, as for all below
	Coalesce   time.Duration
	EarlyEvery time.Duration
	Deadline   time.Duration
	Sorted     bool // panes of a span by key; false: by the first fact of the key
	Fill       int
	MaxKeys    MaxKeys
}

// Apply folds options into settings; the error tells all that is wrong with
// them, a mistake a line: an option that is nil, that means nothing, or that is
// given twice. The settings are then those of the
// other options.
func Apply(options ...Option) (Settings, error) {
	var s Settings
	var mistakes []error
	seen := map[string]bool{}
	for _, o := range options {
		kind := fmt.Sprintf("%T", o)
		switch {
		case o == nil:
			mistakes = append(mistakes, fmt.Errorf("window: an option is nil: leave it out"))
		case seen[kind]:
			mistakes = append(mistakes, fmt.Errorf("window: %v: the option is given twice", o))
		default:
			err := o.set(&s)
			seen[kind] = err == nil
			mistakes = append(mistakes, err)
		}
	}
	return s, errors.Join(mistakes...)
}

// Lateness keeps a span for so long after its end, in event time: a fact that
// comes for it then is counted, and sends the pane again as a Correction, which
// carries the row that it replaces. State is dropped when W reaches End +
// Lateness. It costs memory: all panes of that time are kept. 0: none is kept.
type Lateness time.Duration

// Coalesce sends at most one Correction of a pane each time W passes a multiple
// of it, and one when its state is dropped; else each late fact sends one. It
// goes with Lateness or Deadline.
type Coalesce time.Duration

// EarlyEvery sends a preview, an Early row, of each pane that has changed since
// its last, each time W passes a multiple of it in event time.
//
// A preview costs a few Merges for each key of each open span, whether or not its
// pane has changed, and however many slices a span has (one for each slice, where a
// function of one's own gives the spans). A hop of Size/Every = n has n spans open
// at a time. What was sent of a pane is remembered until it is Final.
//
// The event time of a preview is that of the final row, the end of its span less
// 1 ns, which W has not reached: JoinAsOf with Within (its default) or Strict holds
// it until then, so that it comes right before the final row, as does Schedule near
// announced times. With join.Live it comes at once.
type EarlyEvery time.Duration

// Deadline fires a span at latest so long after its first fact came, on
// Pipeline.Clock. Its panes are Final and Forced; facts that come for it later
// make Corrections, until W reaches the end of the span and Lateness beyond.
type Deadline time.Duration

// Order is the order of the panes of one span.
type Order uint8

// Sorted gives the panes of a span by key, field by field: numbers by value,
// strings by their bytes, false before true. Without it they come in the order
// in which their keys first came in that span, which costs nothing.
const Sorted Order = 1

// Fill sends panes without facts for the keys that are known, after those with
// facts: a key is known until so many spans in a row have had none of its facts.
// No row and a row of zero are different things to an alarm. The panes have the
// zero accumulator and Facts 0; their memory is the set of keys.
type Fill int

// MaxKeys bounds the keys that are held at once, over all open spans. The rules
// in which facts wait for W say whether those count. A fact of
// one more is missed, as Refused; or, with Evict, the pane that is oldest fires,
// Forced, with what it has, and its key is let go. More facts of that key and
// span make another pane, with an ID of its own: the sum of the parts is the whole.
// Where spans overlap no key can be let go, so Evict is refused by the check of the
// rule or, with Spans, a fact of one more is missed as without it.
type MaxKeys struct {
	N     int
	Evict bool
}

// String gives it as it is written in Go, as do those of the other options.
func (o Lateness) String() string { return fmt.Sprintf("Lateness(%v)", time.Duration(o)) }

// String gives it as it is written in Go.
func (o Coalesce) String() string { return fmt.Sprintf("Coalesce(%v)", time.Duration(o)) }

// String gives it as it is written in Go.
func (o EarlyEvery) String() string { return fmt.Sprintf("EarlyEvery(%v)", time.Duration(o)) }

// String gives it as it is written in Go.
func (o Deadline) String() string { return fmt.Sprintf("Deadline(%v)", time.Duration(o)) }

// String gives it as it is written in Go.
func (o Fill) String() string { return fmt.Sprintf("Fill(%d)", int(o)) }

// String gives it as it is written in Go.
func (o MaxKeys) String() string {
	if o.Evict {
		return fmt.Sprintf("MaxKeys{N:%d Evict:true}", o.N)
	}
	return fmt.Sprintf("MaxKeys{N:%d}", o.N)
}

// String gives it as it is written in Go.
func (o Order) String() string {
	if o == Sorted {
		return "Sorted"
	}
	return fmt.Sprintf("Order(%d)", uint8(o))
}

func (o Lateness) set(s *Settings) error {
	s.Lateness = time.Duration(o)
	return atLeast("Lateness", s.Lateness, 0)
}

func (o Coalesce) set(s *Settings) error {
	s.Coalesce = time.Duration(o)
	return atLeast("Coalesce", s.Coalesce, 1)
}

func (o EarlyEvery) set(s *Settings) error {
	s.EarlyEvery = time.Duration(o)
	return atLeast("EarlyEvery", s.EarlyEvery, 1)
}

func (o Deadline) set(s *Settings) error {
	s.Deadline = time.Duration(o)
	return atLeast("Deadline", s.Deadline, 1)
}

func (o Fill) set(s *Settings) error {
	s.Fill = int(o)
	if o < 1 {
		return fmt.Errorf("window: Fill is %d: must be at least 1", int(o))
	}
	return nil
}

func (o MaxKeys) set(s *Settings) error {
	s.MaxKeys = o
	if o.N < 1 {
		return fmt.Errorf("window: MaxKeys: N is %d: must be at least 1", o.N)
	}
	return nil
}

func (o Order) set(s *Settings) error {
	if o != Sorted {
		return fmt.Errorf("window: order %d: must be Sorted", uint8(o))
	}
	s.Sorted = true
	return nil
}

// atLeast tells of a duration that is less than it must be.
func atLeast(name string, d, least time.Duration) error {
	switch {
	case d >= least:
		return nil
	case least == 0:
		return fmt.Errorf("window: %s is %v: must not be negative", name, d)
	}
	return fmt.Errorf("window: %s is %v: must be above 0", name, d)
}
