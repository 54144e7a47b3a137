package tidemarktest

import (
	"math"
	"reflect"
)

// billionth is how far floats may be apart where facts come in another order: a sum
// depends on it in its last bits.
const billionth = 1e-9

// equal reports whether two values are the same for who reads them: as
// reflect.DeepEqual has it, but floats within share of the greater, NaN as NaN, nil
// and empty alike, and types with a method Equal of their own by that.
func equal(a, b reflect.Value, share float64) bool {
	if eq, ok := byMethod(a, b); ok {
		return eq
	}
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		return near(a.Float(), b.Float(), share)
	case reflect.Complex64, reflect.Complex128:
		x, y := a.Complex(), b.Complex()
		return near(real(x), real(y), share) && near(imag(x), imag(y), share)
	case reflect.Struct:
		for i := range a.NumField() {
			if !equal(a.Field(i), b.Field(i), share) {
				return false
			}
		}
		return true
	case reflect.Array, reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i), share) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for _, k := range a.MapKeys() { // order: all of them are compared
			if v := b.MapIndex(k); !v.IsValid() || !equal(a.MapIndex(k), v, share) {
				return false
			}
		}
		return true
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return a.Elem().Type() == b.Elem().Type() && equal(a.Elem(), b.Elem(), share)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return a.IsNil() == b.IsNil()
	}
	return a.Equal(b)
}

// byMethod compares by a method Equal, if the type has one and it can be called.
func byMethod(a, b reflect.Value) (eq, ok bool) {
	if !a.CanInterface() || !b.CanInterface() || a.Kind() == reflect.Pointer && (a.IsNil() || b.IsNil()) || a.Kind() == reflect.Interface {
		return false, false
	}
	m := a.MethodByName("Equal")
	if !m.IsValid() || m.Type().NumIn() != 1 || m.Type().In(0) != a.Type() || m.Type().NumOut() != 1 || m.Type().Out(0).Kind() != reflect.Bool {
		return false, false
	}
	return m.Call([]reflect.Value{b})[0].Bool(), true
}

// near reports whether floats are the same, within share of the greater.
func near(a, b, share float64) bool {
	switch {
	case a == b, a != a && b != b:
		return true
	case share == 0, math.IsInf(a, 0), math.IsInf(b, 0):
		return false
	}
	return math.Abs(a-b) <= max(1e-12, share*max(math.Abs(a), math.Abs(b)))
}
