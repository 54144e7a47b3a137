package ordered

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/watermark"
)

// shelfOf keeps all in one list.
type shelfOf struct{ all []item }

type item struct {
	key  string
	at   watermark.Time
	val  int
	slot uint32
}

func (s *shelfOf) of(key string, from, to watermark.Time) (some []item) {
	for _, x := range s.all {
		if x.key == key && x.at >= from && x.at < to {
			some = append(some, x)
		}
	}
	slices.SortStableFunc(some, func(a, b item) int { return int(a.at - b.at) })
	return some
}

func TestShelfIsTheReference(t *testing.T) {
	plan, err := keys.Compile[string]()
	if err != nil {
		t.Fatal(err)
	}
	shrunk := 0
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 8))
		s, ref := NewShelf[string, int](plan), &shelfOf{}
		names := []string{"", "a", "b", "c"}
		steps := 300
		if seed%25 == 0 {
			steps = 9000
		}
		for i := range steps {
			key, at := names[r.IntN(len(names))], watermark.Time(r.IntN(30))
			if full := len(ref.all) > steps/3; r.IntN(10) < 6 && !full && (i < steps/2 || len(ref.all) < 20) {
				slot, nth := s.Put(key, at, i)
				if of := ref.of(key, at, at+1); len(of) == 0 && nth != 0 || len(of) > 0 && nth != nthOf(&s, of[len(of)-1].slot)+1 {
					t.Fatalf("seed %d: %q at %d is number %d of %d", seed, key, at, nth, len(of))
				}
				ref.all = append(ref.all, item{key, at, i, slot})
			} else if len(ref.all) > 0 {
				k := r.IntN(len(ref.all))
				x := ref.all[k]
				if got := s.Take(x.slot); got != x.val || *s.Value(x.slot) != 0 {
					t.Fatalf("seed %d: taken is %d, want %d", seed, got, x.val)
				}
				ref.all = slices.Delete(ref.all, k, k+1)
			}
			if moved := s.Shrink(); moved != nil {
				shrunk++
				for k := range ref.all {
					ref.all[k].slot = moved[ref.all[k].slot]
				}
			}
			held := map[string]bool{}
			for _, x := range ref.all {
				held[x.key] = true
			}
			if s.Len() != len(ref.all) || s.byKey.Len() != len(held) {
				t.Fatalf("seed %d: %d values of %d keys, want %d of %d", seed, s.Len(), s.byKey.Len(), len(ref.all), len(held))
			}
			from := watermark.Time(r.IntN(32) - 1)
			to := from + watermark.Time(1+r.IntN(30))
			want := ref.of(key, from, to)
			got := s.Between(nil, key, from, to)
			same := slices.EqualFunc(got, want, func(slot uint32, x item) bool {
				return slot == x.slot && s.Key(slot) == x.key && s.Time(slot) == x.at && *s.Value(slot) == x.val
			})
			if !same {
				t.Fatalf("seed %d: %q from %d to %d is %v, want %v", seed, key, from, to, got, want)
			}
			first := uint32(0)
			if all := ref.of(key, watermark.Min, watermark.Max); len(all) > 0 {
				first = all[0].slot
			}
			if got := s.First(key); got != first {
				t.Fatalf("seed %d: the first of %q is at %d, want %d", seed, key, got, first)
			}
		}
	}
	if shrunk == 0 {
		t.Error("memory was never given back: it shows nothing")
	}
}

func nthOf(s *Shelf[string, int], slot uint32) uint32 { return s.trees.Nodes[slot].Mark }
