package ddsketch_test

import (
	"fmt"

	"github.com/tidemark-go/tidemark/window/agg"
	"github.com/tidemark-go/tidemark/window/sketch/ddsketch"
)

type call struct{ duration float64 }

// load is an accumulator made of an exact part and of a sketch.
type load struct {
	Calls  agg.Count
	Handle ddsketch.Quantile
}

func (l *load) Add(c call) {
	l.Calls.Add()
	l.Handle.Add(c.duration)
}

func (l *load) Merge(o *load) {
	l.Calls.Merge(&o.Calls)
	l.Handle.Merge(&o.Handle)
}

// Bytes lets the statistics of a pipeline tell what the part owns.
func (l *load) Bytes() int { return l.Handle.Bytes() }

func Example() {
	var morning, day load
	for i := range 50_000 {
		morning.Add(call{float64(i % 600)})
		day.Add(call{float64(i % 900)})
	}
	day.Merge(&morning)
	fmt.Println("of", day.Calls.Value(), "calls")
	fmt.Printf("half take up to %.0f s, one in a hundred more than %.0f s\n", day.Handle.At(0.5), day.Handle.At(0.99))
	// Output:
	// of 100000 calls
	// half take up to 360 s, one in a hundred more than 874 s
}

// What a quantile is off by is a part of its value: 1 % of a second as of an hour.
func ExampleQuantile() {
	var delays ddsketch.Quantile // in seconds
	for i := range 1000 {
		delays.Add(0.001 * float64(i+1))
	}
	delays.Add(3600)
	for _, p := range []float64{0, 0.5, 0.99, 1} {
		fmt.Printf("%4v: %.3g s\n", p, delays.At(p))
	}
	// Output:
	//    0: 0.00101 s
	//  0.5: 0.505 s
	// 0.99: 0.99 s
	//    1: 3.62e+03 s
}
