package window

import (
	"fmt"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// However many slices a span has, a pane of any kind costs a few merges: by W, by the
// clock, as a preview, and as a correction of each of the spans that a late fact is for.
func TestAPaneCostsAFewMergesWhateverTheNumberOfSlices(t *testing.T) {
	const keys = 30
	for _, n := range []int{20, 400} {
		size := time.Duration(n)
		for _, rule := range []Rule{Hop{Size: size, Every: 1}, Cumulate{Size: size, Step: 1}} {
			for _, set := range []Settings{
				{},
				{Deadline: 5},
				{EarlyEvery: size},
				{Lateness: 2 * size},
				{Lateness: 2 * size, Deadline: 5},
			} {
				name := fmt.Sprintf("%#v, lateness %d, previews %d, deadline %d", rule, set.Lateness, set.EarlyEvery, set.Deadline)
				s, err := NewStore[merges, *int, int](rule, set)
				if err != nil {
					t.Fatal(err)
				}
				var told Told[int, merges]
				merged := 0
				hold := func(what string, most int) {
					t.Helper()
					if len(told.Panes) == 0 || merged > most*len(told.Panes) {
						t.Errorf("%s: %s: %d merges for %d panes, want at most %d for each", name, what, merged, len(told.Panes), most)
					}
					merged = 0
					told.Reset(true)
				}
				add := func(at int) {
					for key := range keys {
						s.AddAll([]int{key}, []watermark.Time{watermark.Time(at)}, []*int{&merged}, &told)
					}
				}
				s.Tick(0)
				for at := range n {
					add(at)
				}
				if set.Deadline > 0 {
					s.Tick(5)
					s.Expire(&told)
					for i := range told.Panes {
						p := &told.Panes[i]
						if want := int64(min(p.End, watermark.Time(n)) - max(p.Start, 0)); p.Value.facts != want {
							t.Fatalf("%s: %v has %d facts, want %d", name, p, p.Value.facts, want)
						}
					}
					hold("by the clock", 5)
				}
				s.Fire(watermark.Time(n), false, &told)
				if set.Deadline == 0 {
					hold("by W", 5)
				}
				if set.Lateness > 0 {
					told.Reset(true)
					merged = 0
					add(n / 2)
					hold("late", 5)
				}
			}
		}
	}
}
