package main

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// client is who sent a request: the 128 bits of an IPv6 address, an IPv4 address
// as ::ffff:a.b.c.d, which is the same client to a server that listens to both;
// or the name of a host, as ::fffe:n with its number among all names. As a key it
// is two words.
type client struct{ hi, lo uint64 }

const (
	mapped = 0xffff << 32 // of an IPv4 address
	named  = 0xfffe << 32 // of a name: an address that lies here gets a name
)

// mostNames is the number of host names that are told apart. They stay for good,
// and a client can give itself any number of them.
const mostNames = 1 << 20

// others stands for the host names beyond mostNames.
const others = "(other names)"

// names are host names by number. Its zero value is ready.
type names struct {
	number map[string]uint32
	all    []string
	beyond int64 // lines whose name is none of them
}

// client finds who b is, and ok is false if that is neither an address nor a name.
func (n *names) client(b []byte) (c client, ok bool) {
	if v4, ok := ipv4(b); ok {
		return client{0, mapped | uint64(v4)}, true
	}
	hi, lo, ok := ipv6(b)
	c = client{hi, lo}
	switch {
	case ok && !c.isNamed():
		return c, true
	case ok: // the place of a name is taken by its own
		b = []byte(c.address())
	case !isName(b):
		return client{}, false
	}
	i, ok := n.number[string(b)]
	if !ok {
		i = n.add(string(b))
	}
	return client{0, named | uint64(i)}, true
}

func (n *names) add(name string) uint32 {
	if len(n.all) == 0 {
		n.number, n.all = map[string]uint32{}, []string{others}
	}
	if len(n.all) > mostNames {
		n.beyond++
		return 0
	}
	i := uint32(len(n.all))
	n.number[name] = i
	n.all = append(n.all, name)
	return i
}

// text returns c as people write it.
func (n *names) text(c client) string {
	if c.isNamed() {
		return n.all[uint32(c.lo)]
	}
	return c.address()
}

func (c client) isNamed() bool { return c.hi == 0 && c.lo>>32<<32 == named }

func (c client) address() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], c.hi)
	binary.BigEndian.PutUint64(b[8:], c.lo)
	return netip.AddrFrom16(b).Unmap().String()
}

// isName reports whether b may be the name of a host, or one of two other things
// that servers write: an IPv6 address with a zone, and unix: for a socket in a
// file. What ends in a number is a mistake in an address, as in RFC 1123, 2.1.
func isName(b []byte) bool {
	if i := bytes.IndexByte(b, '%'); i > 0 {
		_, _, ok := ipv6(b[:i])
		return ok && labels(b[i+1:]) >= 0
	}
	return labels(bytes.TrimSuffix(b, []byte("."))) > 0 || string(b) == "unix:"
}

// labels returns 1 if b is made of what names are made of, 0 if it ends in a
// number, and -1 if it is not.
func labels(b []byte) int {
	if len(b) == 0 || len(b) > 255 {
		return -1
	}
	word := 0 // of the label at hand
	for _, c := range b {
		switch {
		case c-'0' <= 9:
		case c == '.':
			word = 0
		case c|0x20-'a' <= 25 || c == '-' || c == '_':
			word = 1
		default:
			return -1
		}
	}
	return word
}

// ipv4 reads a.b.c.d, each 0 to 255 without leading zeros. It has no loop over
// digits, as no branch predicts where addresses have their points: a loop takes as
// long as netip.ParseAddr, which wants a string besides, and this two thirds of it.
func ipv4(b []byte) (addr uint32, ok bool) {
	n := len(b)
	if n < 7 || n > 15 {
		return 0, false
	}
	var room [20]byte // so that four bytes can be read at any place
	if cap(b) >= 16 {
		*(*[16]byte)(room[:]) = [16]byte(b[:16]) // with what lies behind it
	} else {
		copy(room[:], b)
	}
	dots := (points(binary.LittleEndian.Uint64(room[:])) | points(binary.LittleEndian.Uint64(room[8:]))<<8) & (1<<n - 1)
	if bits.OnesCount32(dots) != 3 {
		return 0, false
	}
	dots |= 1 << n
	from, wrong := 0, uint32(0)
	for range 4 {
		end := bits.TrailingZeros32(dots)
		dots &= dots - 1
		part, bad := octet(binary.LittleEndian.Uint32(room[from&15:]), end-from)
		addr, wrong = addr<<8|part, wrong|bad
		from = end + 1
	}
	return addr, wrong == 0
}

// points returns a bit for each byte of w that is a point.
func points(w uint64) uint32 {
	const low = 0x7f7f_7f7f_7f7f_7f7f
	w ^= 0x2e2e_2e2e_2e2e_2e2e
	w = ^(w&low + low | w | low) // 0x80 for each byte that is zero now
	return uint32(w >> 7 * 0x0102_0408_1020_4080 >> 56)
}

// octet returns the number that the first n bytes of w write, or bits that say
// that they write none from 0 to 255, or one with leading zeros.
func octet(w uint32, n int) (v, wrong uint32) {
	w = (w ^ 0x30303030) << (8 * uint(4-n) & 31) // the last digit on top, nothing below the first
	wrong = (w | (w + 0x06060606)) & 0xf0f0f0f0
	v = w>>8&15*100 + w>>16&15*10 + w>>24
	least := [4]uint32{1 << 31, 0, 10, 100}[n&3] // no digit is wrong
	return v, wrong | uint32(n>>2) | ((v-least)|(255-v))>>31
}

// ipv6 reads an address in any of the forms of RFC 4291, section 2.2, without a
// zone.
func ipv6(b []byte) (hi, lo uint64, ok bool) {
	if len(b) < 2 || len(b) > 45 {
		return 0, 0, false
	}
	var words [8]uint16
	n, gap := 0, -1 // words read, and how many of them before ::
	if b[0] == ':' {
		if b[1] != ':' {
			return 0, 0, false
		}
		gap, b = 0, b[2:]
	}
	for len(b) > 0 {
		if n == 8 {
			return 0, 0, false
		}
		word, i := uint32(0), 0
		for ; i < len(b); i++ {
			d, ok := hex(b[i])
			if !ok {
				break
			}
			word = word<<4 | d
			if i == 4 {
				return 0, 0, false
			}
		}
		if i < len(b) && b[i] == '.' { // the last two words as IPv4
			v4, ok := ipv4(b)
			if !ok || n > 6 {
				return 0, 0, false
			}
			words[n], words[n+1] = uint16(v4>>16), uint16(v4)
			n += 2
			break
		}
		if i == 0 {
			return 0, 0, false
		}
		words[n] = uint16(word)
		n++
		if i == len(b) {
			break
		}
		if b[i] != ':' || i+1 == len(b) {
			return 0, 0, false
		}
		if b = b[i+1:]; b[0] == ':' {
			if gap >= 0 {
				return 0, 0, false
			}
			gap, b = n, b[1:]
		}
	}
	if n == 8 && gap >= 0 || n < 8 && gap < 0 {
		return 0, 0, false
	}
	if gap >= 0 { // what came behind it goes to the end
		copy(words[8-(n-gap):], words[gap:n])
		clear(words[gap : 8-(n-gap)])
	}
	for i := range 4 {
		hi, lo = hi<<16|uint64(words[i]), lo<<16|uint64(words[4+i])
	}
	return hi, lo, true
}

func hex(c byte) (digit uint32, ok bool) {
	switch {
	case c-'0' <= 9:
		return uint32(c - '0'), true
	case c|0x20-'a' <= 5:
		return uint32(c|0x20-'a') + 10, true
	}
	return 0, false
}
