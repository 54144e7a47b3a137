package keys

import (
	"cmp"
	"encoding/binary"
	"net/netip"
)

// The first byte of an encoded address, and of its first word.
const (
	familyNone  = 0 // the zero Addr
	familyV4    = 4
	familyV6    = 6
	familyZoned = 7
)

func family(a netip.Addr) byte {
	switch {
	case a.Is4():
		return familyV4
	case !a.IsValid():
		return familyNone
	case a.Zone() != "":
		return familyZoned
	}
	return familyV6
}

// The words of an address begin with a head. It has the family in the top
// byte, the bits + 1 of a Prefix or the port of an AddrPort in the 16 bits
// from the 32nd on, and an IPv4 address in the low 32. An IPv6 address has two
// more words, and maybe a zone.

// addrAt gives the address at m, and what else there is for its head.
func addrAt(k stepKind, m memory) (a netip.Addr, more uint64) {
	switch k {
	case stepAddr:
		return m.addr(), 0
	case stepPrefix:
		p := m.prefix()
		return p.Addr(), uint64(p.Bits() + 1)
	}
	p := m.addrPort()
	return p.Addr(), uint64(p.Port())
}

func hashAddr(state uint64, a netip.Addr, more uint64) uint64 {
	f := family(a)
	head := uint64(f)<<56 | more<<32
	switch f {
	case familyNone:
		return next(state, head)
	case familyV4:
		return next(state, head|v4(a))
	}
	high, low := v6(a)
	state = next(next(next(state, head), high), low)
	if f == familyZoned {
		state = hashString(fold(state, golden), a.Zone())
	}
	return state
}

func absorbAddr(x, y uint64, a netip.Addr, more uint64) (uint64, uint64) {
	f := family(a)
	head := uint64(f)<<56 | more<<32
	switch f {
	case familyNone:
		return absorb(x, y, head)
	case familyV4:
		return absorb(x, y, head|v4(a))
	}
	high, low := v6(a)
	x, y = absorb(x, y, head)
	x, y = absorb(x, y, high)
	x, y = absorb(x, y, low)
	if f == familyZoned {
		x, y = absorbString(x, y, a.Zone())
	}
	return x, y
}

func v4(a netip.Addr) uint64 {
	b := a.As4()
	return uint64(binary.BigEndian.Uint32(b[:]))
}

func v6(a netip.Addr) (high, low uint64) {
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}

func appendAddr(dst []byte, a netip.Addr) []byte {
	f := family(a)
	dst = append(dst, f)
	switch f {
	case familyV4:
		b := a.As4()
		dst = append(dst, b[:]...)
	case familyV6, familyZoned:
		b := a.As16()
		dst = append(dst, b[:]...)
		if f == familyZoned {
			dst = appendString(dst, a.Zone())
		}
	}
	return dst
}

func appendPrefix(dst []byte, p netip.Prefix) []byte {
	return append(appendAddr(dst, p.Addr()), byte(p.Bits()+1))
}

func appendAddrPort(dst []byte, p netip.AddrPort) []byte {
	return binary.LittleEndian.AppendUint16(appendAddr(dst, p.Addr()), p.Port())
}

// comparePrefix does not do as Prefix.Compare, which puts the masked address
// first: a key is compared field by field.
func comparePrefix(p, q netip.Prefix) int {
	return cmp.Or(p.Addr().Compare(q.Addr()), cmp.Compare(p.Bits(), q.Bits()))
}
