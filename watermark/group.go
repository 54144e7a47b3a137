package watermark

import "time"

// Group is the watermark of an input with partitions: the least of those of
// the active ones, which never goes back. It is driven by calls alone; the
// time of day is told to it. Not safe for concurrent use.
type Group struct {
	limits Limits
	parts  []*Partition // the unnamed one first
	w      Time
	idle   bool
	closed bool
}

// Partition is a part of an input with a watermark of its own: a file, a
// connection, a partition of a log.
type Partition struct {
	g      *Group
	name   string
	track  tracker
	counts bool // it holds W back: named ones always do, the unnamed one from its first fact
	idle   bool
	closed bool
	since  Time // on the clock: its last fact, or when waiting for one began; Min: not yet
	beat   Time // the greatest that Advance has told; Min: nothing yet
}

// NewGroup returns a group with one partition, whose name is "".
func NewGroup(l Limits) *Group {
	g := &Group{limits: l, w: Min}
	g.parts = []*Partition{{g: g, track: newTracker(l), since: Min, beat: Min}}
	return g
}

// Partition returns the partition of that name, which counts from its naming:
// until it is fed, idle or closed it holds W. The name "" is the unnamed one.
func (g *Group) Partition(name string) *Partition {
	for _, p := range g.parts {
		if p.name == name {
			return p
		}
	}
	p := &Partition{g: g, name: name, track: newTracker(g.limits), counts: true, closed: g.closed, since: Min, beat: Min}
	g.parts = append(g.parts, p)
	g.settle()
	return p
}

// W is the watermark, Min if it is not set, and Max at the end.
func (g *Group) W() Time { return g.w }

// Idle reports whether others need not wait for this input: W holds, and what
// combines it with others leaves it out.
func (g *Group) Idle() bool { return g.idle }

// Closed reports whether Close has been called.
func (g *Group) Closed() bool { return g.closed }

// Partitions calls f for each partition, the unnamed one first.
func (g *Group) Partitions(f func(p *Partition)) {
	for _, p := range g.parts {
		f(p)
	}
}

// Behind returns the name of the partition that holds W back; ok is false if
// none does.
func (g *Group) Behind() (name string, ok bool) {
	var least *Partition
	for _, p := range g.parts {
		if p.active() && (least == nil || p.track.w < least.track.w) {
			least = p
		}
	}
	if least == nil {
		return "", false
	}
	return least.name, true
}

// Delays returns how far behind the facts of all partitions came, each measured
// by its own.
func (g *Group) Delays() Delays {
	var d Delays
	for _, p := range g.parts {
		d = d.Merge(p.Delays())
	}
	return d
}

// Heartbeat returns the time up to which Advance has been told: the least of the
// partitions that count, without those that are closed, and without idle ones
// that were never told; Max if all are closed. ok is false if one of them has not
// been told, or none has.
func (g *Group) Heartbeat() (t Time, ok bool) {
	if g.closed {
		return Max, true
	}
	t = Max
	for _, p := range g.parts {
		switch {
		case !p.counts || p.idle && p.beat == Min:
		case p.closed:
			ok = true
		case p.beat == Min:
			return Min, false
		default:
			t, ok = min(t, p.beat), true
		}
	}
	if !ok {
		t = Min
	}
	return t, ok
}

// others returns the least W of the active partitions but p, Max if there are none.
func (g *Group) others(p *Partition) Time {
	w := Max
	for _, o := range g.parts {
		if o != p && o.active() {
			w = min(w, o.track.w)
		}
	}
	return w
}

// settle finds W and idleness anew.
func (g *Group) settle() {
	w, counts, active, open := Max, 0, 0, 0
	for _, p := range g.parts {
		if p.counts {
			counts++
		}
		if p.counts && !p.closed {
			open++
		}
		if p.active() {
			active++
			w = min(w, p.track.w)
		}
	}
	switch {
	case g.closed || counts > 0 && open == 0:
		g.w, g.idle = Max, false
	case active > 0:
		g.w, g.idle = max(g.w, w), false
	default:
		g.idle = open > 0 || g.parts[0].idle
	}
}

// Close ends all partitions: W goes to the end.
func (g *Group) Close() {
	g.closed = true
	for _, p := range g.parts {
		p.closed, p.idle = true, false
	}
	g.settle()
}

// Tick tells the time of day, and that of the call before it (Min at the first).
// Partitions that have been silent for IdleAfter become idle. A process that
// slept was not idle: after a pause in all calls of more than twice IdleAfter,
// silence counts from now. Tick reports whether anything changed.
func (g *Group) Tick(now, before Time) bool {
	after := g.limits.IdleAfter
	if after <= 0 || g.closed {
		return false
	}
	woke := before == Min || now.Sub(before) > 2*after
	changed := false
	for _, p := range g.parts {
		switch {
		case p.closed || p.idle:
		case woke || p.since == Min:
			p.since = now
		case now.Sub(p.since) >= after:
			p.idle, changed = true, true
		}
	}
	if changed {
		g.settle()
	}
	return changed
}

