package tidemark_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
)

// generator makes random shapes and histories.
type generator struct {
	*rand.Rand
	sh      *shape
	unit    int64 // of sizes, delays and times
	commute bool  // the rows must not depend on the order of facts
	storm   bool  // there are more calls than facts
	base    int64 // the times lie around it
	huge    bool  // a window gives rows at the bounds of time
}

func oneOf[T any](g *generator, x ...T) T { return x[g.IntN(len(x))] }

// units is a random number of units below n.
func (g *generator) units(n int) int64 { return int64(g.IntN(n)) * g.unit }

// history makes a shape, calls for it, and where the clock stands before them.
func (g *generator) history() (sh *shape, calls []action, start int64) {
	g.unit = oneOf[int64](g, 1, 1, 7, 1000)
	g.sh = &shape{clock: !g.commute && g.IntN(2) == 0}
	g.storm = !g.commute && g.IntN(4) == 0
	for range oneOf(g, 1, 1, 1, 2, 2, 3) {
		g.add(step{op: opInput, source: g.input()})
	}
	if n := len(g.sh.steps); g.storm && n > 1 {
		g.add(step{op: opFilter, from: []int{0}})
		g.add(step{op: opMerge, from: []int{n, 1}})
	}
	for range 1 + g.IntN(6) {
		g.operator()
	}
	g.outlets()
	if g.IntN(8) == 0 {
		g.sh.limit = 1 + g.IntN(5)
	}
	g.base = oneOf[int64](g, 0, 0, 0, -50*g.unit, 1e18, -1e18)
	if !g.sh.clock && !g.commute && g.IntN(20) == 0 && !g.loose() {
		g.base = oneOf(g, math.MinInt64+20*g.unit, math.MaxInt64-40*g.unit)
	}
	return g.sh, g.calls(), g.base + g.units(40)
}

func (g *generator) input() *feedSpec {
	f := &feedSpec{how: watermark.Bounded{Delay: time.Duration(oneOf[int64](g, 0, 1, 2, 5, 10) * g.unit)}, nanos: g.IntN(2) == 0}
	if g.commute {
		return f
	}
	f.punctuated = g.IntN(5) == 0
	if g.IntN(100) == 0 {
		f.how.Delay = oneOf[time.Duration](g, 1<<62, math.MaxInt64)
	}
	if g.IntN(3) == 0 {
		f.how.MaxAhead = time.Duration(oneOf(g, -1, 3*g.unit, 20*g.unit, 20*g.unit, math.MaxInt64))
	}
	if g.sh.clock {
		f.how.IdleAfter = time.Duration(oneOf(g, 0, 5*g.unit, 50*g.unit))
	}
	return f
}

// add appends a step, and returns its number.
func (g *generator) add(s step) int {
	s.commute = g.commute
	if s.m == 0 {
		s.a, s.m = int64(g.IntN(5)), int64(2+g.IntN(3))
	}
	g.sh.steps = append(g.sh.steps, s)
	return len(g.sh.steps) - 1
}

// pick chooses a step of which ok holds, a late one rather than an early one;
// -1 if there is none.
func (g *generator) pick(ok func(i int, s *step) bool) int {
	var all []int
	for i := range g.sh.steps {
		if ok(i, &g.sh.steps[i]) {
			all = append(all, i)
		}
	}
	if len(all) == 0 {
		return -1
	}
	return all[max(g.IntN(len(all)), g.IntN(len(all)))]
}

func (g *generator) ofKind(kinds ...kind) int {
	return g.pick(func(_ int, s *step) bool { return slices.Contains(kinds, s.kind) })
}

// keyed returns a keyed stream, a new one if need be.
func (g *generator) keyed(ok func(i int) bool) int {
	i := g.pick(func(i int, s *step) bool { return s.kind != paned && ok(i) })
	if i < 0 {
		return i
	}
	if g.sh.steps[i].kind == sales {
		i = g.add(step{op: opKey, kind: keyed, from: []int{i}})
	}
	return i
}

