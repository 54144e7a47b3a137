package keys

import (
	"bytes"
	"net/netip"
	"testing"
)

func FuzzEncodingsDifferAndNoneBeginsAnother(f *testing.F) {
	type key struct {
		A string
		N int
		B [2]string
		C uint8
		U uint64
		D netip.Addr
		E netip.AddrPort
		S string
		T [3]int16
		F bool
	}
	f.Add("a", "bc", int64(1), []byte{4, 1, 2, 3, 4}, "ab", "c", int64(1), []byte{4, 1, 2, 3, 4})
	f.Add("", "\x00", int64(-1), []byte{}, "\x00", "", int64(-1), []byte("0123456789abcdef"))
	f.Add("zone", "x", int64(64), []byte("0123456789abcdef%z"), "zone", "x", int64(8192), []byte("0123456789abcdef%zz"))
	p := plain[key](f)
	f.Fuzz(func(t *testing.T, a, b string, n int64, raw []byte, a2, b2 string, n2 int64, raw2 []byte) {
		make := func(a, b string, n int64, raw []byte) key {
			k := key{A: a, N: int(n), B: [2]string{b, a}, C: uint8(n), U: uint64(n), S: b, T: [3]int16{int16(n), 0, int16(n >> 16)}, F: n < 0}
			switch {
			case len(raw) >= 16:
				k.D = netip.AddrFrom16([16]byte(raw)).WithZone(string(raw[16:]))
			case len(raw) >= 4:
				k.D = netip.AddrFrom4([4]byte(raw))
			}
			k.E = netip.AddrPortFrom(k.D, uint16(n))
			return k
		}
		k, l := make(a, b, n, raw), make(a2, b2, n2, raw2)
		x, y := p.Append(nil, k), p.Append(nil, l)
		if same := k == l; bytes.Equal(x, y) != same || (p.Compare(k, l) == 0) != same || (p.Hash1(k) == p.Hash1(l)) != same || (p.ID([2]uint64{}, k) == p.ID([2]uint64{}, l)) != same {
			t.Errorf("%v == %v is %t, but not so for encoding, order, hash or ID", k, l, same)
		}
		if k != l && (bytes.HasPrefix(x, y) || bytes.HasPrefix(y, x)) {
			t.Errorf("%v, %v: one encoding begins the other:\n%x\n%x", k, l, x, y)
		}
	})
}
