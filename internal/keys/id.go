package keys

import "math/bits"

// An ID is over words, as the hash is, with a state of 128 bits. It must never
// change: rows that a sink has are found again by it.
//
// The state goes through rounds, each one-to-one: one half is multiplied by an
// odd constant, the low half of the product takes its place, the high half is
// added without carry to the other half of the state, and they swap places.
// This is the round of Philox: Salmon, Moraes, Dror and Shaw, "Parallel Random
// Numbers: As Easy as 1, 2, 3", SC 2011. A word goes in before two rounds
// each, as no later word could then make good for what it did to both halves.

const philox = 0xd2b74407b1ce6e93 // the multiplier of Philox2x64

func round(a, b, by uint64) (uint64, uint64) {
	hi, lo := bits.Mul64(b, by)
	return lo, a ^ hi
}

func absorb(a, b, word uint64) (uint64, uint64) {
	a, b = round(a, b^word, golden)
	return round(a, b^word, philox)
}

// finish has constants of its own, or the ID of a zero key under a zero seed
// would be zero, which is the ID of a row that has no name.
func finish(a, b uint64) (uint64, uint64) {
	a, b = round(a, b^pi0, golden)
	return round(a, b^pi1, philox)
}

// absorbString takes a string of at most 7 bytes as one word with the length
// in the top byte, a longer one as a word with the length below a top byte of
// ff, and the bytes, 8 at a time; the last 8 may begin within the ones before.
// No sequence of words begins another, so the words of a key tell where each
// string of it ends.
func absorbString(a, b uint64, s string) (uint64, uint64) {
	m, n := bytesOf(s), uintptr(len(s))
	if n < 8 {
		return absorb(a, b, m.narrow(n)|uint64(n)<<56)
	}
	a, b = absorb(a, b, 0xff<<56|uint64(n))
	for i := uintptr(0); i < n-8; i += 8 {
		a, b = absorb(a, b, m.at(i).le64())
	}
	return absorb(a, b, m.at(n-8).le64())
}

// id takes and gives the lanes as single values: the compiler has arrays in
// memory, and copies them in ways that make the processor wait.
func (p *plan) id(a, b uint64, m memory) (uint64, uint64) {
	if w, ok := p.number(m); ok {
		return finish(absorb(a, b, w))
	}
	for i := range p.steps {
		switch s := &p.steps[i]; s.kind {
		case stepString:
			a, b = absorbString(a, b, m.at(s.off).string())
		case stepAddr, stepPrefix, stepAddrPort:
			addr, more := addrAt(s.kind, m.at(s.off))
			a, b = absorbAddr(a, b, addr, more)
		default:
			a, b = absorb(a, b, s.load(m, p.size))
		}
	}
	return finish(a, b)
}

// Seed makes a seed of a text, such as the name of a stage. It is the same in
// all versions.
func Seed(name string) [2]uint64 {
	a, b := finish(absorbString(pi2, pi3, name))
	return [2]uint64{a, b}
}

// Fold absorbs words into a seed, such as the bounds of a span, and gives a
// seed. It is the same in all versions. Words can go in by one call or several:
// Fold(s, x, y) is Fold(Fold(s, x), y). Under one seed two different words never
// give the same seed, nor do two different seeds with the same words.
func Fold(seed [2]uint64, words ...uint64) [2]uint64 {
	a, b := seed[0], seed[1]
	for _, w := range words {
		a, b = absorb(a, b, w)
	}
	return [2]uint64{a, b}
}
