package windowtest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/tidemark-go/tidemark/window"
)

// The laws, as failures name them.
const (
	zeroReady   = "the zero value is ready"
	partsEqual  = "Add then Merge equals all Adds"
	associative = "Merge is associative"
	commutative = "Merge is commutative"
	leavesArg   = "Merge leaves its argument as it was"
	sharesNone  = "Merge shares nothing with its argument"
)

// rounds is how often all laws are tried, with other facts each time.
const rounds = 60

// Check asserts the laws of the accumulator A over facts from gen, and reports
// the first breach of each law with t.Errorf, the values that differ and the
// seed of the round in it. Only A has to be given: Check[load](t, gen).
//
// It is deterministic: gen is called with generators of fixed seeds, and should
// draw all that it needs from there. Let it give equal values and times now and then,
// and what is at the edge of A: ties and duplicates are where laws break.
// A round takes up to a hundred facts, and one in ten up to a thousand.
func Check[A, T any, P window.Accumulator[A, T]](t testing.TB, gen func(*rand.Rand) T) {
	t.Helper()
	broken := map[string]bool{}
	for seed := range uint64(rounds) {
		c := &round[A, T, P]{seed: seed, rand: rand.New(rand.NewPCG(seed, 0x7469646d61726b)), broken: broken, t: t}
		c.check(gen)
	}
}

// round is one try of all laws.
type round[A, T any, P window.Accumulator[A, T]] struct {
	seed   uint64
	rand   *rand.Rand
	broken map[string]bool // laws of which a breach was reported
	t      testing.TB
}

func (c *round[A, T, P]) check(gen func(*rand.Rand) T) {
	c.t.Helper()
	n := 100
	if c.seed%10 == 9 {
		n = 1000
	}
	// Three parts, each of which is empty, or small, now and then.
	var parts [3][]T
	for i := range parts {
		for range c.rand.IntN(1 + c.rand.IntN(1+n/len(parts))) {
			parts[i] = append(parts[i], gen(c.rand))
		}
	}
	a, b, d := parts[0], parts[1], parts[2]
	more := []T{gen(c.rand), gen(c.rand), gen(c.rand)}

	c.law(zeroReady, func() string { return c.zero(a) })
	c.law(partsEqual, func() string { return c.parted(append(append(append([]T(nil), a...), b...), d...)) })
	c.law(associative, func() string {
		left := c.fold(a)
		P(left).Merge(c.fold(b))
		P(left).Merge(c.fold(d))
		inner := c.fold(b)
		P(inner).Merge(c.fold(d))
		right := c.fold(a)
		P(right).Merge(inner)
		return differ("(a + b) + c", left, "a + (b + c)", right)
	})
	c.law(commutative, func() string {
		ab, ba := c.fold(a), c.fold(b)
		P(ab).Merge(c.fold(b))
		P(ba).Merge(c.fold(a))
		return differ("a + b", ab, "b + a", ba)
	})
	c.law(leavesArg, func() string {
		arg := c.fold(b)
		P(c.fold(a)).Merge(arg)
		return differ("the argument", arg, "what it was", c.fold(b))
	})
	for _, into := range [][]T{nil, a} {
		c.law(sharesNone, func() string { return c.shared(into, b, more) })
	}
}

// law runs f, which returns what is wrong, if anything.
func (c *round[A, T, P]) law(name string, f func() string) {
	c.t.Helper()
	if c.broken[name] {
		return
	}
	wrong := func() (wrong string) {
		defer func() {
			if r := recover(); r != nil {
				wrong = fmt.Sprintf("panic: %v", r)
			}
		}()
		return f()
	}()
	if wrong != "" {
		c.broken[name] = true
		c.t.Errorf("windowtest: %v: breaks the law that %s: %s (seed %d)", reflect.TypeFor[A](), name, wrong, c.seed)
	}
}

// fold returns an accumulator of facts.
func (c *round[A, T, P]) fold(facts []T) *A {
	a := new(A)
	for _, f := range facts {
		P(a).Add(f)
	}
	return a
}

// zero merges zero values with one another and with others.
func (c *round[A, T, P]) zero(facts []T) string {
	// Reading by itself: a reading may fail on what it does not find.
	if wrong := differ("a zero value", new(A), "another", new(A)); wrong != "" {
		return wrong
	}
	zero := new(A)
	P(zero).Merge(new(A))
	if wrong := differ("zero + zero", zero, "zero", new(A)); wrong != "" {
		return wrong
	}
	P(zero).Merge(c.fold(facts))
	if wrong := differ("zero + a", zero, "a", c.fold(facts)); wrong != "" {
		return wrong
	}
	a := c.fold(facts)
	P(a).Merge(new(A))
	return differ("a + zero", a, "a", c.fold(facts))
}

// parted parts facts at random, in runs and fact by fact, and merges the parts.
func (c *round[A, T, P]) parted(facts []T) string {
	whole := c.fold(facts)
	n := 1 + c.rand.IntN(8)
	runs, single := make([]A, n), make([]A, n)
	part := 0
	for _, f := range facts {
		P(&single[c.rand.IntN(n)]).Add(f)
		if part < n-1 && c.rand.IntN(len(facts)) < n {
			part++
		}
		P(&runs[part]).Add(f)
	}
	for _, parts := range [][]A{runs, single} {
		var merged A
		for i := range parts {
			P(&merged).Merge(&parts[i])
		}
		if wrong := differ(fmt.Sprintf("%d facts in %d parts, merged", len(facts), n), &merged, "all in one", whole); wrong != "" {
			return wrong
		}
	}
	return ""
}

// shared changes one of two that were merged, or both, and compares them with
// two of which only the one was changed.
func (c *round[A, T, P]) shared(into, from, more []T) string {
	merge := func() (a, arg *A) {
		a, arg = c.fold(into), c.fold(from)
		P(a).Merge(arg)
		return a, arg
	}
	change := func(a *A, fact T) {
		P(a).Add(fact)
		P(a).Merge(c.fold(more))
	}
	sum := "a + b"
	if into == nil {
		sum = "zero + b"
	}
	for _, both := range []bool{false, true} { // both may have room at the end, and it may be the same
		a, arg := merge()
		changed, still := merge()
		change(a, more[0])
		change(changed, more[0])
		if both {
			change(arg, more[1])
			if wrong := differ(sum+", changed before b was,", a, "one that had b to itself", changed); wrong != "" {
				return wrong
			}
			change(still, more[1])
		}
		if wrong := differ("b after "+sum+" was changed", arg, "one that had it to itself", still); wrong != "" {
			return wrong
		}
	}
	a, arg := merge()
	still, _ := merge()
	change(arg, more[0])
	return differ(sum+" after b was changed", a, "what it was", still)
}

// differ describes how x and y differ for who reads them, "" if they do not.
func differ[A any](xName string, x *A, yName string, y *A) string {
	d := compare(reflect.ValueOf(x).Elem(), reflect.ValueOf(y).Elem())
	if d == nil {
		return ""
	}
	if d.path == "" {
		return fmt.Sprintf("%s is %s, %s is %s", xName, d.x, yName, d.y)
	}
	return fmt.Sprintf("%s has %s = %s, %s has %s", xName, d.path, d.x, yName, d.y)
}
