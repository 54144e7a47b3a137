package hll_test

import (
	"fmt"

	"github.com/tidemark-go/tidemark/window/agg"
	"github.com/tidemark-go/tidemark/window/sketch/hll"
)

type call struct{ phone string }

// load is an accumulator made of an exact part and of a sketch.
type load struct {
	Calls  agg.Count
	Phones hll.Distinct[string]
}

func (l *load) Add(c call) {
	l.Calls.Add()
	l.Phones.Add(c.phone)
}

func (l *load) Merge(o *load) {
	l.Calls.Merge(&o.Calls)
	l.Phones.Merge(&o.Phones)
}

// Bytes lets the statistics of a pipeline tell what the part owns.
func (l *load) Bytes() int { return l.Phones.Bytes() }

func Example() {
	var morning, day load
	for i := range 50_000 {
		morning.Add(call{fmt.Sprint("+49 30 ", i%20_000)})
		day.Add(call{fmt.Sprint("+49 30 ", i%30_000)})
	}
	day.Merge(&morning)
	fmt.Println(day.Calls.Value(), "calls from about", day.Phones.Len(), "phones")
	// Output:
	// 100000 calls from about 29767 phones
}

// Up to 1,024 values are counted exactly, more within 1 % or so, in 17 kB.
func ExampleDistinct() {
	var few, many hll.Distinct[int]
	for i := range 1000 {
		few.Add(i)
	}
	for i := range 1_000_000 {
		many.Add(i)
	}
	fmt.Println(few.Len(), few.Exact())
	fmt.Println(many.Len(), many.Exact(), many.Bytes() < 17_000)
	// Output:
	// 1000 true
	// 992717 false true
}
