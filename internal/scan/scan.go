// Package scan tells which types the collector has to scan: memory of others
// can be used again without being cleared.
package scan

import "reflect"

// Pointers reports whether values of type t hold pointers, strings included.
func Pointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && Pointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if Pointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	}
	return t.Kind() < reflect.Bool || t.Kind() > reflect.Complex128
}

// For is Pointers of T.
func For[T any]() bool { return Pointers(reflect.TypeFor[T]()) }
