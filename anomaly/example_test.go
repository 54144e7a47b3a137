package anomaly_test

import (
	"fmt"
	"math"

	"github.com/tidemark-go/tidemark/anomaly"
)

// A meter stops while the load goes on: neither value is odd by itself.
func ExampleForest() {
	model, err := anomaly.Forest{Seed: 1, Names: []string{"load", "power"}, Attribution: true}.Grow(2)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 1000 {
		load := float64(i * 7919 % 101)
		power := 3*load + 50
		if i == 900 {
			power = 0 // a meter that has stopped
		}
		r, err := model.ScoreUpdate([]float64{load, power})
		if err != nil {
			fmt.Println(err)
			return
		}
		if r.Alarm {
			fmt.Printf("%d: score %.1f\n", i, r.Score)
			for _, p := range model.Parts(nil) {
				fmt.Printf("%s: high %.1f, low %.1f\n", p.Name, p.High, p.Low)
			}
		}
	}
	// Output:
	// 900: score 3.3
	// load: high 0.5, low 0.0
	// power: high 0.0, low 2.9
}

func ExampleValueError() {
	m, _ := anomaly.Forest{Names: []string{"load", "power"}}.New(2)
	_, err := m.ScoreUpdate([]float64{1, math.NaN()})
	fmt.Println(err)
	// Output: anomaly: dimension 1 (power) is NaN: values must be finite, or Forest.Missing say what to take for NaN
}

// The state of a forest goes on elsewhere, bit for bit.
func ExampleRandomCutForest_AppendBinary() {
	f := anomaly.Forest{Seed: 1}
	here, _ := f.Grow(1)
	for i := range 1000 {
		if err := here.Update([]float64{float64(i % 10)}); err != nil {
			fmt.Println(err)
		}
	}
	state, err := here.AppendBinary(nil)
	if err != nil {
		fmt.Println(err)
	}
	there, _ := f.Grow(1)
	if err := there.UnmarshalBinary(state); err != nil {
		fmt.Println(err)
	}
	a, _ := here.ScoreUpdate([]float64{70})
	b, _ := there.ScoreUpdate([]float64{70})
	fmt.Printf("%.2f %t\n", a.Score, a == b)

	other, _ := anomaly.Forest{Seed: 1, Trees: 50}.Grow(1)
	fmt.Println(other.UnmarshalBinary(state))
	// Output:
	// 7.47 true
	// anomaly: state of a forest: the settings are others: Trees is 100 there and 50 here
}

// What a forest expects in the place of a missing value.
func ExampleRandomCutForest_Expected() {
	m, _ := anomaly.Forest{}.Grow(2)
	for i := range 2000 {
		v := float64(i * 37 % 100)
		if err := m.Update([]float64{v, 10 * v}); err != nil {
			fmt.Println(err)
		}
	}
	full, err := m.Expected([]float64{40, math.NaN()}, 1)
	fmt.Println(full, err)
	// Output: [40 400] <nil>
}
