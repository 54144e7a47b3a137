package join

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// TestAnswersAreTheReference: a list of keys, the one used last in front.
func TestAnswersAreTheReference(t *testing.T) {
	type entry struct {
		key, value int
		found      bool
		since      watermark.Time
	}
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 5))
		how := Cache{Size: 1 + r.IntN(6), TTL: time.Duration(r.IntN(3) * 10)}
		a, err := NewAnswers[int, int](how)
		if err != nil {
			t.Fatal(err)
		}
		var list []entry
		now := watermark.Time(0)
		for n := range 1000 {
			now += watermark.Time(r.IntN(4))
			key := r.IntN(9)
			i := slices.IndexFunc(list, func(e entry) bool { return e.key == key })
			if r.IntN(2) == 0 {
				e := entry{key, n, r.IntN(2) == 0, now}
				if i >= 0 {
					list = slices.Delete(list, i, i+1)
				}
				list = slices.Insert(list, 0, e)
				list = list[:min(len(list), how.Size)]
				a.Keep(key, now, e.value, e.found)
				continue
			}
			d, found, known := a.Look(key, now)
			holds := i >= 0 && (how.TTL == 0 || now < list[i].since+watermark.Time(how.TTL))
			if known != holds || known && (d != list[i].value || found != list[i].found) {
				t.Fatalf("seed %d, %+v: look for %d at %d gives %d, %t, %t; the list is %v", seed, how, key, now, d, found, known, list)
			}
			if holds {
				e := list[i]
				list = slices.Insert(slices.Delete(list, i, i+1), 0, e)
			}
			if keys, _ := a.Held(); int(keys) != len(list) {
				t.Fatalf("seed %d: %d keys, want %d", seed, keys, len(list))
			}
		}
	}
}

func TestAnswersAllocateNothingOnceWarm(t *testing.T) {
	a, _ := NewAnswers[int, [4]int](Cache{Size: 100})
	n := 0
	pass := func() {
		for range 10_000 {
			n++
			if _, _, known := a.Look(n*7919%150, 0); !known {
				a.Keep(n*7919%150, 0, [4]int{}, true)
			}
		}
	}
	pass()
	if allocs := testing.AllocsPerRun(3, pass); allocs > 0 {
		t.Errorf("%v allocations in 10,000 uses", allocs)
	}
}

func TestMistakesOfCache(t *testing.T) {
	_, err := NewAnswers[string, int](Cache{Size: -1, TTL: -time.Second, Missing: Hold(time.Second)})
	want := "join: Cache: Size is -1: must not be negative\njoin: Cache: TTL is -1s: must not be negative\njoin: Cache: Missing is Hold(1s): must be Zero or nil, as there is no version to wait for"
	if err == nil || err.Error() != want {
		t.Error(err)
	}
	if _, err := NewAnswers[float64, int](Cache{}); err == nil {
		t.Error("a float is taken for a key")
	}
}
