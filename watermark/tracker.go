package watermark

import "time"

// Mark is a move of the watermark: once fact After of a batch is counted, it is W.
type Mark struct {
	After uint32
	W     Time
}

// tracker finds the watermark of one partition from the times taken, and how
// far behind they came.
type tracker struct {
	front
	delay time.Duration
	w     Time
	learn *learner // nil: the delay is fixed
	seen  front    // of the times of facts that say themselves where W is
	n     uint64   // facts taken
	late  *sketch  // those of them that were not beyond the lead; nil: there is none
}

func newTracker(l Limits) tracker {
	f := front{first: Min, second: Min, lead: Min}
	if !l.Clock && l.MaxAhead > 0 {
		f.ahead = l.MaxAhead
	}
	t := tracker{front: f, delay: l.Delay, w: Min, seen: f}
	if l.Learn {
		t.learn = newLearner(l)
	}
	return t
}

// take appends a mark for each of times that moves W.
func (t *tracker) take(times []Time, marks []Mark) []Mark {
	t.n += uint64(len(times))
	if t.late == nil {
		t.late = new(sketch)
	}
	switch {
	case t.learn != nil:
		return t.takeLearning(times, marks)
	case t.ahead > 0:
		return t.takeGuarded(times, marks)
	}
	return t.takeBounded(times, marks)
}

// takeBounded is take for a fixed delay and nothing else: what most inputs spend
// on W is spent in this loop.
func (t *tracker) takeBounded(times []Time, marks []Mark) []Mark {
	lead, late := t.lead, t.late
	_ = *late // found not to be nil here, and not at each fact
	for i, at := range times {
		if at <= lead { // those at the lead are counted along: that saves a branch
			late[bucketOf(uint64(lead-at))%room]++
			continue
		}
		lead = at
		if w := at.Add(-t.delay); w > t.w {
			t.w = w
			if n := len(marks); n < cap(marks) {
				marks = marks[:n+1]
				marks[n] = Mark{uint32(i), w}
			} else {
				marks = appendMark(marks, uint32(i), w)
			}
		}
	}
	t.lead = lead
	return marks
}

// appendMark is out of the loop that calls it: there, its call would take the
// registers away from what goes on at each fact.
//
//go:noinline
func appendMark(marks []Mark, after uint32, w Time) []Mark { return append(marks, Mark{after, w}) }

// takeGuarded is take where one time alone must not run ahead of the others. It
// is front.take without the call, which for facts in order would cost as much as
// all the rest.
func (t *tracker) takeGuarded(times []Time, marks []Mark) []Mark {
	first, second, lead, late := t.first, t.second, t.lead, t.late
	for i, at := range times {
		if at <= lead {
			late[bucketOf(uint64(lead-at))%room]++
		}
		switch {
		case at > first:
			first, second = at, first
		case at > second:
			second = at
		default:
			continue
		}
		if lead = second; second != Min && first <= second.Add(t.ahead) {
			lead = first
		}
		if t.rise(lead.Add(-t.delay)) {
			marks = append(marks, Mark{uint32(i), t.w})
		}
	}
	t.first, t.second, t.lead = first, second, lead
	return marks
}

// takeLearning is take where the delay is learned.
func (t *tracker) takeLearning(times []Time, marks []Mark) []Mark {
	l := t.learn
	for i, at := range times {
		behind, moved := t.behind(t.lead, at), false
		switch {
		case t.ahead > 0:
			moved = t.front.take(at)
		case at > t.lead:
			t.lead, moved = at, true
		}
		if (l.take(behind) || moved) && l.known && t.rise(t.lead.Add(-l.delay)) {
			marks = append(marks, Mark{uint32(i), t.w})
		}
	}
	return marks
}

// takeOne counts a fact that moves nothing, and reports false if it is no such one.
func (t *tracker) takeOne(at Time) bool {
	if at > t.lead || t.ahead > 0 || t.learn != nil || t.late == nil {
		return false
	}
	t.n++
	t.late[bucketOf(uint64(t.lead-at))%room]++
	return true
}

// behind counts a fact that came when lead led, and returns its bucket.
func (t *tracker) behind(lead, at Time) uint {
	if at > lead {
		return 0
	}
	b := bucketOf(uint64(lead - at))
	t.late[b%room]++
	return b
}

// mark moves W by what a fact says, and reports whether it did.
func (t *tracker) mark(w Time) bool { return t.front.take(w) && t.rise(t.lead) }

// see counts facts whose times do not move W.
func (t *tracker) see(times []Time) {
	t.n += uint64(len(times))
	if t.late == nil {
		t.late = new(sketch)
	}
	for _, at := range times {
		t.behind(t.seen.lead, at)
		t.seen.take(at)
	}
}

// rise moves W to w, unless that is not forwards.
func (t *tracker) rise(w Time) bool {
	if w <= t.w {
		return false
	}
	t.w = w
	return true
}

// front finds the time that W follows: the greatest taken, or with a bound the
// greatest at most so far beyond the second greatest, else the second greatest.
type front struct {
	ahead  time.Duration // the bound; 0: none
	first  Time          // greatest time taken; kept only with a bound, as is
	second Time          // the second greatest, equal ones counted twice
	lead   Time          // Min: there is none yet
}

// take takes a time, and reports whether the lead has moved.
func (f *front) take(at Time) bool {
	if f.ahead == 0 {
		if at <= f.lead {
			return false
		}
		f.lead = at
		return true
	}
	switch {
	case at > f.first:
		f.first, f.second = at, f.first
	case at > f.second:
		f.second = at
	default:
		return false
	}
	was := f.lead
	if f.lead = f.second; f.second != Min && f.first <= f.second.Add(f.ahead) {
		f.lead = f.first
	}
	return f.lead != was
}
