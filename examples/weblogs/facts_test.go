package main

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// good is a line in which each field has something to it.
const good = `93.184.216.34 id frank [20/Nov/2026:10:00:03 +0130] "GET /a?q=\"b\" HTTP/1.1" 200 13023 "https://example.com/" "Mozilla/5.0 (X11)"`

func TestLineIsTakenApart(t *testing.T) {
	p := parser{want: fAddr | fTime | fRequest | fStatus | fSize}
	var l line
	if err := p.parse([]byte(good), &l); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want string }{
		{string(l.addr), "93.184.216.34"}, {string(l.ident), "id"}, {string(l.user), "frank"}, {string(l.request), `GET /a?q=\"b\" HTTP/1.1`},
		{string(l.method), "GET"}, {string(l.path), `/a?q=\"b\"`}, {string(l.proto), "HTTP/1.1"}, {string(l.referer), "https://example.com/"},
		{string(l.agent), "Mozilla/5.0 (X11)"}, {p.names.text(l.from), "93.184.216.34"},
	} {
		if c.got != c.want {
			t.Errorf("has %q, want %q", c.got, c.want)
		}
	}
	if l.at != begin.Unix()+3-5400 || l.status != 200 || l.size != 13023 {
		t.Errorf("at %d, status %d, size %d", l.at, l.status, l.size)
	}
}

// TestWrongLineIsToldWithReason: one field is wrong, and the reason names it.
func TestWrongLineIsToldWithReason(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{good, "", "addr is missing: must be"},
		{good, "word", `addr is "word": must be`},
		{"93.", " 93.", `addr is " 93.184.216.34 id fra`},
		{"93.184", "93.256", `addr is "93.256.216.34": must be an IPv4`},
		{"93.184", "93.0184", `addr is "93.0184.216.34"`},
		{"93.184.216.34", "93.184.216", `addr is "93.184.216"`},
		{"93.184.216.34", "a,b", `addr is "a,b"`},
		{"93.184.216.34", "1::2::3.", `addr is "1::2::3.": must be`},
		{good, "a ", "ident is missing"},
		{good, "a b", `ident is "b": must be a word`},
		{"id frank", " frank", `ident is " frank [20`},
		{" frank", "", `user is "[20/Nov`},
		{" [", " ", `user is "frank 20/Nov`},
		{" [", "[", `user is "frank[20/Nov`},
		{"frank", "", `user is " [20`},
		{good[20:], " [", `time is missing: must be like [02/Jan`},
		{"20/Nov", "2/Nov", `time is "2/Nov/2026:10:00:03 +0130": must be like [02/Jan`},
		{"20/Nov", "31/Nov", `time is "31/Nov/2026:10:00:03 +0130": the month has no such day`},
		{"20/Nov", "00/Nov", `the month has no such day`},
		{"20/Nov", "29/Feb", `the month has no such day`},
		{"20/Nov", "20/nov", `time is "20/nov/2026:10:00:03 +0130": the month must be Jan`},
		{"20/Nov", "20-Nov", `time is "20-Nov/2026:10:00:03 +0130": must be like [02/Jan`},
		{"2026", "1677", `the year must be 1678 to 2261`},
		{"2026", "2262", `the year must be 1678 to 2261`},
		{"2026", "20x6", `time is "20/Nov/20x6:10:00:03 +0130": must be like`},
		{":10:", ":24:", `the time of day must be 00:00:00 to 23:59:59`},
		{":00:", ":60:", `the time of day must be`},
		{":03 ", ":60 ", `the time of day must be`},
		{":03 ", ".03 ", `must be like`},
		{"10:00", "1a:00", `must be like`},
		{"+0130", "+2401", `the zone must be -2359 to +2359`},
		{"+0130", "+0160", `the zone must be`},
		{"+0130", "0130+", `must be like`},
		{" +0130", "", `time is "20/Nov/2026:10:00:03": must be like`},
		{"] ", " ", `time is "20/Nov/2026:10:00:03 +0130": must be like`},
		{`] "G`, `] G`, `request is "GET`},
		{`] "G`, `]"G`, `request is "GET`},
		{`] "GET /a?q=\"b\" HTTP/1.1" 200 13023 "https://example.com/" "Mozilla/5.0 (X11)"`, "]", "request is missing: must be in quotes"},
		{` HTTP/1.1" 200 13023 "https://example.com/" "Mozilla/5.0 (X11)"`, ``, `request is "GET /a?q=\\\"b\\\"": must be in quotes`},
		{`GET /a`, `GET`, `request is "GET?q=\\\"b\\\" HTTP/1.1": must be like GET /path HTTP/1.1`},
		{`1.1" 200`, `1.1"200`, `status is "200 13023`},
		{`1.1" 200`, `1.1" 20`, `status is "20 13023`},
		{`1.1" 200`, `1.1" 2OO`, `status is "2OO": must be three digits`},
		{` 200 13023 "https://example.com/" "Mozilla/5.0 (X11)"`, "", "status is missing"},
		{"13023", "13k", `size is "13k \"https`},
		{"13023", "", `size is " \"https`},
		{"13023", "-1", `size is "-1 \"https`},
		{"13023", "1000000000000000", `size is "1000000000000000 \"https`},
		{"13023", "18446744073709564639", `size is "18446744073709564639 \"https`},
		{` 13023 "https://example.com/" "Mozilla/5.0 (X11)"`, " ", "size is missing"},
		{` "https://example.com/" "Mozilla/5.0 (X11)"`, "", "referer is missing: must be in quotes behind a space: this is the combined format"},
		{`"https`, `https`, `referer is "https`},
		{`" "Moz`, `\" "Moz`, `agent is "Mozilla/5.0`},
		{`" "Moz`, `"Moz`, `agent is "Mozilla`},
		{` "Mozilla/5.0 (X11)"`, "", `agent is missing`},
		{`(X11)"`, `(X11)`, `agent is "Mozilla/5.0 (X11)": must be in quotes`},
		{`(X11)"`, `(X11)\"`, `agent is "Mozilla/5.0 (X11)\\\"": must be in quotes`},
		{`(X11)"`, `(X11)"x`, `agent is "\"Mozilla/5.0 (X11)\"x": must be the last, or a space behind it`},
	} {
		p := parser{want: fAddr | fTime | fRequest | fStatus | fSize}
		text := strings.Replace(good, c.old, c.new, 1)
		if err := p.parse([]byte(text), new(line)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: says %v, want %s", text, err, c.want)
		}
	}
}

