package keys

import "math/bits"

// blend multiplies two words that both come from a key. It adds them to the
// product again, or a factor of 0 would make the other one count for nothing.
func blend(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo ^ a ^ b
}

// hashString absorbs a string into a state that has been folded.
//
// Up to 32 bytes it takes all by loads that overlap, so that there is no loop
// and, from 8 bytes on, no branch on the length: where lengths vary, a wrong
// guess of the processor costs more than all the rest. With lengths from 8 to
// 24 at random this takes 3.7 ns, xxhash 9.5 ns; where all are of 16 bytes and
// every guess is right, both take 3.5.
//
// The length goes in because the same words come from "a" and "aa"; times a
// constant, because bare it could make good for another last byte.
func hashString(state uint64, s string) uint64 {
	m, n := bytesOf(s), uintptr(len(s))
	length := uint64(n) * golden
	if n-8 <= 24 {
		over := int64(n) - 16
		under := over >> 63 // all ones if there are fewer than 16 bytes, else zero
		a, b := m.le64(), m.at(uintptr(8+over&under)).le64()
		c, d := m.at(uintptr(over&^under)).le64(), m.at(n-8).le64()
		return blend(a^state, b^pi1) ^ blend(c^pi2, d^pi3^length)
	}
	if n > 32 {
		return hashLong(state, m, n)
	}
	w := m.narrow(n)
	return blend(w^state, pi1) ^ blend(pi2, w^pi3^length)
}

// hashLong is hashString for more than 32 bytes: two states take 16 bytes each
// in turn, and the last 32 bytes, some of them maybe once more, end it.
func hashLong(a uint64, m memory, n uintptr) uint64 {
	b := a ^ pi4
	length := uint64(n) * golden
	for i := uintptr(0); i < n-32; i += 32 {
		a = blend(m.at(i).le64()^a, m.at(i+8).le64()^pi1)
		b = blend(m.at(i+16).le64()^b, m.at(i+24).le64()^pi2)
	}
	m = m.at(n - 32)
	a = blend(m.le64()^a, m.at(8).le64()^pi1)
	b = blend(m.at(16).le64()^b, m.at(24).le64()^pi3^length)
	return fold(a, pi5|1) ^ b
}
