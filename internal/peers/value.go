package peers

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
)

// value is any JSON value: nil, bool, int64, float64, string, []any or
// map[string]any. A number without a point or exponent is an int64.
type value struct{ any }

func (v *value) UnmarshalJSON(b []byte) error {
	var x any
	if err := decode(b, &x); err != nil {
		return err
	}
	var err error
	v.any, err = normal(x)
	return err
}

// record is a row of values by name.
type record map[string]any

func (r *record) UnmarshalJSON(b []byte) error {
	var v value
	if err := decode(b, &v); err != nil || v.any == nil {
		return err
	}
	m, ok := v.any.(map[string]any)
	if !ok {
		return fmt.Errorf("%.40s: must be an object", b)
	}
	*r = m
	return nil
}

// normal turns what encoding/json has decoded into a value.
func normal(x any) (any, error) {
	var err error
	switch v := x.(type) {
	case json.Number:
		if !strings.ContainsAny(string(v), ".eE") {
			if n, err := v.Int64(); err == nil {
				return n, nil
			}
		}
		return v.Float64()
	case []any:
		for i := range v {
			if v[i], err = normal(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if v[k], err = normal(v[k]); err != nil {
				return nil, err
			}
		}
	}
	return x, nil
}

// strangers returns the fields of the object in b that are not null and that
// neither the struct v nor known names.
func strangers(b []byte, v any, known ...string) ([]string, error) {
	var r record
	if err := decode(b, &r); err != nil {
		return nil, err
	}
	for f := range reflect.TypeOf(v).Fields() {
		known = append(known, f.Tag.Get("json"))
	}
	var found []string
	for _, k := range slices.Sorted(maps.Keys(r)) {
		if r[k] != nil && !slices.Contains(known, k) {
			found = append(found, k)
		}
	}
	return found, nil
}

// whole returns a number without a fraction as an integer.
func whole(v any) (int64, bool) {
	switch x := v.(type) {
	case int64:
		return x, true
	case float64:
		return int64(x), x == math.Trunc(x) && math.Abs(x) < 1<<53
	}
	return 0, false
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case int64:
		return float64(x), true
	case float64:
		return x, true
	}
	return 0, false
}

// compare orders two values of one type; ok is false if they have no order, as
// with null.
func compare(a, b any) (order int, ok bool) {
	switch x := a.(type) {
	case int64:
		if y, ok := b.(int64); ok {
			return cmp.Compare(x, y), true
		}
	case string:
		y, ok := b.(string)
		return cmp.Compare(x, y), ok
	case bool:
		y, ok := b.(bool)
		return cmp.Compare(one(x), one(y)), ok
	}
	x, is := number(a)
	y, ok := number(b)
	return cmp.Compare(x, y), is && ok
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compareNullsFirst is compare for sorting: null is below all, and what has no
// order is equal.
func compareNullsFirst(a, b any) int {
	if a == nil || b == nil {
		return cmp.Compare(one(a != nil), one(b != nil))
	}
	order, _ := compare(a, b)
	return order
}

// tolerance is how far floats may differ: absolutely, or relatively if they are
// above 1.
const tolerance = 1e-6

// same reports whether two values are the same, floats within the tolerance.
func same(a, b any) bool {
	switch x := a.(type) {
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, same)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, same)
	case nil:
		return b == nil
	}
	if order, ok := compare(a, b); !ok || order == 0 {
		return ok
	}
	_, aInt := a.(int64)
	_, bInt := b.(int64)
	x, isX := number(a)
	y, isY := number(b)
	return isX && isY && !(aInt && bInt) && math.Abs(x-y) <= tolerance*max(1, math.Abs(x), math.Abs(y))
}

// encode writes values so that equal ones have equal texts: 1 is 1.0.
func encode(vs ...any) string {
	plain := make([]any, len(vs))
	for i, v := range vs {
		plain[i] = v
		if n, ok := whole(v); ok {
			plain[i] = n
		}
	}
	b, err := json.Marshal(plain)
	if err != nil { // an infinite sum
		return fmt.Sprint(plain...)
	}
	return string(b)
}
