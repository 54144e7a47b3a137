package window

import (
	"errors"
	"fmt"
	"time"
)

// Cumulate gives a span at each Step, from the start of Size on: they grow
// until Size is full, and begin again. Spans start at Offset and at all
// multiples of Size from there.
//
//	facts                         0  1  2  3  4  5
//	Cumulate{Size: 4, Step: 2}   [0  1]
//	                             [0  1  2  3]
//	                                         [4  5]
//
// All spans of one Size share their slices: a fact is added once. A late fact
// counts in all spans that are still open. A pane is sent at each step for every
// key that has had a fact since the start; with OnlyChanged, for those that have
// had one since their last.
type Cumulate struct {
	Size        time.Duration // of the longest span; above 0
	Step        time.Duration // above 0; divides Size
	Offset      time.Duration // moves all spans; any value, also negative
	OnlyChanged bool          // leaves out panes that are as they were a step before
}

var _ Rule = Cumulate{}

// Plan implements Rule.
func (r Cumulate) Plan() (Plan, error) {
	var errs []error
	if r.Size <= 0 {
		errs = append(errs, fmt.Errorf("window: Cumulate: Size is %v: must be above 0", r.Size))
	}
	if r.Step <= 0 {
		errs = append(errs, fmt.Errorf("window: Cumulate: Step is %v: must be above 0", r.Step))
	} else if r.Size > 0 && r.Size%r.Step != 0 {
		errs = append(errs, fmt.Errorf("window: Cumulate: Step is %v: must divide Size, %v", r.Step, r.Size))
	}
	if len(errs) > 0 {
		return Plan{}, errors.Join(errs...)
	}
	g := grid{width: r.Step, size: r.Size, every: r.Step, offset: r.Offset, grow: r.Step < r.Size}
	return Plan{kind: onGrid, name: "Cumulate", grid: g, changed: r.OnlyChanged}, nil
}
