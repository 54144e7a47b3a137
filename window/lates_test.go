package window

import (
	"math/bits"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// work is an accumulator that counts what is done to it.
type work struct {
	facts int64
	done  *int
}

func (c *work) Add(done *int) {
	c.facts, c.done = c.facts+1, done
	*done++
}

func (c *work) Merge(o *work) {
	if c.facts, c.done = c.facts+o.facts, o.done; o.done != nil {
		*o.done++
	}
}

// asked is a layout that counts how often it is asked for a span or an end.
type asked struct {
	layout
	times *int
}

func (a asked) next(w watermark.Time) watermark.Time { *a.times++; return a.layout.next(w) }
func (a asked) ending(end watermark.Time) Span       { *a.times++; return a.layout.ending(end) }
func (a asked) spans(dst []Span, s Span) []Span {
	before := len(dst)
	dst = a.layout.spans(dst, s)
	*a.times += len(dst) - before
	return dst
}

// A fact that is late for some of its spans costs some log2 of their number in adds,
// a pane as many merges, and neither memory nor a walk over the spans is needed.
func TestAFactThatIsPartlyLateCostsLittleWhateverTheNumberOfSlices(t *testing.T) {
	for _, n := range []int{60, 3600} {
		most := bits.Len(uint(n))
		s, err := NewStore[work, *int, int](Hop{Size: time.Duration(n), Every: 1}, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		done, times := 0, 0
		s.sliced.lay = asked{s.sliced.lay, &times}
		told := Told[int, work]{Brief: [Refused + 1]bool{Late: true, Partly: true}}
		facts := make([]int64, 5*n) // by slice
		key, at, fact := []int{1}, []watermark.Time{0}, []*int{&done}
		add := func(slice int) {
			at[0] = watermark.Time(slice)
			facts[slice]++
			s.AddAll(key, at, fact, &told)
		}
		w := 0
		fire := func() {
			w++
			done = 0
			s.Fire(watermark.Time(w), false, &told)
			for _, p := range told.Panes {
				want := int64(0)
				for i := max(p.Start, 0); i < p.End; i++ {
					want += facts[i]
				}
				if p.Value.facts != want || int64(p.Facts) != want {
					t.Fatalf("%d slices: %v has %d facts, want %d", n, p, p.Value.facts, want)
				}
			}
			told.Reset(false)
		}
		for w < 3*n/2 {
			add(w)
			fire()
		}
		flips := 0
		for range n { // through all states of the stacks
			for range 3 {
				back := 1 + (w*7919+int(facts[w-1])*104729)%(n-1)
				done, times = 0, 0
				add(w - back)
				if len(told.Missed) != 1 || told.Missed[0].Fate != Partly || told.Missed[0].Spans != nil {
					t.Fatalf("%d slices: a fact %d behind: %+v, want one that is partly late, without spans", n, back, told.Missed)
				}
				if told.Reset(false); done > most {
					t.Fatalf("%d slices: a fact %d behind is added or merged %d times, want at most %d", n, back, done, most)
				}
				if times > 8 {
					t.Fatalf("%d slices: a fact %d behind asks for %d spans and ends, want at most 8", n, back, times)
				}
			}
			add(w)
			if fire(); done > most+4 {
				if flips++; flips > 2 || done > n+most+4 {
					t.Fatalf("%d slices: W at %d, where the stacks are flipped for the %d. time: %d merges", n, w, flips, done)
				}
			}
		}
		if got := testing.AllocsPerRun(100, func() { add(w - 1); told.Reset(false) }); got > 0 {
			t.Errorf("%d slices: a fact that is partly late allocates %v times, want 0", n, got)
		}
	}
}

// The spans are told where they are read, and there alone.
func TestSpansThatAreMissedAreToldUnlessNobodyReadsThem(t *testing.T) {
	for _, rule := range []Rule{Hop{Size: 4, Every: 1}, Tumble{Size: 4}, Session{Gap: 4}} {
		for fate, facts := range map[Fate]watermark.Time{Late: 2, Partly: 9} { // order: each by itself
			for _, brief := range []bool{false, true} {
				s, err := NewStore[bag, int, int](rule, Settings{})
				if err != nil {
					t.Fatal(err)
				}
				var told Told[int, bag]
				told.Brief[fate] = brief
				s.Fire(10, false, &told)
				s.AddAll([]int{1}, []watermark.Time{facts}, []int{1}, &told)
				for _, m := range told.Missed {
					if told := len(m.Spans) > 0; m.Fate == fate && told == brief {
						t.Errorf("%T%+v: brief %t: %+v", rule, rule, brief, m)
					}
				}
				if _, hop := rule.(Hop); hop && (len(told.Missed) != 1 || told.Missed[0].Fate != fate) {
					t.Errorf("%T%+v: told %+v, want one of fate %d", rule, rule, told.Missed, fate)
				}
			}
		}
	}
}

// Look counts what came late for a slice that had no facts while the stacks went on.
func TestLookAtASpanWithASliceThatCameLate(t *testing.T) {
	s, err := NewStore[bag, int, int](Hop{Size: 6, Every: 1}, Settings{Lateness: 20})
	if err != nil {
		t.Fatal(err)
	}
	var told Told[int, bag]
	for _, at := range []watermark.Time{0, 3, 4, 5, 6} {
		s.AddAll([]int{1}, []watermark.Time{at}, []int{1}, &told)
	}
	s.Fire(10, false, &told) // the last span that fired starts at 4
	s.AddAll([]int{1}, []watermark.Time{2}, []int{1}, &told)
	if span, facts, open := s.Look(1, 2); span != (Span{2, 8}) || facts != 5 || open {
		t.Errorf("Look gives %v %d %t, want [2, 8) with 5 facts, fired", span, facts, open)
	}
}

// Hops anywhere in time, the bounds and cut off slices included, with facts of all
// degrees of lateness: each pane has what a walk over all facts gives it.
func TestLateFactsOfHopsAnywhereInTime(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 11))
		size := time.Duration(1 + r.Uint64N(1<<r.IntN(62)))
		every := max(1, size/time.Duration(1+r.IntN(70))-time.Duration(r.IntN(2)))
		rule := Hop{Size: size, Every: every, Offset: time.Duration(r.Int64N(int64(size)))}
		s, err := NewStore[bag, int, int](rule, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		from := []watermark.Time{watermark.Min, watermark.Min + watermark.Time(r.Int64N(int64(size))), -watermark.Time(size / 2), watermark.Max.Add(-size)}[r.IntN(4)]
		to := min(from.Add(size).Add(size).Add(size), watermark.Max-1)
		type fact struct {
			t watermark.Time
			v int
		}
		var facts []fact // that counted, wholly or in part, with W before
		var ws []watermark.Time
		w := watermark.Min
		var told Told[int, bag]
		check := func() {
			for _, p := range told.Panes {
				var want []int
				for i, f := range facts {
					if p.Contains(f.t) && ws[i] < p.End {
						want = append(want, f.v)
					}
				}
				slices.Sort(p.Value.vals)
				slices.Sort(want)
				if !reflect.DeepEqual(p.Value.vals, want) {
					t.Fatalf("seed %d: %+v: %v gives %v, want %v", seed, rule, p.Span, p.Value.vals, want)
				}
			}
			told.Reset(true)
		}
		for v := range 120 {
			at := from + watermark.Time(r.Uint64N(uint64(to-from)+1))
			if w > from && r.IntN(2) == 0 {
				at = max(from, w.Add(-time.Duration(r.Int64N(int64(size)))))
			}
			facts, ws = append(facts, fact{at, v}), append(ws, w)
			s.AddAll([]int{1}, []watermark.Time{at}, []int{v}, &told)
			if r.IntN(3) == 0 {
				w = max(w, min(from.Add(time.Duration(float64(to-from)*float64(v)/120)), to))
				s.Fire(w, false, &told)
			}
			check()
		}
		s.Fire(watermark.Max, false, &told)
		check()
	}
}
