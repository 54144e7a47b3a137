package table

import (
	"math/rand/v2"
	"testing"
)

// TestRemoveLeavesTheOthersToBeFound: keys come and go, in short chains and long
// ones; each that is there is found, and the marks of those away from home are right.
func TestRemoveLeavesTheOthersToBeFound(t *testing.T) {
	for name, hash := range hashes {
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 1))
			var tab Table[int, int]
			at := map[int]int{} // by key
			n := 1 + r.IntN(600)
			if name == "none" {
				n = min(n, 60)
			}
			for step := range 3000 {
				k := r.IntN(n)
				if i, ok := at[k]; ok && r.IntN(2) == 0 {
					tab.Remove(i, hash(k), hash)
					delete(at, k)
				} else {
					at[k] = tab.Slot(k, hash(k), hash)
				}
				if step%97 > 0 {
					continue
				}
				for k := range n {
					want, ok := at[k]
					if i := tab.Find(k, hash(k)); ok && i != want || !ok && i >= 0 {
						t.Fatalf("%s, seed %d, step %d: Find(%d) = %d, want %d, %v", name, seed, step, k, i, want, ok)
					}
				}
				for i, v := range tab.index {
					if v == 0 {
						continue
					}
					home := tab.home(hash(tab.Entries[v&tab.low-1].Key))
					if away := v&(tab.low+1) != 0; away != (uint64(i)&^1 != home) {
						t.Fatalf("%s, seed %d, step %d: slot %d is marked %v, its home is %d", name, seed, step, i, away, home)
					}
				}
				if tab.Len() != len(at) {
					t.Fatalf("%s, seed %d, step %d: %d keys, want %d", name, seed, step, tab.Len(), len(at))
				}
			}
		}
	}
}
