package window_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// tens is a rule of one's own with the spans of Tumble{Size: 10}.
type tens struct{}

func (tens) Plan() (window.Plan, error) {
	return window.Spans(func(dst []window.Span, t watermark.Time) []window.Span {
		start := t.Floor(10, 0)
		return append(dst, window.Span{Start: start, End: start.Add(10)})
	}), nil
}

// twenties gives spans of twice the size too.
type twenties struct{}

func (twenties) Plan() (window.Plan, error) {
	return window.Spans(func(dst []window.Span, t watermark.Time) []window.Span {
		short, long := t.Floor(10, 0), t.Floor(20, 0)
		if short != long { // both end together: the longer begins first
			return append(dst, window.Span{Start: long, End: long.Add(20)}, window.Span{Start: short, End: short.Add(10)})
		}
		return append(dst, window.Span{Start: short, End: short.Add(10)}, window.Span{Start: long, End: long.Add(20)})
	}), nil
}

type tally struct{ Sum int }

func (t *tally) Add(v int)      { t.Sum += v }
func (t *tally) Merge(o *tally) { t.Sum += o.Sum }

// told is all that a store tells of random facts.
func told(t *testing.T, rule window.Rule, set window.Settings, seed uint64) (lines []string) {
	t.Helper()
	s, err := window.NewStore[tally, int, int](rule, set)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, seed))
	w := watermark.Time(-30)
	for range 400 {
		var told window.Told[int, tally]
		if r.IntN(4) == 0 {
			w += watermark.Time(r.IntN(8))
			s.Fire(w, false, &told)
		} else {
			s.AddAll([]int{r.IntN(6)}, []watermark.Time{w + watermark.Time(r.IntN(25)-3)}, []int{1 + r.IntN(9)}, &told)
		}
		for _, p := range told.Panes {
			lines = append(lines, fmt.Sprintf("%+v %v %+v", p, p.ID, p.Stamp))
		}
		for _, m := range told.Missed {
			lines = append(lines, fmt.Sprintf("%+v", m))
		}
	}
	return lines
}

// A rule of one's own lets keys go as Tumble does, where its spans are the same.
func TestSpansOfOnesOwnLetKeysGo(t *testing.T) {
	for seed := range uint64(300) {
		set := window.Settings{MaxKeys: window.MaxKeys{N: 1 + int(seed%5), Evict: seed%7 > 0}}
		want, got := told(t, window.Tumble{Size: 10}, set, seed), told(t, tens{}, set, seed)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: %+v:\n%q\nwant\n%q", seed, set, got, want)
		}
	}
}

// Where its spans overlap it refuses what is one key too many, with the reason.
func TestOverlappingSpansOfOnesOwnRefuseOneKeyTooMany(t *testing.T) {
	s, err := window.NewStore[tally, int, int](twenties{}, window.Settings{MaxKeys: window.MaxKeys{N: 2, Evict: true}})
	if err != nil {
		t.Fatal(err)
	}
	var told window.Told[int, tally]
	s.AddAll([]int{1, 2, 3, 1}, []watermark.Time{1, 2, 3, 4}, []int{10, 20, 30, 40}, &told)
	if len(told.Missed) != 1 || told.Missed[0].Fact != 2 || told.Missed[0].Fate != window.Refused ||
		told.Missed[0].Detail != "2 keys are held: must be at most MaxKeys, and none is let go where spans overlap" {
		t.Errorf("missed %+v", told.Missed)
	}
	s.Fire(watermark.Max, true, &told)
	sums := map[string]int{}
	for _, p := range told.Panes {
		sums[fmt.Sprint(p.Key, " ", int64(p.End))] = p.Value.Sum
	}
	if want := map[string]int{"1 10": 50, "2 10": 20, "1 20": 50, "2 20": 20}; !reflect.DeepEqual(sums, want) {
		t.Errorf("sums %v, want %v", sums, want)
	}
}

// Though keys are let go, those that stay come in the order of their first facts,
// the oldest goes first, and what went takes no memory for good.
func TestKeysThatStayComeInTheOrderOfTheirFirstFacts(t *testing.T) {
	s, err := window.NewStore[tally, int, int](window.Tumble{Size: 10}, window.Settings{MaxKeys: window.MaxKeys{N: 3, Evict: true}})
	if err != nil {
		t.Fatal(err)
	}
	const many = 10_000
	for key := range many {
		var told window.Told[int, tally]
		s.AddAll([]int{key}, []watermark.Time{1}, []int{key}, &told)
		if key >= 3 && (len(told.Panes) != 1 || told.Panes[0].Key != key-3 || !told.Panes[0].Forced) {
			t.Fatalf("key %d makes %+v go", key, told.Panes)
		}
	}
	if _, panes, bytes := s.Held(); panes != 3 || bytes > 64<<10 {
		t.Errorf("%d panes in %d bytes", panes, bytes)
	}
	var told window.Told[int, tally]
	s.Fire(10, false, &told)
	var got []int
	for _, p := range told.Panes {
		got = append(got, p.Key)
	}
	if want := []int{many - 3, many - 2, many - 1}; !reflect.DeepEqual(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
}

// BenchmarkEvict lets a key go with each fact, while facts are far behind and many
// slices are open: each key has facts in three of them.
func BenchmarkEvict(b *testing.B) {
	for _, n := range []int{10, 3600} {
		b.Run(fmt.Sprintf("slices=%d", n), func(b *testing.B) {
			s, err := window.NewStore[tally, int, int](window.Tumble{Size: 1}, window.Settings{MaxKeys: window.MaxKeys{N: 100, Evict: true}})
			if err != nil {
				b.Fatal(err)
			}
			var told window.Told[int, tally]
			key, at, fact := []int{0, 0, 0}, []watermark.Time{0, 0, 0}, []int{1, 1, 1}
			for b.Loop() {
				for i := range key {
					key[i], at[i] = key[i]+1, watermark.Time((key[0]+i)%n)
				}
				key[1], key[2] = key[0], key[0]
				s.AddAll(key, at, fact, &told)
				told.Reset(false)
			}
		})
	}
}
