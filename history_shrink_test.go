package tidemark_test

import "slices"

// shrinker makes a history that fails smaller, for as long as it fails.
type shrinker struct {
	sh    *shape
	calls []action
	fails func(*shape, []action) bool
	left  int // attempts
}

// shrink drops calls, facts, steps and outlets, some hundred times at most.
func shrink(sh *shape, calls []action, fails func(*shape, []action) bool) (*shape, []action) {
	s := &shrinker{sh, calls, fails, 2000}
	for again := true; again && s.left > 0; {
		again = s.drop(len(s.calls), func(i, n int) bool {
			return s.try(s.sh, slices.Delete(slices.Clone(s.calls), i, i+n))
		})
		for c := range s.calls {
			again = s.drop(len(s.calls[c].facts), func(i, n int) bool {
				less := slices.Clone(s.calls)
				less[c].facts = slices.Delete(slices.Clone(less[c].facts), i, i+n)
				return s.try(s.sh, less)
			}) || again
		}
		for i := len(s.sh.steps) - 1; i >= 0; i-- {
			if less := s.sh.without(i); less != nil && compiles(less) {
				again = s.try(less, s.calls) || again
			}
		}
		again = s.drop(len(s.sh.outs), func(i, n int) bool {
			less := *s.sh
			less.outs = slices.Delete(slices.Clone(less.outs), i, i+n)
			return compiles(&less) && s.try(&less, s.calls)
		}) || again
	}
	return s.sh, s.calls
}

// try takes a smaller history if it fails too.
func (s *shrinker) try(sh *shape, calls []action) bool {
	s.left--
	if s.left < 0 || !s.fails(sh, calls) {
		return false
	}
	s.sh, s.calls = sh, calls
	return true
}

// drop tries to drop pieces of n things, the larger ones first, and reports
// whether it could.
func (s *shrinker) drop(n int, try func(i, n int) bool) (any bool) {
	for size := n; size > 0; size /= 2 {
		for i := 0; i+size <= n; {
			if try(i, size) {
				n -= size
				any = true
			} else {
				i += size
			}
		}
	}
	return any
}

// without returns the shape without step i, whose readers read what it read;
// nil if they cannot.
func (sh *shape) without(i int) *shape {
	gone := &sh.steps[i]
	if gone.op == opInput {
		return nil
	}
	to := gone.from[0]
	less := *sh
	less.steps, less.outs = nil, nil
	for k, s := range sh.steps {
		if k == i {
			continue
		}
		s.from = slices.Clone(s.from)
		for n, f := range s.from {
			switch {
			case f == i && (s.op == opMissed || gone.kind != sh.steps[to].kind || gone.op == opMissed):
				return nil
			case f == i:
				s.from[n] = to
			case f > i:
				s.from[n]--
			}
		}
		less.steps = append(less.steps, s)
	}
	for _, o := range sh.outs {
		switch {
		case o.step == i:
			continue
		case o.step > i:
			o.step--
		}
		less.outs = append(less.outs, o)
	}
	for k := range less.steps { // somebody must take what is given
		out := slices.ContainsFunc(less.outs, func(o outlet) bool { return o.step == k && !o.missed })
		if !out && !less.reads(k) {
			less.outs = append(less.outs, outlet{step: k})
		}
	}
	return &less
}

func compiles(sh *shape) bool {
	_, err := newPlayer(sh, 0)
	return err == nil
}
