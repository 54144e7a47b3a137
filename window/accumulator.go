package window

// Accumulator is a *A that folds facts of type T. The zero A is ready.
//
// Merge is associative and commutative, leaves o as it was and shares nothing
// with it: a zero A merged with o is a copy of o. windowtest.Check asserts
// these laws for any accumulator.
//
// An accumulator that owns memory (a map, a slice) may have a method
// Bytes() int, the bytes of it on the heap; Stats adds them up.
type Accumulator[A, T any] interface {
	*A
	Add(fact T)
	Merge(o *A)
}
