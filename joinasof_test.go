package tidemark_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// ask is a left fact, or a version: one whose name is divisible by 5 is deleted.
type ask struct {
	key, name int
	at        int64
}

func (a ask) nanos() int64  { return a.at }
func (a ask) of() int       { return a.key }
func (a ask) Deleted() bool { return a.name%5 == 0 && a.name > 0 }

// met is a row of the join: the left fact, and the name of its version.
type askedOf struct{ n, name int }

// turn is one call: facts for a side, or a heartbeat, or the end.
type turn struct {
	right bool
	facts []ask
	to    int64 // of a heartbeat, if there is no fact
	end   bool
}

// refAsOf is the join word by word: at each event it looks at all that it has.
type refAsOf struct {
	how      join.AsOf
	times    *join.Timetable
	lw, rw   watermark.Time
	w        watermark.Time // that is passed on
	beat     watermark.Time
	told     bool
	bound    watermark.Time
	facts    []*refAsk
	versions []ask
	stale    int
	rows     []string // of the event at hand
	kept     []string // those that a Filter lets pass which keeps even names
}

type refAsk struct {
	ask
	ready, judged, late bool // time has passed; has its row, or none
	asked               bool // waits for a version of its key
	found               bool
	name                int // of the version that it has
	sent                int
	out                 bool
}

func newRefAsOf(how join.AsOf) *refAsOf {
	r := &refAsOf{how: how, lw: watermark.Min, rw: watermark.Min, w: watermark.Min, beat: watermark.Min, bound: watermark.Min}
	if s, ok := how.Wait.(join.Schedule); ok {
		r.times = join.NewTimetable(s)
	}
	return r
}

func reached(w watermark.Time, t int64, d time.Duration) bool {
	return w != watermark.Min && w >= watermark.Time(t).Add(d)
}

// due: t need not wait for any time.
func (r *refAsOf) due(t int64, arrives bool) bool {
	if r.how.Bootstrap && !r.told {
		return false
	}
	switch w := r.how.Wait.(type) {
	case join.Within:
		return reached(r.lw, t, time.Duration(w)) || arrives && watermark.Time(t) < r.lw
	case join.Waiting:
		return w == join.Live || r.rw > watermark.Time(t)
	case nil:
		return reached(r.lw, t, 0) || arrives && watermark.Time(t) < r.lw
	}
	return true
}

// awaited: an update announced near t has not arrived for any key.
func (r *refAsOf) awaited(t int64) (at watermark.Time, yes bool) {
	s, ok := r.how.Wait.(join.Schedule)
	if !ok {
		return 0, false
	}
	at, near := r.times.Near(watermark.Time(t))
	return at, near && min(r.beat, r.rw) < at && r.rw <= watermark.Time(t) && !reached(r.lw, t, s.Tolerance)
}

func (r *refAsOf) covered(key int) watermark.Time {
	newest := watermark.Min
	for _, v := range r.versions {
		if v.key == key && watermark.Time(v.at) <= r.bound {
			newest = max(newest, watermark.Time(v.at))
		}
	}
	return newest
}

// look finds the version of a fact.
func (r *refAsOf) look(f *refAsk) (name int, ok, gone bool) {
	covered := r.covered(f.key)
	var best *ask
	for i := range r.versions {
		v := &r.versions[i]
		switch {
		case v.key != f.key:
		case watermark.Time(v.at) < covered:
			gone = true
		case v.at <= f.at && (best == nil || v.at >= best.at):
			best = v
		}
	}
	switch {
	case best == nil && gone:
		return 0, false, true
	case best != nil && !best.Deleted():
		return best.name, true, false
	}
	return 0, r.how.Missing == join.Zero, false
}

// waits: f has to wait for a version of its key.
func (r *refAsOf) waits(f *refAsk) bool {
	if at, yes := r.awaited(f.at); yes && !slices.ContainsFunc(r.versions, func(v ask) bool { return v.key == f.key && watermark.Time(v.at) >= at }) {
		return true
	}
	if _, _, gone := r.look(f); gone && !f.asked { // what is as old as that is not taken any more
		return false
	}
	f.asked = true
	h, ok := r.how.Missing.(join.Hold)
	return ok && !reached(r.lw, f.at, time.Duration(h)) && !slices.ContainsFunc(r.versions, func(v ask) bool { return v.key == f.key && v.at <= f.at })
}

