package window

import (
	"fmt"
	"time"
)

// Tumble cuts time into spans of Size, one after the other without a gap; a
// fact is in exactly one. Spans start at Offset and at all multiples of Size
// from there, before 1970 too.
//
//	facts                        0  1  2  3  4  5
//	Tumble{Size: 2}             [0  1][2  3][4  5]
//	Tumble{Size: 2, Offset: 1}   0][1  2][3  4][5
//
// The state is one accumulator per key and open span.
type Tumble struct {
	Size   time.Duration // of a span; above 0
	Offset time.Duration // moves all spans; any value, also negative; 0: spans start at 1970-01-01T00:00:00Z
}

var _ Rule = Tumble{}

// Plan implements Rule.
func (r Tumble) Plan() (Plan, error) {
	if r.Size <= 0 {
		return Plan{}, fmt.Errorf("window: Tumble: Size is %v: must be above 0", r.Size)
	}
	return Plan{kind: onGrid, name: "Tumble", grid: grid{width: r.Size, size: r.Size, every: r.Size, offset: r.Offset}}, nil
}
