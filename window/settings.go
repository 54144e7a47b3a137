package window

import (
	"errors"
	"fmt"
)

// check returns what is wrong with settings for a plan, all of it.
func (s Settings) check(p Plan) error {
	var errs []error
	refuse := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf("window: %s: %s", p.name, fmt.Sprintf(format, args...)))
		}
	}
	refuse(s.Coalesce > 0 && !s.corrects(p), "Coalesce goes with Lateness or Deadline: without one of them nothing is corrected")
	refuse(s.Fill > 0 && p.kind.perKey(), "Fill goes with windows whose spans depend on time alone: these have spans per key")
	refuse(s.Fill > 0 && p.kind == byTime, "Fill goes with windows that have one span after the other: what comes after a span of Spans is not known")
	refuse(s.Fill > 0 && p.changed, "Fill does not go with OnlyChanged: one adds rows that are as before, the other leaves them out")
	refuse(s.Fill > 0 && (s.Deadline > 0 || p.arrival), "Fill does not go with Deadline: when the clock fires a span, facts of other keys can still come in time")
	refuse(s.Fill > 0 && s.MaxKeys.N > 0, "Fill does not go with MaxKeys: known keys are held too; bound them by the number that Fill is given")
	refuse(s.Deadline > 0 && p.kind.perKey(), "Deadline goes with windows whose spans depend on time alone: these have spans per key")
	refuse(s.Deadline > 0 && p.arrival, "Deadline does not go with Arrival, which is one")
	switch p.kind {
	case sliding, counting:
		refuse(s.Lateness > 0, "Lateness does not go with it: facts are taken in order of time, and what is behind W is late; give the input more Delay")
		refuse(s.EarlyEvery > 0, "EarlyEvery does not go with it: a span is known only when W has passed its last fact")
	case merging:
		refuse(p.most > 0 && s.Lateness > 0, "Lateness does not go with MaxSpan: facts are taken in order of time")
		refuse(p.most > 0 && s.EarlyEvery > 0, "EarlyEvery does not go with MaxSpan: facts are taken in order of time")
		refuse(p.most > 0 && s.MaxKeys.Evict, "MaxKeys.Evict does not go with MaxSpan: facts that are held cannot be let go; leave Evict out")
	}
	if s.MaxKeys.Evict {
		refuse(s.Lateness > 0 || s.EarlyEvery > 0 || s.Deadline > 0 || p.arrival, "MaxKeys.Evict does not go with Lateness, EarlyEvery and Deadline: what is corrected must be whole; leave Evict out")
		refuse(!p.alone(), "MaxKeys.Evict goes with windows whose spans do not overlap: here a key is in many; leave Evict out")
		refuse(s.Fill > 0, "MaxKeys.Evict does not go with Fill: a key that was let go is not known; leave Evict out")
	}
	return errors.Join(errs...)
}

// alone reports whether a fact counts in one span only, as far as the plan can tell.
func (p Plan) alone() bool {
	switch p.kind {
	case onGrid:
		return p.grid.single()
	case sliding:
		return false
	}
	return true
}

// corrects reports whether facts can come for a pane that was sent.
func (s Settings) corrects(p Plan) bool { return s.Lateness > 0 || s.Deadline > 0 || p.arrival }

// revises reports whether rows can take the place of rows sent before.
func (s Settings) revises(p Plan) bool { return s.corrects(p) || s.EarlyEvery > 0 }
