package tidemark

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// source is the stage of an input: it turns facts fed into batches.
type source[T any] struct {
	stateless
	inputBase
	at      func(T) time.Time // one of at and nanos
	nanos   func(T) int64
	mark    func(T) (time.Time, bool) // nil: W follows the times
	limits  watermark.Limits
	stray   bool // added after the first call
	out     *port[T]
	refused *port[Missed[T]]
	handles []*Input[T]

	own   items[T]
	waits items[Missed[T]]
	some  []uint32         // causes, where not all facts of a chunk were taken
	w     []watermark.Time // what facts say W to be, beside own
}

// rangeRule is what is wrong with a time that is no Time.
const rangeRule = "an event time must be set and lie between 1677-09-21T00:12:43.145224193Z and 2262-04-11T23:47:16.854775806Z"

var _ operator = (*source[int])(nil)

func newSource[T any, S watermark.Strategy[T]](p *Pipeline, name string, strategy S) *source[T] {
	if p == nil { // a pipeline that nobody can close: its mistake is told by Feed
		p = new(Pipeline)
		p.mistakes = append(p.mistakes, mistake{&stage{p: p, name: name}, fmt.Errorf("the pipeline is nil")})
	}
	src := &source[T]{own: newItems[T](), waits: newItems[Missed[T]]()}
	switch s := any(strategy).(type) {
	case watermark.Bounded:
		src.limits = s.Limits()
	case watermark.Percentile:
		src.limits = s.Limits()
	case watermark.Punctuated[T]:
		src.limits = s.Limits()
		src.mark = s.Mark
		if s.Mark == nil {
			src.mark = func(T) (t time.Time, ok bool) { return t, false }
		}
	}
	p.mu.Lock()
	st := &stage{p: p, id: len(p.stages), kind: "input", name: name, op: src}
	src.stage = st
	if name == "" {
		st.name = p.unlike("input")
		st.mistake(fmt.Errorf("an input must have a name"))
	}
	if p.begun {
		p.misplaced(st, fmt.Errorf("was added after the first call, and takes nothing: build the whole pipeline, then feed it"))
		src.stray = true
	} else {
		p.stages = append(p.stages, st)
		p.inputs = append(p.inputs, src)
	}
	p.mu.Unlock()
	src.limits.Clock = p.Clock != nil
	src.group = watermark.NewGroup(src.limits)
	src.out = newPort[T](st, "", plain)
	src.refused = newPort[Missed[T]](st, "refused", plain)
	return src
}

func (src *source[T]) strayed() error {
	return &StageError{src.stage.name, errors.New("was added after the first call, and takes nothing")}
}

func (src *source[T]) base() *inputBase { return &src.inputBase }

func (src *source[T]) handle() (*Input[T], Stream[T]) {
	return src.partition(""), Stream[T]{src.out}
}

// counts returns those of a partition.
func (src *source[T]) counts(part *watermark.Partition) counts {
	for _, h := range src.handles {
		if h.part == part {
			return h.count
		}
	}
	return counts{}
}

// partition returns the handle of a partition, made at its first naming.
func (src *source[T]) partition(name string) *Input[T] {
	for _, h := range src.handles {
		if h.part.Name() == name {
			return h
		}
	}
	h := &Input[T]{p: src.stage.p, src: src, part: src.group.Partition(name)}
	src.handles = append(src.handles, h)
	// One that is named on an idle input holds W from now on: others wait again.
	if p := src.stage.p; src.out.idle && !src.group.Idle() {
		if src.out.moved(src.group.W(), false); p.begun && !p.ended && !p.inside {
			p.move(src, src.group.W())
		}
	}
	return h
}

// open takes the clock into account, which may have been set after From.
func (src *source[T]) open() error {
	src.limits.Clock = src.stage.p.Clock != nil
	src.group.SetLimits(src.limits)
	return src.limits.Check()
}

func (src *source[T]) run() {}

func (src *source[T]) detail() string {
	if src.mark != nil {
		return "punctuated" + strings.TrimPrefix(src.limits.String(), "delay 0s")
	}
	return src.limits.String() + src.learned()
}

// fill gives a batch without facts.
func (src *source[T]) fill(marks []watermark.Mark) {
	src.start()
	src.own.marks = append(src.own.marks, marks...)
	src.give()
}

// start empties what the run before has left.
func (src *source[T]) start() {
	src.own.begin()
	src.own.cause = nil
	if src.refused.reads > 0 {
		src.waits.begin()
	}
}

// give hands the batch at hand to the ports.
func (src *source[T]) give() {
	o, x := src.out, &src.own
	o.begin()
	o.facts, o.times, o.cause, o.marks, o.own = x.facts, x.times, x.cause, x.marks, x
	o.moved(src.group.W(), src.group.Idle())
	if src.refused.reads > 0 {
		src.waits.marks = append(src.waits.marks, src.own.marks...)
		src.refused.begin()
		src.waits.give(src.refused)
		src.refused.moved(src.group.W(), src.group.Idle())
	}
}

