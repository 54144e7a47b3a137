package table

import (
	"math/rand/v2"
	"testing"
)

// hashes of different quality: all keys in one chain is slow, and must be right.
var hashes = map[string]func(int) uint64{
	"good": func(k int) uint64 { return uint64(k)*0x9e3779b97f4a7c15 ^ uint64(k)<<40 },
	"tags": func(k int) uint64 { return uint64(k%16) * 0x9e3779b97f4a7c15 }, // few tags
	"none": func(int) uint64 { return 7 },
}

func TestTableIsAMapInOrderOfComing(t *testing.T) {
	for name, hash := range hashes {
		const seed = 1
		r := rand.New(rand.NewPCG(seed, 0))
		var tab Table[int, int]
		for round := range 5 {
			want, order := map[int]int{}, []int(nil)
			n := []int{10, 3000, 200, 9000, 1}[round]
			if name == "none" {
				n = min(n, 400)
			}
			for range 2 * n {
				k := r.IntN(n) - n/2
				if _, ok := want[k]; !ok {
					order = append(order, k)
				}
				want[k]++
				tab.Entries[tab.Slot(k, hash(k), hash)].Value++
			}
			missed := 0
			for k := -n; k < n; k++ {
				i := tab.Find(k, hash(k))
				if i >= 0 && tab.Guess(hash(k)) != uint(i) {
					missed++
				}
				if n, ok := want[k]; ok != (i >= 0) || ok && tab.Entries[i].Value != n {
					t.Fatalf("%s, seed %d: Find(%d) = %d, want %d of it", name, seed, k, i, n)
				}
			}
			if name == "good" && missed > 2+len(order)/10 {
				t.Errorf("%s, seed %d: %d of %d keys are not at home", name, seed, missed, len(order))
			}
			if tab.Len() != len(order) {
				t.Fatalf("%s, seed %d: %d entries, want %d", name, seed, tab.Len(), len(order))
			}
			for i, k := range order {
				if tab.Entries[i].Key != k {
					t.Fatalf("%s, seed %d: entry %d is %d, want %d", name, seed, i, tab.Entries[i].Key, k)
				}
			}
			tab.Reset(true)
			if tab.Len() != 0 || tab.Find(order[0], hash(order[0])) >= 0 {
				t.Fatalf("%s: not empty after Reset", name)
			}
		}
	}
}

func TestEmptyTableFindsNothing(t *testing.T) {
	var tab Table[int, int]
	if tab.Find(1, 1) >= 0 || tab.Guess(1) != ^uint(0) || tab.Touch(1) != 0 || tab.TouchEntry(1) != 0 || tab.Len() != 0 {
		t.Error("an empty table has something")
	}
}

// Beyond two million keys the tag gives bits to the position.
func TestTableGrowsBeyondTwentyOneBits(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 2.2 million entries")
	}
	hash := hashes["good"]
	var tab Table[int, uint8]
	const n = 1<<leastBits + 100_000
	for k := range n {
		if i := tab.Slot(k, hash(k), hash); i != k {
			t.Fatalf("key %d at %d", k, i)
		}
	}
	for k := range n {
		if i := tab.Find(k, hash(k)); i != k {
			t.Fatalf("key %d found at %d", k, i)
		}
	}
	if tab.Find(n, hash(n)) >= 0 {
		t.Error("a key that never came is found")
	}
}

func TestReserveMakesRoomOnce(t *testing.T) {
	hash := hashes["good"]
	var tab Table[int, int]
	tab.Reserve(5000, hash)
	slots := tab.Slots()
	for k := range 5000 {
		tab.Slot(k, hash(k), hash)
	}
	if tab.Slots() > slots {
		t.Errorf("the index grew from %d to %d slots", slots, tab.Slots())
	}
}

// TestMostIsWhatSlotsAllow holds the two ways of saying when an index grows together.
func TestMostIsWhatSlotsAllow(t *testing.T) {
	for size := leastIndex; size <= 1<<26; size *= 2 {
		if n := most(size); slots(n) > size || slots(n+1) <= size {
			t.Errorf("%d slots take %d entries, which ask for %d slots, and one more for %d", size, n, slots(n), slots(n+1))
		}
	}
}
