package agg_test

import (
	"fmt"
	"slices"

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
