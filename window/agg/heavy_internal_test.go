package agg

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestChooseFirstIsTheFrontOfASort(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 11))
		s := r.Perm(1 + r.IntN(200))
		n := len(s)
		switch seed % 4 {
		case 1:
			slices.Sort(s)
		case 2:
			slices.SortFunc(s, func(a, b int) int { return b - a })
		case 3: // up and down again
			slices.SortFunc(s, func(a, b int) int { return cmp.Compare((2*a-n)*(2*a-n), (2*b-n)*(2*b-n)) })
		}
		first := r.IntN(n + 1)
		chooseFirst(s, first, cmp.Compare[int])
		for i, v := range s {
			if (v < first) != (i < first) {
				t.Fatalf("seed %d: the first %d of %d are %v", seed, first, n, s)
			}
		}
		slices.Sort(s)
		for i, v := range s {
			if v != i {
				t.Fatalf("seed %d: not all are left: %v", seed, s)
			}
		}
	}
}

// A pivot that is always the worst has to end, too.
func TestChooseFirstIsNeverQuadratic(t *testing.T) {
	const n = 1 << 14
	compared := 0
	// Each pivot is made, as it is chosen, less than all that were not: the adversary
	// of McIlroy, "A Killer Adversary for Quicksort", 1999.
	const gas = n
	value := make([]int, n)
	solid, candidate := 0, 0
	s := make([]int, n)
	for i := range s {
		s[i], value[i] = i, gas
	}
	chooseFirst(s, n-1, func(a, b int) int {
		compared++
		if value[a] == gas && value[b] == gas {
			if a == candidate {
				value[a] = solid
			} else {
				value[b] = solid
			}
			solid++
		}
		if value[a] == gas {
			candidate = a
		} else if value[b] == gas {
			candidate = b
		}
		return cmp.Or(cmp.Compare(value[a], value[b]), cmp.Compare(a, b))
	})
	if most := 60 * n; compared > most {
		t.Errorf("%d comparisons of %d elements, want %d at most", compared, n, most)
	}
}
