package agg

import (
	"cmp"
	"math"
	"reflect"
	"strings"
	"unsafe"
)

// compare orders a and b as ordered says that T is, and returns 0 for every
// pair of a T that is not. It tells apart what == does not only in floats: -0
// is less than 0, and NaN equal to itself and less than the rest.
func compare[T any](a, b T) int {
	p, q := unsafe.Pointer(&a), unsafe.Pointer(&b)
	switch reflect.TypeFor[T]().Kind() {
	case reflect.Int:
		return cmp.Compare(*(*int)(p), *(*int)(q))
	case reflect.Int8:
		return cmp.Compare(*(*int8)(p), *(*int8)(q))
	case reflect.Int16:
		return cmp.Compare(*(*int16)(p), *(*int16)(q))
	case reflect.Int32:
		return cmp.Compare(*(*int32)(p), *(*int32)(q))
	case reflect.Int64:
		return cmp.Compare(*(*int64)(p), *(*int64)(q))
	case reflect.Uint:
		return cmp.Compare(*(*uint)(p), *(*uint)(q))
	case reflect.Uint8, reflect.Bool:
		return cmp.Compare(*(*uint8)(p), *(*uint8)(q))
	case reflect.Uint16:
		return cmp.Compare(*(*uint16)(p), *(*uint16)(q))
	case reflect.Uint32:
		return cmp.Compare(*(*uint32)(p), *(*uint32)(q))
	case reflect.Uint64:
		return cmp.Compare(*(*uint64)(p), *(*uint64)(q))
	case reflect.Uintptr:
		return cmp.Compare(*(*uintptr)(p), *(*uintptr)(q))
	case reflect.Float32:
		return compareFloats(float64(*(*float32)(p)), float64(*(*float32)(q)))
	case reflect.Float64:
		return compareFloats(*(*float64)(p), *(*float64)(q))
	case reflect.String:
		return strings.Compare(*(*string)(p), *(*string)(q))
	case reflect.Array, reflect.Struct:
		return compareParts(a, b)
	}
	return 0
}

func compareFloats(a, b float64) int {
	if c := cmp.Compare(a, b); c != 0 || a != 0 {
		return c
	}
	switch x, y := math.Signbit(a), math.Signbit(b); {
	case x && !y:
		return -1
	case y && !x:
		return 1
	}
	return 0
}

// compareParts is a function of its own so that only here a and b move to the heap.
func compareParts[T any](a, b T) int {
	if !ordered(reflect.TypeFor[T]()) {
		return 0
	}
	return compareValues(reflect.ValueOf(&a).Elem(), reflect.ValueOf(&b).Elem())
}

// ordered reports whether values of t have an order: they are integers, floats,
// strings or bools, or arrays or structs of what is ordered.
func ordered(t reflect.Type) bool {
	switch k := t.Kind(); {
	case k == reflect.Array:
		return ordered(t.Elem())
	case k == reflect.Struct:
		for i := range t.NumField() {
			if !ordered(t.Field(i).Type) {
				return false
			}
		}
		return true
	default:
		return reflect.Bool <= k && k <= reflect.Float64 || k == reflect.String
	}
}

// compareValues orders two values of one ordered type.
func compareValues(a, b reflect.Value) int {
	switch k := a.Kind(); {
	case k == reflect.Array:
		for i := range a.Len() {
			if c := compareValues(a.Index(i), b.Index(i)); c != 0 {
				return c
			}
		}
		return 0
	case k == reflect.Struct:
		for i := range a.NumField() {
			if c := compareValues(a.Field(i), b.Field(i)); c != 0 {
				return c
			}
		}
		return 0
	case k == reflect.String:
		return strings.Compare(a.String(), b.String())
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return compareFloats(a.Float(), b.Float())
	case a.Bool() == b.Bool():
		return 0
	case b.Bool():
		return -1
	}
	return 1
}
