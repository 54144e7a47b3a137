package agg

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// The constants of the hashes: digits of the golden ratio and of pi, odd.
const (
	golden = 0x9e3779b97f4a7c15
	pi     = 0x243f6a8885a308d3
)

// fold multiplies and adds the halves of the product without carry, so that the
// low bits of the result depend on all bits of a and b.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// hashString takes 16 bytes a multiplication. What is left at the end it loads
// by loads that overlap, so that there is no loop over bytes; the length counts
// because the same words come from "a" and "aa".
func hashString(s string) uint64 {
	p := unsafe.Slice(unsafe.StringData(s), len(s))
	h := uint64(len(p)) * golden
	for len(p) > 16 {
		h = fold(h^binary.LittleEndian.Uint64(p), pi^binary.LittleEndian.Uint64(p[8:])) ^ h
		p = p[16:]
	}
	var a, b uint64
	switch n := len(p); {
	case n >= 8:
		a, b = binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[n-8:])
	case n >= 4:
		a, b = uint64(binary.LittleEndian.Uint32(p)), uint64(binary.LittleEndian.Uint32(p[n-4:]))
	case n > 0:
		a = uint64(p[0]) | uint64(p[n/2])<<8 | uint64(p[n-1])<<16
	}
	return fold(fold(h^a, pi^b)^h, golden)
}
