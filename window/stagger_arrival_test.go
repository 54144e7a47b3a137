package window

import (
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
)

func TestStaggerByArrivalFiresSizeAfterTheFirstFactCame(t *testing.T) {
	rule := Stagger{Size: 10, Arrival: true}
	// The spans are those of a tumble, whatever the clock says.
	played(t, rule, Settings{}, "clock 1000, 1@5, clock 1004, 2@3, 1@12, clock 1009, clock 1010, clock 1013, clock 1014",
		"clock 1010: final/0 1[0 10)=[1] forced; final/0 2[0 10)=[3] forced",
		"clock 1014: final/0 1[10 20)=[4] forced")
	// What comes later makes a Correction, of a key that had none a Final, until W is there.
	played(t, rule, Settings{}, "clock 0, 1@5, clock 10, 1@9, 2@0, 2@1, w 9, 1@0, w 10, 1@9, 2@9, close",
		"clock 10: final/0 1[0 10)=[1] forced",
		"1@9: correction/1 1[0 10)=[1 3] forced for final/0=[1]",
		"2@0: final/0 2[0 10)=[4] forced",
		"2@1: correction/1 2[0 10)=[4 5] forced for final/0=[4]",
		"1@0: correction/2 1[0 10)=[1 3 7] forced for correction/1=[1 3]",
		"1@9: late [0 10)",
		"2@9: late [0 10)")
	// W fires what the clock has not.
	played(t, rule, Settings{}, "clock 0, 1@5, clock 9, w 9, w 10, clock 10, clock 50",
		"w 10: final/0 1[0 10)=[1]")
	played(t, rule, Settings{}, "clock 0, 1@5, clock 3, close, clock 50",
		"close: final/0 1[0 10)=[1] forced")
}

func TestStaggerByArrivalWaitsForTheClockWithLateness(t *testing.T) {
	rule, set := Stagger{Size: 10, Arrival: true}, Settings{Lateness: 5}
	// W at the end of the span does not fire it, the clock does; then it is no more forced.
	played(t, rule, set, "clock 0, 1@5, w 10, 1@6, clock 9, clock 10, 1@7, w 14, 1@8, w 15, 1@9",
		"clock 10: final/0 1[0 10)=[1 3]",
		"1@7: correction/1 1[0 10)=[1 3 6] for final/0=[1 3]",
		"1@8: correction/2 1[0 10)=[1 3 6 8] for correction/1=[1 3 6]",
		"1@9: late [0 10)")
	// Lateness beyond it, W does.
	played(t, rule, set, "clock 0, 1@5, w 14, w 15, clock 10",
		"w 15: final/0 1[0 10)=[1]")
	played(t, rule, Settings{Lateness: 5, Coalesce: 4}, "clock 0, w 1, 1@5, clock 10, 1@6, 1@7, w 3, w 4, 1@8, w 7, w 15",
		"clock 10: final/0 1[0 10)=[2] forced",
		"w 4: correction/1 1[0 10)=[2 4 5] forced for final/0=[2]",
		"w 15: correction/2 1[0 10)=[2 4 5 8] for correction/1=[2 4 5]")
}

func TestStaggerByArrivalTellsWhenItIsDue(t *testing.T) {
	s := newTotals(t, Stagger{Size: 10, Arrival: true}, Settings{})
	due := func(want watermark.Time) {
		t.Helper()
		if at, ok := s.Due(); ok != (want < watermark.Max) || at != want {
			t.Errorf("due at %d, %t, want %d", at, ok, want)
		}
	}
	due(watermark.Max)
	s.Tick(100)
	s.Add(1, 15, 1, nil)
	due(110)
	s.Tick(104)
	s.Add(1, 5, 1, nil)
	due(110)
	s.Tick(110)
	var told Told[int, total]
	s.Expire(&told)
	due(114)
	s.Advance(10, func(Pane[int, total]) {}) // fires what was due then
	due(watermark.Max)
	if !s.Revises() {
		t.Error("what is fired by the clock can be corrected")
	}
	if e, _ := NewStore[total, int, int](Stagger{Size: 10}, Settings{}); e.Revises() {
		t.Error("by event time nothing is")
	}
}
