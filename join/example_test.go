package join_test

import (
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
)

// The table works without a pipeline: what was it called then?
func ExampleVersions() {
	var names join.Versions[int, string]
	names.Put(102, 0, "Prem Hub")
	names.Put(102, 100, "Premium Hub")
	names.Delete(102, 200)
	for _, t := range []watermark.Time{50, 100, 250} {
		name, ok := names.At(102, t)
		fmt.Println(int64(t), name, ok)
	}
	// Output:
	// 50 Prem Hub true
	// 100 Premium Hub true
	// 250  false
}

// What was it called at 150, and what would one have said to that at 160, before
// the renaming was known?
func ExampleVersions_AtKnown() {
	var names join.Versions[int, string]
	names.Remember(time.Hour)
	names.Know(10)
	names.Put(102, 0, "Prem Hub")
	names.Know(170)
	names.Put(102, 100, "Premium Hub")
	for _, known := range []watermark.Time{5, 160, 170} {
		name, ok := names.AtKnown(102, 150, known)
		fmt.Println(int64(known), name, ok)
	}
	// Output:
	// 5  false
	// 160 Prem Hub true
	// 170 Premium Hub true
}

// 02:30 in Berlin, on the day that has no such time: it is announced when the
// clocks go forward over it.
func ExampleTimetable() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		berlin = time.FixedZone("", 3600)
	}
	times := join.NewTimetable(join.Schedule{At: []time.Duration{2*time.Hour + 30*time.Minute}, Location: berlin, Tolerance: time.Minute})
	for _, day := range []int{28, 29, 30} {
		noon, _ := watermark.Of(time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC))
		at, _ := times.Last(noon)
		fmt.Println(at)
	}
	// Output:
	// 2026-03-28T01:30:00Z
	// 2026-03-29T01:00:00Z
	// 2026-03-30T00:30:00Z
}