func anything(int) bool { return true }

// orderly reports whether versions from step i come in an order that depends on
// their times alone, so that the last of equal times is the same one.
func (g *generator) orderly(i int) bool {
	s := &g.sh.steps[i]
	switch s.op {
	case opInput:
		return true
	case opKey, opFilter, opMap, opFlatMap, opValidate, opInOrder:
		return g.orderly(s.from[0])
	}
	return false
}

// operator adds one, with a step for its key if it needs one.
func (g *generator) operator() {
	switch op := oneOf(g, opFilter, opMap, opFlatMap, opValidate, opInOrder, opMerge, opMerge, opWindow, opWindow, opWindow, opWindowPanes, opJoin, opJoin, opMissed, opMissed, opTop); op {
	case opInOrder:
		if i := g.once(sales, keyed, paned); i >= 0 {
			g.add(step{op: op, kind: g.sh.steps[i].kind, from: []int{i}})
		}
	case opFilter, opValidate:
		i := g.ofKind(sales, keyed, paned)
		g.add(step{op: op, kind: g.sh.steps[i].kind, from: []int{i}})
	case opMap, opFlatMap:
		g.add(step{op: op, from: []int{g.ofKind(sales, keyed, paned)}})
	case opMerge:
		i := g.ofKind(sales, keyed, paned)
		s := step{op: op, kind: g.sh.steps[i].kind, from: []int{i}}
		if g.sh.revises(i) { // branches that part it, and others
			x := step{op: opFilter, kind: s.kind, from: []int{i}, a: int64(g.IntN(5)), m: int64(2 + g.IntN(3))}
			s.from[0] = g.add(x)
			x.not = true
			s.from = append(s.from, g.add(x))
		}
		for range 1 + g.IntN(2) {
			if k := g.once(s.kind); k >= 0 {
				s.from = append(s.from, k)
			}
		}
		g.Shuffle(len(s.from), func(i, j int) { s.from[i], s.from[j] = s.from[j], s.from[i] })
		g.add(s)
	case opWindow:
		if i := g.keyed(g.still); i >= 0 {
			g.window(op, paned, i)
		}
	case opWindowPanes:
		if i := g.once(paned); i >= 0 {
			g.window(op, sales, i)
		}
	case opTop:
		i := g.once(paned)
		if i < 0 || g.IntN(2) == 0 {
			i = g.keyed(g.still)
		}
		if i >= 0 {
			s := step{op: op, kind: sales, from: []int{i}, n: 1 + g.IntN(4)}
			if !g.commute {
				s.keys = oneOf(g, 0, 0, 1, 2)
			}
			g.add(s)
		}
	case opJoin:
		g.join()
	case opMissed:
		if i := g.pick(func(_ int, s *step) bool { return s.hasSecond() }); i >= 0 {
			g.add(step{op: op, from: []int{i}})
		}
	}
}

func (g *generator) window(op operation, kind kind, from int) {
	s := step{op: op, kind: kind, from: []int{from}, size: oneOf[int64](g, 1, 2, 3, 5, 10, 20) * g.unit, sorted: g.IntN(4) == 0}
	if g.IntN(2) == 0 {
		s.offset = oneOf(g, 1, -1, g.unit, -g.unit, 13*g.unit, -25*g.unit+1)
	}
	if !g.commute && g.IntN(40) == 0 && !g.loose() { // its spans are cut off at the bounds of time
		g.huge = true
		s.size, s.offset = oneOf[int64](g, 1<<40, 1<<62+3, math.MaxInt64), int64(g.Uint64())
		g.add(s)
		return
	}
	g.spec(&s)
	g.add(s)
}

