package agg

import (
	"reflect"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/table"
)

// Key is what TopN and Heavy rank: integers and strings. Floats, of which a NaN
// is not equal to itself, are no keys anywhere; and any key has an order, by which
// ties are settled.
type Key interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~string
}

// tally has a value for each key, in the order in which the keys came.
type tally[K Key, V any] struct{ table table.Table[K, V] }

// entries returns the keys and their values.
func (t *tally[K, V]) entries() []table.Entry[K, V] { return t.table.Entries }

// find returns the value of k, nil if there is none.
func (t *tally[K, V]) find(k K) *V {
	if i := t.table.Find(k, hashKey(k)); i >= 0 {
		return &t.table.Entries[i].Value
	}
	return nil
}

// add gives v to k, which has none yet.
func (t *tally[K, V]) add(k K, v V) {
	i := t.table.Slot(k, hashKey(k), hashKey)
	t.table.Entries[i].Value = v
}

// reserve makes room for n keys.
func (t *tally[K, V]) reserve(n int) {
	if n > len(t.entries()) {
		t.table.Reserve(n, hashKey)
		t.table.Grow(n)
	}
}

// truncate keeps the first n entries, in the order in which they are now.
func (t *tally[K, V]) truncate(n int) {
	kept := t.entries()[:n]
	clear(t.entries()[n:]) // strings, which are to be let go
	t.table.Reset(false)
	for _, e := range kept {
		t.add(e.Key, e.Value) // where it is already
	}
}

// bytes returns the bytes that t owns.
func (t *tally[K, V]) bytes() int {
	n := cap(t.entries())*int(unsafe.Sizeof(table.Entry[K, V]{})) + t.table.Slots()*4
	if isText[K]() {
		for i := range t.entries() {
			n += textBytes(reflect.ValueOf(&t.entries()[i].Key).Elem())
		}
	}
	return n
}

func hashKey[K Key](k K) uint64 {
	if isText[K]() {
		return hashString(*(*string)(unsafe.Pointer(&k)))
	}
	return fold(fold(raw(k)^golden, pi), golden) // twice, as a table uses all bits
}

// isText reports whether K is a string. Where no number is as large as one, that is
// known when the code for K is compiled.
func isText[K Key]() bool {
	var k K
	return unsafe.Sizeof(k) == unsafe.Sizeof("") && (unsafe.Sizeof("") > 8 || isString[K]())
}
