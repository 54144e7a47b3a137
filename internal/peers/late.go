package peers

import (
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
)

// schedule is what is done to the input of a window, and how its W moves.
type schedule struct {
	events  []event
	follows bool          // W follows the facts, delay behind; else marks alone move it
	delay   time.Duration // below 0: W is ahead of the fact that moves it
}

// lateRules map what late_rule says onto W. They are given the facts that are
// fed, and marks.
var lateRules = map[string]func(c *Case, events []event) (schedule, error){
	"none":                noneLate,
	"watermark_delay":     delayed,
	"stream_time_max":     streamTime,
	"watermark_per_batch": perBatch,
}

// closedOnly reports whether only those rows are expected whose window W has closed.
func (c *Case) closedOnly() bool {
	return c.Mode == "final_on_close" || c.Mode == "append" && c.Params.text("emit") == "final_on_close"
}

// rule is the late rule, or what the other settings make likely.
func (c *Case) rule() string {
	marked := slices.ContainsFunc(c.Inputs, func(x input) bool { return x.Watermark != nil && x.Stream == c.Query.From })
	switch {
	case c.Params.has("late_rule"):
		return c.Params.text("late_rule")
	case marked, c.Params.has("watermark_delay_ms"):
		return "watermark_delay"
	case c.Params.has("grace_ms"):
		return "stream_time_max"
	}
	return "none"
}

// shift is how far our W, which says that no fact lies before it, is ahead of
// theirs where that is inclusive.
func (c *Case) shift() time.Duration {
	if c.Params.is("window_end_exclusive") {
		return time.Millisecond
	}
	return 0
}

// schedule returns what is done to the stream that windows are made of.
func (c *Case) schedule(keep func(*fact) bool) (schedule, error) {
	name := c.rule()
	rule := lateRules[name]
	if rule == nil {
		return schedule{}, unsupported("late_rule %q", name)
	}
	events, err := c.events(c.shift(), c.Query.From)
	if err != nil {
		return schedule{}, err
	}
	events = slices.DeleteFunc(events, func(e event) bool { return e.fact != nil && !keep(e.fact) })
	return rule(c, events)
}

func isMark(e event) bool { return e.mark != nil }

// noneLate keeps W where it is, unless closed windows are asked for.
func noneLate(c *Case, events []event) (schedule, error) {
	if c.closedOnly() && (slices.ContainsFunc(events, isMark) || c.Params.has("watermark_delay_ms")) {
		return delayed(c, events)
	}
	return schedule{events: slices.DeleteFunc(events, isMark)}, nil
}

// delayed is W = greatest time - delay after every fact, or as marks say. A fact
// within the grace still changes what they have sent, so if all is told by the
// final value, W may as well come later by the grace.
func delayed(c *Case, events []event) (schedule, error) {
	grace := c.Params.ms("grace_ms")
	if grace > 0 && c.closedOnly() {
		return schedule{}, unsupported("rows that close before the grace is over")
	}
	s := schedule{events: events, delay: grace - c.shift()}
	if slices.ContainsFunc(events, isMark) {
		if grace > 0 {
			for i := range events {
				if m := events[i].mark; m != nil {
					at := m.Add(-grace)
					events[i].mark = &at
				}
			}
		}
		return s, nil
	}
	s.follows = true
	s.delay += c.delay()
	return s, nil
}

// delay is that of W, in the settings or in the schema of the stream.
func (c *Case) delay() time.Duration {
	if own := c.Streams[c.Query.From].Delay; own != nil && !c.Params.has("watermark_delay_ms") {
		return time.Duration(*own) * time.Millisecond
	}
	return c.Params.need("watermark_delay_ms")
}

// streamTime is Kafka's: the greatest time of all keys, less the grace.
func streamTime(c *Case, events []event) (schedule, error) {
	return schedule{events: events, follows: true, delay: c.Params.ms("grace_ms") - c.shift()}, nil
}

// perBatch is Spark's: W moves between batches, and begins at 1970.
func perBatch(c *Case, events []event) (schedule, error) {
	epoch := time.UnixMilli(0).UTC()
	w, delay := epoch, c.delay()
	s := schedule{events: []event{{mark: &epoch}}}
	for i, e := range events {
		if e.fact == nil || e.fact.batch == nil {
			return s, unsupported("watermark_per_batch without batches")
		}
		s.events = append(s.events, e)
		if at := e.fact.at.Add(-delay); at.After(w) {
			w = at
		}
		if i+1 < len(events) && events[i+1].fact != nil && events[i+1].fact.batch != nil && *events[i+1].fact.batch == *e.fact.batch {
			continue
		}
		now := w
		s.events = append(s.events, event{mark: &now}, event{ended: e.fact.batch})
	}
	return s, nil
}

// from adds an input of facts to a pipeline, as s moves its W.
func from(p *tidemark.Pipeline, name string, s schedule) (*tidemark.Input[*fact], tidemark.Stream[*fact]) {
	at := func(f *fact) time.Time { return f.at }
	switch {
	case !s.follows:
		return tidemark.From(p, name, at, watermark.Punctuated[*fact]{})
	case s.delay < 0:
		ahead := func(f *fact) (time.Time, bool) { return f.at.Add(-s.delay), true }
		return tidemark.From(p, name, at, watermark.Punctuated[*fact]{Mark: ahead})
	}
	return tidemark.From(p, name, at, watermark.Bounded{Delay: s.delay})
}
