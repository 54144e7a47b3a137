package window

import (
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
)

// A fact that MaxKeys refuses is not the first of its span: the clock is not set by it.
func TestARefusedFactSetsNoDeadline(t *testing.T) {
	for _, rule := range []Rule{Tumble{Size: 10}, Hop{Size: 20, Every: 10}} {
		s, err := NewStore[bag, int, int](rule, Settings{Deadline: 5, MaxKeys: MaxKeys{N: 1}})
		if err != nil {
			t.Fatal(err)
		}
		var told Told[int, bag]
		add := func(now, at watermark.Time, key int) {
			s.Tick(now)
			s.AddAll([]int{key}, []watermark.Time{at}, []int{key}, &told)
		}
		add(100, 1, 7)
		add(101, 31, 8) // one key too many, the first of its spans
		if due, ok := s.Due(); len(told.Missed) != 1 || !ok || due != 105 {
			t.Fatalf("%v: due %d, missed %v", rule, due, told.Missed)
		}
		s.Tick(105)
		s.Expire(&told)
		if due, ok := s.Due(); ok {
			t.Errorf("%v: due at %d, but nothing is held that could be", rule, due)
		}
		add(110, 32, 7)
		if due, _ := s.Due(); due != 115 {
			t.Errorf("%v: due at %d, want 115: five after the first fact that counts", rule, due)
		}
	}
}

// A span that W has fired is not due by the clock any more.
func TestWhatWFiresIsNotDueAnyMore(t *testing.T) {
	s, err := NewStore[bag, int, int](Tumble{Size: 10}, Settings{Deadline: 5})
	if err != nil {
		t.Fatal(err)
	}
	var told Told[int, bag]
	s.Tick(100)
	s.AddAll([]int{1}, []watermark.Time{1}, []int{1}, &told)
	s.Tick(102)
	s.AddAll([]int{1}, []watermark.Time{11}, []int{1}, &told)
	s.Fire(10, false, &told)
	if due, ok := s.Due(); !ok || due != 107 {
		t.Errorf("due at %d, %t: want 107, of the span that is open", due, ok)
	}
	s.Fire(20, false, &told)
	if due, ok := s.Due(); ok {
		t.Errorf("due at %d, and no span is open", due)
	}
}
