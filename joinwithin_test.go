package tidemark_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

// blip is a fact of one side or the other.
type blip struct {
	side, key, no int
	at            int64
}

func (b blip) nanos() int64 { return b.at }
func (b blip) who() int     { return b.key }

// deed is what is done to an input: a fact is fed, or its W is moved.
type deed struct {
	blip
	advance bool // to at
}

// crossing is an interval join with its reference: every fact that ever came is
// looked at each time, and nothing is ever forgotten but by what the rule says.
type crossing struct {
	in    join.Interval
	delay int64
	steps []deed
}

const unset = int64(watermark.Min)

// expect is the naive reference: rows, what each side missed, and the ledgers.
func (c *crossing) expect() (lines []string, ledgers [2]tidemark.StageStats) {
	w := [2]int64{unset, unset}
	var kept [2][]*keptBlip
	var told [2][]string // by the fact at hand
	say := func(side int, k *keptBlip) {
		ledgers[side].Unmatched++
		told[side] = append(told[side], fmt.Sprintf("%s %d of %d at %d, W %d", [2]string{"left", "right"}[side], k.no, k.key, k.at, k.w))
	}
	end := func(side int, at int64) int64 { // the last time of the other side that could match
		if side == 0 {
			return at + int64(c.in.To)
		}
		return at - int64(c.in.From)
	}
	over := func(side int, at int64) bool { return w[1-side] != unset && w[1-side] > end(side, at) }
	move := func(side int, to int64) {
		if w[side] = max(w[side], to); w[side] != to {
			return
		}
		for s := range 2 {
			var gone []*keptBlip
			kept[s] = slices.DeleteFunc(kept[s], func(k *keptBlip) bool {
				if over(s, k.at) {
					gone = append(gone, k)
					return true
				}
				return false
			})
			slices.SortStableFunc(gone, func(a, b *keptBlip) int { return cmp.Compare(a.at, b.at) })
			for _, k := range gone {
				if !k.met {
					say(s, k)
				}
			}
		}
	}
	settle := func() { // a Merge gives what one fact caused by stream
		lines = append(append(lines, told[0]...), told[1]...)
		told = [2][]string{}
	}
	for _, x := range c.steps {
		if x.advance {
			move(x.side, x.at)
			settle()
			continue
		}
		ledgers[x.side].Fed++
		k := &keptBlip{blip: x.blip, w: w[x.side]}
		var met []*keptBlip
		for _, o := range kept[1-x.side] {
			d := o.at - k.at
			if x.side == 1 {
				d = -d
			}
			if o.key == k.key && d >= int64(c.in.From) && d <= int64(c.in.To) {
				met = append(met, o)
			}
		}
		slices.SortStableFunc(met, func(a, b *keptBlip) int { return cmp.Compare(a.at, b.at) })
		for _, o := range met {
			k.met = true
			if !o.met {
				o.met = true
				ledgers[1-x.side].Counted++
			}
			l, r := k, o
			if x.side == 1 {
				l, r = o, k
			}
			ledgers[0].Out.Final++
			lines = append(lines, fmt.Sprintf("pair %d %d of %d at %d", l.no, r.no, k.key, max(l.at, r.at)))
		}
		if k.met {
			ledgers[x.side].Counted++
		}
		switch {
		case !over(x.side, k.at):
			kept[x.side] = append(kept[x.side], k)
		case !k.met:
			say(x.side, k)
		}
		move(x.side, max(w[x.side], x.at-c.delay))
		settle()
	}
	for s := range 2 {
		for _, k := range kept[s] {
			if !k.met {
				ledgers[s].Held++
			}
		}
	}
	return lines, ledgers
}

type keptBlip struct {
	blip
	w   int64
	met bool
}

