package watermark

import "time"

// Mark is a move of the watermark: once fact After of a batch is counted, it is W.
type Mark struct {
	After uint32
	W     Time
}

// tracker finds the watermark of one partition from the times taken.
type tracker struct {
	delay  time.Duration
	ahead  time.Duration // how far the greatest may lie beyond the second; 0: no bound
	first  Time          // greatest time taken
	second Time          // second greatest, equal ones counted twice; kept only with a bound
	w      Time
}

func newTracker(l Limits) tracker {
	t := tracker{delay: l.Delay, first: Min, second: Min, w: Min}
	if !l.Clock && l.MaxAhead > 0 {
		t.ahead = l.MaxAhead
	}
	return t
}

// take appends a mark for each of times that moves W.
func (t *tracker) take(times []Time, marks []Mark) []Mark {
	if t.ahead > 0 {
		return t.takeGuarded(times, marks)
	}
	first := t.first
	for i, at := range times {
		if at > first {
			first = at
			if w := at.Add(-t.delay); w > t.w {
				t.w = w
				marks = append(marks, Mark{uint32(i), w})
			}
		}
	}
	t.first = first
	return marks
}

// takeGuarded is take where one time alone must not run ahead of the others.
func (t *tracker) takeGuarded(times []Time, marks []Mark) []Mark {
	for i, at := range times {
		switch {
		case at > t.first:
			t.first, t.second = at, t.first
		case at > t.second:
			t.second = at
		default:
			continue
		}
		if t.second == Min {
			continue
		}
		lead := t.first
		if t.first > t.second.Add(t.ahead) {
			lead = t.second
		}
		if w := lead.Add(-t.delay); w > t.w {
			t.w = w
			marks = append(marks, Mark{uint32(i), w})
		}
	}
	return marks
}