// settle judges all facts that need not wait any more.
func (r *refAsOf) settle(arrives *refAsk) {
	for _, f := range r.facts {
		f.ready = f.ready || (arrives == nil || arrives == f) && r.due(f.at, arrives == f)
		if f.judged || !f.ready || r.waits(f) {
			continue
		}
		f.judged = true
		name, ok, gone := r.look(f)
		if f.found, f.name = ok, name; !ok {
			reason := tidemark.Unmatched
			if f.late = gone; gone {
				reason = tidemark.Late
			}
			r.rows = append(r.rows, fmt.Sprintf("%v %d", reason, f.ask.name))
			continue
		}
		r.send(f, row.Final)
	}
}

func (r *refAsOf) send(f *refAsk, kind row.Kind) {
	even := f.name%2 == 0
	r.rows = append(r.rows, fmt.Sprintf("%v %d: %d is %d", kind, f.sent, f.ask.name, f.name))
	if even {
		r.kept = append(r.kept, r.rows[len(r.rows)-1])
	}
	f.sent++
	f.out = true
}

func (r *refAsOf) version(v ask) {
	if watermark.Time(v.at) < r.covered(v.key) {
		r.versions = append(r.versions, v)
		return
	}
	if _, awaited := r.awaited(v.at); r.lw > watermark.Time(v.at) && r.due(v.at, false) && !awaited && (r.how.History == 0 || reached(r.w, v.at, r.how.History)) {
		r.stale++
	}
	r.versions = append(r.versions, v)
	for _, f := range r.facts {
		if r.how.History == 0 || !f.judged || f.late || reached(r.w, f.at, r.how.History) {
			continue
		}
		name, ok, _ := r.look(f)
		was, had := f.name, f.found
		if ok == had && name == was {
			continue
		}
		f.name, f.found = name, ok
		switch {
		case ok && f.sent == 0:
			r.send(f, row.Final)
		case ok:
			rev, out := f.sent, f.out
			r.send(f, row.Correction)
			if out && was%2 == 0 && name%2 != 0 {
				r.kept = append(r.kept, fmt.Sprintf("%v %d: %d is %d", row.Withdrawn, rev, f.ask.name, was))
			}
		case f.out:
			r.rows = append(r.rows, fmt.Sprintf("%v %d: %d is %d", row.Withdrawn, f.sent, f.ask.name, was))
			if was%2 == 0 {
				r.kept = append(r.kept, r.rows[len(r.rows)-1])
			}
			f.sent++
			f.out = false
		}
	}
}

// take is one event: a fact, a version, or a move of W.
func (r *refAsOf) take(right bool, x *ask, to watermark.Time, beat bool) {
	r.rows, r.kept = nil, nil
	switch {
	case x != nil && right:
		r.version(*x)
		r.settleKey(x.key)
	case x != nil:
		f := &refAsk{ask: *x}
		r.facts = append(r.facts, f)
		r.settle(f)
	}
	if right {
		if r.rw = max(r.rw, to); beat {
			r.beat, r.told = max(r.beat, to), true
		}
	} else {
		r.lw = max(r.lw, to)
	}
	r.settle(nil)
	first := watermark.Max
	for _, f := range r.facts {
		if !f.judged {
			first = min(first, watermark.Time(f.at))
		}
	}
	r.w = max(r.w, min(r.lw, first))
	bound := min(r.lw, r.rw)
	if r.how.History > 0 {
		bound = min(r.w, r.rw)
	}
	if bound != watermark.Max {
		bound = bound.Add(-r.how.History)
	}
	r.bound = max(r.bound, min(bound, first))
}

// settleKey judges what a version lets go before it moves W.
func (r *refAsOf) settleKey(key int) {
	for _, f := range r.facts {
		if f.ready && f.key == key {
			r.settle(f)
		}
	}
}

func (r *refAsOf) held() (n int) {
	for _, f := range r.facts {
		if !f.judged {
			n++
		}
	}
	return n
}

// asOfs is a pipeline of one join, and what it gives.
type asOfs struct {
	p          tidemark.Pipeline
	in         [2]*tidemark.Input[ask]
	rows, even *tidemark.Output[askedOf]
	lost       *tidemark.Output[tidemark.Missed[ask]]
	ids        map[row.ID]int
	bad        []string
}

