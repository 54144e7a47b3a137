package keys

import "encoding/binary"

func (p *plan) append(dst []byte, m memory) []byte {
	for i := range p.parts {
		dst = p.parts[i].append(dst, m)
	}
	return dst
}

func (p *part) append(dst []byte, key memory) []byte {
	if p.kind == kindUint8 {
		return append(dst, key.at(p.off).bytes(p.n)...)
	}
	for i := range p.n {
		switch m := key.at(p.off + uintptr(i)*p.size); p.kind {
		case kindString:
			dst = appendString(dst, m.string())
		case kindAddr:
			dst = appendAddr(dst, m.addr())
		case kindPrefix:
			dst = appendPrefix(dst, m.prefix())
		case kindAddrPort:
			dst = appendAddrPort(dst, m.addrPort())
		case kindBool, kindInt8:
			dst = append(dst, byte(m.number(p.kind)))
		default:
			if n := m.number(p.kind); p.kind.signed() {
				dst = binary.AppendVarint(dst, int64(n))
			} else {
				dst = binary.AppendUvarint(dst, n)
			}
		}
	}
	return dst
}

func appendString(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}
