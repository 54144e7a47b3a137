package window

import (
	"errors"
	"fmt"
)

// Option is Sorted: plain data.
type Option interface{ set(*Settings) error }

// Settings is what a list of options amounts to, for those who use a Store alone.
type Settings struct {
	Stage  string // name of the stage, part of the IDs of its panes
	Sorted bool   // panes of a span by key; false: by the first fact of the key
}

// Apply folds options into settings; the error tells all that is wrong with
// them, a mistake a line: an option that is nil, or one that means nothing. The
// settings are then those of the other options.
func Apply(options ...Option) (Settings, error) {
	var s Settings
	var mistakes []error
	for _, o := range options {
		if o == nil {
			mistakes = append(mistakes, fmt.Errorf("window: an option is nil: leave it out"))
			continue
		}
		mistakes = append(mistakes, o.set(&s))
	}
	return s, errors.Join(mistakes...)
}

// Order is the order of the panes of one span.
type Order uint8

// Sorted gives the panes of a span by key, field by field: numbers by value,
// strings by their bytes, false before true. Without it they come in the order
// in which their keys first came in that span, which costs nothing.
const Sorted Order = 1

// String gives it as it is written in Go.
func (o Order) String() string {
	if o == Sorted {
		return "Sorted"
	}
	return fmt.Sprintf("Order(%d)", uint8(o))
}

func (o Order) set(s *Settings) error {
	if o != Sorted {
		return fmt.Errorf("window: order %d: must be Sorted", uint8(o))
	}
	s.Sorted = true
	return nil
}
