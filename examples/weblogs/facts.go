package main

import (
	"bytes"
	"fmt"
)

// line is a line of a log in the combined format:
//
//	addr ident user [02/Jan/2006:15:04:05 -0700] "METHOD path proto" status size "referer" "agent" more
//
// The texts are pieces of the line that was parsed, escapes as they stand there.
// What follows the agent behind a space is no field of the format, but many
// servers write some there: it is passed over.
type line struct {
	addr, ident, user []byte
	request           []byte // what the client sent, be it no request at all
	method            []byte // these three if fRequest is asked for
	path              []byte
	proto             []byte
	referer, agent    []byte

	from   client // if fAddr is asked for
	at     int64  // Unix seconds, if fTime is asked for
	status int    // if fStatus is asked for
	size   int64  // bytes, if fSize is asked for; - is 0
}

// field is a set of fields that have more to them than a text.
type field uint8

const (
	fAddr    field = 1 << iota // an IPv4 or IPv6 address, or the name of a host
	fTime                      // with its zone
	fRequest                   // method, path and protocol; else it may be anything, as clients send
	fStatus                    // three digits
	fSize                      // digits, or -
)

// parser takes lines apart. It allocates nothing, but for host names that it has
// not met before. The zero parser finds the fields, and asks for no more.
type parser struct {
	want  field // what is taken apart; of the others the text is found, and not judged
	names names // of hosts; what it has not room for counts as one
	clock clock
	wrong fault
}

// fault says why a line is none. It is good until the next.
type fault struct {
	field string
	value []byte // nil: the field is not there
	rule  string
}

// Error implements error.
func (f *fault) Error() string {
	switch {
	case f.value == nil:
		return fmt.Sprintf("%s is missing: %s", f.field, f.rule)
	case len(f.value) > 60:
		return fmt.Sprintf("%s is %q…: %s", f.field, f.value[:60], f.rule)
	}
	return fmt.Sprintf("%s is %q: %s", f.field, f.value, f.rule)
}

func (p *parser) fail(field string, value []byte, rule string) error {
	p.wrong = fault{field, value, rule}
	return &p.wrong
}

const (
	mostDigits = 15 // of a size: the sum of thousands of those has room in an int64

	stampSize = len("02/Jan/2006:15:04:05 -0700")

	addrRule    = "must be an IPv4 or IPv6 address or the name of a host, and a space"
	timeRule    = "must be like [02/Jan/2006:15:04:05 -0700]"
	requestRule = `must be in quotes, a quote within behind a backslash`
	partsRule   = `must be like GET /path HTTP/1.1`
	statusRule  = "must be three digits between spaces"
	sizeRule    = "must be at most 15 digits, or - for none, and a space"
	quotedRule  = "must be in quotes behind a space: this is the combined format"
	endRule     = "must be the last, or a space behind it"
)

// parse takes text apart, without the end of its line. The texts in l are good as
// long as text is; of a line that is none, some fields may be set.
func (p *parser) parse(text []byte, l *line) error {
	i := bytes.IndexByte(text, ' ')
	if i <= 0 {
		return p.fail("addr", beginning(text, 0), addrRule)
	}
	l.addr = text[:i]
	// Nearly all have neither an ident nor a user.
	if len(text) >= i+6 && string(text[i:i+6]) == " - - [" {
		l.ident, l.user = text[i+1:i+2], text[i+3:i+4]
		i += 6
	} else if i = p.who(text, i+1, l); i < 0 {
		return &p.wrong
	}
	rest := text[i:]
	if len(rest) < stampSize+3 || string(rest[stampSize:stampSize+3]) != `] "` {
		return p.unstamped(rest)
	}
	stamp := (*[stampSize]byte)(rest)

	// Positions from here on are in rest, which begins with the time.
	i = closing(rest, stampSize+3)
	if i < 0 {
		return p.fail("request", rest[stampSize+3:], requestRule)
	}
	l.request = rest[stampSize+3 : i]
	i += 2
	if len(rest) < i+4 || rest[i-1] != ' ' || rest[i+3] != ' ' {
		return p.fail("status", bytes.TrimLeft(beginning(rest, i-1), " "), statusRule)
	}
	status := i
	i += 4
	size, first := int64(0), i
	for ; i < len(rest) && rest[i]-'0' <= 9; i++ {
		size = size*10 + int64(rest[i]-'0')
	}
	n := i - first
	if n == 0 && i < len(rest) && rest[i] == '-' {
		i, n = i+1, 1
	}
	if n == 0 || n > mostDigits || i < len(rest) && rest[i] != ' ' {
		return p.fail("size", beginning(rest, first), sizeRule)
	}
	if len(rest) < i+2 || rest[i+1] != '"' {
		return p.fail("referer", beginning(rest, i+1), quotedRule)
	}
	i += 2
	end := closing(rest, i)
	if end < 0 {
		return p.fail("referer", rest[i:], quotedRule)
	}
	l.referer = rest[i:end]
	i = end + 3
	if len(rest) < i || rest[i-2] != ' ' || rest[i-1] != '"' {
		return p.fail("agent", beginning(rest, end+1), quotedRule)
	}
	end = closing(rest, i)
	if end < 0 {
		return p.fail("agent", rest[i:], quotedRule)
	}
	l.agent = rest[i:end]
	if len(rest) > end+1 && rest[end+1] != ' ' {
		return p.fail("agent", rest[i-1:], endRule)
	}
	l.size = size
	return p.judge(l, stamp, rest[status:status+3])
}