// spec gives a window more than a size: another rule, spans that share slices, and
// options that go with it.
func (g *generator) spec(s *step) {
	some := func(x ...int64) int64 {
		if g.IntN(3) > 0 {
			return 0
		}
		return oneOf(g, x...)
	}
	if s.op == opWindow && g.IntN(2) == 0 && !g.huge {
		s.rules = oneOf(g, ruleSession, ruleSession, ruleStagger, ruleStagger, ruleSlide, ruleCount, ruleSpans, ruleArrival)
		if s.rules == ruleArrival && !g.sh.clock {
			s.rules = ruleStagger
		}
		s.offset = 0
	}
	switch {
	case s.rules == ruleSession:
		s.most = some(g.unit, 5*g.unit, 15*g.unit)
	case s.rules == ruleCount:
		s.n, s.most = 1+g.IntN(5), some(g.unit, 5*g.unit, 15*g.unit)
	case s.rules == ruleSpans:
		s.size, s.sorted, s.apart = g.unit, true, g.IntN(2) == 0 // the order of keys depends on slices
	case s.rules == "" && s.op == opWindow && g.IntN(3) > 0 && !g.huge:
		s.sorted = true
		n := 1 + int64(g.IntN(4))
		switch s.every = max(1, s.size/n); g.IntN(3) {
		case 0:
			s.grows, s.changed, s.size = true, g.IntN(2) == 0, s.every*n
		case 1:
			s.every = 1 + g.Int64N(s.every)
			s.every = max(s.every, s.size/12)
		}
	}
	ordered := s.rules == ruleSlide || s.rules == ruleCount || s.rules == ruleSession && s.most > 0 // facts are taken by time
	if !ordered {
		s.lateness = some(1, g.unit, 5*g.unit, 20*g.unit, 40*g.unit)
		if !g.commute {
			s.early = some(1, 3*g.unit, 10*g.unit)
		}
	}
	if g.sh.clock && !s.perKey() && s.rules != ruleArrival {
		s.deadline = some(1, 5*g.unit, 20*g.unit, 50*g.unit)
	}
	if s.rules == "" && s.deadline == 0 && !s.changed {
		s.fill = int(some(1, 2, 3))
	}
	if s.lateness > 0 || s.deadline > 0 || s.rules == ruleArrival {
		s.coalesce = some(1, 2*g.unit, 10*g.unit)
	}
	if s.fill == 0 && !g.commute {
		s.keys = int(some(1, 2, 2, 3))
		evicts := s.rules == ruleStagger || s.rules == ruleCount || s.rules == ruleSpans || s.rules == ruleSession && s.most == 0 || s.rules == "" && s.every == 0
		if evicts && (g.IntN(5) == 0 || s.apart && g.IntN(2) == 0) {
			s.lateness, s.coalesce, s.early, s.deadline, s.keys = 0, 0, 0, 0, 1+g.IntN(3)
		}
		s.evict = s.keys > 0 && evicts && s.lateness == 0 && s.early == 0 && s.deadline == 0 && g.IntN(3) > 0
	}
}

// loose reports whether there is a window whose spans share slices: those are not
// tried at the bounds of time.
func (g *generator) loose() bool {
	return slices.ContainsFunc(g.sh.steps, func(s step) bool { return s.loose() })
}

// still reports whether the rows of step i never come again.
func (g *generator) still(i int) bool { return !g.sh.revises(i) }

// once is ofKind for steps whose rows never come again.
func (g *generator) once(kinds ...kind) int {
	return g.pick(func(i int, s *step) bool { return slices.Contains(kinds, s.kind) && g.still(i) })
}

func (g *generator) join() {
	s := step{op: opJoin, kind: keyed}
	right := -1
	if g.commute {
		s.how.Wait = join.Strict
		right = g.keyed(func(i int) bool { return g.orderly(i) && g.still(i) })
	} else {
		within := join.Within(oneOf(g, 0, 1, 2*g.unit, 5*g.unit, 5*g.unit, math.MaxInt64))
		s.how.Wait = oneOf[join.Wait](g, join.Live, join.Strict, within, within, nil)
		right = g.keyed(g.still)
	}
	if right < 0 {
		return
	}
	s.how.Missing = oneOf[join.Missing](g, nil, join.Zero, join.Zero, join.Hold(oneOf(g, 0, 1, 5*g.unit, 20*g.unit)))
	if !g.commute {
		s.how.MaxKeys = oneOf(g, 0, 0, 0, 1, 2)
		s.how.History = time.Duration(oneOf(g, 0, 0, 0, 1, 5*g.unit, 40*g.unit, math.MaxInt64))
	}
	left := g.ofKind(paned)
	if s.leftPanes = left >= 0 && g.IntN(3) == 0; !s.leftPanes {
		left = g.keyed(anything)
	}
	if s.how.History > 0 && left >= 0 && g.sh.twice(left) {
		s.how.History = 0
	}
	s.from = []int{left, right}
	g.add(s)
}

