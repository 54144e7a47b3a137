package keys

import (
	"fmt"
	"net/netip"
	"testing"
)

// The values here were made on amd64 and hold on every machine. Encodings and
// IDs are in snapshots and sinks, so a change of theirs breaks what users have
// stored; a change of a hash does not, but it must be meant.

func TestEncodingHashAndIDAreTheSameForever(t *testing.T) {
	type key struct {
		Org   int
		Kind  uint8
		Level int16
		Name  string
		On    bool
		From  netip.Addr
		Count [2]uint32
	}
	type tail struct {
		A uint64
		B uint16
		C uint8
	}
	check(t, true, "01", "a646daf708ba34a0", "[cf2ef2883c685065 ba699cf1875cd7e9]")
	check(t, false, "00", "6d8315b9dee0feb1", "[c2bc0718aefef1f2 2d85f500d315b598]")
	check(t, int8(-2), "fe", "aa3da9efe86041d6", "[dbe6f686457f9cc6 fadbfcf2cd94dfb5]")
	check(t, uint8(200), "c8", "551ddd2bbcd41c91", "[3843838d962111ac 8d6a7b832d2f8af0]")
	check(t, int16(-2), "03", "f8919dec47b2ae2a", "[01d9311d19240d46 fa051496e3b6ff14]")
	check(t, uint16(300), "ac02", "d87b37d0f416a589", "[666adfaf4dba2c40 b1e66081a28944cc]")
	check(t, int32(-1000000), "ff887a", "96e57a67e917bcae", "[41d8d3471d74609d 80d20ba8a4a64fd5]")
	check(t, int(-1000000), "ff887a", "a05541fcdf0f6c15", "[63b9dc10aaf02acd a029378e6e56228a]")
	check(t, int64(-1000000), "ff887a", "a05541fcdf0f6c15", "[63b9dc10aaf02acd a029378e6e56228a]")
	check(t, uint(7), "07", "2afa7569c62b305a", "[2cbb42bf9b42f958 ad43b2883793d0c2]")
	check(t, uint32(7), "07", "2afa7569c62b305a", "[2cbb42bf9b42f958 ad43b2883793d0c2]")
	check(t, uint64(1<<64-1), "ffffffffffffffffff01", "b8121c715b049fa3", "[a8a9d80703301dd7 0f5b174d1996808b]")
	check(t, "", "00", "a58853a71e6d637b", "[c2bc0718aefef1f2 2d85f500d315b598]")
	check(t, "abc", "03616263", "e6579678984448a3", "[bd282684a918f19c fa8a8c2646a4cf75]")
	check(t, "sixteen bytes ok", "10"+fmt.Sprintf("%x", "sixteen bytes ok"), "bc7ac7f4474bc96f", "[327de1a4b4d05153 08fddbb17a9ae092]")
	check(t, "a text that has more than thirty-two bytes in it", "30"+fmt.Sprintf("%x", "a text that has more than thirty-two bytes in it"), "9ba0101ed2984173", "[80d63f8c31ea6d0e e5a4c0e4ded3d4f1]")
	check(t, [6]byte{1, 2, 3, 4, 5, 6}, "010203040506", "3bfe3698002dbcbc", "[93fbe1fbb75e82e4 15c33c06bcc95e4b]")
	check(t, [3]uint16{1, 2, 0xffff}, "0102ffff03", "6178e2b0e12bc84e", "[c8a2ffac2a8f7623 481e699333a8ae1e]")
	check(t, struct{}{}, "", "e9e0033e3badaf36", "[a2e5d278234d975d bff5f53be9e006f9]")
	check(t, tail{1, 2, 3}, "010203", "1f9f16f74385482e", "[2fc65f2dd1879489 02a987cb6e9831d7]")
	check(t, netip.Addr{}, "00", "6d8315b9dee0feb1", "[c2bc0718aefef1f2 2d85f500d315b598]")
	check(t, netip.MustParseAddr("1.2.3.4"), "0401020304", "c700b1ace2227d82", "[74cac69910a4df3e 90fc80b1ac4a5007]")
	check(t, netip.MustParseAddr("1:203::4"), "0600010203000000000000000000000004", "a5ee17f15f94afc2", "[43322ce09f60226e fcb0d34db3127486]")
	check(t, netip.MustParseAddr("fe80::1%en0"), "07fe80000000000000000000000000000103656e30", "cf756fe1b936a186", "[e1dde3f904acea8f 96d187f7787ced9f]")
	check(t, netip.MustParsePrefix("1.2.3.4/24"), "040102030419", "7c43a23d39b13a06", "[f69ab0a26fa1dc22 23bf97564a081007]")
	check(t, netip.MustParseAddrPort("1.2.3.4:258"), "04010203040201", "060294954a9a6388", "[61a7e14136fd2755 82992a5b4417e359]")
	check(t, key{-1, 2, -300, "queue", true, netip.MustParseAddr("1.2.3.4"), [2]uint32{5, 500}}, "0102d704057175657565010401020304"+"05f403", "a38c17481b95efa6", "[c3bd761ac6f2a8f0 40cb18425c4c505e]")
}

func check[K comparable](t *testing.T, k K, encoding, hash, id string) {
	t.Helper()
	p := plain[K](t)
	if got := fmt.Sprintf("%x", p.Append(nil, k)); got != encoding {
		t.Errorf("%T %v: encoding %s, want %s", k, k, got, encoding)
	}
	if got := fmt.Sprintf("%016x", p.Hash1(k)); got != hash {
		t.Errorf("%T %v: hash %s, want %s", k, k, got, hash)
	}
	if got := fmt.Sprintf("%016x", p.ID([2]uint64{1, 2}, k)); got != id {
		t.Errorf("%T %v: ID %s, want %s", k, k, got, id)
	}
}

func TestSeedsAreTheSameForever(t *testing.T) {
	for name, want := range map[string]string{
		"":                         "[c6b6a912601b8f00 976ef93400314175]",
		"calls":                    "[accc712b1c7613e9 0ac613781520efc5]",
		"calls per minute, by org": "[7f349c5fed2a445f 7334c51ff1b597f9]",
	} {
		if got := fmt.Sprintf("%016x", Seed(name)); got != want {
			t.Errorf("Seed(%q) = %s, want %s", name, got, want)
		}
	}
	if got, want := fmt.Sprintf("%016x", Fold([2]uint64{1, 2}, 3, 1<<63)), "[1f87858d6571b221 ece9f73d76e3073d]"; got != want {
		t.Errorf("Fold = %s, want %s", got, want)
	}
}

func TestFoldGoesWordByWord(t *testing.T) {
	s := Seed("calls")
	if got, want := Fold(Fold(s, 1, 2), 3), Fold(s, 1, 2, 3); got != want {
		t.Errorf("in two calls %x, in one %x", got, want)
	}
	if got := Fold(s); got != s {
		t.Errorf("without words %x, want the seed %x", got, s)
	}
	if a, b := Fold(s, 1, 2), Fold(s, 2, 1); a == b {
		t.Errorf("the order does not count")
	}
}
