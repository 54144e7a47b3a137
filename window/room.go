package window

import (
	"reflect"
	"unsafe"
)

// roomy is what an accumulator may have, or a field of one: how many values it
// holds, and a way to tell, before the first is added, how many will come.
type roomy interface {
	Len() int
	Reserve(n int)
}

// room makes the accumulator of a new cell as large as that of the same key in
// the slice before: else its memory grows step by step, with a copy at each.
type room []part

// part is what is roomy in an accumulator.
type part struct {
	offset uintptr
	kind   reflect.Type
}

// roomOf finds the parts of A, once for a store.
func roomOf[A any]() (r room) {
	var in func(t reflect.Type, offset uintptr)
	in = func(t reflect.Type, offset uintptr) {
		if reflect.PointerTo(t).Implements(reflect.TypeFor[roomy]()) {
			r = append(r, part{offset, t})
			return
		}
		if t.Kind() == reflect.Struct {
			for i := range t.NumField() {
				f := t.Field(i)
				in(f.Type, offset+f.Offset)
			}
		}
	}
	in(reflect.TypeFor[A](), 0)
	return r
}

// make gives the parts of fresh, a zero accumulator, the room that those of old take.
func (r room) make(fresh, old unsafe.Pointer) {
	for _, p := range r {
		if n := p.of(old).Len(); n > 0 {
			p.of(fresh).Reserve(n)
		}
	}
}

func (p part) of(a unsafe.Pointer) roomy {
	return reflect.NewAt(p.kind, unsafe.Add(a, p.offset)).Interface().(roomy)
}

// settle makes room in cell n of a slice, which is new.
func (s *sliced[K, A, T, P]) settle(at *slice[K, A], n int, key K, hash uint64) {
	i := s.open.from(at.Start) - 1
	if i < 0 {
		return
	}
	before := &s.open.all[i].table
	if e := before.Find(key, hash); e >= 0 {
		s.room.make(unsafe.Pointer(&at.table.Entries[n].Value.value), unsafe.Pointer(&before.Entries[e].Value.value))
	}
}
