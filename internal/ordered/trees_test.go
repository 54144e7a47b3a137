package ordered

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
)

// depth is the number of levels of a tree.
func depth[T any](o *Trees[T], place uint32) int {
	if place == 0 {
		return 0
	}
	return 1 + max(depth(o, o.Nodes[place].left), depth(o, o.Nodes[place].right))
}

// TestHotKeysStayCheap counts the levels of the tree of one key, which is what a
// value of it costs: in the logarithm of what is kept, in whatever order it came,
// and when most of it has been taken out of its midst.
func TestHotKeysStayCheap(t *testing.T) {
	const many = 1 << 16
	r := rand.New(rand.NewPCG(1, 1))
	for name, at := range map[string]func(i int) watermark.Time{ // order: each on its own
		"rising":    func(i int) watermark.Time { return watermark.Time(i) },
		"falling":   func(i int) watermark.Time { return watermark.Time(-i) },
		"jittered":  func(i int) watermark.Time { return watermark.Time(i - r.IntN(1000)) },
		"at random": func(int) watermark.Time { return watermark.Time(r.IntN(many)) },
		"one time":  func(int) watermark.Time { return 0 },
		"two times": func(i int) watermark.Time { return watermark.Time(i % 2) },
	} {
		o, root := NewTrees[int](), uint32(0)
		for i := range many {
			o.Put(&root, at(i), uint32(i), i)
		}
		if d, most := depth(&o, root), 4*bits.Len(many); d > most {
			t.Errorf("%s: %d values of a key are %d levels deep, want at most %d", name, many, d, most)
		}
		for i := range many {
			if i%16 != 0 {
				o.Take(&root, uint32(i+1))
			}
		}
		if d, most := depth(&o, root), 4*bits.Len(many/16); d > most {
			t.Errorf("%s: %d values of a key that had more are %d levels deep, want at most %d", name, o.Len(), d, most)
		}
	}
}

// naive keeps values in a list for each tree.
type naive struct{ trees [3][]value }

type value struct {
	at    watermark.Time
	mark  uint32
	place uint32
}

func (n *naive) put(tree int, v value) (last value) {
	l := n.trees[tree]
	i := len(l)
	for i > 0 && l[i-1].at > v.at {
		i--
	}
	if i > 0 {
		last = l[i-1]
	}
	n.trees[tree] = slices.Insert(l, i, v)
	return last
}

// TestTreesAreTheReference puts and takes in any order, many of one time, through
// peaks after which nodes are given back.
func TestTreesAreTheReference(t *testing.T) {
	compacted := 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 5))
		o, roots, ref := NewTrees[int](), [3]uint32{}, &naive{}
		steps, times := 400, 1+r.IntN(60)
		if seed%10 == 0 {
			steps = 12_000
		}
		for i := range steps {
			tree := r.IntN(3)
			l := ref.trees[tree]
			fill := 6 // of 10
			if i > steps/4 {
				fill = 3
			}
			switch n := r.IntN(10); {
			case n < fill || len(l) == 0:
				v := value{at: watermark.Time(r.IntN(times)), mark: uint32(i)}
				place, last := o.Put(&roots[tree], v.at, v.mark, i)
				v.place = place
				if want := ref.put(tree, v); want.place != last {
					t.Fatalf("seed %d: %d is after place %d, want %d", seed, i, last, want.place)
				}
			case n == 9:
				if got := o.First(&roots[tree]); got.Mark != l[0].mark || got.Val != int(l[0].mark) || got.At != l[0].at {
					t.Fatalf("seed %d: the first is %+v, want %+v", seed, got, l[0])
				}
				ref.trees[tree] = l[1:]
			default:
				k := r.IntN(len(l))
				if got := o.Take(&roots[tree], l[k].place); got.Mark != l[k].mark || got.Val != int(l[k].mark) {
					t.Fatalf("seed %d: taken is %+v, want %+v", seed, got, l[k])
				}
				ref.trees[tree] = slices.Delete(l, k, k+1)
			}
			if i%977 == 976 || o.Sparse() {
				compacted++
				moved := o.Compact()
				for k := range roots {
					roots[k] = moved[roots[k]]
					for j := range ref.trees[k] {
						ref.trees[k][j].place = moved[ref.trees[k][j].place]
					}
				}
				if most := int64(o.Len()+2) * 32 * 3 / 2; o.Bytes() > most {
					t.Fatalf("seed %d: %d bytes for %d values", seed, o.Bytes(), o.Len())
				}
			}
			var want []uint32
			lo := watermark.Time(r.IntN(times+2) - 1)
			hi := lo + watermark.Time(r.IntN(times))
			for _, v := range ref.trees[tree] {
				if v.at >= lo && v.at <= hi {
					want = append(want, v.place)
				}
			}
			if steps > 1000 && i%50 != 0 {
				continue
			}
			if got := o.Within(roots[tree], lo, hi, nil); !slices.Equal(got, want) {
				t.Fatalf("seed %d: from %d to %d are %v, want %v", seed, lo, hi, got, want)
			}
			least := uint32(0)
			if l := ref.trees[tree]; len(l) > 0 {
				least = l[0].place
			}
			if got := o.Least(roots[tree]); got != least {
				t.Fatalf("seed %d: the first is at %d, want %d", seed, got, least)
			}
			if n := len(ref.trees[0]) + len(ref.trees[1]) + len(ref.trees[2]); o.Len() != n {
				t.Fatalf("seed %d: %d values, want %d", seed, o.Len(), n)
			}
		}
	}
	if compacted < 60 {
		t.Errorf("nodes were given back %d times: it shows nothing", compacted)
	}
}

// TestWavesKeepTheirMemory: what comes and goes in waves allocates nothing once
// warm; after one great peak the memory is that of what is in use.
func TestWavesKeepTheirMemory(t *testing.T) {
	o, root := NewTrees[int](), uint32(0)
	wave := func(n int) {
		for i := range n {
			o.Put(&root, watermark.Time(i), 0, i)
		}
		for root != 0 {
			o.First(&root)
			if o.Sparse() {
				root = o.Compact()[root]
			}
		}
	}
	wave(5000)
	if n := testing.AllocsPerRun(10, func() { wave(5000) }); n > 0 {
		t.Errorf("%v allocations a wave", n)
	}
	wave(200_000)
	peak := o.Bytes()
	for range 1000 {
		wave(1000)
	}
	if o.Bytes() > peak/50 {
		t.Errorf("%d bytes after a peak of %d", o.Bytes(), peak)
	}
}
