package window

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// slicedOf returns the mechanism of a store of spans that depend on time alone.
func slicedOf(t testing.TB, rule Rule, set Settings) (*Store[int, bag, int, *bag], *sliced[int, bag, int, *bag]) {
	t.Helper()
	s, err := NewStore[bag, int, int](rule, set)
	if err != nil {
		t.Fatal(err)
	}
	return s, s.mechanism.(*sliced[int, bag, int, *bag])
}

// laid is a table as it can be compared: the entries in their order.
func laid(c *cells[int, bag]) (all []string) {
	for i := range c.Entries {
		e := &c.Entries[i]
		all = append(all, fmt.Sprint(e.Key, e.Value.facts, e.Value.last, e.Value.value.vals))
	}
	return all
}

// Open spans that are put together with what they share are what each is by itself,
// with the keys and the facts of a key in the same order.
func TestOpenSpansShareWhatTheyHaveInCommon(t *testing.T) {
	shared := 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 21))
		every := time.Duration(1 + r.IntN(6))
		var rule Rule = Hop{Size: every * time.Duration(1+r.IntN(12)), Every: every, Offset: time.Duration(r.IntN(5))}
		if r.IntN(3) == 0 {
			rule = Cumulate{Size: every * time.Duration(1+r.IntN(12)), Step: every}
		}
		set := Settings{EarlyEvery: time.Duration(1 + r.IntN(10)), Lateness: time.Duration(r.IntN(3) * r.IntN(30)), Deadline: time.Duration(r.IntN(2) * r.IntN(60))}
		store, s := slicedOf(t, rule, set)
		w, now := watermark.Time(-20), watermark.Time(0)
		for step := range 80 {
			var told Told[int, bag]
			if r.IntN(3) == 0 {
				w += watermark.Time(r.IntN(12))
				store.Fire(w, false, &told)
			} else {
				store.AddAll([]int{r.IntN(6)}, []watermark.Time{w + watermark.Time(r.IntN(70)-25)}, []int{step}, &told)
			}
			now += watermark.Time(r.IntN(4))
			store.Tick(now)
			store.Expire(&told)
			look := s.overlaps(fewOpen + 1)
			for _, span := range s.openSpans() {
				want := laid(s.peek(span))
				if got := laid(look.peek(span)); !reflect.DeepEqual(got, want) {
					t.Fatalf("seed %d, step %d: %T%+v %+v: %v under W %d is\n%q, want\n%q", seed, step, rule, rule, set, span, w, got, want)
				}
				if look.own && !s.plan.grid.grow {
					shared++
				}
			}
			look.end()
		}
	}
	if shared < 1000 {
		t.Errorf("%d spans had a front of their own: nearly nothing was tried", shared)
	}
}

// merges is an accumulator that counts how often it was merged.
type merges struct {
	facts  int64
	merged *int
}

func (c *merges) Add(m *int) { c.facts, c.merged = c.facts+1, m }

func (c *merges) Merge(o *merges) {
	if c.facts, c.merged = c.facts+o.facts, o.merged; o.merged != nil {
		*o.merged++
	}
}

// A preview costs a few Merges a row, however many slices a span has.
func TestAPreviewCostsAsMuchAsItsRows(t *testing.T) {
	for _, n := range []int{4, 40, 400} {
		for _, rule := range []Rule{Hop{Size: time.Duration(n), Every: 1}, Cumulate{Size: time.Duration(n), Step: 1}} {
			s, err := NewStore[merges, *int, int](rule, Settings{EarlyEvery: time.Duration(n)})
			if err != nil {
				t.Fatal(err)
			}
			merged, rows, most := 0, 0, 0
			for w := range watermark.Time(3 * n) {
				var told Told[int, merges]
				for key := range 2 {
					s.AddAll([]int{key}, []watermark.Time{w}, []*int{&merged}, &told)
				}
				before := merged
				if s.Fire(w+1, false, &told); (w+1)%watermark.Time(n) == 0 {
					rows, most = rows+len(told.Panes), most+merged-before
				}
			}
			if most > 8*rows {
				t.Errorf("%T of %d slices: %d Merges for %d rows of previews", rule, n, most, rows)
			}
		}
	}
}

// BenchmarkPreview puts the open spans of a hop together, of 100 keys with a fact in
// each slice: with what they share, and each by itself. It tells the cost of a row.
func BenchmarkPreview(b *testing.B) {
	for _, n := range []int{2, 12, 60, 360} {
		const keys = 100
		store, err := NewStore[figures, event, int](Hop{Size: time.Duration(n), Every: 1}, Settings{})
		if err != nil {
			b.Fatal(err)
		}
		s := store.mechanism.(*sliced[int, figures, event, *figures])
		var told Told[int, figures]
		for w := range watermark.Time(2*n + n/2) {
			for key := range keys {
				store.AddAll([]int{key}, []watermark.Time{w}, []event{{value: int64(key)}}, &told)
			}
			store.Fire(w+1, false, &told)
			told = Told[int, figures]{}
		}
		spans := s.openSpans()
		b.Run(fmt.Sprintf("slices=%d/shared", n), func(b *testing.B) {
			for b.Loop() {
				look := s.overlaps(fewOpen + 1)
				for _, span := range spans {
					look.peek(span)
				}
				look.end()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(spans)*keys), "ns/row")
		})
		b.Run(fmt.Sprintf("slices=%d/apart", n), func(b *testing.B) {
			for b.Loop() {
				for _, span := range spans {
					s.peek(span)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(spans)*keys), "ns/row")
		})
	}
}
