package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// begin is when the log begins that is made up.
var begin = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

const (
	perSecond = 100   // lines, over a day
	visitors  = 20000 // clients that come by
	present   = 256   // of them at a time, each for some lines
	pages     = 4096
)

// byHour is the traffic of each hour of the day, as a percentage of the mean.
var byHour = [24]int{48, 36, 29, 26, 28, 38, 58, 82, 104, 121, 133, 139, 141, 138, 134, 131, 130, 134, 142, 150, 148, 130, 99, 81}

// maker makes a log up, line by line. It has visitors who prefer some pages;
// sizes most of which are small and a few very large; now and then a client that
// floods the server, one that fetches large files all the time, or a single
// request for a huge one. The time of a line may lie up to two seconds behind
// that of an earlier one, and of a few so far that their minute is gone. Some
// lines come twice, and count twice, as there is nothing to tell them from two
// requests; some are broken. The same seed gives the same bytes.
type maker struct {
	r      *rand.PCG
	left   int    // lines to be made
	broken uint64 // of 2^32 lines
	breaks int

	who    [][]byte // begins a line: the client, up to the time
	agent  [][]byte // ends a line, of the same client
	what   []page
	stamps [4][]byte // the times of this second and those before
	stale  []byte    // a time five minutes ago

	second  int // from begin
	now     int // lines of the second that are still to come
	here    [present]uint16
	flood   burst
	fetches burst

	last  []byte // line
	again bool   // make it once more
	rest  []byte // of a line that Read had no room for
}

// page is what is asked for, and the size of its answer, if that is always the same.
type page struct {
	request, referer []byte // with all around them
	size             uint64 // 0: each answer has its own
}

// burst is one client that does too much.
type burst struct {
	who  int
	left int // seconds
	rate int // lines a second
	now  int // of them in this second still to come
}