// outlets lets out what nobody reads, and some of the rest.
func (g *generator) outlets() {
	for i := range g.sh.steps {
		s := &g.sh.steps[i]
		if !g.sh.reads(i) || g.IntN(8) == 0 {
			g.sh.outs = append(g.sh.outs, outlet{step: i, sink: g.IntN(6) == 0})
		}
		if s.hasSecond() && g.IntN(3) > 0 {
			g.sh.outs = append(g.sh.outs, outlet{step: i, missed: true, sink: g.IntN(6) == 0})
		}
	}
}

// reads reports whether a step reads the main output of step i.
func (sh *shape) reads(i int) bool {
	return slices.ContainsFunc(sh.steps, func(o step) bool { return o.op != opMissed && slices.Contains(o.from, i) })
}

// bounds returns a bound of a span that holds t.
func (g *generator) bounds(t int64) int64 {
	i := g.pick(func(_ int, s *step) bool { return s.size > 0 })
	if i < 0 {
		return t
	}
	s := &g.sh.steps[i]
	span := oneOf(g, s.spans(watermark.Time(t))...)
	return int64(oneOf(g, span.Start, span.End, span.End.Add(time.Duration(s.lateness))))
}

// time returns one near cur.
func (g *generator) time(cur int64, outliers bool) int64 {
	switch g.IntN(10) {
	case 0, 1, 2:
		return cur - g.units(12)
	case 3, 4:
		return sum(g.bounds(cur), int64(g.IntN(3)-1))
	case 5:
		return sum(g.bounds(cur), -g.units(6))
	case 6:
		if outliers {
			return oneOf(g, cur+1000*g.unit, cur-1000*g.unit, sum(cur, 1e17), sum(cur, -1e17), math.MinInt64, math.MaxInt64, math.MinInt64+1, math.MaxInt64-1)
		}
	}
	return sum(cur, int64(g.IntN(3)-1))
}

// sum is a + b between the bounds of time.
func sum(a, b int64) int64 { return int64(watermark.Time(a).Add(time.Duration(b))) }

func (g *generator) sale(at int64) sale { return sale{g.IntN(3), at, int64(g.IntN(1000))} }

