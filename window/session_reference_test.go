package window

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// sessionBag is an accumulator with memory of its own, behind a pointer: a pane that shares
// it with the store does not stay as it was sent.
type sessionBag struct{ facts *[]int }

func bagOf(facts ...int) sessionBag { return sessionBag{&facts} }

func (a *sessionBag) all() []int {
	if a.facts == nil {
		a.facts = new([]int)
	}
	return *a.facts
}

func (a *sessionBag) Add(v int)           { *a = bagOfMemory(a, append(a.all(), v)) }
func (a *sessionBag) Merge(o *sessionBag) { *a = bagOfMemory(a, append(a.all(), o.all()...)) }
func (a *sessionBag) Bytes() int          { return 24 + cap(a.all())*8 }

func bagOfMemory(a *sessionBag, facts []int) sessionBag {
	*a.facts = facts
	return *a
}

func (a sessionBag) String() string {
	return fmt.Sprint(slices.Sorted(slices.Values(a.all())))
}

// naiveSessionFact is a fact that was taken; facts are numbered as they are fed.
type naiveSessionFact struct {
	t      watermark.Time
	number int
}

// naiveSession is a session, made of its facts anew each time it is asked for.
type naiveSession struct {
	Span
	key, first int // number of the first fact that was taken
	last       watermark.Time
	facts      []int
}

// naiveSent is the last row of a session.
type naiveSent struct {
	naiveSession
	kind     row.Kind
	revision int
	dirty    bool
}

// naiveSessions keeps all facts and all that was ever sent: the reference.
type naiveSessions struct {
	end   func(t watermark.Time) watermark.Time
	most  time.Duration
	set   Settings
	w     watermark.Time
	keys  int
	fed   int
	open  [][]naiveSessionFact           // by key
	final [][]*naiveSent                 // by key
	early []map[watermark.Time]naiveSent // by key and Start
	log   []string
}

func newNaiveSessions(keys int, end func(watermark.Time) watermark.Time, most time.Duration, set Settings) *naiveSessions {
	n := &naiveSessions{end: end, most: most, set: set, w: watermark.Min, keys: keys}
	n.open, n.final, n.early = make([][]naiveSessionFact, keys), make([][]*naiveSent, keys), make([]map[watermark.Time]naiveSent, keys)
	for i := range n.early {
		n.early[i] = map[watermark.Time]naiveSent{}
	}
	return n
}

// sessions makes the open sessions of a key.
func (n *naiveSessions) sessions(key int) (all []naiveSession) {
	facts := slices.Clone(n.open[key])
	slices.SortStableFunc(facts, func(a, b naiveSessionFact) int { return cmp.Compare(a.t, b.t) })
	for _, f := range facts {
		if n.most > 0 && f.t > n.w {
			break
		}
		i := len(all) - 1
		if i < 0 || f.t >= all[i].End || n.most > 0 && f.t >= all[i].Start.Add(n.most) {
			if i >= 0 {
				all[i].End = min(all[i].End, f.t)
			}
			all = append(all, naiveSession{Span: Span{f.t, n.end(f.t)}, key: key, first: f.number, last: f.t, facts: []int{f.number}})
			continue
		}
		s := &all[i]
		s.End, s.last, s.facts = max(s.End, n.end(f.t)), f.t, append(s.facts, f.number)
		if n.most == 0 { // else facts are taken in order of time
			s.first = min(s.first, f.number)
		}
	}
	return all
}

// all makes the open sessions of all keys, in the order of panes.
func (n *naiveSessions) all() (all []naiveSession) {
	for key := range n.open {
		all = append(all, n.sessions(key)...)
	}
	slices.SortFunc(all, n.order)
	return all
}

func (n *naiveSessions) order(a, b naiveSession) int {
	if c := cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Start, b.Start)); c != 0 {
		return c
	}
	if n.set.Sorted {
		return cmp.Compare(a.key, b.key)
	}
	return cmp.Compare(a.first, b.first)
}

func (n *naiveSessions) tell(s naiveSent, forced bool, instead *naiveSent) {
	line := naiveSessionLine(s, forced)
	if instead != nil {
		line += " for " + naiveSessionLine(*instead, false)
	}
	n.log = append(n.log, line)
}

func naiveSessionLine(s naiveSent, forced bool) string {
	return fmt.Sprintf("%v %d [%d %d) last=%d n=%d %v rev=%d forced=%t", s.kind, s.key, s.Start, s.End, s.last, len(s.facts), bagOf(s.facts...), s.revision, forced)
}

func (n *naiveSessions) miss(spans ...Span) {
	n.log = append(n.log, fmt.Sprint("late", sessionSpans(spans)))
}

func sessionSpans(spans []Span) (s string) {
	for _, x := range spans {
		s += fmt.Sprintf(" [%d %d)", x.Start, x.End)
	}
	return s
}