// play runs the steps through a pipeline in calls of at most so many facts, and
// returns what came in the order in which it came from each of the three streams.
func (c *crossing) play(t *testing.T, cut func() int) (lines []string, stats tidemark.Stats) {
	t.Helper()
	var p tidemark.Pipeline
	var in [2]*tidemark.Input[blip]
	var of [2]tidemark.Keyed[int, blip]
	for s := range 2 {
		i, all := tidemark.FromNanos(&p, fmt.Sprint("side", s), blip.nanos, watermark.Bounded{Delay: time.Duration(c.delay)})
		in[s], of[s] = i, tidemark.KeyBy(all, blip.who)
	}
	pairs, lefts, rights := tidemark.JoinWithin(of[0], of[1], c.in, func(l, r blip) [2]blip { return [2]blip{l, r} })
	missed := tidemark.Merge(lefts, rights)
	// What came together comes together: one stream of lines, in the order of causes.
	lost := func(m tidemark.Missed[blip]) string {
		if m.Reason != tidemark.Unmatched || int64(m.Time) != m.Fact.at {
			t.Errorf("%+v", m)
		}
		return fmt.Sprintf("%s %d of %d at %d, W %d", [2]string{"left", "right"}[m.Fact.side], m.Fact.no, m.Fact.key, m.Time, m.Watermark)
	}
	type timed struct {
		key  int
		text string
	}
	all := tidemark.Merge(tidemark.Map(pairs, func(b [2]blip) timed {
		return timed{b[0].key, fmt.Sprintf("pair %d %d of %d", b[0].no, b[1].no, b[0].key)}
	}), tidemark.Map(missed, func(m tidemark.Missed[blip]) timed { return timed{m.Fact.key, lost(m)} }))
	keys := tidemark.Collect(tidemark.Filter(pairs, func(b [2]blip) bool { return b[0].key != b[1].key }))
	out := tidemark.Collect(all)
	drain := func() {
		for s, l := range out.DrainStamped() {
			if strings.HasPrefix(l.text, "pair") {
				l.text += fmt.Sprintf(" at %d", int64(s.Time))
			}
			if s.ID != (row.ID{}) || s.Kind != row.Final || s.Revision != 0 {
				t.Errorf("stamp %+v of plain facts", s)
			}
			lines = append(lines, l.text)
		}
	}
	var facts []blip
	flush := func() {
		if len(facts) > 0 {
			if err := in[facts[0].side].Feed(facts...); err != nil {
				t.Fatal(err)
			}
			facts = facts[:0]
			drain()
		}
	}
	n := cut()
	for _, x := range c.steps {
		if len(facts) > 0 && (x.advance || facts[0].side != x.side || len(facts) >= n) {
			flush()
			n = cut()
		}
		if !x.advance {
			facts = append(facts, x.blip)
			continue
		}
		if err := in[x.side].Advance(watermark.Time(x.at).UTC()); err != nil {
			t.Fatal(err)
		}
		drain()
	}
	flush()
	stats = p.Stats()
	if keys.Len() != 0 {
		t.Error("facts of two keys met")
	}
	if err := p.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if l := stats.Stages[0]; l.Balance() != 0 {
		t.Errorf("the ledger is out by %d", l.Balance())
	}
	for i, l := range p.Stats().Stages[:2] {
		if l.Balance() != 0 || l.Held != 0 || l.Rows != 0 || l.Keys != 0 {
			t.Errorf("side %d after Close: %+v", i, l)
		}
	}
	return lines, stats
}

// TestJoinWithinIsTheReference: rows, order, stamps, unmatched facts and ledgers
// are those of the naive join, however the calls are cut, with late facts too.
func TestJoinWithinIsTheReference(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 181))
		in := join.Interval{From: time.Duration(r.IntN(21) - 10)}
		in.To = in.From + time.Duration(r.IntN(14))
		randomCrossing(seed, in, int64(r.IntN(8)), 1).compare(t, seed)
	}
}

func FuzzJoinWithin(f *testing.F) {
	f.Add(uint64(1), int64(-5), int64(5), int64(3), int64(1))
	f.Add(uint64(2), int64(7), int64(7), int64(0), int64(1000))
	f.Add(uint64(3), int64(-1)<<30, int64(-1)<<20, int64(1)<<10, int64(1)<<26)
	f.Fuzz(func(t *testing.T, seed uint64, from, to, delay, unit int64) {
		const most = 1 << 40 // so that the sums of the reference do not overflow
		in := join.Interval{From: time.Duration(min(from, to) % most), To: time.Duration(max(from, to) % most)}
		if in.From <= in.To {
			randomCrossing(seed, in, max(0, delay%most), max(1, unit%most)).compare(t, seed)
		}
	})
}

