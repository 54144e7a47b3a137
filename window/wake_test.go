package window

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// W that rises wakes a function of time at the ends of its spans, and of what can come
// late for them, alone: in between it costs nothing, however many slices are kept.
func TestSpansOfOnesOwnSleepBetweenTheirEnds(t *testing.T) {
	rule := planned{Spans(func(dst []Span, t watermark.Time) []Span {
		start := t.Floor(50, 0)
		if t >= start+20 && t < start+35 {
			dst = append(dst, Span{start + 20, start + 35})
		}
		return append(dst, Span{start, start + 50})
	})}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 4))
		set := Settings{Lateness: time.Duration(r.IntN(2) * r.IntN(300)), MaxKeys: MaxKeys{N: 4}}
		if set.Lateness > 0 {
			set.Coalesce = time.Duration(r.IntN(2) * 40)
		}
		store, s := slicedOf(t, rule, set)
		slept := 0
		for step := range 200 {
			var told Told[int, bag]
			if r.IntN(2) == 0 {
				asleep := s.w+1 < s.wake
				store.Fire(s.w+watermark.Time(1+r.IntN(4)), false, &told)
				if asleep {
					slept++
				}
			} else {
				store.AddAll([]int{r.IntN(6)}, []watermark.Time{s.w + watermark.Time(r.IntN(200)-100)}, []int{step}, &told)
			}
			want := watermark.Max
			for _, at := range s.open.all {
				for _, span := range at.spans {
					for _, end := range []watermark.Time{span.End, span.End.Add(s.set.Lateness)} {
						if end > s.w {
							want = min(want, end)
						}
					}
				}
			}
			if s.wake != want {
				t.Fatalf("seed %d: at %d it wakes at %d, want %d", seed, s.w, s.wake, want)
			}
		}
		if slept == 0 {
			t.Errorf("seed %d: it never slept", seed)
		}
	}
}

// planned is a rule of a plan.
type planned struct{ plan Plan }

func (p planned) Plan() (Plan, error) { return p.plan, nil }