// judge takes apart what is asked for.
func (p *parser) judge(l *line, stamp *[stampSize]byte, status []byte) error {
	if p.want&fTime != 0 {
		at, rule := p.clock.read(stamp)
		if rule != "" {
			return p.fail("time", stamp[:], rule)
		}
		l.at = at
	}
	if p.want&fRequest != 0 {
		var ok bool
		if l.method, l.path, l.proto, ok = parts(l.request); !ok {
			return p.fail("request", l.request, partsRule)
		}
	}
	if p.want&fStatus != 0 {
		a, b, c := status[0]-'0', status[1]-'0', status[2]-'0'
		if a > 9 || b > 9 || c > 9 {
			return p.fail("status", status, statusRule)
		}
		l.status = int(a)*100 + int(b)*10 + int(c)
	}
	if p.want&fAddr != 0 { // last, as a name is kept for good
		if from, ok := p.names.client(l.addr); ok {
			l.from = from
		} else {
			return p.fail("addr", l.addr, addrRule)
		}
	}
	return nil
}

// who finds ident and user from i on, and returns where the time begins. A user
// may have spaces in the name: it ends where the bracket is.
func (p *parser) who(text []byte, i int, l *line) int {
	n := bytes.IndexByte(text[i:], ' ')
	if n <= 0 {
		p.fail("ident", beginning(text, i), "must be a word, or -, and a space")
		return -1
	}
	l.ident = text[i : i+n]
	i += n + 1
	n = bytes.Index(text[i:], []byte(" ["))
	if n <= 0 {
		p.fail("user", beginning(text, i), "must be a name, or -, and the time behind it in brackets")
		return -1
	}
	l.user = text[i : i+n]
	return i + n + 2
}

// unstamped says what is wrong with text, which should begin with a time.
func (p *parser) unstamped(text []byte) error {
	i := bytes.IndexByte(text, ']')
	if i == stampSize {
		return p.fail("request", beginning(text, i+2), requestRule)
	}
	if i < 0 || i > 2*stampSize {
		i = min(len(text), stampSize)
	}
	return p.fail("time", beginning(text[:i], 0), timeRule)
}

// closing returns the position of the quote that ends the text which begins at i,
// one behind another, -1 if there is none. A backslash takes the byte behind it
// along.
func closing(text []byte, i int) int {
	for from := i; ; {
		n := bytes.IndexByte(text[from:], '"')
		if n < 0 {
			return -1
		}
		end := from + n
		before := end
		for text[before-1] == '\\' { // the quote before i stops it
			before--
		}
		if (end-before)%2 == 0 {
			return end
		}
		from = end + 1
	}
}

// parts takes a request apart.
func parts(request []byte) (method, path, proto []byte, ok bool) {
	i, j := bytes.IndexByte(request, ' '), bytes.LastIndexByte(request, ' ')
	if i <= 0 || j <= i+1 || j == len(request)-1 {
		return nil, nil, nil, false
	}
	return request[:i], request[i+1 : j], request[j+1:], true
}

// beginning returns the text from i on, nil if there is none.
func beginning(text []byte, i int) []byte {
	if i >= len(text) {
		return nil
	}
	return text[i:]
}
