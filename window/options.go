package window

import "fmt"

// Option is Sorted: plain data.
type Option interface{ set(*Settings) error }

// Settings is what a list of options amounts to, for those who use a Store alone.
type Settings struct {
	Stage  string // name of the stage, part of the IDs of its panes
	Sorted bool   // panes of a span by key; false: by the first fact of the key
}

// Apply folds options into settings; the error tells of options that conflict.
func Apply(options ...Option) (Settings, error) {
	var s Settings
	for _, o := range options {
		if o == nil {
			return s, fmt.Errorf("window: an option is nil: leave it out")
		}
		if err := o.set(&s); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Order is the order of the panes of one span.
type Order uint8

// Sorted gives the panes of a span by key, field by field: numbers by value,
// strings by their bytes, false before true. Without it they come in the order
// in which their keys first came in that span, which costs nothing.
const Sorted Order = 1

func (o Order) set(s *Settings) error {
	if o != Sorted {
		return fmt.Errorf("window: order %d: must be Sorted", o)
	}
	s.Sorted = true
	return nil
}