// calls makes the calls of a history.
func (g *generator) calls() (calls []action) {
	if g.commute {
		return g.inBound()
	}
	parts := make([]int, 3) // of each input, beside the unnamed one
	inputs := len(g.pickAll(opInput))
	cur := []int64{g.base, g.base, g.base}
	outliers, idles, closes, unnamed := g.IntN(8) == 0 && !g.loose(), g.IntN(3) == 0, g.IntN(4) == 0, g.IntN(2) == 0
	most := oneOf(g, 3, 10, 30)
	for range 1 + g.IntN(most) {
		i := g.IntN(inputs)
		part := 0
		if parts[i] > 0 {
			part = g.IntN(parts[i] + 1)
			if !unnamed {
				part = max(1, part)
			}
		}
		c := action{verb: doFeed, input: i, part: part}
		if g.storm && g.IntN(2) == 0 {
			c.verb = oneOf(g, doIdle, doIdle, doIdle, doClose)
			calls = append(calls, c)
			continue
		}
		switch g.IntN(16) {
		case 0:
			if parts[i] < 3 && g.IntN(2) == 0 {
				c.verb, c.part = doName, 0
				parts[i]++
			}
		case 1:
			c.verb, c.at = doDrain, int64(g.IntN(4))
		case 2:
			c.verb, c.at = doAdvance, g.time(cur[i], false)
			if c.at == math.MinInt64 || c.at == math.MaxInt64 {
				c.verb = doFlush
			}
		case 3:
			c.verb = doFlush
		case 4, 5:
			if idles {
				c.verb = doIdle
			}
		case 6:
			if closes && g.IntN(2) == 0 {
				c.verb = doClose
			}
		case 7, 8, 9:
			if g.sh.clock {
				c.verb = doWait
				c.at = oneOf(g, 1, g.unit, 5*g.unit-1, 5*g.unit, 5*g.unit+1, 10*g.unit, 10*g.unit+1, 49*g.unit, 50*g.unit, 101*g.unit, -3*g.unit)
			}
		}
		if c.verb == doFeed {
			n := 1 + g.IntN(6)
			switch {
			case g.IntN(3000) == 0:
				n = 900 + g.IntN(1500) // beyond what a pipeline works on at once
			case g.IntN(80) == 0:
				n = 20 + g.IntN(80)
			}
			for range n {
				cur[i] = sum(cur[i], g.units(oneOf(g, 1, 1, 2, 4)))
				c.facts = append(c.facts, g.sale(g.time(cur[i], outliers)))
			}
		}
		calls = append(calls, c)
	}
	if g.IntN(4) > 0 {
		calls = append(calls, action{verb: doEnd})
		if g.IntN(8) == 0 {
			calls = append(calls, action{verb: doEnd}, action{verb: doFeed, facts: []sale{{}}})
		}
	}
	return calls
}

func (g *generator) pickAll(op operation) (all []int) {
	for i := range g.sh.steps {
		if g.sh.steps[i].op == op {
			all = append(all, i)
		}
	}
	return all
}

// arrival is a fact of a history in which nothing is late.
type arrival struct {
	input, part int
	fact        sale
	at          int64 // when it comes, in event time: at most its input's Delay after its own
}

// inBound makes calls that feed facts of distinct times within the bounds of
// disorder; permuted makes others that feed the same facts.
func (g *generator) inBound() []action {
	inputs := g.pickAll(opInput)
	var all []arrival
	at := g.base
	named := g.IntN(4) == 0
	for range 5 + g.IntN(60) {
		at += 1 + g.units(oneOf(g, 1, 2, 3, 4))
		if b := g.bounds(at) + int64(g.IntN(3)-1); b > at && g.IntN(3) == 0 {
			at = b
		}
		x := arrival{input: g.IntN(len(inputs)), fact: g.sale(at)}
		if named {
			x.part = 1 + g.IntN(2)
		}
		all = append(all, x)
	}
	return g.arrive(all, named)
}

// arrive puts facts in an order that is within the bounds.
func (g *generator) arrive(all []arrival, named bool) (calls []action) {
	inputs := g.pickAll(opInput)
	if named { // all before the first fact: whoever comes later joins at W
		for i := range inputs {
			calls = append(calls, action{verb: doName, input: i}, action{verb: doName, input: i})
		}
	}
	for i := range all {
		x := &all[i]
		delay := g.sh.steps[inputs[x.input]].source.how.Delay
		x.at = x.fact.At + g.Int64N(int64(delay)+1)
	}
	all = slices.Clone(all)
	g.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	slices.SortStableFunc(all, func(a, b arrival) int { return int(min(1, max(-1, a.at-b.at))) })
	for _, x := range all {
		calls = append(calls, action{verb: doFeed, input: x.input, part: x.part, facts: []sale{x.fact}})
	}
	return append(calls, action{verb: doEnd})
}

// permuted gives the facts of calls from inBound in another order.
func (g *generator) permuted(calls []action) []action {
	var all []arrival
	named := false
	for _, c := range calls {
		named = named || c.verb == doName
		for _, f := range c.facts {
			all = append(all, arrival{input: c.input, part: c.part, fact: f})
		}
	}
	return g.arrive(all, named)
}
