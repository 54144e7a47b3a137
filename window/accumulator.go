package window

// Accumulator is a *A that folds facts of type T. The zero A is ready.
//
// Merge is associative and commutative, leaves o as it was and shares nothing
// with it: a zero A merged with o is a copy of o. windowtest.Check asserts
// these laws for any accumulator.
//
// An accumulator that owns memory (a map, a slice) may have a method
// Bytes() int, the bytes of it on the heap; Stats adds them up. If it, or a field
// of it, has the methods Len() int and Reserve(n int), as agg.Distinct has, Reserve
// is called before the first Add of a pane with the Len of the same key in the slice
// before, if that is still open: memory then need not grow step by step.
type Accumulator[A, T any] interface {
	*A
	Add(fact T)
	Merge(o *A)
}
