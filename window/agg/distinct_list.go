package agg

import (
	"reflect"
	"slices"
	"unsafe"
)

// list is a set of anything but numbers, in the order in which it came. A few
// values are found by going through them, more by an index if they are
// strings, or else by a map, which alone can hash anything.
type list[T comparable] struct {
	values []T
	index  []uint64 // none, or a power of two
	others map[T]struct{}
	text   int // bytes that strings in values take
}

// A slot of the index is 0 if it is free, or holds 32 bits of the hash of a string,
// which say where the search begins, over 1 + its position in values. So a string
// is seldom looked at in vain, and not at all when the index grows. (The position
// does for 2^32 strings, which would take more than 100 GB.)

const (
	few       = 8 // values up to which there is neither index nor map
	leastSize = 32

	position = 1<<32 - 1
)

// newList makes a list for about n values.
func newList[T comparable](n int) *list[T] {
	l := new(list[T])
	if n > few {
		l.values = make([]T, 0, n)
		l.build(n)
	}
	return l
}

func (l *list[T]) add(v T) {
	switch {
	case l.index != nil:
		h := hashString(*(*string)(unsafe.Pointer(&v)))
		i, found := l.search(v, h)
		if found {
			return
		}
		l.append(v)
		l.index[i] = h&^position | uint64(len(l.values))
		if 4*len(l.values) > 3*len(l.index) {
			l.grow()
		}
	case l.others != nil:
		l.others[v] = struct{}{}
		if len(l.others) > len(l.values) {
			l.append(v)
		}
	case !slices.Contains(l.values, v):
		l.append(v)
		if len(l.values) > few {
			l.build(0)
		}
	}
}

func (l *list[T]) append(v T) {
	if l.values == nil {
		l.values = make([]T, 0, few)
	}
	l.values = append(l.values, v)
	if isString[T]() {
		l.text += (len(*(*string)(unsafe.Pointer(&v))) + 7) &^ 7 // as it is allocated
	}
}

func (l *list[T]) has(v T) bool {
	switch {
	case l.index != nil:
		_, found := l.search(v, hashString(*(*string)(unsafe.Pointer(&v))))
		return found
	case l.others != nil:
		_, found := l.others[v]
		return found
	}
	return slices.Contains(l.values, v)
}

// search returns the slot of the index where v, of hash h, is or should be.
func (l *list[T]) search(v T, h uint64) (i uint64, found bool) {
	last := uint64(len(l.index) - 1)
	for i = h >> 32 & last; ; i = (i + 1) & last {
		slot := l.index[i]
		if slot == 0 {
			return i, false
		}
		if (slot^h)>>32 == 0 && l.values[slot&position-1] == v {
			return i, true
		}
	}
}

// build makes the index or the map, with room for n values.
func (l *list[T]) build(n int) {
	if !isString[T]() {
		l.others = make(map[T]struct{}, max(n, leastSize*7/8))
		for _, v := range l.values {
			l.others[v] = struct{}{}
		}
		return
	}
	size := leastSize
	for 3*size < 4*n {
		size *= 2
	}
	l.index = make([]uint64, size)
	for p, v := range l.values {
		h := hashString(*(*string)(unsafe.Pointer(&v)))
		l.put(h&^position | uint64(p+1))
	}
}

func (l *list[T]) grow() {
	old := l.index
	l.index = make([]uint64, 2*len(old))
	for _, slot := range old {
		if slot != 0 {
			l.put(slot)
		}
	}
}

// put puts a slot where it belongs.
func (l *list[T]) put(slot uint64) {
	last := uint64(len(l.index) - 1)
	i := slot >> 32 & last
	for l.index[i] != 0 {
		i = (i + 1) & last
	}
	l.index[i] = slot
}

// merge adds the values of o.
func (l *list[T]) merge(o *list[T]) {
	for _, v := range o.values {
		l.add(v)
	}
}

// sorted returns the values in order, if T has one.
func (l *list[T]) sorted() []T {
	if !ordered(reflect.TypeFor[T]()) {
		return l.values
	}
	values := slices.Clone(l.values)
	slices.SortFunc(values, compare)
	return values
}

// bytes returns about what l owns, itself included.
func (l *list[T]) bytes() int {
	var v T
	size := int(unsafe.Sizeof(v))
	n := int(unsafe.Sizeof(*l)) + cap(l.values)*size + cap(l.index)*8 + l.text
	if l.others != nil {
		slots := leastSize
		for 7*slots < 8*len(l.others) {
			slots *= 2
		}
		// A slot of a map has a byte of control, and one of alignment as the
		// value behind the key is empty.
		n += slots * (size + int(unsafe.Alignof(v)) + 1)
	}
	return n
}

func isString[T any]() bool { return reflect.TypeFor[T]().Kind() == reflect.String }
