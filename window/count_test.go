package window

import (
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

func TestCountClosesAfterN(t *testing.T) {
	played(t, Count{N: 3}, Settings{}, "1@0, 1@4, 1@1, 1@5, 2@2, w 4, w 5, 1@4, 1@6, 1@6, w 7, close",
		"w 5: final/0 1[0 5)=[0 1 2]",
		"1@4: late [4 5)",
		"w 7: final/0 1[5 7)=[3 8 9]",
		"close: final/0 2[2 3)=[4] forced at 7") // W is there, and whoever reads it must not find it late
	played(t, Count{N: 2}, Settings{}, "1@0, w 1, 1@1, w 2, 2@1, 2@2, w 3",
		"w 2: final/0 1[0 2)=[0 2]",
		"2@1: late [1 2)")
	// The end of the input is not forced.
	s := newTotals(t, Count{N: 2}, Settings{})
	s.Add(1, 0, 1, nil)
	s.Advance(watermark.Max, func(p Pane[int, total]) {
		if p.Forced || p.Facts != 1 {
			t.Errorf("the end of the input fires %v, forced: %t", p, p.Forced)
		}
	})
}

func TestCountWaitsForMaxWaitAtMost(t *testing.T) {
	rule := Count{N: 3, MaxWait: 10}
	for _, c := range []struct {
		name, script string
		want         []string
	}{
		{"a fact 1 ns before it counts", "1@0, 1@9, w 10", []string{"w 10: final/0 1[0 10)=[0 1]"}},
		{"a fact at it opens the next", "1@0, 1@10, w 10, w 19, w 20", []string{"w 10: final/0 1[0 1)=[0] at 9", "w 20: final/0 1[10 11)=[1] at 19"}},
		{"W 1 ns before it does not close it", "1@0, w 9, 1@9, w 10", []string{"w 10: final/0 1[0 10)=[0 2]"}},
		{"N facts before it close it", "1@0, 1@5, 1@9, w 9, w 10", []string{"w 10: final/0 1[0 10)=[0 1 2]"}},
		{"it is from the first fact of the pane", "1@0, 1@1, 1@2, 1@3, w 12, w 13", []string{"w 12: final/0 1[0 3)=[0 1 2]", "w 13: final/0 1[3 4)=[3] at 12"}},
		{"by end, then by start", "1@0, 2@3, 2@4, 2@5, 3@5, 3@5, 3@5, w 40", []string{"w 40: final/0 1[0 1)=[0] at 9; final/0 2[3 6)=[1 2 3]; final/0 3[5 6)=[4 5 6]"}},
	} {
		t.Run(c.name, func(t *testing.T) { played(t, rule, Settings{}, c.script, c.want...) })
	}
}

func TestCountHoldsToMaxKeys(t *testing.T) {
	played(t, Count{N: 2}, Settings{MaxKeys: MaxKeys{N: 1}}, "1@0, 2@0, w 1, 2@1, 1@1, w 2, 2@2, close",
		"2@0: refused 1 keys are held: must be at most MaxKeys",
		"2@1: refused 1 keys are held: must be at most MaxKeys",
		"w 2: final/0 1[0 2)=[0 4]",
		"close: final/0 2[2 3)=[6] forced")
	played(t, Count{N: 2}, Settings{MaxKeys: MaxKeys{N: 1, Evict: true}}, "1@0, w 5, 2@9, w 10, 2@10, 1@10, w 11, close",
		"w 10: final/0 1[0 1)=[0] forced at 5",
		"w 11: final/0 2[9 11)=[2 4]",
		"close: final/0 1[10 11)=[5] forced at 11")
}

func TestCountHoldsAtTheBoundsOfTime(t *testing.T) {
	for _, n := range []int{1, 2, 3, 100} {
		for _, wait := range []time.Duration{0, 1, 1<<63 - 1} {
			s := newTotals(t, Count{N: n, MaxWait: wait}, Settings{})
			times := []watermark.Time{watermark.Max - 1, watermark.Min + 1, watermark.Min + 2, -1, 0, 1, watermark.Max - 2}
			for _, at := range times {
				s.Add(1, at, 1, nil)
			}
			var got []watermark.Time
			facts := 0
			check := func(p Pane[int, total]) {
				if p.End != p.Last+1 || p.Facts > n || wait > 0 && uint64(p.Last-p.Start) >= uint64(wait) {
					t.Errorf("n %d, wait %d: pane %v, last fact %d", n, wait, p, p.Last)
				}
				got, facts = append(got, p.Start), facts+p.Facts
			}
			for _, w := range []watermark.Time{watermark.Min + 1, watermark.Min + 2, 0, watermark.Max - 1, watermark.Max} {
				s.Advance(w, check)
			}
			if facts != len(times) || !slices.IsSorted(got) {
				t.Errorf("n %d, wait %d: %d facts in panes that start at %d, want %d", n, wait, facts, got, len(times))
			}
		}
	}
}
