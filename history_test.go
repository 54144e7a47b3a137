package tidemark_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// A history is a pipeline and the calls made to it, all random. It is played by
// the pipeline and by the reference: the rows, their order and stamps, what was
// missed, and the ledger must be the same, however the facts are cut into calls.
//
// TIDEMARK_HISTORIES is the number of histories, TIDEMARK_SEED plays one again.
func TestHistoriesAreAsTheReference(t *testing.T) { histories(t, 3000, checkHistory) }

// Within the bound of disorder, the order in which facts come makes no difference.
func TestHistoriesPermutedWithinTheBoundGiveTheSameRows(t *testing.T) {
	histories(t, 600, checkPermuted)
}

// setting is a number from the environment.
func setting(t *testing.T, name string) (n uint64, ok bool) {
	s := os.Getenv(name)
	if s == "" {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("%s is %q: must be a number", name, s)
	}
	return n, true
}

// histories runs check for many seeds, or for the one that is set. A fifth of
// the number set is enough for the lesser tests.
func histories(t *testing.T, number uint64, check func(t *testing.T, seed uint64) string) {
	if seed, ok := setting(t, "TIDEMARK_SEED"); ok {
		if why := check(t, seed); why != "" {
			t.Error(why)
		}
		return
	}
	if n, ok := setting(t, "TIDEMARK_HISTORIES"); ok {
		number = n * number / 3000
	}
	defer debug.SetGCPercent(debug.SetGCPercent(1000)) // pipelines come and go
	var all sync.WaitGroup
	workers := uint64(runtime.GOMAXPROCS(0))
	for w := range workers {
		all.Go(func() {
			for seed := w; seed < number && !t.Failed(); seed += workers {
				if why := check(t, seed); why != "" {
					t.Errorf("seed %d: TIDEMARK_SEED=%d go test -run '^%s$' .\n%s", seed, seed, t.Name(), why)
				}
			}
		})
	}
	all.Wait()
}

func newGenerator(seed uint64, commute bool) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 0x7469646d61726b)), commute: commute}
}

func checkHistory(_ *testing.T, seed uint64) string {
	g := newGenerator(seed, false)
	sh, calls, start := g.history()
	why := differs(sh, calls, start, seed)
	if why == "" {
		return ""
	}
	sh, calls = shrink(sh, calls, func(sh *shape, calls []action) bool { return differs(sh, calls, start, seed) != "" })
	return differs(sh, calls, start, seed) + "\n" + sh.String() + fmt.Sprintf("clock at %d\n", start) + written(calls)
}

func checkPermuted(_ *testing.T, seed uint64) string {
	g := newGenerator(seed, true)
	sh, calls, start := g.history()
	others := g.permuted(calls)
	a, err := played(sh, calls, start, nil)
	if err != nil {
		return err.Error()
	}
	b, err := played(sh, others, start, nil)
	if err != nil {
		return err.Error()
	}
	if why := unlike(a, b); why != "" {
		return why + "\n" + sh.String() + "first:\n" + written(calls) + "then:\n" + written(others)
	}
	return ""
}

// unlike compares rows as multisets.
func unlike(a, b *player) string {
	for i := range a.rows {
		count := map[record]int{}
		for _, r := range a.rows[i] {
			count[timeless(r)]++
		}
		for _, r := range b.rows[i] {
			count[timeless(r)]--
		}
		for r, n := range count {
			if n != 0 {
				return fmt.Sprintf("outlet %d: %d times more in the first order: %+v", i, n, r)
			}
			if r.reason == tidemark.Late {
				return fmt.Sprintf("outlet %d: late within the bound: %+v", i, r)
			}
		}
	}
	return ""
}

// timeless takes out of a record what depends on who came before.
func timeless(r record) record {
	if r.reason != 0 {
		r.w = 0
	}
	r.pane.Value.Chain = 0
	return r
}

// played makes a pipeline of a shape and plays calls to it.
func played(sh *shape, calls []action, start int64, cut *rand.Rand) (*player, error) {
	pl, err := newPlayer(sh, start)
	if err != nil {
		return nil, err
	}
	return pl, pl.play(calls, cut)
}

