package window

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

type mergingRule func(watermark.Time) Span

func (f mergingRule) Plan() (Plan, error) { return Merging(f), nil }

// sessionStep is facts in a row, then a move of W.
type sessionStep struct {
	keys  []int
	times []watermark.Time
	w     watermark.Time
}

const sessionKeys = 4

// sessionCase is a rule, settings, and what is done.
type sessionCase struct {
	rule  Rule
	set   Settings
	end   func(watermark.Time) watermark.Time
	most  time.Duration
	steps []sessionStep
}

// randomSessions makes a case.
func randomSessions(r *rand.Rand) (c sessionCase) {
	kind := r.IntN(6)
	if r.IntN(3) == 0 {
		c.set.MaxKeys.N = 1 + r.IntN(3)
	}
	if c.set.MaxKeys.N > 0 && r.IntN(2) == 0 {
		c.set.MaxKeys.Evict, kind = true, 1+r.IntN(5)
	}
	gap := time.Duration(1 + r.IntN(12))
	c.end = func(t watermark.Time) watermark.Time { return t.Add(gap) }
	c.rule = Session{Gap: gap}
	switch kind {
	case 0:
		c.most = time.Duration(1 + r.IntN(30))
		c.rule = Session{Gap: gap, MaxSpan: c.most}
	case 1:
		c.end = func(t watermark.Time) watermark.Time { return t.Floor(gap, 0).Add(gap).Add(2) } // up to 2 beyond a multiple
		c.rule = mergingRule(func(t watermark.Time) Span { return Span{t, c.end(t)} })
	}
	c.set.Sorted = r.IntN(2) == 0
	if c.most == 0 && !c.set.MaxKeys.Evict {
		if r.IntN(2) == 0 {
			c.set.Lateness = time.Duration(1 + r.IntN(25))
			if r.IntN(2) == 0 {
				c.set.Coalesce = time.Duration(1 + r.IntN(15))
			}
		}
		if r.IntN(2) == 0 {
			c.set.EarlyEvery = time.Duration(1 + r.IntN(15))
		}
	}
	now, keys, fed := watermark.Time(r.IntN(1000)-500), 1+r.IntN(sessionKeys), 0
	if bound := r.IntN(12); bound == 0 {
		now = watermark.Min + 40
	} else if bound == 1 {
		now = watermark.Max - 150
	}
	for range 40 {
		var s sessionStep
		for range r.IntN(6) {
			t := now.Add(time.Duration(r.IntN(50) - 30))
			s.keys = append(s.keys, r.IntN(keys))
			s.times = append(s.times, min(max(t, watermark.Min+1), watermark.Max-1))
			fed++
		}
		now = now.Add(time.Duration(r.IntN(12)))
		if r.IntN(30) == 0 {
			now = now.Add(time.Duration(r.IntN(200)))
		}
		s.w = now.Add(-time.Duration(r.IntN(20)))
		c.steps = append(c.steps, s)
	}
	return c
}

// reference plays a case into the reference.
func (c sessionCase) reference() *naiveSessions {
	n := newNaiveSessions(sessionKeys, c.end, c.most, c.set)
	for _, s := range c.steps {
		for i := range s.keys {
			n.add(s.keys[i], s.times[i])
		}
		if s.w > n.w {
			n.advance(s.w, false)
		}
	}
	n.advance(watermark.Max, true)
	return n
}

// sessionPlay is what a store has told, in the order of causes.
type sessionPlay struct {
	told  Told[int, sessionBag]
	lines []func() string // made at the end, when the store has gone on
	ids   map[row.ID]string
}

// play plays a case into a store, in batches of at most n facts.
func (c sessionCase) play(t testing.TB, n int) (log []string, store *Store[int, sessionBag, int, *sessionBag]) {
	t.Helper()
	store, err := NewStore[sessionBag, int, int](c.rule, c.set)
	if err != nil {
		t.Fatal(err)
	}
	var p sessionPlay
	fed, w := 0, watermark.Min
	for _, s := range c.steps {
		for i := 0; i < len(s.keys); i += n {
			m := min(i+n, len(s.keys))
			facts := make([]int, m-i)
			for k := range facts {
				facts[k] = fed + k
			}
			fed += len(facts)
			store.AddAll(s.keys[i:m], s.times[i:m], facts, &p.told)
			p.added(t, len(facts))
		}
		if s.w > w {
			w = s.w
			store.Fire(w, false, &p.told)
			p.fired()
		}
	}
	store.Fire(watermark.Max, true, &p.told)
	p.fired()
	p.ids = map[row.ID]string{}
	for _, line := range p.lines {
		log = append(log, line())
	}
	return log, store
}

