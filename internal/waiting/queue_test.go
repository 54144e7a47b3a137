package waiting

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
)

// TestWaitingIsASortedList: whatever comes, at any density of time.
func TestWaitingIsASortedList(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		q := New[int]()
		type entry struct {
			t watermark.Time
			v int
		}
		var want []entry
		spread := int64(1) << r.IntN(50)
		now := r.Int64N(1<<40) - 1<<39
		for v := range 6000 {
			at := watermark.Time(now + r.Int64N(spread))
			switch r.IntN(2000) {
			case 0:
				at = watermark.Min + 1 + watermark.Time(r.IntN(3))
			case 1:
				at = watermark.Max - 1 - watermark.Time(r.IntN(3))
			}
			q.Push(at, v)
			i, _ := slices.BinarySearchFunc(want, at, func(e entry, t watermark.Time) int {
				if e.t <= t {
					return -1
				}
				return 1
			})
			want = slices.Insert(want, i, entry{at, v})
			if r.IntN(3) == 0 {
				now += r.Int64N(spread)/1000 + 1
			}
			if r.IntN(200) == 0 || v == 5999 {
				n := r.IntN(len(want) + 1)
				if v == 5999 {
					n = len(want)
				}
				for _, e := range want[:n] {
					if first := q.First(); first != e.t {
						t.Fatalf("seed %d: first is %d, want %d", seed, first, e.t)
					}
					if at, v := q.Pop(); at != e.t || v != e.v {
						t.Fatalf("seed %d: %d at %d, want %d at %d", seed, v, at, e.v, e.t)
					}
				}
				want = want[n:]
			}
			if q.Len() != len(want) {
				t.Fatalf("seed %d: %d held, want %d", seed, q.Len(), len(want))
			}
		}
		if q.First() != watermark.Max {
			t.Fatalf("seed %d: empty, and first is %d", seed, q.First())
		}
	}
}