// randomCrossing draws facts of both sides, some late, and moves of W; times are
// multiples of unit.
func randomCrossing(seed uint64, in join.Interval, delay, unit int64) *crossing {
	r := rand.New(rand.NewPCG(seed, 185))
	c := &crossing{in: in, delay: delay}
	now := [2]int64{int64(r.IntN(20)), int64(r.IntN(20))}
	side := 0
	for no := range 300 {
		if r.IntN(4) == 0 {
			side = 1 - side
		}
		x := deed{blip: blip{side: side, key: r.IntN(4), no: no, at: (now[side] - int64(r.IntN(11))) * unit}}
		if r.IntN(12) == 0 {
			x.advance, x.at = true, (now[side]+int64(r.IntN(9)-6))*unit
		}
		c.steps = append(c.steps, x)
		now[side] += int64(r.IntN(3))
	}
	return c
}

// compare plays it in several cuts, and compares all that comes with the reference.
func (c *crossing) compare(t *testing.T, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 186))
	want, ledgers := c.expect()
	for _, n := range []int{1, 3, 1000} {
		got, stats := c.play(t, func() int { return 1 + r.IntN(n) })
		for i := range max(len(got), len(want)) {
			if at(got, i) != at(want, i) {
				t.Fatalf("seed %d, %v, delay %d, cuts up to %d: line %d is %q, want %q", seed, c.in, c.delay, n, i, at(got, i), at(want, i))
			}
		}
		for s := range 2 {
			l := stats.Stages[s]
			if g := (tidemark.StageStats{Fed: l.Fed, Counted: l.Counted, Unmatched: l.Unmatched, Held: l.Held, Out: l.Out}); g != ledgers[s] {
				t.Fatalf("seed %d, side %d: %+v, want %+v", seed, s, g, ledgers[s])
			}
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "nothing"
}

// TestNullRowsAreNeverSpurious: without late facts the rows and the
// unmatched are the same for every order within the delay, and every interleaving
// of the two inputs; and no null row is spurious.
func TestNullRowsAreNeverSpurious(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 182))
		c := &crossing{delay: 6}
		c.in.From = time.Duration(r.IntN(21) - 10)
		c.in.To = c.in.From + time.Duration(r.IntN(14))
		var facts [2][]blip
		for side := range facts {
			for no := range 120 {
				facts[side] = append(facts[side], blip{side: side, key: r.IntN(5), no: no + 1000*side, at: int64(no/2 + r.IntN(3))})
			}
		}
		var first []string
		for try := range 6 {
			var order [2][]blip // each set back by less than the delay
			for side := range order {
				order[side] = slices.Clone(facts[side])
				back := map[int]int64{}
				for _, b := range order[side] {
					back[b.no] = b.at + int64(r.IntN(6))
				}
				slices.SortFunc(order[side], func(a, b blip) int { return cmp.Or(cmp.Compare(back[a.no], back[b.no]), cmp.Compare(a.no, b.no)) })
			}
			c.steps = nil
			for len(order[0])+len(order[1]) > 0 {
				side := r.IntN(2)
				switch try { // one side first, or in turn
				case 0, 1:
					side = try
				}
				if len(order[side]) == 0 {
					side = 1 - side
				}
				c.steps = append(c.steps, deed{blip: order[side][0]})
				order[side] = order[side][1:]
			}
			// The end of both, so that all is told.
			c.steps = append(c.steps, deed{blip{side: 0, at: 1000}, true}, deed{blip{side: 1, at: 1000}, true})
			lines, _ := c.play(t, func() int { return 1 + r.IntN(40) })
			pairs := map[string]bool{}
			for i, l := range lines {
				lines[i], _, _ = strings.Cut(l, ", W") // it is what the fact found
				var a, b, key int
				if n, _ := fmt.Sscanf(l, "pair %d %d of %d", &a, &b, &key); n == 3 {
					pairs[fmt.Sprint(a)], pairs[fmt.Sprint(b)] = true, true
				}
			}
			for _, l := range lines {
				if f := strings.Fields(l); f[0] != "pair" && pairs[f[1]] {
					t.Fatalf("seed %d: %q has met somebody", seed, l)
				}
			}
			slices.Sort(lines)
			if try == 0 {
				first = lines
			} else if !slices.Equal(lines, first) {
				t.Fatalf("seed %d, order %d: other rows", seed, try)
			}
		}
	}
}

