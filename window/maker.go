package window

// maker makes the mechanisms of windows per key. Which one is wanted only a rule
// knows, and what its types are only a store: so a plan calls one of its methods
// by an interface. A method that no rule of a program calls is left out of the
// program, with the whole mechanism behind it.
type maker[K comparable, A, T any, P Accumulator[A, T]] struct{ b *base[K, A] }

func (m maker[K, A, T, P]) sessions() any { return newSessions[K, A, T, P](m.b) }
func (m maker[K, A, T, P]) staggers() any { return newStaggers[K, A, T, P](m.b) }
func (m maker[K, A, T, P]) slides() any   { return newSlides[K, A, T, P](m.b) }
func (m maker[K, A, T, P]) counts() any   { return newCounts[K, A, T, P](m.b) }

func makeSessions(m any) any { return m.(interface{ sessions() any }).sessions() }
func makeStaggers(m any) any { return m.(interface{ staggers() any }).staggers() }
func makeSlides(m any) any   { return m.(interface{ slides() any }).slides() }
func makeCounts(m any) any   { return m.(interface{ counts() any }).counts() }