func newMaker(n int, seed uint64, broken float64) *maker {
	m := &maker{r: rand.NewPCG(seed, 0), left: n, broken: uint64(broken * (1 << 32)), second: 1}
	r := rand.New(rand.NewPCG(seed, 1))
	var agents [][]byte
	for i := range 64 {
		agents = append(agents, fmt.Appendf(nil, `"%s"`+"\n", madeAgent(r, i)))
	}
	for i := range m.here {
		m.here[i] = uint16(r.IntN(visitors))
	}
	for i := range visitors {
		m.who = append(m.who, fmt.Appendf(nil, "%s - %s [", madeClient(r), []string{"-", "-", "-", "-", "-", "-", "-", "-", "-", "frank"}[r.IntN(10)]))
		m.agent = append(m.agent, agents[(i+r.IntN(8))%len(agents)])
	}
	for i := range pages {
		path := madePath(r, i)
		p := page{
			request: fmt.Appendf(nil, `] "%s %s HTTP/1.1" `, []string{"GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "POST"}[r.IntN(8)], path),
			referer: fmt.Appendf(nil, ` "%s" `, "-"),
		}
		if r.IntN(4) > 0 {
			p.referer = fmt.Appendf(nil, ` "https://www.example.com%s" `, madePath(r, r.IntN(pages)))
		}
		if i%4 > 0 {
			p.size = 200 + tail(r.Uint64())
		}
		m.what = append(m.what, p)
	}
	return m
}

// tail draws a size: half of all are below 8,000, and it takes twice the size
// for half the number from there on.
func tail(u uint64) uint64 {
	size := (256 + u&0xff) << 4 // 4,096 to 8,191
	for u >>= 8; u&1 == 1 && size < 1<<23; u >>= 1 {
		size <<= 1
	}
	return size + u>>8&0xfff - u>>20&0xfff
}

func madeClient(r *rand.Rand) string {
	switch n := r.IntN(100); {
	case n < 2:
		return fmt.Sprintf("host-%d.example.net", r.IntN(1e5))
	case n < 12:
		return fmt.Sprintf("2001:db8:%x:%x::%x", r.IntN(1<<16), r.IntN(1<<16), r.IntN(1<<16))
	}
	return fmt.Sprintf("%d.%d.%d.%d", 11+r.IntN(180), r.IntN(256), r.IntN(256), 1+r.IntN(254))
}

func madePath(r *rand.Rand, i int) string {
	kind := []string{"product", "image", "filter", "static", "search", "blog", "m/browse", "settings"}[i%8]
	switch r.IntN(16) {
	case 0: // a quote stands behind a backslash
		return fmt.Sprintf(`/%s?q=\"%x\"&page=%d`, kind, r.Uint64(), i)
	case 1, 2, 3, 4:
		return fmt.Sprintf("/%s/%d?name=%x%x&wh=%dx%d&page=%d", kind, r.IntN(1e5), r.Uint64(), r.Uint64(), 50*(1+r.IntN(20)), 50*(1+r.IntN(20)), i)
	case 5, 6, 7, 8:
		return fmt.Sprintf("/%s/b%d-c%d/%x%x?sort=price&order=down", kind, r.IntN(1000), r.IntN(1000), r.Uint64(), r.Uint64())
	}
	return fmt.Sprintf("/%s/%d/article/%d-%x%x", kind, r.IntN(1e5), i, r.Uint64(), r.Uint64()>>r.IntN(48))
}

func madeAgent(r *rand.Rand, i int) string {
	switch i % 4 {
	case 0:
		return fmt.Sprintf("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.%d.%d Safari/537.36", 90+i, 3000+r.IntN(1000), r.IntN(200))
	case 1:
		return fmt.Sprintf("Mozilla/5.0 (Linux; Android 9; SM-G%03dF Build/PPR1.180610.011; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/%d.0.%d.126 Mobile Safari/537.36", i, 90+i, 3000+r.IntN(1000))
	case 2:
		return fmt.Sprintf("Mozilla/5.0 (iPhone; CPU iPhone OS 12_1_%d like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.0 Mobile/15E148 Safari/604.1", i)
	}
	return fmt.Sprintf("Mozilla/5.0 (compatible; ExampleBot/%d.%d; +http://bot.example.org/)", 1+i%7, r.IntN(10))
}

// append adds the next line, if there is one.
func (m *maker) append(b []byte) []byte {
	if m.left == 0 {
		return b
	}
	m.left--
	if m.again {
		m.again = false
		return append(b, m.last...)
	}
	for m.now == 0 && m.flood.now == 0 && m.fetches.now == 0 {
		m.tick()
	}
	from := len(b)
	u := m.r.Uint64()
	switch {
	case m.now > 0:
		m.now--
		b = m.visit(b, u)
	case m.flood.now > 0:
		m.flood.now--
		b = append(append(b, m.who[m.flood.who]...), m.stamp(u)...)
		b = append(append(b, `] "POST /login HTTP/1.1" 401 `...), strconv.Itoa(int(1200+u&127))...)
		b = append(append(b, ` "-" `...), m.agent[m.flood.who]...)
	default:
		m.fetches.now--
		b = append(append(b, m.who[m.fetches.who]...), m.stamp(u)...)
		b = append(append(b, `] "GET /download/installer.iso HTTP/1.1" 206 `...), strconv.FormatUint(12_000_000+u&0x3fffff, 10)...)
		b = append(append(b, ` "-" `...), m.agent[m.fetches.who]...)
	}
	if m.broken > 0 && m.r.Uint64()>>32 < m.broken {
		m.breaks++
		line := madeBroken(m.breaks, string(b[from:]))
		b = append(b[:from], line...)
	} else if u>>54 == 1 {
		m.last = append(m.last[:0], b[from:]...)
		m.again = true
	}
	return b
}

// visit adds the line of a visitor, drawn by u.
func (m *maker) visit(b []byte, u uint64) []byte {
	place := &m.here[u%present]
	if u>>8&15 == 0 { // one goes, another comes
		*place = uint16(m.r.Uint64() % visitors)
	}
	// The square of a number below 1 is more often small than large.
	x := u >> 16 & 0xffff
	p := &m.what[pages*(x*x)>>32]
	b = append(b, m.who[*place]...)
	if u>>40&0x3fff == 0 && m.second > 400 {
		b = append(b, m.stale...)
	} else {
		b = append(b, m.stamp(u>>32)...)
	}
	if u>>44&0x7fff == 1 {
		b = append(b, `] "GET /download/backup.tar HTTP/1.1" 200 `...)
		b = strconv.AppendUint(b, 100_000_000+tail(m.r.Uint64())<<8, 10)
	} else {
		b = append(b, p.request...)
		switch s := u >> 35 & 31; {
		case s == 0:
			b = append(b, `304 -`...)
		case s == 1:
			b = append(b, `301 0`...)
		case p.size > 0:
			b = strconv.AppendUint(append(b, `200 `...), p.size, 10)
		default:
			b = strconv.AppendUint(append(b, `200 `...), tail(u>>24), 10)
		}
	}
	b = append(b, p.referer...)
	return append(b, m.agent[*place]...)
}

// stamp is the time of the second at hand, or one of the two before.
func (m *maker) stamp(u uint64) []byte {
	return m.stamps[[16]int{12: 1, 13: 1, 14: 1, 15: 2}[u&15]]
}

// tick goes on to the next second.
func (m *maker) tick() {
	m.second++
	for i := range m.stamps {
		m.stamps[i] = begin.Add(time.Duration(m.second-i)*time.Second).AppendFormat(m.stamps[i][:0], "02/Jan/2006:15:04:05 -0700")
	}
	m.stale = begin.Add(time.Duration(m.second-300)*time.Second).AppendFormat(m.stale[:0], "02/Jan/2006:15:04:05 -0700")
	hour := (begin.Hour()*3600 + m.second) / 3600 % 24
	m.now = perSecond * byHour[hour] * (70 + int(m.r.Uint64()>>1%61)) / 10000
	m.flood.tick(m.r, 400, 40, 120)
	m.fetches.tick(m.r, 300, 2, 4)
}

// tick goes on to the next second, with a new burst once in so many.
func (b *burst) tick(r *rand.PCG, once, rate, more uint64) {
	u := r.Uint64()
	if b.left == 0 && u%once == 0 {
		u = r.Uint64()
		*b = burst{who: int(u >> 1 % visitors), left: 20 + int(u>>20&63), rate: int(rate + u>>40%more)}
	}
	if b.left > 0 {
		b.left--
		b.now = b.rate
	}
}

// Read implements io.Reader.
func (m *maker) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(m.rest) == 0 {
			if m.left == 0 && n == 0 {
				return 0, io.EOF
			} else if m.left == 0 {
				break
			}
			if len(p)-n >= 1<<10 { // a line is not so long
				n = len(m.append(p[:n]))
				continue
			}
			m.rest = m.append(m.rest[:0])
		}
		c := copy(p[n:], m.rest)
		n, m.rest = n+c, m.rest[c:]
	}
	return n, nil
}

// madeBroken breaks a line, in one of several ways.
func madeBroken(way int, line string) string {
	swap := func(old, new string) string { return strings.Replace(line, old, new, 1) }
	switch way % 10 {
	case 0: // the disk was full
		return line[:len(line)/2] + "\n"
	case 1:
		return swap("/Nov/", "/Nvo/")
	case 2:
		return swap(" +0000]", " UTC]")
	case 3:
		return swap(`" 200 `, `" 2OO `)
	case 4:
		return swap(` 200 `, ` 200 1e`)
	case 5:
		return swap(` "Mozilla`, ` Mozilla`)
	case 6:
		return "[Fri Nov 20 10:00:00.000000 2026] [mpm_event:notice] AH00493: SIGUSR1 received. Doing graceful restart\n"
	case 7:
		return "10.0.0.256" + line[strings.IndexByte(line, ' '):]
	case 8: // two at once
		return line[:len(line)/3] + line
	}
	return "\x00\x00\x00\x00" + line[:len(line)/4] + "\n"
}
