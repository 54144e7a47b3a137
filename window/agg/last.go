package agg

import (
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Last keeps the value of the latest event time. Of several with that time it
// keeps the greatest, so that the order in which they come makes no difference:
// if T is an integer, a float, a string or a bool, or an array or a struct of
// these, which count element by element. Any other T has no order, and the
// first that was fed stays.
type Last[T any] struct {
	at watermark.Time
	v  T
	ok bool
}

// Add takes v as of at; a time that a watermark.Time cannot hold counts as the
// nearest it can.
func (l *Last[T]) Add(at time.Time, v T) {
	t, _ := watermark.Of(at)
	l.AddAt(t, v)
}

// AddAt is Add without the conversion of the time.
func (l *Last[T]) AddAt(at watermark.Time, v T) {
	if !l.ok || at > l.at || at == l.at && compare(v, l.v) > 0 {
		l.at, l.v, l.ok = at, v, true
	}
}

// Merge takes the values of o.
func (l *Last[T]) Merge(o *Last[T]) {
	if o.ok {
		l.AddAt(o.at, o.v)
	}
}

// Value returns the latest value, zero if there was none.
func (l *Last[T]) Value() T { return l.v }

// At returns the time of Value, zero if there was none.
func (l *Last[T]) At() watermark.Time { return l.at }

// Empty reports whether there was no value.
func (l *Last[T]) Empty() bool { return !l.ok }

// First keeps the value of the earliest event time, and of several with that
// time the least, as Last keeps the greatest.
type First[T any] struct {
	at watermark.Time
	v  T
	ok bool
}

// Add takes v as of at; a time that a watermark.Time cannot hold counts as the
// nearest it can.
func (f *First[T]) Add(at time.Time, v T) {
	t, _ := watermark.Of(at)
	f.AddAt(t, v)
}

// AddAt is Add without the conversion of the time.
func (f *First[T]) AddAt(at watermark.Time, v T) {
	if !f.ok || at < f.at || at == f.at && compare(v, f.v) < 0 {
		f.at, f.v, f.ok = at, v, true
	}
}

// Merge takes the values of o.
func (f *First[T]) Merge(o *First[T]) {
	if o.ok {
		f.AddAt(o.at, o.v)
	}
}

// Value returns the earliest value, zero if there was none.
func (f *First[T]) Value() T { return f.v }

// At returns the time of Value, zero if there was none.
func (f *First[T]) At() watermark.Time { return f.at }

// Empty reports whether there was no value.
func (f *First[T]) Empty() bool { return !f.ok }
