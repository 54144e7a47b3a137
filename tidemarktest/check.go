package tidemarktest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Options say how a pipeline is tried. The zero value is ready.
type Options struct {
	Tries int    // histories at random; 0: 100
	Seed  uint64 // of the first; each further has the next. A failure tells which: with it and Tries 1, that history alone is played again
}

// Cut asserts that the rows do not depend on how the facts are cut into calls: the
// facts in one call, the same once more, one by one, and in random cuts must give
// the same rows to the last bit, with the same stamps, in the same order.
//
// A failure is told by t.Errorf, what build or feed returns as wrong too; it ends
// after the first. It costs a play of all facts for each try, and some hundred to
// make a history that fails smaller.
func Cut[T any](t testing.TB, build Build[T], facts []T, how Options) {
	t.Helper()
	c := &checker[T]{build: build, facts: facts, how: how, compare: list}
	c.try(t, func(*rand.Rand) history { return whole(len(facts)) })
}

// Permute asserts that the rows do not depend on the order in which facts come
// within the bound of disorder: a fact at t may come after others up to t + delay,
// which is the Delay of the input's watermark. They are cut at random too, and
// none may be refused.
//
// What is compared is what a sink has at the end that upserts by ID: of each row
// the last revision, without what was withdrawn, as a set. Previews depend on the
// order by their nature, and so does the order of keys in a span; what is final
// does not. Floats are equal within a billionth. Facts of one time have no order
// of their own: what tells the first of them from the last depends on how they
// come, and so does what a clock decides.
//
// at gives the time of a fact, as From has it. The facts as they are given must
// keep the bound themselves: one that lies behind another before it by more than
// delay would be late in some orders and not in others, and is told as a failure.
// Where the pipeline has a window.Lateness L, delay + L may be given: facts are
// then late, but none is lost. It costs what Cut does.
func Permute[T any](t testing.TB, build Build[T], facts []T, at func(T) time.Time, delay time.Duration, how Options) {
	t.Helper()
	times := make([]watermark.Time, len(facts))
	latest := watermark.Min
	for i, f := range facts {
		w, ok := watermark.Of(at(f))
		if !ok {
			t.Errorf("tidemarktest: fact %d has no event time that can be taken: %+v", i, f)
			return
		}
		if w < latest.Add(-delay) {
			t.Errorf("tidemarktest: fact %d lies %v behind one before it: must be at most the delay, %v: leave it out, it is late in some orders and not in others: %+v", i, latest.Sub(w), delay, f)
			return
		}
		times[i], latest = w, max(latest, w)
	}
	c := &checker[T]{build: build, facts: facts, how: how, compare: func(want, got []stamped) string {
		return set(standing(want), standing(got))
	}}
	c.try(t, func(r *rand.Rand) history { return within(r, times, delay) })
}

// within returns an order in which a fact comes after others by at most delay.
func within(r *rand.Rand, times []watermark.Time, delay time.Duration) history {
	comes := make([]watermark.Time, len(times))
	ends := r.IntN(2) == 0 // at the bounds, or between them
	for i, t := range times {
		d := delay
		switch {
		case delay <= 0 || ends && r.IntN(2) == 0:
			d = 0
		case !ends:
			d = time.Duration(r.Uint64N(uint64(delay) + 1))
		}
		comes[i] = t.Add(d)
	}
	h := whole(len(times))
	r.Shuffle(len(h.order), func(i, j int) { h.order[i], h.order[j] = h.order[j], h.order[i] })
	slices.SortStableFunc(h.order, func(a, b int) int {
		switch {
		case comes[a] < comes[b]:
			return -1
		case comes[a] > comes[b]:
			return 1
		}
		return 0
	})
	return h
}

// checker compares histories of a pipeline.
type checker[T any] struct {
	build   Build[T]
	facts   []T
	how     Options
	compare func(want, got []stamped) string
	again   int // how often a history is played before it is said not to fail
}

// try plays all facts as they are given, then those histories that next makes.
func (c *checker[T]) try(t testing.TB, next func(*rand.Rand) history) {
	t.Helper()
	plain := whole(len(c.facts))
	want, err := c.play(plain)
	if err != nil {
		t.Errorf("tidemarktest: all facts in one call: %v", err)
		return
	}
	for range 3 {
		if why := c.differs(want, plain); why != "" {
			c.again = 20 // chance has a hand in it
			t.Errorf("tidemarktest: played once more, the same calls give other rows: a function has a memory, or walks over a map: %s", c.least(plain, why))
			return
		}
	}
	single := plain
	single.cutAt(func() int { return 1 })
	if why := c.differs(want, single); why != "" {
		t.Errorf("tidemarktest: one by one: %s", c.least(single, why))
		return
	}
	tries := c.how.Tries
	if tries <= 0 {
		tries = 100
	}
	for i := range uint64(tries) {
		seed := c.how.Seed + i
		r := rand.New(rand.NewPCG(seed, 0x7469646d61726b))
		h := next(r)
		h.cut(r)
		if why := c.differs(want, h); why != "" {
			t.Errorf("tidemarktest: Options{Seed: %d, Tries: 1}: %s", seed, c.least(h, why))
			return
		}
	}
}

// least tells of the smallest history that fails as h does, for which why is told.
func (c *checker[T]) least(h history, why string) string {
	h = c.shrink(h)
	if less := c.fails(h); less != "" {
		why = less
	}
	return why + "\n" + c.told(h)
}

// differs plays a history, and returns how its rows differ from want, "" if they do not.
func (c *checker[T]) differs(want [][]stamped, h history) string {
	got, err := c.play(h)
	if err != nil {
		return err.Error()
	}
	if len(got) != len(want) {
		return fmt.Sprintf("build returned %d outputs, and %d before", len(got), len(want))
	}
	for i := range want {
		if why := c.compare(want[i], got[i]); why != "" {
			if len(want) > 1 {
				why = fmt.Sprintf("output %d: %s", i, why)
			}
			return why
		}
	}
	return ""
}

// fails is differs from what the same facts give in one call, as they are given.
func (c *checker[T]) fails(h history) string {
	want, err := c.play(h.straight())
	if err != nil {
		return err.Error()
	}
	for range max(1, c.again) {
		if why := c.differs(want, h); why != "" {
			return why
		}
	}
	return ""
}