// Due returns the time of day at which Tick would find a partition idle.
func (g *Group) Due() (t Time, ok bool) {
	t = Max
	if g.limits.IdleAfter <= 0 || g.closed {
		return t, false
	}
	for _, p := range g.parts {
		if !p.closed && !p.idle && p.since != Min && (p.counts || len(g.parts) == 1) {
			t, ok = min(t, p.since.Add(g.limits.IdleAfter)), true
		}
	}
	return t, ok
}

// SetLimits gives other settings to a group that has not been driven yet.
func (g *Group) SetLimits(l Limits) {
	g.limits = l
	for _, p := range g.parts {
		p.track = newTracker(l)
	}
}

// active: it counts in the minimum.
func (p *Partition) active() bool { return p.counts && !p.idle && !p.closed }

// Counts reports whether the partition has ever held W: a named one always, the
// unnamed one once it has had a fact or a heartbeat.
func (p *Partition) Counts() bool { return p.counts }

// Name is the name of the partition.
func (p *Partition) Name() string { return p.name }

// W is the watermark of this partition alone.
func (p *Partition) W() Time { return p.track.w }

// Idle reports whether the partition is left out of the minimum.
func (p *Partition) Idle() bool { return p.idle }

// Closed reports whether the partition has ended.
func (p *Partition) Closed() bool { return p.closed }

// wake makes the partition count, as of now on the clock.
func (p *Partition) wake(now Time) {
	p.counts, p.idle, p.since = true, false, now
	p.g.idle = false
}

// Active reports whether the partition counts in the minimum.
func (p *Partition) Active() bool { return p.active() }

// Take moves the watermark by the times of facts in a row, of which there must
// be at least one, and appends a mark for each move of the group's W. The first
// fact makes the partition active, and W is found anew with it.
func (p *Partition) Take(now Time, times []Time, marks []Mark) []Mark {
	if !p.active() {
		w := p.g.w
		p.wake(now)
		p.track.take(times[:1], nil)
		if p.g.settle(); p.g.w > w {
			marks = append(marks, Mark{0, p.g.w})
		}
		if times = times[1:]; len(times) == 0 {
			return marks
		}
		n := len(marks)
		marks = p.clip(p.track.take(times, marks), n)
		for i := n; i < len(marks); i++ {
			marks[i].After++
		}
		return marks
	}
	p.since = now
	if len(times) == 1 && p.track.takeOne(times[0]) {
		return marks
	}
	n := len(marks)
	return p.clip(p.track.take(times, marks), n)
}

// clip turns the marks from n on, moves of p's W, into moves of the group's.
func (p *Partition) clip(marks []Mark, n int) []Mark {
	if len(marks) == n {
		return marks
	}
	g := p.g
	others := g.others(p)
	k := n
	for _, m := range marks[n:] {
		if w := min(m.W, others); w > g.w {
			g.w = w
			marks[k] = Mark{m.After, w}
			k++
		}
	}
	return marks[:k]
}

// Mark is Take for a fact that says itself where W is: fact i of the batch was
// counted and has told w, or nothing if ok is false.
func (p *Partition) Mark(now Time, i int, w Time, ok bool, marks []Mark) []Mark {
	was, asleep := p.g.w, !p.active()
	if asleep {
		p.wake(now)
	}
	p.since = now
	if ok && p.track.mark(w) {
		p.g.w = max(p.g.w, min(p.track.w, p.g.others(p)))
	}
	if asleep {
		p.g.settle()
	}
	if p.g.w > was {
		marks = append(marks, Mark{uint32(i), p.g.w})
	}
	return marks
}

// See counts the times of facts that say themselves where W is: they do not move
// it, but Delays tells of them.
func (p *Partition) See(times []Time) { p.track.see(times) }

// Delays returns how far behind the facts taken came.
func (p *Partition) Delays() Delays { return p.track.late.delays(p.track.n) }

// Learned returns the delay of a Percentile, as it is now; ok is false for other
// strategies, and until enough facts have come.
func (p *Partition) Learned() (delay time.Duration, ok bool) {
	if l := p.track.learn; l != nil && l.at >= 0 {
		return l.delay, true
	}
	return 0, false
}

// Advance says that no fact before w will come into this partition.
func (p *Partition) Advance(now, w Time) {
	p.wake(now)
	p.beat = max(p.beat, w)
	p.track.w = max(p.track.w, w)
	p.g.settle()
}

// SetIdle says that there was nothing to feed: others need not wait.
func (p *Partition) SetIdle() {
	p.idle = true
	p.g.settle()
}

// Close says that nothing more comes into this partition.
func (p *Partition) Close() {
	p.counts, p.closed, p.idle = true, true, false
	p.track.w = Max
	p.g.settle()
}