func TestWhatIsNotOrdinaryIsALineToo(t *testing.T) {
	for _, c := range []struct{ old, new string }{
		{"93.184.216.34", "2001:db8::1"},
		{"93.184.216.34", "::ffff:1.2.3.4"},
		{"93.184.216.34", "www.example.com"},
		{"93.184.216.34", "example.com."},
		{"93.184.216.34", "fe80::1%eth0"},
		{"93.184.216.34", "unix:"},
		{"93.184.216.34", "-"},
		{"id", "["},
		{"frank", "John Smith"},
		{"20/Nov/2026", "29/Feb/2000"},
		{"GET", "\\x16\\x03"},
		{`GET /a?q=\"b\" HTTP/1.1`, "-"},
		{`GET /a?q=\"b\" HTTP/1.1`, ""},
		{`GET /a?q=\"b\" HTTP/1.1`, `\\`},
		{`GET /a?q=\"b\" HTTP/1.1`, `\"`},
		{"13023", "-"},
		{"13023", "0"},
		{"13023", "999999999999999"},
		{"200", "000"},
		{"https://example.com/", ""},
		{"(X11)", "\xff\xfe"},
		{`(X11)"`, `(X11)" "10.0.0.1" 0.003`},
		{`(X11)"`, `(X11)" `},
	} {
		p := parser{want: fAddr | fTime | fStatus | fSize}
		agree(t, &p, strings.Replace(good, c.old, c.new, 1))
		if err := p.parse([]byte(strings.Replace(good, c.old, c.new, 1)), new(line)); err != nil {
			t.Errorf("%q for %q: %v", c.new, c.old, err)
		}
	}
}