// differs plays calls to the reference, and to pipelines in several cuts, and
// returns what differs.
func differs(sh *shape, calls []action, start int64, seed uint64) string {
	ref := newReference(sh)
	ref.play(calls, start)
	var first *player
	for i, c := range []struct {
		name  string
		calls []action
		cut   *rand.Rand
	}{
		{"as they are", calls, nil},
		{"fact by fact", split(calls), nil},
		{"feeds merged", merged(calls), nil},
		{"feeds merged and cut", merged(calls), rand.New(rand.NewPCG(seed, 1))},
	} {
		pl, err := played(sh, c.calls, start, c.cut)
		if err != nil {
			return c.name + ": " + err.Error()
		}
		why := ref.compare(pl)
		if why == "" && i == 0 && !slices.Equal(pl.due, ref.due) {
			why = fmt.Sprintf("Next told %v, want %v", pl.due, ref.due)
		}
		if why == "" && i > 0 {
			why = compareIDs(first, pl)
		}
		if why != "" {
			return c.name + ": " + why
		}
		if i == 0 {
			first = pl
		}
	}
	return ""
}

// split feeds each fact in a call of its own.
func split(calls []action) (out []action) {
	for _, c := range calls {
		if c.verb != doFeed {
			out = append(out, c)
			continue
		}
		for i := range c.facts {
			one := c
			one.facts = c.facts[i : i+1]
			out = append(out, one)
		}
	}
	return out
}

// merged makes one Feed of those in a row to one partition.
func merged(calls []action) (out []action) {
	for _, c := range calls {
		if c.verb == doDrain {
			continue
		}
		if n := len(out); n > 0 && c.verb == doFeed && out[n-1].verb == doFeed && out[n-1].input == c.input && out[n-1].part == c.part {
			out[n-1].facts = slices.Concat(out[n-1].facts, c.facts)
			continue
		}
		out = append(out, c)
	}
	return out
}

// play makes the calls, fact by fact.
func (r *reference) play(calls []action, clock int64) {
	for _, c := range calls {
		var in *refInput
		if len(r.inputs) > c.input {
			in = r.inputs[c.input]
			c.part = min(c.part, len(in.parts)-1) // its naming may have been dropped
		}
		switch c.verb {
		case doFeed:
			for _, x := range c.facts {
				r.feed(r.stageOf(in), c.part, x, clock)
			}
		case doAdvance:
			r.advance(in, c.part, c.at, clock)
		case doIdle:
			r.beIdle(in, c.part, clock)
		case doClose:
			r.closeInput(in, c.part, clock)
		case doName:
			r.name(in)
		case doWait:
			clock += c.at
		case doFlush:
			r.flush(clock)
		case doEnd:
			r.close()
		}
		if r.shape.clock {
			r.due = append(r.due, r.next())
		}
	}
	r.flush(clock)
}

func (r *reference) stageOf(in *refInput) *refStage {
	return r.stages[slices.IndexFunc(r.stages, func(s *refStage) bool { return s.input == in })]
}

// flush does what the clock has made due.
func (r *reference) flush(clock int64) {
	if !r.ended {
		r.tick(clock)
	}
}

// record gives a row as it should come out.
func (x *refRow) record() record {
	r := record{stamp: x.stamp, sale: x.sale, pane: x.pane}
	if m := x.miss; m != nil {
		r.sale, r.pane = m.of.sale, m.of.pane
		r.reason, r.time, r.w, r.stage, r.detail, r.spans = m.reason, m.of.time, m.w, m.stage, m.detail, len(m.spans)
		if len(m.spans) > 0 {
			r.span = m.spans[0]
		}
	}
	if r.pane != (takings{}) {
		r.sale = sale{}
	}
	r.pane.Stamp = row.Stamp{}
	return r
}

// compare returns what differs between the reference and a pipeline.
func (r *reference) compare(pl *player) string {
	if r.unsure || r.rough {
		return r.compareStanding(pl)
	}
	names, back := map[row.ID]row.ID{{}: {}}, map[row.ID]row.ID{{}: {}}
	for i, want := range r.rows {
		got := pl.rows[i]
		for k := range min(len(want), len(got)) {
			w, g := want[k].record(), got[k]
			wid, gid := w.stamp.ID, g.stamp.ID
			if w.stamp.ID = gid; w != g {
				return fmt.Sprintf("outlet %d (%+v): row %d is\n%+v, want\n%+v", i, r.shape.outs[i], k, g, w)
			}
			if n, ok := names[wid]; ok && n != gid {
				return fmt.Sprintf("outlet %d: row %d has the ID %v, and elsewhere %v: %+v", i, k, gid, n, g)
			}
			if n, ok := back[gid]; ok && n != wid {
				return fmt.Sprintf("outlet %d: row %d has the ID %v of another row: %+v", i, k, gid, g)
			}
			names[wid], back[gid] = gid, wid
		}
		if len(want) > len(got) {
			return fmt.Sprintf("outlet %d (%+v): %d rows, want %d; the next would be\n%+v", i, r.shape.outs[i], len(got), len(want), want[len(got)].record())
		}
		if len(want) < len(got) {
			return fmt.Sprintf("outlet %d (%+v): %d rows, want %d; the next is\n%+v", i, r.shape.outs[i], len(got), len(want), got[len(want)])
		}
	}
	if r.errors != pl.refused {
		return fmt.Sprintf("%d errors of facts, want %d", pl.refused, r.errors)
	}
	return r.compareStats(pl.p.Stats())
}

