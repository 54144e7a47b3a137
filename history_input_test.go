package tidemark_test

import (
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// refInput is an input of the reference: partitions, and W over them.
type refInput struct {
	spec   *feedSpec
	clock  bool
	parts  []*refPart // the unnamed one first
	w      watermark.Time
	idle   bool
	closed bool
	fed    uint64
	sent   uint64 // of these refused
}

type refPart struct {
	times  []watermark.Time // taken, or told by marks
	told   watermark.Time   // by Advance
	counts bool
	idle   bool
	closed bool
	since  watermark.Time // on the clock: silent since; Min: nobody has asked yet
	fed    int
}

func newRefInput(spec *feedSpec, clock bool) *refInput {
	in := &refInput{spec: spec, clock: clock, w: watermark.Min}
	in.parts = []*refPart{{told: watermark.Min, since: watermark.Min}}
	return in
}

// own is the W of a partition by itself: a matter of the set of times.
func (in *refInput) own(p *refPart) watermark.Time {
	if len(p.times) == 0 {
		return p.told
	}
	lead := slices.Max(p.times)
	if bound := in.spec.how.MaxAhead; bound > 0 && !in.clock {
		rest := slices.Clone(p.times)
		rest = slices.Delete(rest, slices.Index(rest, lead), slices.Index(rest, lead)+1)
		if len(rest) == 0 {
			return p.told // one alone
		}
		if second := slices.Max(rest); lead > second.Add(bound) {
			lead = second
		}
	}
	if !in.spec.punctuated { // of marks, the delay is in them
		lead = lead.Add(-in.spec.how.Delay)
	}
	return max(p.told, lead)
}

// settle finds W and idleness.
func (in *refInput) settle() {
	var active []watermark.Time
	counting, open := 0, 0
	for _, p := range in.parts {
		if !p.counts {
			continue
		}
		counting++
		if p.closed {
			continue
		}
		open++
		if !p.idle {
			active = append(active, in.own(p))
		}
	}
	switch {
	case in.closed || counting > 0 && open == 0:
		in.w, in.idle = watermark.Max, false
	case len(active) > 0:
		in.w, in.idle = max(in.w, slices.Min(active)), false
	default: // all idle: W holds
		in.idle = open > 0 || in.parts[0].idle
	}
}

// tick tells the time of day; before is that of the call before, Min if there was none.
func (in *refInput) tick(now, before watermark.Time) (changed bool) {
	after := in.spec.how.IdleAfter
	if after == 0 || in.closed {
		return false
	}
	slept := before == watermark.Min || now.Sub(before) > 2*after
	for _, p := range in.parts {
		if slept || p.since == watermark.Min {
			p.since = now
		}
		if !p.closed && !p.idle && now.Sub(p.since) >= after {
			p.idle, changed = true, true
		}
	}
	return changed
}

// next is the time of the clock at which a silent partition will be idle.
func (r *reference) next() (due time.Time) {
	if r.ended {
		return due
	}
	for _, in := range r.inputs {
		for k, p := range in.parts {
			if in.spec.how.IdleAfter == 0 || p.closed || p.idle || p.since == watermark.Min || k == 0 && !p.counts && len(in.parts) > 1 {
				continue
			}
			if at := p.since.Add(in.spec.how.IdleAfter).UTC(); due.IsZero() || at.Before(due) {
				due = at
			}
		}
	}
	for _, s := range r.stages {
		if at := s.dueByClock(); at < watermark.Max && (due.IsZero() || at.UTC().Before(due)) {
			due = at.UTC()
		}
	}
	return due
}

// active notes that something came into the partition.
func (p *refPart) active(now watermark.Time) { p.counts, p.idle, p.since = true, false, now }

// The calls. Each tells whether it was let in.

// tick is what every call that asks for the time does first.
func (r *reference) tick(clock int64) {
	if !r.shape.clock {
		return
	}
	before, now := watermark.Min, watermark.Time(clock)
	if r.ticked {
		before, now = r.now, max(r.now, now)
	}
	r.now, r.ticked = now, true
	for _, in := range r.inputs {
		if in.tick(now, before) {
			r.event(in.settle)
		}
	}
	for _, s := range r.stages {
		if due := s.dueByClock(); due <= r.now {
			r.event(func() { r.clock = s })
		}
	}
}

func (r *reference) shut(in *refInput, part int) bool {
	return r.ended || in.parts[part].closed
}

// feed takes one fact.
func (r *reference) feed(s *refStage, part int, x sale, clock int64) bool {
	in := s.input
	if r.shut(in, part) {
		return false
	}
	r.tick(clock)
	p := in.parts[part]
	in.fed++
	p.fed++
	t, told, why := in.judge(x, r.now)
	r.event(func() {
		if why {
			in.sent++
			if !r.listens(s.index) {
				r.errors++
			}
			of := refRow{sale: x, time: t}
			s.miss(of, refMiss{w: in.w, reason: tidemark.Refused})
			return
		}
		p.active(r.now)
		if told > watermark.Min {
			p.times = append(p.times, told)
		}
		in.settle()
		s.main.rows = []refRow{{sale: x, time: t, stamp: row.Stamp{Time: t}}}
	})
	return true
}

// judge returns the time of a fact, what it tells of W, and whether it is refused.
func (in *refInput) judge(x sale, now watermark.Time) (t, told watermark.Time, refused bool) {
	t = watermark.Time(x.At)
	if t == watermark.Min || t == watermark.Max {
		return max(watermark.Min+1, min(watermark.Max-1, t)), 0, true
	}
	ahead := in.spec.ahead(in.clock, now)
	if t > ahead {
		return t, 0, true
	}
	if !in.spec.punctuated {
		return t, t, false
	}
	w, ok := in.spec.mark(x)
	if !ok {
		return t, watermark.Min, false
	}
	return t, w, w == watermark.Min || w == watermark.Max || w > ahead
}

// listens reports whether anybody reads the second output of a step.
func (r *reference) listens(i int) bool {
	return slices.ContainsFunc(r.shape.outs, func(o outlet) bool { return o.step == i && o.missed }) ||
		slices.ContainsFunc(r.shape.steps, func(s step) bool { return s.op == opMissed && s.from[0] == i })
}

// tell is what Advance, Idle and Close do to one input.
func (r *reference) tell(in *refInput, part int, clock int64, f func(p *refPart)) bool {
	if r.shut(in, part) {
		return false
	}
	r.tick(clock)
	r.event(func() {
		f(in.parts[part])
		in.settle()
	})
	return true
}

func (r *reference) advance(in *refInput, part int, to, clock int64) bool {
	return r.tell(in, part, clock, func(p *refPart) {
		p.active(r.now)
		p.told = max(p.told, watermark.Time(to))
	})
}

func (r *reference) beIdle(in *refInput, part int, clock int64) bool {
	return r.tell(in, part, clock, func(p *refPart) { p.idle = true })
}

func (r *reference) closeInput(in *refInput, part int, clock int64) bool {
	return r.tell(in, part, clock, func(p *refPart) {
		if part == 0 {
			in.end()
			return
		}
		p.counts, p.idle, p.closed = true, false, true
	})
}

// end closes an input with all its partitions.
func (in *refInput) end() {
	in.closed = true
	for _, p := range in.parts {
		p.closed, p.idle = true, false
	}
}

// name makes the partition known that is next: it counts from now on.
func (r *reference) name(in *refInput) {
	in.parts = append(in.parts, &refPart{told: watermark.Min, counts: true, closed: in.closed, since: watermark.Min})
	r.event(in.settle) // one that is named on an idle input holds W from its naming
}

// close ends all inputs at once.
func (r *reference) close() {
	if r.ended {
		return
	}
	r.ended, r.forced = true, true
	r.event(func() {
		for _, in := range r.inputs {
			in.end()
			in.settle()
		}
	})
}
