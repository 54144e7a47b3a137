package window

// newSlides makes the mechanism.
func newSlides[K comparable, A, T any, P Accumulator[A, T]](b *base[K, A]) mechanism[K, A, T] {
	panic("no rule makes such a plan yet") // bug: no rule makes such a plan
}
