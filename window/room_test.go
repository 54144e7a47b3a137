package window_test

import (
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// shelf is a part that can be told how much will come.
type shelf struct{ n, reserved, late int }

func (s *shelf) Len() int { return s.n }

func (s *shelf) Reserve(n int) {
	if s.n > 0 {
		s.late++
	}
	s.reserved = n
}

// shelves is an accumulator of such parts, one of them deep inside.
type shelves struct {
	Count int
	all   shelf
	in    struct {
		other int
		odd   shelf
	}
}

func (s *shelves) Add(v int) {
	s.Count++
	s.all.n++
	s.in.odd.n += v & 1
}

func (s *shelves) Merge(o *shelves) {
	s.Count += o.Count
	s.all.n += o.all.n
	s.in.odd.n += o.in.odd.n
}

// A pane is given room for what the one before has at its first fact, part by
// part; and none where there is nothing to go by.
func TestAPaneIsGivenTheRoomOfTheOneBefore(t *testing.T) {
	for _, set := range []window.Settings{{}, {Lateness: 5}} {
		s, err := window.NewStore[shelves, int, string](window.Tumble{Size: 10}, set)
		if err != nil {
			t.Fatal(err)
		}
		add := func(key string, at watermark.Time, values ...int) {
			for _, v := range values {
				if late := s.Add(key, at, v, nil); len(late) > 0 {
					t.Fatalf("%s at %d is late", key, at)
				}
			}
		}
		got := map[string][2]int{}
		look := func(p window.Pane[string, shelves]) {
			if p.Value.all.late+p.Value.in.odd.late > 0 {
				t.Errorf("%v %s: room was made after the first fact", p.Span, p.Key)
			}
			got[p.Key] = [2]int{p.Value.all.reserved, p.Value.in.odd.reserved}
		}
		add("a", 1, 1, 2, 3)
		add("b", 2, 2, 4)
		add("c", 12, 1)
		add("b", 13, 3, 5)
		add("a", 14, 8)
		add("a", 5, 9) // more than a had when its next pane began
		s.Advance(10, func(window.Pane[string, shelves]) {})
		s.Advance(20, look)
		for key, want := range map[string][2]int{"a": {3, 2}, "b": {2, 0}, "c": {0, 0}} {
			if got[key] != want {
				t.Errorf("%+v: %s has room for %v, want %v", set, key, got[key], want)
			}
		}
	}
}