// TestNothingOnTimeIsLateBehindJoinWithin: the W that is passed on is never beyond
// a row to come, of the pairs and of what met nobody.
func TestNothingOnTimeIsLateBehindJoinWithin(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 183))
		in := join.Interval{From: time.Duration(r.IntN(21) - 10)}
		in.To = in.From + time.Duration(r.IntN(14))
		var p tidemark.Pipeline
		a, as := tidemark.FromNanos(&p, "a", blip.nanos, watermark.Bounded{Delay: 5})
		b, bs := tidemark.FromNanos(&p, "b", blip.nanos, watermark.Bounded{Delay: 5})
		pairs, lefts, rights := tidemark.JoinWithin(tidemark.KeyBy(as, blip.who), tidemark.KeyBy(bs, blip.who), in, func(l, r blip) blip {
			l.at = max(l.at, r.at)
			return l
		})
		sorted, late := tidemark.InOrder(pairs)
		left, lateL := tidemark.InOrder(lefts)
		right, lateR := tidemark.InOrder(rights)
		times := tidemark.Collect(sorted)
		outs := []*tidemark.Output[tidemark.Missed[blip]]{tidemark.Collect(left), tidemark.Collect(right)}
		lates := []interface{ Len() int }{tidemark.Collect(late), tidemark.Collect(lateL), tidemark.Collect(lateR)}
		now := [2]int64{}
		for i := range 400 {
			s := r.IntN(2)
			f := blip{key: r.IntN(4), no: i, at: now[s] - int64(r.IntN(6))}
			if err := [2]*tidemark.Input[blip]{a, b}[s].Feed(f); err != nil {
				t.Fatal(err)
			}
			now[s] += int64(r.IntN(3))
		}
		if err := p.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		last := unset
		for s, f := range times.DrainStamped() {
			if int64(s.Time) != f.at || f.at < last {
				t.Fatalf("seed %d: the row of %d has the event time %d", seed, f.at, s.Time)
			}
			last = f.at
		}
		for _, o := range outs {
			for s, m := range o.DrainStamped() {
				if s.Time != m.Time {
					t.Fatalf("seed %d: an unmatched fact at %d goes on at %d", seed, m.Time, s.Time)
				}
			}
		}
		for i, l := range lates {
			if l.Len() > 0 {
				t.Errorf("seed %d, %v: %d are late, stream %d", seed, in, l.Len(), i)
			}
		}
	}
}