// agree compares the parser with the reference.
func agree(t *testing.T, p *parser, text string) {
	t.Helper()
	var l line
	err := p.parse([]byte(text), &l)
	want, ok := plainly(text)
	if ok != (err == nil) {
		t.Fatalf("%q: says %v, the reference %t", text, err, ok)
	}
	if err != nil && err.Error() == "" {
		t.Fatalf("%q: says nothing", text)
	}
	if !ok {
		return
	}
	got := plain{string(l.addr), string(l.ident), string(l.user), string(l.request), string(l.referer), string(l.agent), p.names.text(l.from), want.at, l.status, l.size}
	if got != want || l.at != want.at.Unix() {
		t.Fatalf("%q: is %+v at %d, want %+v at %d", text, got, l.at, want, want.at.Unix())
	}
}

func TestParserAgreesWithRegularExpressions(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	lines := bytes.Split(made(less(5000)), []byte("\n"))
	lines = append(lines, []byte(good))
	p := parser{want: fAddr | fTime | fStatus | fSize} // one for all, which remembers
	const odd = "\"\"\\\\ [] -0159:./aAzZ\x00\xff\r+%"
	for _, text := range lines {
		agree(t, &p, string(text))
		for range 10 {
			b := bytes.Clone(text)
			for range 1 + r.IntN(3) {
				if len(b) < 2 {
					break
				}
				switch i := r.IntN(min(len(b), 1+r.IntN(len(b)))); r.IntN(4) {
				case 0:
					b[i] = odd[r.IntN(len(odd))]
				case 1:
					b = append(b[:i], b[i+1:]...)
				case 2:
					b = append(b[:i+1], b[i:]...)
				case 3:
					j := r.IntN(len(b))
					b[i], b[j] = b[j], b[i]
				}
			}
			agree(t, &p, string(b))
		}
	}
}

func FuzzParser(f *testing.F) {
	f.Add(good)
	for text := range strings.Lines(string(made(5))) {
		f.Add(strings.TrimSpace(text))
	}
	f.Add(`::1 - - [01/Jan/1970:00:00:00 +0000] "\\\"" 000 - "" ""`)
	f.Fuzz(func(t *testing.T, text string) {
		p := parser{want: fAddr | fTime | fStatus | fSize}
		agree(t, &p, text)
		agree(t, &p, text) // what it remembers makes no difference
		p.want = fRequest
		var l line
		if p.parse([]byte(text), &l) == nil {
			if got := string(l.method) + " " + string(l.path) + " " + string(l.proto); got != string(l.request) {
				t.Errorf("%q is taken apart to %q", l.request, got)
			}
		}
	})
}

// TestOnlyWhatIsAskedForIsJudged: the other fields are found, whatever is in them.
func TestOnlyWhatIsAskedForIsJudged(t *testing.T) {
	text := []byte(`300.1.1.1 - - [99/Xyz/2026:99:99:99 +9999] "nonsense" abc 17 "" ""`)
	for _, c := range []struct {
		want  field
		wrong string
	}{{0, ""}, {fSize, ""}, {fAddr, "addr"}, {fTime, "time"}, {fRequest, "request"}, {fStatus, "status"}} {
		p := parser{want: c.want}
		var l line
		err := p.parse(text, &l)
		if c.wrong == "" && (err != nil || string(l.request) != "nonsense" || l.size != 17) || c.wrong != "" && (err == nil || !strings.HasPrefix(err.Error(), c.wrong)) {
			t.Errorf("asked for %d: %v", c.want, err)
		}
	}
}

func TestParserAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("measures allocations")
	}
	lines := bytes.Split(made(2000), []byte("\n"))
	p := parser{want: fAddr | fTime | fStatus | fSize | fRequest}
	var l line
	all := func() {
		for _, text := range lines {
			_ = p.parse(text, &l)
		}
	}
	all() // host names are kept
	if n := testing.AllocsPerRun(10, all); n > 0 {
		t.Errorf("allocates %v times in %d lines", n, len(lines))
	}
}
