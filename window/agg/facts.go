package agg

// Facts keeps nothing. It is an accumulator on its own, for a window of which
// only the number of facts is of interest: window.Pane.Facts has it anyway.
// As JSON it is {}.
type Facts[T any] struct{}

// Add takes a fact.
func (*Facts[T]) Add(T) {}

// Merge adds the facts of o.
func (*Facts[T]) Merge(*Facts[T]) {}
