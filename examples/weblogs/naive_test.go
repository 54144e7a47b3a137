package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidemark-go/tidemark/watermark"
)

// plain is a line as the reference reads it.
type plain struct {
	addr, ident, user, request, referer, agent string
	client                                     string // the address as netip writes it, or the name
	at                                         time.Time
	status                                     int
	size                                       int64
}

const quotedForm = `"((?:[^"\\]|\\.)*)"`

var (
	whoForm    = regexp.MustCompile(`(?s)^([^ ]+) ([^ ]+) (.*)$`)
	stampForm  = regexp.MustCompile(`^\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d [+-]([01]\d|2[0-3])[0-5]\d$`)
	restForm   = regexp.MustCompile(`(?s)^([^\]]*)\] ` + quotedForm + ` (\d{3}) (\d{1,15}|-) ` + quotedForm + ` ` + quotedForm + `(?: .*)?$`)
	nameForm   = regexp.MustCompile(`^[0-9A-Za-z._-]{1,255}$`)
	numberForm = regexp.MustCompile(`(^|\.)\d*$`)
)

// plainly reads a line by regular expressions and the standard library.
func plainly(text string) (p plain, ok bool) {
	who := whoForm.FindStringSubmatch(text)
	if who == nil {
		return p, false
	}
	user, rest, _ := strings.Cut(who[3], " [")
	r := restForm.FindStringSubmatch(rest)
	if user == "" || r == nil || !stampForm.MatchString(r[1]) {
		return p, false
	}
	p = plain{addr: who[1], ident: who[2], user: user, request: r[2], referer: r[5], agent: r[6]}
	var err error
	if p.at, err = time.Parse("02/Jan/2006:15:04:05 -0700", r[1]); err != nil || p.at.Year() < 1678 || p.at.Year() > 2261 {
		return p, false
	}
	p.status, _ = strconv.Atoi(r[3])
	if r[4] != "-" {
		p.size, _ = strconv.ParseInt(r[4], 10, 64)
	}
	p.client = p.addr
	a, err := netip.ParseAddr(p.addr)
	if err == nil && a.Zone() == "" {
		p.client = a.Unmap().String()
		return p, true
	}
	name := strings.TrimSuffix(p.addr, ".")
	return p, err == nil && nameForm.MatchString(a.Zone()) || nameForm.MatchString(name) && !numberForm.MatchString(name) || p.addr == "unix:"
}

// outcome is what the files should hold. Of bad lines the reason is left out.
type outcome struct {
	out, merged, alerts, late string
	bad                       []int
	minutes, clients          int
	lines, counted            int64
}

// naively gives the files from the lines of a log.
func naively(lines []string, c config) (o outcome) {
	type visitor struct {
		minute watermark.Time
		client string
	}
	type visit struct{ requests, bytes int64 }
	var out, merged, alerts, late strings.Builder
	sizes := map[watermark.Time]map[int64]int64{}
	visits := map[visitor]*visit{}
	var came []visitor // in the order of the first line
	sum := map[int64]int64{}
	w := watermark.Min

	alert := func(at watermark.Time, client string, requests, bytes int64, over, more string) {
		fmt.Fprintf(&alerts, `{"timestamp":"%v","address":%q,"requests":%d,"bytes":%d,"over":%q%s}`+"\n", at, client, requests, bytes, over, more)
	}
	fire := func(w watermark.Time) {
		for _, minute := range slices.Sorted(maps.Keys(sizes)) {
			if w < minute.Add(time.Minute) {
				break
			}
			var bars []string
			for _, s := range slices.Sorted(maps.Keys(sizes[minute])) {
				bars = append(bars, fmt.Sprintf(`{"size":%d,"freq":%d}`, s, sizes[minute][s]))
				if minute >= c.after && minute < c.before {
					sum[s] += sizes[minute][s]
				}
			}
			fmt.Fprintf(&out, `{"timestamp":"%v","size_in_bytes":[%s]}`+"\n", minute, strings.Join(bars, ","))
			delete(sizes, minute)
			o.minutes++
			for _, who := range came {
				if v := visits[who]; who.minute == minute {
					o.clients++
					many, much := c.limits.requests > 0 && v.requests >= c.limits.requests, c.limits.bytes > 0 && v.bytes >= c.limits.bytes
					switch {
					case many && much:
						alert(minute, who.client, v.requests, v.bytes, "requests and bytes", "")
					case many:
						alert(minute, who.client, v.requests, v.bytes, "requests", "")
					case much:
						alert(minute, who.client, v.requests, v.bytes, "bytes", "")
					}
				}
			}
			came = slices.DeleteFunc(came, func(who visitor) bool { return who.minute == minute })
		}
	}
	for i, text := range lines {
		text = strings.TrimSuffix(text, "\r")
		if len(text) <= maxLine && strings.TrimSpace(text) == "" {
			continue
		}
		o.lines++
		p, ok := plainly(text)
		if !ok || len(text) > maxLine {
			o.bad = append(o.bad, i+1)
			continue
		}
		at, _ := watermark.Of(p.at)
		minute := at.Floor(time.Minute, 0)
		if w >= minute.Add(time.Minute) {
			b, _ := json.Marshal(struct {
				Line      int            `json:"line"`
				Start     watermark.Time `json:"window_start"`
				End       watermark.Time `json:"window_end"`
				Watermark watermark.Time `json:"watermark"`
			}{i + 1, minute, minute.Add(time.Minute), w})
			fmt.Fprintf(&late, `%s,"text":%s`, strings.TrimSuffix(string(b), "}"), quoted(text))
			if !utf8.ValidString(text) {
				fmt.Fprintf(&late, `,"base64":"%s"`, base64.StdEncoding.EncodeToString([]byte(text)))
			}
			late.WriteString("}\n")
		} else {
			o.counted++
			if sizes[minute] == nil {
				sizes[minute] = map[int64]int64{}
			}
			sizes[minute][p.size/100*100]++
			who := visitor{minute, p.client}
			if visits[who] == nil {
				visits[who] = new(visit)
				came = append(came, who)
			}
			visits[who].requests++
			visits[who].bytes += p.size
		}
		if c.limits.request > 0 && p.size >= c.limits.request {
			alert(at, p.client, 1, p.size, "one request", fmt.Sprintf(`,"line":%d,"request":%s`, i+1, quoted(p.request)))
		}
		w = max(w, at.Add(-c.delay))
		fire(w)
	}
	fire(math.MaxInt64)
	for _, s := range slices.Sorted(maps.Keys(sum)) {
		fmt.Fprintf(&merged, `{"messagesize":%d,"messagecount":%d}`+"\n", s, sum[s])
	}
	o.out, o.merged, o.alerts, o.late = out.String(), merged.String(), alerts.String(), late.String()
	return o
}

// quoted is a string as JSON has it, without escapes for HTML.
func quoted(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
