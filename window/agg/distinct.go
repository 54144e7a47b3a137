package agg

import (
	"iter"
	"reflect"
	"unsafe"
)

// Distinct counts distinct values, exactly. Its zero value is ready.
//
// Two values are the same if == says so, and a NaN is the same as any other
// NaN if T is float32 or float64. (Inside of an array, a struct or an interface
// == is taken at its word: each NaN is another value.)
//
// Numbers are kept in a hash table of 4 bytes a slot, or 8 for those that do
// not fit 32 bits, and in a roaring bitmap once that is smaller by far: when
// there are 4,096 or more, on average, to each 65,536 in a row that are in use.
// Strings are kept in a list with an index of hashes, and everything else in a
// list and a map. The hashes have no secret, so they are no defence against
// someone who picks values that collide.
//
// A Distinct must not be copied by assignment if one of the two is then used
// any further. Strings are kept as they are: clone one that was cut out of a
// larger one which should go.
type Distinct[T comparable] struct {
	form   form
	narrow set[uint32]  // numbers within 32 bits
	wide   *set[uint64] // other numbers, nil if there are none
	list   *list[T]     // what is not a number
}

// Time of an Add as a ratio to that of map[int]struct{} (for strings, to
// map[string]struct{}) in the same run of BenchmarkDistinct, 100 sets in turn,
// from empty and once grown, best of four or five, and bytes a value. On a shared
// machine the ratios move by a third from run to run.
//
//	facts in a set, of      int          wider        string       roaring64 alone  bytes: int, map
//	       5 of 1,000,000   1.7   0.6    2.7   0.9    1.1   1.2    6.7   2.0        13     49
//	      50 of 1,000,000   0.8   0.9    1.1   0.9    0.6   0.7    2.4   4.7        20     25
//	     500 of 1,000,000   0.2   0.5    0.4   0.6    0.7   0.9    1.0   2.5         8     37
//	   5,000 of 1,000,000   0.3   0.3    0.5   0.4    0.5   0.6    0.8   1.3         7     30
//	   5,000 of       500   0.6   0.6    0.7   0.8    0.5   0.9    2.7   3.5         8     37
//	  20,000 of   100,000   0.5   0.5    0.3   0.3    0.5   0.9    0.4   0.2         1     33
//
// In the last line int is a bitmap too. Above it, the blocks of roaring are
// arrays, which is what makes it slow, and why a Distinct is not dense there.

// Add counts v, if it is new.
func (d *Distinct[T]) Add(v T) {
	if d.form < unsigned {
		d.addOther(v)
		return
	}
	w := integerWord(d.form, raw(v), unsafe.Sizeof(v))
	if k := d.form.narrow(w); k>>32 == 0 {
		d.narrow.add(uint32(k))
	} else {
		d.addWide(w)
	}
}

func (d *Distinct[T]) addWide(w uint64) {
	if d.wide == nil {
		d.wide = &set[uint64]{room: d.narrow.room}
	}
	d.wide.add(w)
}

// addOther is Add for the first value, and for what is not an integer.
func (d *Distinct[T]) addOther(v T) {
	switch d.form {
	case unknown:
		d.form = formOf(reflect.TypeFor[T]())
		d.Add(v)
	case listed:
		if d.list == nil {
			d.list = newList[T](int(d.narrow.room))
		}
		d.list.add(v)
	default:
		w := word(d.form, v)
		if k := d.form.narrow(w); k>>32 == 0 {
			d.narrow.add(uint32(k))
		} else {
			d.addWide(w)
		}
	}
}

// Reserve says that about n values will come: the memory for them is taken at
// once, with the first, and not step by step. It
// has no effect on what d says, or once there is a value.
func (d *Distinct[T]) Reserve(n int) { d.narrow.room = uint32(min(max(n, 0), 1<<30)) }

// Has reports whether v was added.
func (d *Distinct[T]) Has(v T) bool {
	switch d.form {
	case unknown:
		return false
	case listed:
		return d.list.has(v)
	}
	w := word(d.form, v)
	if k := d.form.narrow(w); k>>32 == 0 {
		return d.narrow.has(uint32(k))
	}
	return d.wide != nil && d.wide.has(w)
}

// Merge adds the values of o. It costs about as much as to add the values of
// the smaller one, and to copy the larger one if that is o.
func (d *Distinct[T]) Merge(o *Distinct[T]) {
	if o.form == unknown {
		return
	}
	d.form = o.form
	if o.list != nil {
		if d.list == nil {
			d.list = new(list[T])
		}
		d.list.merge(o.list)
		return
	}
	d.narrow.merge(&o.narrow)
	if o.wide != nil {
		if d.wide == nil {
			d.wide = new(set[uint64])
		}
		d.wide.merge(o.wide)
	}
}

// Len returns the number of distinct values.
func (d *Distinct[T]) Len() int {
	n := d.narrow.len()
	if d.wide != nil {
		n += d.wide.len()
	}
	if d.list != nil {
		n += len(d.list.values)
	}
	return n
}

// Values gives the values: ascending, NaN first, if they are integers, floats,
// strings or bools, or arrays or structs of these, and else in the order in which
// they first came, those of a merged Distinct after the rest. It costs a sorted
// copy of them each time.
func (d *Distinct[T]) Values() iter.Seq[T] {
	return func(yield func(T) bool) {
		if d.list != nil {
			for _, v := range d.list.sorted() {
				if !yield(v) {
					return
				}
			}
			return
		}
		words := make([]uint64, 0, d.Len())
		for k := range d.narrow.all {
			words = append(words, d.form.widen(k))
		}
		if d.wide != nil {
			for w := range d.wide.all {
				words = append(words, w)
			}
		}
		sortWords(words)
		for _, w := range words {
			if !yield(number[T](d.form, w)) {
				return
			}
		}
	}
}

// Bytes returns the bytes on the heap that d owns, strings included.
func (d *Distinct[T]) Bytes() int {
	n := d.narrow.bytes()
	if d.wide != nil {
		n += setBytes + d.wide.bytes()
	}
	if d.list != nil {
		n += d.list.bytes()
	}
	return n
}