// compareIDs compares the rows of two runs, which must be the same in all.
func compareIDs(a, b *player) string {
	for i := range a.rows {
		for k := range a.rows[i] {
			if a.rows[i][k] != b.rows[i][k] {
				return fmt.Sprintf("outlet %d: row %d is %+v, and in another run %+v", i, k, b.rows[i][k], a.rows[i][k])
			}
		}
	}
	return ""
}

// compareStats compares the ledger of every stage and input.
func (r *reference) compareStats(got tidemark.Stats) string {
	var want []tidemark.StageStats
	for i, s := range r.stages {
		l := s.ledger
		l.Stage = s.name(i)
		switch s.op {
		case opInput, opKey:
		case opWindow, opWindowPanes, opTop:
			if s.op == opWindow && !s.loose() {
				want = append(want, l)
				break
			}
			n := l.Out.Final + l.Out.Early + l.Out.Correction + l.Out.Withdrawn
			want = append(want, l, tidemark.StageStats{Stage: l.Stage + "/map", Fed: n, Counted: n})
		case opJoin:
			s.old.Stage = l.Stage + ":versions"
			want = append(want, l, s.old)
		default:
			want = append(want, l)
		}
	}
	for i := range r.rows {
		n := uint64(len(r.rows[i]))
		want = append(want, tidemark.StageStats{Fed: n, Counted: n})
	}
	if len(got.Stages) != len(want) {
		return fmt.Sprintf("%d stages in Stats, want %d:\n%s", len(got.Stages), len(want), got)
	}
	for i, g := range got.Stages {
		w := want[i]
		if w.Stage == "" { // of a sink
			w.Stage = g.Stage
		}
		w.Keys, w.Rows, w.Bytes = g.Keys, g.Rows, g.Bytes
		if g != w {
			return fmt.Sprintf("the ledger is\n%+v, want\n%+v", g, w)
		}
		if g.Balance() != 0 {
			return fmt.Sprintf("the ledger does not balance: %+v", g)
		}
	}
	return r.compareInputs(got.Inputs)
}

func (r *reference) compareInputs(got []tidemark.InputStats) string {
	for i, in := range r.inputs {
		name := r.shape.steps[i].name(i)
		fed, refused := uint64(0), uint64(0)
		for k, p := range in.parts {
			at := slices.IndexFunc(got, func(s tidemark.InputStats) bool {
				return s.Name == name && (k == 0 && s.Partition == "" || s.Partition == fmt.Sprint("p", k))
			})
			if at < 0 {
				if p.counts || p.fed > 0 {
					return fmt.Sprintf("partition %d of %s is not in Stats", k, name)
				}
				continue
			}
			s := got[at]
			fed, refused = fed+s.Fed, refused+s.Refused
			w := watermark.Min
			if !s.Watermark.IsZero() {
				w = watermark.Time(s.Watermark.UnixNano())
			}
			if s.Idle != p.idle && p.counts || s.Closed != p.closed || w != in.own(p) && !p.closed {
				return fmt.Sprintf("partition %d of %s is %+v, want W %v idle %v closed %v", k, name, s, in.own(p), p.idle, p.closed)
			}
		}
		if fed != in.fed || refused != in.sent {
			return fmt.Sprintf("%s: fed %d and refused %d, want %d and %d", name, fed, refused, in.fed, in.sent)
		}
	}
	return ""
}

// written gives calls, a line each.
func written(calls []action) string {
	var b strings.Builder
	for _, c := range calls {
		fmt.Fprintf(&b, "%s input %d part %d", c.verb, c.input, c.part)
		if c.at != 0 {
			fmt.Fprintf(&b, " at %d", c.at)
		}
		if len(c.facts) > 0 {
			fmt.Fprintf(&b, " %v", c.facts)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
