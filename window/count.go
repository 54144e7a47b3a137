package window

import (
	"errors"
	"fmt"
	"time"
)

// Count closes a pane after N facts of a key, and the next fact opens the next.
//
//	facts of one key             0  1        4  5  6  7
//	Count{N: 3}                 [0  1        4][5  6  7]
//	Count{N: 3, MaxWait: 4}     [0  1]      [4  5  6][7
//
// Facts count in the order of event time, those of one time as they were fed:
// they wait until W has passed them, and one behind W is late. The span of a
// pane is from its first fact to 1 ns after its last, so panes of facts of one
// time can have one span; they have IDs of their own. A pane fires as soon as W
// has passed the last of its N facts.
//
// With MaxWait, a fact at the time of the first + MaxWait or later opens the
// next pane, and what there is fires when W gets there. The event time of a pane
// is that of its last fact; but of one that MaxWait has closed it is the first +
// MaxWait, less 1 ns, as W may have passed its last fact long before, and a
// window that reads the panes would miss them all, as late. For the same reason
// the event time of what is not full at the end of the input is W, if that is
// beyond the last fact. A pane that is fired by Pipeline.Close is Forced.
//
// The state is the facts that wait, and one accumulator per key that has begun a
// pane; without MaxWait that stays until N facts have come. For MaxKeys a key
// counts while it has a fact that waits or a pane that it has begun; with Evict
// those keys count that have begun one, and the one that fires is that which has
// begun first: its event time is W, if that is beyond its last fact.
type Count struct {
	N       int           // facts of a pane; at least 1
	MaxWait time.Duration // in event time, from the first fact; 0: waits for N
}

var _ Rule = Count{}

// Plan implements Rule.
func (r Count) Plan() (Plan, error) {
	var errs []error
	if r.N < 1 {
		errs = append(errs, fmt.Errorf("window: Count: N is %d: must be at least 1", r.N))
	}
	if r.MaxWait < 0 {
		errs = append(errs, fmt.Errorf("window: Count: MaxWait is %v: must not be negative", r.MaxWait))
	}
	if len(errs) > 0 {
		return Plan{}, errors.Join(errs...)
	}
	return Plan{kind: counting, name: "Count", make: makeCounts, n: r.N, most: r.MaxWait}, nil
}
