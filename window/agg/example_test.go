package agg_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark/window/agg"
)

type call struct {
	agent    int
	duration float64
}

// load is an accumulator made of parts.
type load struct {
	Calls  agg.Count
	Agents agg.Distinct[int]
	Handle agg.Extent[float64]
}

func (l *load) Add(c call) {
	l.Calls.Add()
	l.Agents.Add(c.agent)
	l.Handle.Add(c.duration)
}

func (l *load) Merge(o *load) {
	l.Calls.Merge(&o.Calls)
	l.Agents.Merge(&o.Agents)
	l.Handle.Merge(&o.Handle)
}

func Example() {
	var morning, day load
	morning.Add(call{7, 90})
	morning.Add(call{3, 240})
	day.Add(call{7, 15})
	day.Merge(&morning)
	fmt.Println(day.Calls.Value(), "calls of", day.Handle.Min(), "to", day.Handle.Max(), "s")
	fmt.Println("by", day.Agents.Len(), "agents:", slices.Collect(day.Agents.Values()))
	// Output:
	// 3 calls of 15 to 240 s
	// by 2 agents: [3 7]
}

type action struct {
	article string
	click   bool
	seconds float64
}

// trend has conditional counts and sums: what is shown of them is a method.
type trend struct {
	Impressions, Clicks agg.Count
	Seconds             agg.Sum[float64] // spent by those who clicked
}

func (t *trend) Add(a action) {
	t.Impressions.AddIf(!a.click)
	t.Clicks.AddIf(a.click)
	if a.click {
		t.Seconds.Add(a.seconds)
	}
}

func (t *trend) Merge(o *trend) {
	t.Impressions.Merge(&o.Impressions)
	t.Clicks.Merge(&o.Clicks)
	t.Seconds.Merge(&o.Seconds)
}

// Rate returns the clicks per impression; ok is false if there was no impression.
func (t *trend) Rate() (rate float64, ok bool) {
	n := t.Impressions.Value()
	if n == 0 {
		return 0, false
	}
	return float64(t.Clicks.Value()) / float64(n), true
}

// A share or a ratio is two parts and a division, which says what holds if there is
// nothing to divide by.
func Example_share() {
	var t trend
	for _, a := range []action{{"a", false, 0}, {"b", false, 0}, {"b", true, 40}, {"c", false, 0}, {"a", false, 0}} {
		t.Add(a)
	}
	rate, _ := t.Rate()
	fmt.Println("click rate", rate, "with", t.Seconds.Value(), "s of reading")
	_, ok := new(trend).Rate()
	fmt.Println("of nothing:", ok)
	// Output:
	// click rate 0.25 with 40 s of reading
	// of nothing: false
}

func ExampleHistogram() {
	var first, second agg.Histogram
	for _, size := range []int64{13_020, 178, 13_099, 101} {
		first.Add(100, size)
	}
	second.Add(100, 13_000)
	second.Merge(&first) // any range of time is the sum of its parts
	for size, freq := range second.All() {
		fmt.Println(size, freq)
	}
	least, most := second.Quantile(0.5)
	fmt.Println("median from", least, "to", most)
	b, _ := json.Marshal(second)
	fmt.Println(string(b))
	// Output:
	// 100 2
	// 13000 3
	// median from 13000 to 13099
	// {"step":100,"buckets":[{"start":100,"count":2},{"start":13000,"count":3}]}
}

func ExampleTopN() {
	var articles agg.TopN[string]
	for _, a := range []string{"tides", "moon", "tides", "ebb", "moon", "flow"} {
		articles.Add(a)
	}
	for i, r := range articles.Top(3) {
		fmt.Println(i+1, r.Key, r.Count)
	}
	// Output:
	// 1 moon 2
	// 2 tides 2
	// 3 ebb 1
}

func ExampleHeavy() {
	const capacity = 3 // for a real stream some hundreds
	var addresses agg.Heavy[string]
	for i := range 1000 {
		addresses.Add(capacity, fmt.Sprint("10.0.0.", i%250)) // each 4 times
		if i%2 == 0 {
			addresses.Add(capacity, "192.0.2.1")
		}
	}
	for _, e := range addresses.Top(1) {
		fmt.Println(e.Key, "sent", e.Count-e.Error, "to", e.Count, "of", addresses.Total())
	}
	fmt.Println("others sent up to", addresses.Bound(), "each")
	// Output:
	// 192.0.2.1 sent 500 to 500 of 1500
	// others sent up to 249 each
}

func ExampleGreatest() {
	var slowest agg.Greatest[time.Duration, string]
	slowest.Add(2, 30*time.Millisecond, "/index")
	slowest.Add(2, 900*time.Millisecond, "/search")
	slowest.Add(2, 250*time.Millisecond, "/login")
	for took, path := range slowest.All() {
		fmt.Println(path, took)
	}
	// Output:
	// /search 900ms
	// /login 250ms
}

func ExampleCollect() {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	var states agg.Collect[string]
	states.Add(100, at.Add(2*time.Second), "on a call")
	states.Add(100, at, "login")
	states.Add(100, at.Add(time.Second), "available")
	for at, state := range states.All() {
		fmt.Println(at, state)
	}
	fmt.Println(states.Dropped(), "dropped")
	// Output:
	// 2026-11-20T10:00:00Z login
	// 2026-11-20T10:00:01Z available
	// 2026-11-20T10:00:02Z on a call
	// 0 dropped
}

func ExampleCounter() {
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	var requests agg.Counter[uint64]
	requests.Add(at, 1000)
	requests.Add(at.Add(60*time.Second), 30) // the process was started again
	requests.Add(at.Add(30*time.Second), 1090)
	fmt.Println(requests.Increase(), "requests,", requests.Rate(), "a second,", requests.Resets(), "reset")
	// Output:
	// 120 requests, 2 a second, 1 reset
}

func ExampleNPS() {
	var stars, classic agg.NPS
	for _, a := range []int{5, 5, 4, 2, 0} {
		stars.AddOn(agg.OneToFive, a)
	}
	for _, a := range []int{10, 9, 8, 3} {
		classic.Add(a)
	}
	fmt.Println(stars.Value(), "of", stars.N(), "answers,", stars.Invalid(), "invalid")
	fmt.Println(classic.Value())
	// Output:
	// 25 of 4 answers, 1 invalid
	// 25
}
