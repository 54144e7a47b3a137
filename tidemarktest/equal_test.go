package tidemarktest

import (
	"math"
	"reflect"
	"testing"
	"time"
)

type box struct {
	f     float64
	parts []float64
	by    map[string]float64
	next  *box
	any   any
}

func TestEqualIsForWhoReads(t *testing.T) {
	at := time.Unix(5, 0)
	for _, c := range []struct {
		a, b any
		same bool
	}{
		{box{f: 1}, box{f: 1 + 1e-15}, true},
		{box{f: 1}, box{f: 1 + 1e-8}, false},
		{box{f: math.NaN()}, box{f: math.NaN()}, true},
		{box{f: math.Inf(1)}, box{f: math.MaxFloat64}, false},
		{box{f: 0}, box{f: 1e-13}, true},
		{box{}, box{parts: []float64{}}, true},
		{box{parts: []float64{1, 2}}, box{parts: []float64{1, 2 + 1e-15}}, true},
		{box{parts: []float64{1, 2}}, box{parts: []float64{2, 1}}, false},
		{box{parts: []float64{1}}, box{parts: []float64{1, 1}}, false},
		{box{by: map[string]float64{"a": 1}}, box{by: map[string]float64{"a": 1 + 1e-15}}, true},
		{box{by: map[string]float64{"a": 1}}, box{by: map[string]float64{"b": 1}}, false},
		{box{next: &box{f: 1}}, box{next: &box{f: 1}}, true},
		{box{next: &box{f: 1}}, box{next: &box{f: 2}}, false},
		{box{next: &box{}}, box{}, false},
		{box{any: 1}, box{any: 1}, true},
		{box{any: 1}, box{any: "1"}, false},
		{complex(1, 2), complex(1, 2+1e-15), true},
		{at, at.UTC(), true}, // by its method
		{at, at.Add(1), false},
		{"a", "a", true},
		{"a", "b", false},
		{func() {}, func() {}, true},
	} {
		a, b := reflect.ValueOf(c.a), reflect.ValueOf(c.b)
		if got := equal(a, b, billionth); got != c.same {
			t.Errorf("%+v and %+v: equal is %t, want %t", c.a, c.b, got, c.same)
		}
	}
	one, more := reflect.ValueOf(1.0), reflect.ValueOf(1+1e-15)
	if equal(one, more, 0) || !equal(one, one, 0) {
		t.Error("without a share floats are equal to the last bit")
	}
}