// added notes what n facts brought about.
func (p *sessionPlay) added(t testing.TB, n int) {
	t.Helper()
	at, missed, given := 0, p.told.Missed, p.told.Given
	for i := range n {
		for len(missed) > 0 && missed[0].Fact == i {
			m := missed[0]
			p.lines = append(p.lines, func() string {
				return map[Fate]string{Late: "late", Refused: "refused " + m.Detail}[m.Fate] + sessionSpans(m.Spans)
			})
			missed = missed[1:]
		}
		for len(given) > 0 && given[0].Fact == i {
			p.rows(at, given[0].Upto)
			at, given = given[0].Upto, given[1:]
		}
	}
	if at != len(p.told.Panes) || len(missed)+len(given) > 0 {
		t.Errorf("of %d panes %d are given by facts", len(p.told.Panes), at)
	}
	p.told = Told[int, sessionBag]{}
}

func (p *sessionPlay) fired() {
	p.rows(0, len(p.told.Panes))
	p.told = Told[int, sessionBag]{}
}

func (p *sessionPlay) rows(from, to int) {
	for i := from; i < to; i++ {
		pane, instead := p.told.Panes[i], []Pane[int, sessionBag](nil)
		for _, r := range p.told.Replaced {
			if r.At == i {
				instead = append(instead, r.Pane)
			}
		}
		p.lines = append(p.lines, func() string {
			line := sessionLine(pane)
			for _, o := range instead {
				line += " for " + sessionLine(o)
				if o.ID != pane.ID {
					line += " with another ID"
				}
			}
			if pane.Time != pane.End-1 && pane.Time != pane.End { // cut by a fact at W, it may not lie behind W
				line += fmt.Sprint(" at ", int64(pane.Time))
			}
			name := fmt.Sprint(pane.Key, pane.Start)
			if had, ok := p.ids[pane.ID]; ok && had != name || pane.ID == (row.ID{}) {
				line += " with the ID of " + had
			}
			p.ids[pane.ID] = name
			return line
		})
	}
}

func sessionLine(p Pane[int, sessionBag]) string {
	return fmt.Sprintf("%v %d [%d %d) last=%d n=%d %v rev=%d forced=%t", p.Kind, p.Key, p.Start, p.End, p.Last, p.Facts, p.Value, p.Revision, p.Forced)
}

// differ tells where two logs part.
func differ(t *testing.T, what string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("%s: line %d of %d is\n%v, want\n%v, after\n%v", what, i, len(want), got[i:min(i+1, len(got))], want[i:min(i+1, len(want))], want[max(0, i-8):i])
		}
	}
}

// match compares a store with the reference, fed one by one and in batches.
func (c sessionCase) match(t *testing.T, what string, batch int) {
	t.Helper()
	what = fmt.Sprintf("%s: %T%+v %+v", what, c.rule, c.rule, c.set)
	want := c.reference().log
	one, store := c.play(t, 1)
	differ(t, what+" one by one", one, want)
	batches, _ := c.play(t, batch)
	differ(t, what+" in batches", batches, want)
	if keys, panes, _ := store.Held(); keys != 0 || panes != 0 {
		t.Fatalf("%s: %d keys and %d panes are held at the end", what, keys, panes)
	}
}

func TestSessionsMatchTheReference(t *testing.T) {
	rounds := uint64(1500)
	if testing.Short() {
		rounds = 300
	}
	for seed := range rounds {
		c := randomSessions(rand.New(rand.NewPCG(seed, 0)))
		c.match(t, fmt.Sprint("seed ", seed), 1+int(seed%7))
	}
}

// bytesFirst is randomness that begins with what a fuzzer gives.
type bytesFirst struct {
	b    []byte
	then *rand.PCG
}

func (s *bytesFirst) Uint64() uint64 {
	x := s.then.Uint64()
	if len(s.b) > 0 {
		x, s.b = x>>8|uint64(s.b[0])<<56, s.b[1:]
	}
	return x
}

func FuzzSessions(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte("\x00\x00\x00\x80\x80\x80\x80\x00\xff\xff\x10\x20\x30\x40\x50"))
	f.Add([]byte("\xff\x00\x80\x00\x80\x00\x80\x00\x10\x00\x20\x00\x30\x00\x40\x00\x50"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := randomSessions(rand.New(&bytesFirst{b, rand.NewPCG(1, 2)}))
		c.match(t, fmt.Sprintf("%q", b), 1+len(b)%7)
	})
}