// feed takes a chunk of facts, the first of them being number first of the call,
// and runs the stages.
func (src *source[T]) feed(in *Input[T], facts []T, first int, errs []error) []error {
	p, w := src.stage.p, src.group.W()
	p.epoch++
	p.inside = true
	if src.refused.reads > 0 {
		src.waits.begin()
	}
	x := &src.own
	x.marks = x.marks[:0] // the rest is written anew
	if src.mark != nil || !src.clean(facts, src.limits.Ahead(p.now)) {
		errs = src.sift(in, facts, first, errs)
	} else {
		x.cause = p.ordinals(len(facts))
	}
	in.count.fed += uint64(len(facts))
	if len(x.facts) > 0 {
		if src.mark == nil {
			x.marks = in.part.Take(p.now, x.times, x.marks)
		} else {
			in.part.See(x.times)
			for i, w := range src.w {
				x.marks = in.part.Mark(p.now, i, w, w != watermark.Min, x.marks)
			}
		}
		for i := range x.marks {
			x.marks[i].After = x.cause[x.marks[i].After]
		}
	}
	if len(src.waits.facts) > 0 {
		src.place(w)
	}
	src.give()
	run(src.order)
	p.inside = false
	return errs
}

// clean takes facts and finds their times; it reports false if one cannot be
// taken. Facts are copied: a slice that a stage keeps would have to be on the
// heap, and so every Feed of one fact would allocate.
func (src *source[T]) clean(facts []T, ahead watermark.Time) bool {
	x := &src.own
	if cap(x.facts) < len(facts) || cap(x.times) < len(facts) {
		x.facts, x.times = make([]T, chunk), make([]watermark.Time, chunk)
	}
	x.facts, x.times = x.facts[:len(facts)], x.times[:len(facts)]
	own, times := x.facts, x.times[:len(facts)]
	ahead = min(ahead, watermark.Max-1)
	if src.nanos != nil {
		at := src.nanos
		for i := range facts {
			own[i] = facts[i]
			t := watermark.Time(at(own[i]))
			if t > ahead || t == watermark.Min {
				return false
			}
			times[i] = t
		}
		return true
	}
	for i := range facts {
		own[i] = facts[i]
		t, ok := watermark.Of(src.at(own[i]))
		if !ok || t > ahead {
			return false
		}
		times[i] = t
	}
	return true
}

// sift takes the facts that can be taken, and tells of the others.
func (src *source[T]) sift(in *Input[T], facts []T, first int, errs []error) []error {
	x := &src.own
	x.facts, x.times, x.cause, src.w = x.facts[:0], x.times[:0], src.some[:0], src.w[:0]
	ahead := src.limits.Ahead(src.stage.p.now)
	for i, f := range facts {
		t, w, why := src.judge(f, ahead)
		if why == "" {
			x.facts = append(x.facts, f)
			x.times = append(x.times, t)
			x.cause = append(x.cause, uint32(i))
			src.w = append(src.w, w)
			continue
		}
		in.count.refused++
		if src.refused.reads == 0 {
			errs = append(errs, &FactError{src.stage.name, first + i, why})
			continue
		}
		src.waits.facts = append(src.waits.facts, Missed[T]{Fact: f, Time: t, Stage: src.stage.name, Reason: Refused, Detail: why})
		src.waits.cause = append(src.waits.cause, uint32(i))
	}
	src.some = x.cause
	return errs
}

// place gives refused facts their place in time: their own, or the watermark
// as they found it. It was w before the chunk.
func (src *source[T]) place(w watermark.Time) {
	marks := src.own.marks
	for i, c := range src.waits.cause {
		for len(marks) > 0 && marks[0].After < c {
			w, marks = marks[0].W, marks[1:]
		}
		m := &src.waits.facts[i]
		m.Watermark = w
		src.waits.times = append(src.waits.times, m.goesOn())
	}
}

// judge returns the time of a fact and the watermark it tells, Min if none, and
// why it cannot be taken, if so.
func (src *source[T]) judge(f T, ahead watermark.Time) (t, w watermark.Time, why string) {
	if src.nanos != nil {
		t = watermark.Time(src.nanos(f))
		if t == watermark.Min || t == watermark.Max {
			why = fmt.Sprintf("event time %d: %s", int64(t), rangeRule)
			t = max(watermark.Min+1, min(watermark.Max-1, t))
		}
	} else {
		at, ok := src.at(f), false
		if t, ok = watermark.Of(at); !ok {
			why = fmt.Sprintf("event time %s: %s", at.Format(time.RFC3339Nano), rangeRule)
		}
	}
	if why == "" && t > ahead {
		why = fmt.Sprintf("event time %v: must not be later than %v, MaxAhead beyond now", t, ahead)
	}
	w = watermark.Min
	if why != "" || src.mark == nil {
		return t, w, why
	}
	if at, ok := src.mark(f); ok {
		if w, ok = watermark.Of(at); !ok {
			why = fmt.Sprintf("mark %s: %s", at.Format(time.RFC3339Nano), rangeRule)
		} else if w > ahead {
			why = fmt.Sprintf("mark %v: must not be later than %v, MaxAhead beyond now", w, ahead)
		}
	}
	return t, w, why
}

// ordinals returns 0, 1, 2, … n-1. All chunks share them: they are only read.
func (p *Pipeline) ordinals(n int) []uint32 {
	if p.causes == nil {
		p.causes = make([]uint32, chunk)
		for i := range p.causes {
			p.causes[i] = uint32(i)
		}
	}
	return p.causes[:n:n]
}
