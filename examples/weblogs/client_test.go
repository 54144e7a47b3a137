package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

// sameAddress compares both readers of addresses with netip.
func sameAddress(t *testing.T, text string) {
	t.Helper()
	want, err := netip.ParseAddr(text)
	ok := err == nil && want.Zone() == ""
	for _, b := range [][]byte{[]byte(text), []byte(text + " - - [20/Nov/2026")[:len(text)]} { // without room behind it, and with
		b = b[:len(text):cap(b)]
		if v4, is := ipv4(b); is != (ok && want.Is4()) || is && want.As4() != [4]byte(binary.BigEndian.AppendUint32(nil, v4)) {
			t.Fatalf("%q: is %x, %t; want %v, %v", text, v4, is, want, err)
		}
		hi, lo, is := ipv6(b)
		if got := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, hi), lo); is != (ok && want.Is6()) || is && want.As16() != [16]byte(got) {
			t.Fatalf("%q: is %x, %t; want %v, %v", text, got, is, want, err)
		}
	}
}

func TestAddressesAreThoseOfNetip(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	const v4, v6 = "0123456789........25", "0123456789abcdefABCDEF::::::..g%"
	for range less(300_000) {
		from, n := v4, r.IntN(17)
		if r.IntN(2) == 0 {
			from, n = v6, r.IntN(48)
		}
		b := make([]byte, n)
		for i := range b {
			b[i] = from[r.IntN(len(from))]
		}
		sameAddress(t, string(b))
	}
	for range less(100_000) { // nearly right ones
		var a [16]byte
		for i := range a {
			if r.IntN(3) == 0 {
				a[i] = byte(r.Uint32())
			}
		}
		text := netip.AddrFrom16(a).String()
		switch r.IntN(3) {
		case 0:
			text = netip.AddrFrom4([4]byte(a[12:])).String()
		case 1:
			text = netip.AddrFrom16(a).StringExpanded()
		}
		sameAddress(t, text)
		b := []byte(text)
		b[r.IntN(len(b))] = v6[r.IntN(len(v6))]
		sameAddress(t, string(b))
	}
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"1.2.3.4", "255.255.255.255", "::", "1::", "::1.2.3.4", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "::ffff:01.2.3.4", "1:::2", "a:b", "fe80::1%a"} {
		f.Add(s)
	}
	f.Fuzz(sameAddress)
}

// TestClientIsOneHoweverItIsWritten, and no two are the same.
func TestClientIsOneHoweverItIsWritten(t *testing.T) {
	var n names
	seen := map[client]string{}
	for _, c := range []struct{ text, want string }{
		{"1.2.3.4", "1.2.3.4"}, {"::ffff:1.2.3.4", "1.2.3.4"}, {"::FFFF:102:304", "1.2.3.4"}, {"0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"},
		{"::1.2.3.4", "::102:304"}, {"2001:DB8::1", "2001:db8::1"}, {"2001:0db8:0000::0001", "2001:db8::1"},
		{"::fffe:0:1", "::fffe:0:1"}, {"::FFFE:0:2", "::fffe:0:2"}, {"::fffe:0:2", "::fffe:0:2"}, // where the names are
		{"a.example", "a.example"}, {"b.example", "b.example"}, {"a.example", "a.example"}, {"fe80::1%eth0", "fe80::1%eth0"},
	} {
		got, ok := n.client([]byte(c.text))
		if text := n.text(got); !ok || text != c.want {
			t.Errorf("%s: is %s, %t, want %s", c.text, text, ok, c.want)
		}
		if before, ok := seen[got]; ok && before != c.want {
			t.Errorf("%s and %s are one", before, c.want)
		}
		seen[got] = c.want
	}
	if len(seen) != 8 {
		t.Errorf("%d clients, want 8", len(seen))
	}
}

func TestNamesBeyondTheMostAreOne(t *testing.T) {
	if testing.Short() {
		t.Skip("makes a million names")
	}
	var n names
	var first client
	for i := range mostNames + 3 {
		c, ok := n.client(fmt.Appendf(nil, "h%d", i))
		if want := fmt.Sprintf("h%d", i); !ok || i < mostNames && n.text(c) != want || i >= mostNames && n.text(c) != others {
			t.Fatalf("%s is %s", want, n.text(c))
		}
		if i == 0 {
			first = c
		}
	}
	if c, _ := n.client([]byte("h0")); c != first || n.beyond != 3 || len(n.all) != mostNames+1 {
		t.Errorf("h0 is %s; %d are beyond", n.text(c), n.beyond)
	}
}

func TestIsName(t *testing.T) {
	for text, want := range map[string]bool{
		"fe80::1%": false, "1::2::3%a": false, "a%b": false, "1::2::3": false, "a:b": false, "fe80::1%3": true, "fe80::1%a:b": false, "%": false, "unix:a": false,
		"a": true, "a.b-c_d.example": true, "example.com.": true, "unix:": true, "-": true, "1a": true, "10.in-addr.arpa": true, "fe80::1%eth0": true,
		"": false, ".": false, "a..": false, "1": false, "1.2.3": false, "a.1": false, "1.2.3.4.": false, "1.2.3.256": false, "a b": false, "a\"": false, "é": false, "a/b": false,
		strings.Repeat("a", 255): true, strings.Repeat("a", 256): false,
	} {
		if got := isName([]byte(text)); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}