func newAsOfs(how join.AsOf, delay time.Duration) *asOfs {
	x := &asOfs{ids: map[row.ID]int{}}
	var l, d tidemark.Stream[ask]
	x.in[0], l = tidemark.FromNanos(&x.p, "calls", ask.nanos, watermark.Bounded{Delay: delay})
	x.in[1], d = tidemark.FromNanos(&x.p, "orgs", ask.nanos, watermark.Bounded{Delay: delay})
	rows, lost := tidemark.JoinAsOf(tidemark.KeyBy(l, ask.of), tidemark.KeyBy(d, ask.of), how, func(l, d ask) askedOf { return askedOf{l.name, d.name} })
	x.rows, x.lost = tidemark.Collect(rows), tidemark.Collect(lost)
	x.even = tidemark.Collect(tidemark.Filter(rows, func(m askedOf) bool { return m.name%2 == 0 }))
	return x
}

// play makes a call, and returns what it gave.
func (x *asOfs) play(t *testing.T, c turn) (rows, even []string) {
	t.Helper()
	in := x.in[0]
	if c.right {
		in = x.in[1]
	}
	var err error
	switch {
	case len(c.facts) > 0:
		err = in.Feed(c.facts...)
	case c.end:
		err = in.Close()
	default:
		err = in.Advance(time.Unix(0, c.to))
	}
	if err != nil {
		t.Fatal(err)
	}
	for s, m := range x.rows.DrainStamped() {
		rows = append(rows, fmt.Sprintf("%v %d: %d is %d", s.Kind, s.Revision, m.n, m.name))
		if n, ok := x.ids[s.ID]; ok && n != m.n && s.ID != (row.ID{}) {
			x.bad = append(x.bad, fmt.Sprintf("%d and %d have the same ID", n, m.n))
		}
		x.ids[s.ID] = m.n
	}
	for m := range x.lost.Drain() {
		rows = append(rows, fmt.Sprintf("%v %d", m.Reason, m.Fact.name))
	}
	for s, m := range x.even.DrainStamped() {
		even = append(even, fmt.Sprintf("%v %d: %d is %d", s.Kind, s.Revision, m.n, m.name))
	}
	return rows, even
}

// anyAsOf returns settings at random.
func anyAsOf(r *rand.Rand) (how join.AsOf) {
	how.Wait = []join.Wait{nil, join.Live, join.Strict, join.Within(r.IntN(20)),
		join.Schedule{At: []time.Duration{0, 40}, Tolerance: time.Duration(1 + r.IntN(12))}, join.Schedule{At: []time.Duration{30}, Tolerance: 1000}}[r.IntN(6)]
	how.Missing = []join.Missing{nil, join.Zero, join.Hold(r.IntN(25)), join.Hold(0)}[r.IntN(4)]
	if r.IntN(2) == 0 {
		how.History = time.Duration(1 + r.IntN(40))
	}
	how.Bootstrap = r.IntN(3) == 0
	return how
}

// anyTurns returns so many calls at random, one fact each, of so many keys. Times are
// a multiple of coarse.
func anyTurns(r *rand.Rand, many, keys int, coarse int64) (turns []turn) {
	now, ended := [2]int64{}, false
	for i := range many {
		c := turn{right: r.IntN(3) == 0}
		at := &now[0]
		if c.right {
			at = &now[1]
		}
		*at = max(*at+r.Int64N(5), now[r.IntN(2)]-20)
		switch n := r.IntN(40); {
		case n == 0 && c.right && i > many/2:
			c.end = true
		case n < 4:
			c.to = *at - r.Int64N(4)
		default:
			to := *at - r.Int64N(20)
			c.facts = []ask{{r.IntN(keys), i + 1, to - (to%coarse+coarse)%coarse}}
		}
		if c.right && ended {
			continue
		}
		ended = ended || c.right && c.end
		turns = append(turns, c)
	}
	return append(turns, turn{end: true})
}

