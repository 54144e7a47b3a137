package keys

import (
	"bytes"
	"cmp"
	"strings"
)

func (p *plan) compare(a, b memory) int {
	for i := range p.parts {
		if c := p.parts[i].compare(a, b); c != 0 {
			return c
		}
	}
	return 0
}

func (p *part) compare(a, b memory) int {
	if p.kind == kindUint8 {
		return bytes.Compare(a.at(p.off).bytes(p.n), b.at(p.off).bytes(p.n))
	}
	for i := range p.n {
		off := p.off + uintptr(i)*p.size
		if c := compareValue(p.kind, a.at(off), b.at(off)); c != 0 {
			return c
		}
	}
	return 0
}

func compareValue(k kind, a, b memory) int {
	switch k {
	case kindString:
		return strings.Compare(a.string(), b.string())
	case kindAddr:
		return a.addr().Compare(b.addr())
	case kindPrefix:
		return comparePrefix(a.prefix(), b.prefix())
	case kindAddrPort:
		return a.addrPort().Compare(b.addrPort())
	}
	x, y := a.number(k), b.number(k)
	if k.signed() {
		return cmp.Compare(int64(x), int64(y))
	}
	return cmp.Compare(x, y)
}
