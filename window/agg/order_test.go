package agg

import (
	"math"
	"testing"
)

func testOrder[T any](t *testing.T, ascending ...T) {
	t.Helper()
	for i, a := range ascending {
		for j, b := range ascending {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := compare(a, b); got != want {
				t.Errorf("%T: compare(%v, %v) = %d, want %d", a, a, b, got, want)
			}
		}
	}
}

func TestOrderIsByKind(t *testing.T) {
	type (
		id   int16
		name string
		part struct {
			at float32
			on bool
		}
		whole struct {
			name name
			part [2]part
			id   id
			size uint16
		}
	)
	testOrder(t, math.MinInt, -1, 0, 1)
	testOrder[int8](t, -128, -1, 0, 127)
	testOrder[id](t, -300, -1, 0, 300)
	testOrder[int32](t, math.MinInt32, -1, 0, 1)
	testOrder[int64](t, math.MinInt64, -1, 0, 1)
	testOrder[uint](t, 0, 1, math.MaxUint)
	testOrder[uint8](t, 0, 1, 255)
	testOrder[uint16](t, 0, 255, 256)
	testOrder[uint32](t, 0, 255, 1<<31)
	testOrder[uint64](t, 0, 255, 1<<63)
	testOrder[uintptr](t, 0, 255, math.MaxUint32)
	testOrder(t, false, true)
	testOrder(t, math.NaN(), math.Inf(-1), -1, math.Copysign(0, -1), 0, 1, math.Inf(1))
	testOrder(t, float32(math.NaN()), -1, float32(math.Copysign(0, -1)), 0, 1)
	testOrder[name](t, "", "a", "aa", "b")
	testOrder(t,
		whole{},
		whole{size: 1},
		whole{id: -1, part: [2]part{1: {on: true}}},
		whole{id: 1, part: [2]part{1: {on: true}}},
		whole{part: [2]part{{at: 1}}},
		whole{name: "a"},
	)
}

func TestNoOrderIsNoDifference(t *testing.T) {
	type mixed struct {
		n int
		m map[int]int
	}
	if c := compare(mixed{n: 1, m: nil}, mixed{n: 2}); c != 0 {
		t.Errorf("structs with a map: %d, want 0", c)
	}
	if c := compare[any](1, 2); c != 0 {
		t.Errorf("interfaces: %d, want 0", c)
	}
	if c := compare([]int{1}, []int{2}); c != 0 {
		t.Errorf("slices: %d, want 0", c)
	}
	if c := compare([2]*int{}, [2]*int{new(int)}); c != 0 {
		t.Errorf("arrays of pointers: %d, want 0", c)
	}
}