// TestJoinAsOfIsTheReference: all settings together, event by event; and cut into
// calls of several facts the same rows in the same order.
func TestJoinAsOfIsTheReference(t *testing.T) {
	n := uint64(3000)
	if testing.Short() {
		n = 500
	}
	counts := map[string]int{}
	for seed := range n {
		r := rand.New(rand.NewPCG(seed, 17))
		how, delay := anyAsOf(r), r.Int64N(6)
		turns := anyTurns(r, 60, 3, 1)
		if seed%60 == 0 { // much of one key, and of one time
			turns = anyTurns(r, 250, 1, 1+r.Int64N(8))
			how.History *= time.Duration(1 + r.IntN(5))
		}
		ref := newRefAsOf(how)
		x := newAsOfs(how, time.Duration(delay))
		var all []string
		for i, c := range turns {
			rows, even := x.play(t, c)
			all = append(all, rows...)
			switch {
			case c.end:
				ref.take(c.right, nil, watermark.Max, true)
			case len(c.facts) == 0:
				ref.take(c.right, nil, watermark.Time(c.to), true)
			default:
				lead := watermark.Min
				for _, d := range turns[:i+1] {
					if d.right == c.right && len(d.facts) > 0 {
						lead = max(lead, watermark.Time(d.facts[0].at))
					}
				}
				ref.take(c.right, &c.facts[0], lead.Add(-time.Duration(delay)), false)
			}
			for what, of := range map[string][2][]string{"rows": {rows, ref.rows}, "even": {even, ref.kept}} { // order: each by itself
				got, want := slices.Sorted(slices.Values(of[0])), slices.Sorted(slices.Values(of[1]))
				if !slices.Equal(got, want) {
					t.Fatalf("seed %d, %+v, delay %d, turn %d %+v, %s:\n%v, want\n%v", seed, how, delay, i, c, what, got, want)
				}
			}
			for _, s := range x.p.Stats().Stages[:2] {
				if s.Balance() != 0 || strings.HasSuffix(s.Stage, "/join") && int(s.Held) != ref.held() || s.Stale != 0 && int(s.Stale) != ref.stale {
					t.Fatalf("seed %d, %+v, turn %d: %+v; want %d held, %d stale", seed, how, i, s, ref.held(), ref.stale)
				}
			}
			for _, s := range rows {
				kind, _, _ := strings.Cut(s, " ")
				counts[kind]++
			}
		}
		if s := x.p.Stats().Stages[1]; int(s.Stale) != ref.stale || len(x.bad) > 0 {
			t.Fatalf("seed %d, %+v: %d stale, want %d; %v", seed, how, s.Stale, ref.stale, x.bad)
		}
		y := newAsOfs(how, time.Duration(delay))
		var again []string
		for i := 0; i < len(turns); {
			c := turns[i]
			for i++; len(c.facts) > 0 && i < len(turns) && turns[i].right == c.right && len(turns[i].facts) > 0 && r.IntN(8) > 0; i++ {
				c.facts = append(slices.Clone(c.facts), turns[i].facts...)
			}
			rows, _ := y.play(t, c)
			again = append(again, rows...)
		}
		if of := streamsOf(all); !slices.Equal(of[0], streamsOf(again)[0]) || !slices.Equal(of[1], streamsOf(again)[1]) {
			t.Fatalf("seed %d, %+v: one by one\n%v, in greater calls\n%v", seed, how, all, again)
		}
	}
	for _, kind := range []string{"final", "correction", "withdrawn", "late", "unmatched"} {
		if counts[kind] == 0 {
			t.Errorf("no row was %s: it shows nothing", kind)
		}
	}
}

// streamsOf parts the rows of what was missed from the others: they are two streams.
func streamsOf(all []string) (of [2][]string) {
	for _, s := range all {
		if strings.HasPrefix(s, "late") || strings.HasPrefix(s, "unmatched") {
			of[1] = append(of[1], s)
		} else {
			of[0] = append(of[0], s)
		}
	}
	return of
}

