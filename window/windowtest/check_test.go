package windowtest_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

// recorder is a test that takes note of what fails.
type recorder struct {
	testing.TB
	failures []string
}

func (*recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func check[A any, P window.Accumulator[A, int]](t *testing.T) []string {
	r := &recorder{TB: t}
	windowtest.Check[A, int, P](r, func(r *rand.Rand) int { return r.IntN(20) })
	return r.failures
}

// counts is a sound accumulator that owns memory.
type counts struct{ of map[int]int }

func (c *counts) Add(f int) {
	if c.of == nil {
		c.of = map[int]int{}
	}
	c.of[f]++
}

func (c *counts) Merge(o *counts) {
	for f, n := range o.of {
		if c.of == nil {
			c.of = map[int]int{}
		}
		c.of[f] += n
	}
}

// listed keeps its facts in the order fed, and shows them sorted: what it has
// within depends on the order, what it shows does not.
type listed struct{ facts []int }

func (l *listed) Add(f int)       { l.facts = append(l.facts, f) }
func (l *listed) Merge(o *listed) { l.facts = append(l.facts, o.facts...) }
func (l *listed) Values() []int   { return slices.Sorted(slices.Values(l.facts)) }

// averaged computes a float in whichever order.
type averaged struct{ sum, n float64 }

func (a *averaged) Add(f int)         { a.sum += 1 / (1 + float64(f)); a.n++ }
func (a *averaged) Merge(o *averaged) { a.sum += o.sum; a.n += o.n }

func TestSoundAccumulatorsPass(t *testing.T) {
	for name, failures := range map[string][]string{
		"counts":   check[counts](t),
		"listed":   check[listed](t),
		"averaged": check[averaged](t),
		"nested":   check[nested](t),
	} {
		for _, f := range failures {
			t.Errorf("%s: %s", name, f)
		}
	}
}

// nested has its parts in all kinds of places.
type nested struct {
	Counts counts
	in     [2]struct{ listed }
	at     *averaged
}

func (n *nested) Add(f int) {
	n.Counts.Add(f)
	n.in[f%2].Add(f)
	if n.at == nil {
		n.at = new(averaged)
	}
	n.at.Add(f)
}

func (n *nested) Merge(o *nested) {
	n.Counts.Merge(&o.Counts)
	for i := range n.in {
		n.in[i].Merge(&o.in[i].listed)
	}
	if o.at != nil {
		if n.at == nil {
			n.at = new(averaged)
		}
		n.at.Merge(o.at)
	}
}

// unready needs a map that nobody made.
type unready struct{ of map[int]int }

func (u *unready) Add(f int)        { u.of[f]++ }
func (u *unready) Merge(o *unready) { maps.Copy(u.of, o.of) }

// biased counts a merge as a fact, though it be with a zero value.
type biased struct{ n int }

func (b *biased) Add(int)         { b.n++ }
func (b *biased) Merge(o *biased) { b.n += o.n + 1 }

// forgetful merges one field of two.
type forgetful struct{ n, greatest int }

func (g *forgetful) Add(f int)          { g.n++; g.greatest = max(g.greatest, f) }
func (g *forgetful) Merge(o *forgetful) { g.n += o.n }

// unassociative passes on what was added, and not what was merged.
type unassociative struct{ added, merged int }

func (u *unassociative) Add(int)                { u.added++ }
func (u *unassociative) Merge(o *unassociative) { u.merged += o.added }
func (u *unassociative) Value() int             { return u.added + u.merged }

// ordered keeps the facts in the order fed, and shows it.
type ordered struct{ facts []int }

func (l *ordered) Add(f int)        { l.facts = append(l.facts, f) }
func (l *ordered) Merge(o *ordered) { l.facts = append(l.facts, o.facts...) }

// greedy takes what it merges away.
type greedy struct{ n int }

func (g *greedy) Add(int)         { g.n++ }
func (g *greedy) Merge(o *greedy) { g.n += o.n; o.n = 0 }

// sharedMap takes the map of the first that it merges.
type sharedMap struct{ counts }

func (s *sharedMap) Merge(o *sharedMap) {
	if s.of == nil {
		s.of = o.of
		return
	}
	s.counts.Merge(&o.counts)
}

// sharedRoom takes a slice, with the room at its end.
type sharedRoom struct{ listed }

func (s *sharedRoom) Merge(o *sharedRoom) {
	if s.facts == nil {
		s.facts = o.facts
		return
	}
	s.listed.Merge(&o.listed)
}

// sharedParts shares what its slice points to, but only beside facts of its own.
type sharedParts struct{ counters []*int }

func (s *sharedParts) Add(int) {
	if len(s.counters) == 0 {
		s.counters = append(s.counters, new(int))
	}
	*s.counters[len(s.counters)-1]++
}

func (s *sharedParts) Merge(o *sharedParts) {
	if len(s.counters) == 0 {
		n := o.Value()
		s.counters = append(s.counters, &n)
		return
	}
	s.counters = append(s.counters, o.counters...)
}

func (s *sharedParts) Value() (sum int) {
	for _, c := range s.counters {
		sum += *c
	}
	return sum
}

const (
	zeroReady   = "the zero value is ready"
	partsEqual  = "Add then Merge equals all Adds"
	associative = "Merge is associative"
	commutative = "Merge is commutative"
	leavesArg   = "Merge leaves its argument as it was"
	sharesNone  = "Merge shares nothing with its argument"
)

func TestEachBreachIsReported(t *testing.T) {
	for _, c := range []struct {
		name     string
		failures []string
		laws     []string // that must be reported
		others   bool     // that others may be reported too
	}{
		{"unready", check[unready](t), []string{zeroReady}, true},
		{"biased", check[biased](t), []string{zeroReady}, true},
		{"forgetful", check[forgetful](t), []string{partsEqual}, true},
		{"unassociative", check[unassociative](t), []string{associative}, false},
		{"ordered", check[ordered](t), []string{commutative, partsEqual}, false},
		{"greedy", check[greedy](t), []string{leavesArg}, false},
		{"sharedMap", check[sharedMap](t), []string{sharesNone}, true},
		{"sharedRoom", check[sharedRoom](t), []string{sharesNone}, false},
		{"sharedParts", check[sharedParts](t), []string{sharesNone}, false},
	} {
		seen := map[string]int{}
		for _, f := range c.failures {
			for _, law := range []string{zeroReady, partsEqual, associative, commutative, leavesArg, sharesNone} {
				if strings.Contains(f, "that "+law+":") {
					seen[law]++
				}
			}
			if !strings.Contains(f, "windowtest_test."+c.name+":") || !strings.Contains(f, "(seed ") {
				t.Errorf("%s: the failure names no type or no seed: %s", c.name, f)
			}
		}
		for _, law := range c.laws {
			if seen[law] != 1 {
				t.Errorf("%s: %q reported %d times, want once, in %q", c.name, law, seen[law], c.failures)
			}
			delete(seen, law)
		}
		if len(seen) > 0 && !c.others {
			t.Errorf("%s: reported too: %v, in %q", c.name, seen, c.failures)
		}
	}
}

func TestFailureShowsBothValues(t *testing.T) {
	f := check[unassociative](t)
	if len(f) != 1 || !strings.Contains(f[0], "(a + b) + c has .Value() = ") || !strings.Contains(f[0], ", a + (b + c) has ") {
		t.Errorf("got %q", f)
	}
}

func TestCheckIsDeterministic(t *testing.T) {
	if a, b := check[ordered](t), check[ordered](t); !slices.Equal(a, b) {
		t.Errorf("twice the same check: %q and %q", a, b)
	}
}
