package keys

// The loops over a batch. No decision is left in them, and no key waits for
// the one before it, so that the multiplications of several keys overlap. Each
// is a function, so that all it needs is in registers.

func hashNumbers[E uint8 | uint16 | uint32 | uint64 | int32](dst []uint64, keys []E) {
	dst = dst[:len(keys)]
	for i, k := range keys {
		dst[i] = mix(opened ^ uint64(k))
	}
}

// A string is mixed by products already: one more is enough, at half the cost
// of mix.
func hashStrings(dst []uint64, m memory, size, off uintptr) {
	for i := range dst {
		dst[i] = fold(hashString(opened, m.at(off).string()), golden)
		off += size
	}
}

// block is how many keys go through all steps before the next ones do, so that
// they are in the cache when the second step comes.
const block = 256

// hashSteps goes step by step, not key by key, with the states of all keys in
// dst.
func hashSteps(dst []uint64, m memory, size uintptr, steps []step) {
	for len(dst) > block {
		hashSteps(dst[:block], m, size, steps)
		dst, m = dst[block:], m.at(block*size)
	}
	if len(steps) == 0 || steps[0].kind > stepPart {
		for i := range dst {
			dst[i] = origin
		}
	}
	mixed := false
	for i := 0; i < len(steps); i++ {
		s, first := &steps[i], i == 0
		if s.kind == stepWhole && i+1 < len(steps) && steps[i+1].kind == stepWhole {
			i++
			mixed = i+1 == len(steps)
			nextWords(dst, m, size, s.off, steps[i].off-s.off, first, mixed)
			continue
		}
		mixed = i+1 == len(steps) && s.kind <= stepPart
		nextStep(dst, m, size, s, first, mixed)
	}
	if !mixed {
		for i, state := range dst {
			dst[i] = mix(state)
		}
	}
}

// nextWords absorbs the whole word at off and the one that lies gap behind it:
// two in a loop, as the states take as long to load and store as a word does
// to be absorbed. The first and the last ones begin and end the hash.
func nextWords(dst []uint64, m memory, size, off, gap uintptr, first, last bool) {
	switch {
	case first && last:
		for i := range dst {
			dst[i] = mix(next(opened^m.at(off).le64(), m.at(off+gap).le64()))
			off += size
		}
	case first:
		for i := range dst {
			dst[i] = next(opened^m.at(off).le64(), m.at(off+gap).le64())
			off += size
		}
	case last:
		for i, state := range dst {
			dst[i] = mix(next(next(state, m.at(off).le64()), m.at(off+gap).le64()))
			off += size
		}
	default:
		for i, state := range dst {
			dst[i] = next(next(state, m.at(off).le64()), m.at(off+gap).le64())
			off += size
		}
	}
}

// nextStep absorbs what s gives. Only words in one piece look at first and
// last.
func nextStep(dst []uint64, m memory, size uintptr, s *step, first, last bool) {
	switch s.kind {
	case stepWhole, stepPart:
		nextWord(dst, m, size, s.place, first, last)
	case stepNarrow, stepPieces:
		for i, state := range dst {
			dst[i] = next(state, s.load(m.at(uintptr(i)*size), size))
		}
	case stepString:
		nextString(dst, m, size, s.off)
	default:
		for i, state := range dst {
			a, more := addrAt(s.kind, m.at(uintptr(i)*size+s.off))
			dst[i] = hashAddr(state, a, more)
		}
	}
}

func nextWord(dst []uint64, m memory, size uintptr, x place, first, last bool) {
	for i, state := range dst {
		if first {
			state = origin
		}
		state = next(state, x.word(m))
		if last {
			state = mix(state)
		}
		dst[i] = state
		x.off += size
	}
}

func nextString(dst []uint64, m memory, size, off uintptr) {
	for i, state := range dst {
		dst[i] = hashString(fold(state, golden), m.at(off).string())
		off += size
	}
}