// TestStrictGivesTheSameRowsForADimensionFedAfterTheFacts, or before them, or in
// any interleaving, each side in an order of its own within the delay.
func TestStrictGivesTheSameRowsForADimensionFedAfterTheFacts(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		how := join.AsOf{Wait: join.Strict, Bootstrap: r.IntN(2) == 0, Missing: []join.Missing{nil, join.Zero, join.Hold(5)}[r.IntN(3)]}
		var sides [2][]ask
		for i := range 80 {
			side := r.IntN(2)
			sides[side] = append(sides[side], ask{r.IntN(3), i + 1, int64(i)*3 + int64(side)}) // no two of one time
		}
		var want []string
		for try := range 6 {
			rest := [2][]ask{slices.Clone(sides[0]), slices.Clone(sides[1])}
			for side := range rest {
				if try > 1 {
					slices.SortStableFunc(rest[side], func(a, b ask) int { return int(a.at/30 - b.at/30) })
					for c := range slices.Chunk(rest[side], 5) {
						r.Shuffle(len(c), func(i, j int) { c[i], c[j] = c[j], c[i] })
					}
				}
			}
			x := newAsOfs(how, 1000)
			var got []string
			for len(rest[0])+len(rest[1]) > 0 {
				side := r.IntN(2)
				if try < 2 { // first the one, then the other
					side = try
				}
				if len(rest[side]) == 0 {
					side = 1 - side
				}
				k := 1 + r.IntN(len(rest[side]))
				rows, _ := x.play(t, turn{right: side == 1, facts: rest[side][:k]})
				got, rest[side] = append(got, rows...), rest[side][k:]
			}
			for side := range 2 {
				rows, _ := x.play(t, turn{right: side == 1, end: true})
				got = append(got, rows...)
			}
			slices.Sort(got)
			if try == 0 {
				want = got
			}
			if !slices.Equal(got, want) || len(want) != len(sides[0]) {
				t.Fatalf("seed %d, %+v, interleaving %d:\n%v, want\n%v", seed, how, try, got, want)
			}
		}
	}
}

// A dimension that says nothing for twelve hours holds nobody up: each fact gives
// its row within the call that fed it, but near the announced times.
func TestADimensionIdleForTwelveHoursHoldsNobodyUp(t *testing.T) {
	const minute = int64(time.Minute)
	how := join.AsOf{Wait: join.Schedule{At: []time.Duration{6 * time.Hour, 18 * time.Hour}, Tolerance: 5 * time.Minute}}
	x := newAsOfs(how, 0)
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC).UnixNano()
	six := day + 6*60*minute
	x.play(t, turn{right: true, facts: []ask{{1, 1, six - minute}}})
	x.play(t, turn{right: true, facts: []ask{{1, 2, six}}})
	for m := int64(0); m < 12*60; m++ {
		if rows, _ := x.play(t, turn{facts: []ask{{1, int(m), six + m*minute + 1}}}); len(rows) != 1 || rows[0] != fmt.Sprintf("final 0: %d is 2", m) {
			t.Fatalf("minute %d: %v", m, rows)
		}
	}
	eighteen := six + 12*60*minute // and now it does, for the tolerance
	if rows, _ := x.play(t, turn{facts: []ask{{1, -1, eighteen}, {1, -2, eighteen + 5*minute - 1}}}); len(rows) != 0 {
		t.Errorf("near the announced time: %v", rows)
	}
	if rows, _ := x.play(t, turn{facts: []ask{{1, -3, eighteen + 5*minute}}}); !slices.Equal(rows, []string{"final 0: -1 is 2"}) {
		t.Errorf("after the tolerance: %v", rows)
	}
	if rows, _ := x.play(t, turn{facts: []ask{{1, -4, eighteen + 5*minute + 1}}}); !slices.Equal(rows, []string{"final 0: -4 is 2"}) {
		t.Errorf("1 ns beyond it: %v", rows)
	}
	if rows, _ := x.play(t, turn{right: true, facts: []ask{{1, 3, eighteen + 1}}}); !slices.Equal(rows, []string{"final 0: -2 is 3", "final 0: -3 is 3"}) {
		t.Errorf("when the version comes: %v", rows)
	}
}

// Strict waits for the dimension, unless it says that there is nothing.
func TestAnIdleDimensionHoldsNobodyUpUnderStrict(t *testing.T) {
	x := newAsOfs(join.AsOf{Wait: join.Strict, History: 100}, 0)
	x.play(t, turn{right: true, facts: []ask{{1, 1, 10}}})
	if err := x.in[1].Idle(); err != nil {
		t.Fatal(err)
	}
	if rows, _ := x.play(t, turn{facts: []ask{{1, 7, 50}, {1, 8, 51}}}); !slices.Equal(rows, []string{"final 0: 7 is 1"}) {
		t.Error(rows)
	}
	if rows, _ := x.play(t, turn{right: true, facts: []ask{{1, 2, 20}}}); !slices.Equal(rows, []string{"correction 1: 7 is 2"}) {
		t.Error(rows)
	}
	if err := x.p.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}
