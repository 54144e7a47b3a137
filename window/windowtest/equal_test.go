package windowtest

import (
	"iter"
	"maps"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"
)

// judged is equal by its own word.
type judged struct{ n, noise int }

func (j *judged) Equal(o *judged) bool { return j.n == o.n }

// read is equal by what it shows.
type read struct {
	n, noise int
	Open     float64
}

func (r *read) Value() int    { return r.n }
func (r *read) Bytes() int    { return r.noise }
func (r read) String() string { return string(rune(r.noise)) }
func (r read) Clone() read    { return r }
func (r *read) Reset()        { panic("a method that returns nothing is no reading") }
func (r *read) At(i int) int  { panic("a method that takes something is no reading") }

type sequence struct{ all []int }

func (s sequence) Values() iter.Seq[int]    { return slices.Values(s.all) }
func (s sequence) All() iter.Seq2[int, int] { return slices.All(s.all) }

type scores []int

func (s scores) Len() int { return len(s) }

type ring struct {
	v    int
	next *ring
}

// chain is linked both ways: without memory, a walk through it doubles with
// each link.
type chain struct {
	v          int
	prev, next *chain
}

func chained(vs ...int) *chain {
	first := &chain{v: vs[0]}
	for at := first; len(vs) > 1; vs = vs[1:] {
		at.next = &chain{v: vs[1], prev: at}
		at = at.next
	}
	return first
}

// endless leads from reading to reading.
type endless struct{ n int }
type endlessToo struct{ n int }

func (e endless) Next() endlessToo { return endlessToo(e) }
func (e endlessToo) Next() endless { return endless(e) }

func TestEqualIsWhatCannotBeToldApart(t *testing.T) {
	loop := func(v int) *ring {
		r := &ring{v: 1, next: &ring{v: v}}
		r.next.next = r
		return r
	}
	type plain struct {
		a int
		b []float64
		m map[string][]int
		_ int
	}
	nan := math.NaN()
	at := time.Unix(1, 0)
	for _, c := range []struct {
		name string
		x, y any
		want bool
	}{
		{"floats to the last bits", 1e6, 1e6 + 1e-4, true},
		{"floats beyond", 1e6, 1e6 + 1e-2, false},
		{"floats about 0", 0.0, 1e-13, true},
		{"NaN", nan, nan, true},
		{"NaN and a number", nan, 0.0, false},
		{"infinities", math.Inf(1), math.Inf(1), true},
		{"infinity and a number", math.Inf(1), 1e308, false},
		{"two infinities", math.Inf(1), math.Inf(-1), false},
		{"complex", complex(1, 2), complex(1, 3), false},
		{"nil and empty slice", []int(nil), []int{}, true},
		{"slices", []int{1, 2}, []int{1, 2, 3}, false},
		{"nil and empty map", map[int]int(nil), map[int]int{}, true},
		{"maps of other keys", map[int]int{1: 1}, map[int]int{2: 1}, false},
		{"maps of other values", map[int]int{1: 1}, map[int]int{1: 2}, false},
		{"unexported", plain{a: 1}, plain{a: 2}, false},
		{"unexported, deep", plain{m: map[string][]int{"a": {1}}}, plain{m: map[string][]int{"a": {2}}}, false},
		{"deep floats", plain{b: []float64{1}}, plain{b: []float64{1 + 1e-12}}, true},
		{"judged", judged{1, 2}, judged{1, 3}, true},
		{"judged, other", judged{1, 2}, judged{2, 2}, false},
		{"judged, inside", []judged{{1, 2}}, []judged{{2, 2}}, false},
		{"judged by a value", at, at.UTC(), true},
		{"read", read{n: 1, noise: 2}, read{n: 1, noise: 3}, true},
		{"read, other", read{n: 1}, read{n: 2}, false},
		{"read, other exported field", read{Open: 1}, read{Open: 2}, false},
		{"sequences", sequence{[]int{1, 2}}, sequence{[]int{1, 2}}, true},
		{"sequences in other order", sequence{[]int{1, 2}}, sequence{[]int{2, 1}}, false},
		{"slice with readings", scores{1, 2}, scores{2, 1}, true},
		{"pointers", &plain{a: 1}, &plain{a: 1}, true},
		{"pointers to others", &plain{a: 1}, &plain{a: 2}, false},
		{"nil pointer", (*plain)(nil), &plain{}, false},
		{"interfaces", []any{1, "a"}, []any{1, "a"}, true},
		{"interfaces of other types", []any{1}, []any{"a"}, false},
		{"rings", loop(2), loop(2), true},
		{"other rings", loop(2), loop(3), false},
		{"chains", chained(make([]int, 1000)...), chained(make([]int, 1000)...), true},
		{"chains with another end", chained(make([]int, 1000)...), chained(append(make([]int, 999), 1)...), false},
		{"endless readings", endless{1}, endless{1}, true},
		{"functions", []func(){func() {}}, []func(){nil}, false},
		{"keys of NaN", map[float64]int{nan: 1}, map[float64]int{nan: 1}, true},
	} {
		d := compare(reflect.ValueOf(c.x), reflect.ValueOf(c.y))
		if got := d == nil; got != c.want {
			t.Errorf("%s: equal = %t, want %t: %+v", c.name, got, c.want, d)
		}
		if d != nil && d.x == "" {
			t.Errorf("%s: a difference that shows nothing: %+v", c.name, d)
		}
	}
}

func TestDifferenceTellsThePlace(t *testing.T) {
	type inner struct{ counts map[string]read }
	type outer struct{ parts []inner }
	x := outer{[]inner{{}, {map[string]read{"a": {n: 1}}}}}
	y := outer{[]inner{{}, {maps.Clone(x.parts[1].counts)}}}
	y.parts[1].counts["a"] = read{n: 2}
	d := compare(reflect.ValueOf(x), reflect.ValueOf(y))
	if want := (difference{".parts[1].counts[a].Value()", "1", "2"}); d == nil || *d != want {
		t.Errorf("got %+v, want %+v", d, want)
	}
}