// add takes a fact, which is its own value.
func (n *naiveSessions) add(key int, t watermark.Time) {
	f := naiveSessionFact{t, n.fed}
	n.fed++
	span := Span{t, n.end(t)}
	if n.most > 0 {
		if t < n.w {
			n.miss(span)
		} else if n.admit(key) {
			n.open[key] = append(n.open[key], f)
			n.fire(false)
		}
		return
	}
	if n.w >= span.End.Add(n.set.Lateness) {
		n.miss(span)
		return
	}
	var met []Span
	for _, s := range n.final[key] {
		if s.Start >= span.End || s.End <= t {
			continue
		}
		if s.Start <= t && t <= s.last && n.w < s.End.Add(n.set.Lateness) {
			before := *s
			s.facts = append(slices.Clone(s.facts), f.number)
			if n.set.Coalesce > 0 {
				if !s.dirty {
					s.dirty = true
					n.early[key][s.Start] = before // what will be replaced
				}
				return
			}
			n.correct(s, before)
			return
		}
		met = append(met, s.Span)
	}
	if len(met) > 0 {
		slices.SortFunc(met, byEnd)
		n.miss(met...)
		return
	}
	reaches := func(s naiveSession) bool { return s.Start < span.End && t < s.End }
	if !slices.ContainsFunc(n.sessions(key), reaches) && !n.admit(key) {
		return
	}
	n.open[key] = append(n.open[key], f)
	starts := map[watermark.Time]bool{}
	for _, s := range n.sessions(key) {
		starts[s.Start] = true
	}
	var gone []naiveSent
	for start, s := range n.early[key] { // order: sorted below
		if s.kind == row.Early && !starts[start] {
			gone = append(gone, s)
		}
	}
	slices.SortFunc(gone, func(a, b naiveSent) int { return byEnd(a.Span, b.Span) })
	for _, s := range gone {
		delete(n.early[key], s.Start)
		back := s
		back.kind, back.revision = row.Withdrawn, s.revision+1
		n.tell(back, false, &s)
	}
	n.fire(false)
}

// live reports whether a key has facts that are held or open, or can be corrected.
func (n *naiveSessions) live(key int) bool {
	return len(n.open[key]) > 0 || slices.ContainsFunc(n.final[key], func(s *naiveSent) bool { return n.w < s.End.Add(n.set.Lateness) })
}

// admit reports whether a key may have more.
func (n *naiveSessions) admit(key int) bool {
	live := 0
	for k := range n.open {
		if n.live(k) {
			live++
		}
	}
	if m := n.set.MaxKeys; m.N == 0 || live < m.N || n.live(key) {
		return true
	} else if !m.Evict {
		n.log = append(n.log, fmt.Sprintf("refused %d keys are held: must be at most MaxKeys", live))
		return false
	}
	gone := n.all()[0].key
	for _, s := range n.sessions(gone) {
		n.tell(naiveSent{naiveSession: s}, true, nil)
	}
	n.open[gone] = nil
	return true
}

func (n *naiveSessions) correct(s *naiveSent, before naiveSent) {
	s.kind, s.revision, s.dirty = row.Correction, s.revision+1, false
	n.tell(*s, false, &before)
}

// fire sends what W has reached.
func (n *naiveSessions) fire(forced bool) {
	for _, s := range n.all() {
		if s.End > n.w {
			continue
		}
		n.open[s.key] = slices.DeleteFunc(n.open[s.key], func(f naiveSessionFact) bool { return slices.Contains(s.facts, f.number) })
		sent := &naiveSent{naiveSession: s}
		if before, ok := n.early[s.key][s.Start]; ok {
			sent.revision = before.revision + 1
			delete(n.early[s.key], s.Start)
			n.tell(*sent, forced, &before)
		} else {
			n.tell(*sent, forced, nil)
		}
		if n.most == 0 {
			n.final[s.key] = append(n.final[s.key], sent)
		}
	}
}

func (n *naiveSessions) advance(w watermark.Time, forced bool) {
	before := n.w
	n.w = w
	n.fire(forced)
	if c := n.set.Coalesce; c > 0 {
		var due []*naiveSent
		for _, final := range n.final {
			for _, s := range final {
				if s.dirty && (before < w.Floor(c, 0) || w >= s.End.Add(n.set.Lateness)) {
					due = append(due, s)
				}
			}
		}
		slices.SortFunc(due, func(a, b *naiveSent) int { return n.order(a.naiveSession, b.naiveSession) })
		for _, s := range due {
			n.correct(s, n.early[s.key][s.Start])
			delete(n.early[s.key], s.Start)
		}
	}
	if e := n.set.EarlyEvery; e > 0 && before < w.Floor(e, 0) && w < watermark.Max {
		for _, s := range n.all() {
			sent := naiveSent{naiveSession: s, kind: row.Early}
			before, ok := n.early[s.key][s.Start]
			if ok && len(before.facts) == len(s.facts) {
				continue
			}
			if ok {
				sent.revision = before.revision + 1
				n.tell(sent, false, &before)
			} else {
				n.tell(sent, false, nil)
			}
			n.early[s.key][s.Start] = sent
		}
	}
}
