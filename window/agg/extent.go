package agg

import "cmp"

// Min is the least value. A NaN makes it NaN, as the builtin min does, and -0
// is less than 0.
type Min[T cmp.Ordered] struct {
	v  T
	ok bool
}

// Add takes v.
func (m *Min[T]) Add(v T) {
	if m.ok {
		v = min(m.v, v)
	}
	m.v, m.ok = v, true
}

// Merge takes the values of o.
func (m *Min[T]) Merge(o *Min[T]) {
	if o.ok {
		m.Add(o.v)
	}
}

// Value returns the least value, zero if there was none.
func (m *Min[T]) Value() T { return m.v }

// Empty reports whether there was no value.
func (m *Min[T]) Empty() bool { return !m.ok }

// Max is the greatest value. A NaN makes it NaN, as the builtin max does, and
// -0 is less than 0.
type Max[T cmp.Ordered] struct {
	v  T
	ok bool
}

// Add takes v.
func (m *Max[T]) Add(v T) {
	if m.ok {
		v = max(m.v, v)
	}
	m.v, m.ok = v, true
}

// Merge takes the values of o.
func (m *Max[T]) Merge(o *Max[T]) {
	if o.ok {
		m.Add(o.v)
	}
}

// Value returns the greatest value, zero if there was none.
func (m *Max[T]) Value() T { return m.v }

// Empty reports whether there was no value.
func (m *Max[T]) Empty() bool { return !m.ok }

// Extent is the least and the greatest value: Min and Max in one. A NaN makes
// both NaN.
type Extent[T cmp.Ordered] struct {
	min, max T
	ok       bool
}

// Add takes v.
func (e *Extent[T]) Add(v T) {
	if e.ok {
		e.min, e.max = min(e.min, v), max(e.max, v)
		return
	}
	e.min, e.max, e.ok = v, v, true
}

// Merge takes the values of o.
func (e *Extent[T]) Merge(o *Extent[T]) {
	if !o.ok {
		return
	}
	if e.ok {
		e.min, e.max = min(e.min, o.min), max(e.max, o.max)
		return
	}
	*e = *o
}

// Min returns the least value, zero if there was none.
func (e *Extent[T]) Min() T { return e.min }

// Max returns the greatest value, zero if there was none.
func (e *Extent[T]) Max() T { return e.max }

// Empty reports whether there was no value.
func (e *Extent[T]) Empty() bool { return !e.ok }
