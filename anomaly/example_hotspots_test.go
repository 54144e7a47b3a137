package anomaly_test

import (
	"fmt"

	"github.com/tidemark-go/tidemark/anomaly"
)

// Two places where cars stop, and some on the way.
func ExampleHotspots() {
	spots, err := anomaly.Hotspots{Records: 100, Radius: 2, Least: 5}.New(2)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 60 {
		at := float64(i%2) * 50
		x := []float64{at + float64(i%3)/2, at + float64(i%5)/4}
		if i%6 == 0 {
			x = []float64{float64(i), 90 - float64(i)}
		}
		if err := spots.Add(x); err != nil {
			fmt.Println(err)
		}
	}
	for _, r := range spots.Regions(nil) {
		fmt.Println(r.Points, r.Low, r.High)
	}
	// Output:
	// 30 [50 50] [51 51]
	// 20 [0.5 0] [1 1]
}

// A level that moves within what single values scatter: alarms while it becomes
// clearer, then none.
func ExampleTwin() {
	model, err := anomaly.Twin{}.Grow(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 3000 {
		v := float64(i * 7919 % 101)
		if i >= 2000 && i < 2100 {
			v = 70 + 0.3*v
		}
		r, err := model.ScoreUpdate([]float64{v})
		if err != nil {
			fmt.Println(err)
			return
		}
		if r.Alarm {
			fmt.Println("alarm at", i)
		}
	}
	// Output:
	// alarm at 2003
	// alarm at 2004
	// alarm at 2006
	// alarm at 2008
}
