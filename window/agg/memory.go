package agg

import "reflect"

// hasText reports whether values of t are strings, or arrays or structs with
// strings in them.
func hasText(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String:
		return true
	case reflect.Array:
		return hasText(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasText(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// textBytes returns about what the strings in v take on the heap.
func textBytes(v reflect.Value) (n int) {
	switch v.Kind() {
	case reflect.String:
		return (v.Len() + 7) &^ 7 // as they are allocated
	case reflect.Array:
		for i := range v.Len() {
			n += textBytes(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			n += textBytes(v.Field(i))
		}
	}
	return n
}