// TestTwoBranchesOfOneInputMeetTheSameHoweverTheyAreCut: causes of both sides
// interleave, and W moves between them.
func TestTwoBranchesOfOneInputMeetTheSameHoweverTheyAreCut(t *testing.T) {
	for seed := range uint64(40) {
		var first []string
		for _, cut := range []int{1, 2, 7, 300} {
			r := rand.New(rand.NewPCG(seed, 184))
			in := join.Interval{From: time.Duration(r.IntN(11) - 5)}
			in.To = in.From + time.Duration(r.IntN(9))
			var p tidemark.Pipeline
			feed, all := tidemark.FromNanos(&p, "all", blip.nanos, watermark.Bounded{Delay: 3})
			odd := tidemark.KeyBy(tidemark.Filter(all, func(b blip) bool { return b.no%3 > 0 }), blip.who)
			even := tidemark.KeyBy(tidemark.FlatMap(all, func(b blip, emit func(blip)) {
				for range b.no % 4 {
					emit(b)
				}
			}), func(b blip) int { return b.key / 2 * 2 })
			pairs, lefts, rights := tidemark.JoinWithin(odd, even, in, func(l, r blip) string { return fmt.Sprint(l, r) })
			text := func(m tidemark.Missed[blip]) string { return fmt.Sprint(m) }
			out := tidemark.Collect(tidemark.Merge(pairs.Stream, tidemark.Map(lefts, text), tidemark.Map(rights, text)))
			var facts []blip
			now := int64(0)
			for i := range 300 {
				facts = append(facts, blip{key: r.IntN(4), no: i, at: now - int64(r.IntN(6))})
				now += int64(r.IntN(3))
			}
			var lines []string
			for c := range slices.Chunk(facts, cut) {
				if err := feed.Feed(c...); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			lines = out.DrainTo(lines)
			if cut == 1 {
				first = lines
			} else if !slices.Equal(lines, first) {
				t.Fatalf("seed %d: cut by %d gives other lines than one by one", seed, cut)
			}
		}
	}
}

// TestPairsOfPanesHaveIDs: each pair another, and the same whatever the order of
// arrival; two plain facts have none.
func TestPairsOfPanesHaveIDs(t *testing.T) {
	var first map[string]row.ID
	for _, payFirst := range []bool{false, true} {
		var p tidemark.Pipeline
		a, as := tidemark.FromNanos(&p, "a", blip.nanos, watermark.Bounded{Delay: 20})
		b, bs := tidemark.FromNanos(&p, "b", blip.nanos, watermark.Bounded{})
		panes, _ := tidemark.Window[tallyOfBlips](tidemark.KeyBy(as, blip.who), window.Tumble{Size: 10})
		pairs, _, _ := tidemark.JoinWithin(panes, tidemark.KeyBy(bs, blip.who), join.Interval{From: -10, To: 10}, func(l window.Pane[int, tallyOfBlips], r blip) string {
			return fmt.Sprintf("%d [%d %d) %d at %d", l.Key, l.Start, l.End, r.no, r.at)
		})
		out := tidemark.Collect(pairs)
		feedA := func() {
			if err := a.Feed(blip{at: 1, key: 1}, blip{at: 2, key: 2}, blip{at: 11, key: 1}, blip{at: 50}); err != nil {
				t.Fatal(err)
			}
		}
		feedB := func() {
			if err := b.Feed(blip{at: 9, key: 1, no: 1}, blip{at: 9, key: 1, no: 2}, blip{at: 10, key: 1, no: 3}, blip{at: 10, key: 2, no: 3}); err != nil {
				t.Fatal(err)
			}
		}
		if payFirst {
			feedB()
			feedA()
		} else {
			feedA()
			feedB()
		}
		ids, seen := map[string]row.ID{}, map[row.ID]bool{}
		for s, text := range out.DrainStamped() {
			if s.ID == (row.ID{}) || seen[s.ID] {
				t.Errorf("%s has the ID %v, of another or none", text, s.ID)
			}
			ids[text], seen[s.ID] = s.ID, true
		}
		if len(ids) != 7 {
			t.Errorf("%d pairs, want 7: %v", len(ids), ids)
		}
		if first == nil {
			first = ids
		}
		for text, id := range first { // order: each on its own
			if ids[text] != id {
				t.Errorf("%s has the ID %v in one order, %v in another", text, id, ids[text])
			}
		}
	}
}

type tallyOfBlips struct{ n agg.Count }

func (l *tallyOfBlips) Add(blip)              { l.n.Add() }
func (l *tallyOfBlips) Merge(o *tallyOfBlips) { l.n.Merge(&o.n) }

// TestJoinWithinStaysWithinWhatStatsTells: the state is in proportion to the
// interval, and Stats tells its memory.
func TestJoinWithinStaysWithinWhatStatsTells(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	var rows []int64
	for _, to := range []time.Duration{time.Minute, 10 * time.Minute} {
		before := heap()
		var p tidemark.Pipeline
		a, as := tidemark.FromNanos(&p, "a", blip.nanos, watermark.Bounded{Delay: time.Second})
		b, bs := tidemark.FromNanos(&p, "b", blip.nanos, watermark.Bounded{Delay: time.Second})
		pairs, _, _ := tidemark.JoinWithin(tidemark.KeyBy(as, blip.who), tidemark.KeyBy(bs, blip.who), join.Interval{To: to}, func(l, r blip) int64 { return r.at })
		out := tidemark.Collect(pairs)
		facts, answers := make([]blip, 1000), make([]blip, 1000)
		for i := 0; i < 400_000; i += len(facts) {
			for j := range facts {
				n := i + j
				facts[j] = blip{key: n, no: n, at: int64(n) * int64(5*time.Millisecond)}
				answers[j] = blip{key: n - 1000 + n%7*100, no: n, at: int64(n) * int64(5*time.Millisecond)}
			}
			if err := a.Feed(facts...); err != nil {
				t.Fatal(err)
			}
			if err := b.Feed(answers...); err != nil {
				t.Fatal(err)
			}
			for range out.Drain() {
			}
		}
		grown := heap() - before
		var told int64
		for _, s := range p.Stats().Stages {
			told += s.Bytes
		}
		if told < grown*3/4 || told > grown*5/4 {
			t.Errorf("to %v: Stats tells %d bytes, the heap grew by %d", to, told, grown)
		}
		s := p.Stats().Stages[0]
		rows = append(rows, s.Rows)
		t.Logf("to %v: %d facts of %d keys in %.1f MB, the heap grew by %.1f MB", to, s.Rows, s.Keys, float64(told)/1e6, float64(grown)/1e6)
		runtime.KeepAlive(a)
		runtime.KeepAlive(b)
	}
	if rows[1] < rows[0]*8 || rows[1] > rows[0]*12 {
		t.Errorf("%d facts are kept for an interval, %d for one ten times as long", rows[0], rows[1])
	}
}
