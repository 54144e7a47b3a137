package keys

import (
	"encoding/binary"
	"net/netip"
	"unsafe"
)

// This is the one file that uses unsafe. A memory is the address of a key, or
// of the first of several that lie side by side as in a slice. What keeps it
// safe: it is made from a pointer that the caller holds during the call, it is
// only read from, never stored or given away, and every offset comes from
// reflection on the very type it points to (words.go) or lies before the end
// of the batch.
type memory struct{ p unsafe.Pointer }

func memoryOf[K any](key *K) memory { return memory{unsafe.Pointer(key)} }

// firstOf gives the memory of the first of keys; there may be none.
func firstOf[K any](keys []K) memory { return memory{unsafe.Pointer(unsafe.SliceData(keys))} }

// bytesOf gives the memory of the bytes of s; there may be none.
func bytesOf(s string) memory { return memory{unsafe.Pointer(unsafe.StringData(s))} }

// at never leaves the keys, not even by the usual one beyond the end: the
// collector may see it.
func (m memory) at(off uintptr) memory { return memory{unsafe.Add(m.p, off)} }

// view gives n keys as what they are made of. E must have the size of a key
// and no stricter alignment, and no key may have other parts.
func view[E any](m memory, n int) []E { return unsafe.Slice((*E)(m.p), n) }

// The loads of more than one byte below do not ask for alignment: where the
// hardware does, the compiler makes them of bytes.

func (m memory) le16() uint64 { return uint64(binary.LittleEndian.Uint16((*[2]byte)(m.p)[:])) }
func (m memory) le32() uint64 { return uint64(binary.LittleEndian.Uint32((*[4]byte)(m.p)[:])) }
func (m memory) le64() uint64 { return binary.LittleEndian.Uint64((*[8]byte)(m.p)[:]) }

// narrow gives the size bytes at m, 0 to 7, as one little-endian number.
// The two loads may overlap: they then agree on the bytes they share.
func (m memory) narrow(size uintptr) uint64 {
	switch {
	case size >= 4:
		return m.le32() | m.at(size-4).le32()<<(8*(size-4)&63)
	case size >= 2:
		return m.le16() | m.at(size-2).le16()<<(8*(size-2)&63)
	case size == 1:
		return uint64(m.byte())
	}
	return 0
}

func (m memory) byte() byte               { return *(*byte)(m.p) }
func (m memory) bytes(n int) []byte       { return unsafe.Slice((*byte)(m.p), n) }
func (m memory) string() string           { return *(*string)(m.p) }
func (m memory) addr() netip.Addr         { return *(*netip.Addr)(m.p) }
func (m memory) prefix() netip.Prefix     { return *(*netip.Prefix)(m.p) }
func (m memory) addrPort() netip.AddrPort { return *(*netip.AddrPort)(m.p) }

// number gives the number of kind k at m: false is 0, and a signed one has its
// sign in all 64 bits.
func (m memory) number(k kind) uint64 {
	switch k {
	case kindBool, kindUint8:
		return uint64(*(*uint8)(m.p))
	case kindUint16:
		return uint64(*(*uint16)(m.p))
	case kindUint32:
		return uint64(*(*uint32)(m.p))
	case kindUint64:
		return *(*uint64)(m.p)
	case kindUint:
		return uint64(*(*uint)(m.p))
	case kindInt8:
		return uint64(*(*int8)(m.p))
	case kindInt16:
		return uint64(*(*int16)(m.p))
	case kindInt32:
		return uint64(*(*int32)(m.p))
	case kindInt64:
		return uint64(*(*int64)(m.p))
	case kindInt:
		return uint64(*(*int)(m.p))
	}
	panic("keys: not a number") // bug: compile makes no such part
}

// littleEndian tells whether this machine has the low byte first. The compiler
// knows the answer.
func littleEndian() bool {
	one := uint16(1)
	return *(*byte)(unsafe.Pointer(&one)) == 1
}
