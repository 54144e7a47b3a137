package window

import (
	"fmt"
	"time"
)

// Slide gives a pane for each fact, over the facts of its key in (t-Size, t], t
// being the fact's time: as a Span, [t-Size+1ns, t+1ns).
//
//	facts              0  1  2  3  4  5
//	Slide{Size: 3}    [0]
//	                  [0  1]
//	                  [0  1  2]
//	                     [1  2  3]
//	                        [2  3  4]
//
// Facts are held until W has passed them, and taken in order of time: those of
// one time see one another, and each gives a pane, with an ID of its own. A fact
// behind W is late. Panes come by time, then in the order of feeding.
//
// A fact costs an Add, and those of one key and time together three Merges, which
// does not depend on how many there are in a window; nothing is ever subtracted.
// The state is an accumulator and 16 bytes for each time that a key has facts at
// within Size, beside the facts that are held. Lateness and EarlyEvery are
// refused: give the input more Delay.
type Slide struct {
	Size time.Duration // how far back a pane reaches, the fact's own time included; above 0
}

var _ Rule = Slide{}

// Plan implements Rule.
func (r Slide) Plan() (Plan, error) {
	if r.Size <= 0 {
		return Plan{}, fmt.Errorf("window: Slide: Size is %v: must be above 0", r.Size)
	}
	return Plan{kind: sliding, name: "Slide", make: makeSlides, size: r.Size}, nil
}
