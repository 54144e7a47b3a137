package main

import (
	"fmt"
	"strings"

	"github.com/tidemark-go/tidemark/watermark"
)

// limits are the rates from which on something is listed. 0 lists nothing.
type limits struct {
	requests int64 // of one client in a minute
	bytes    int64 // to one client in a minute
	request  int64 // bytes of one request
}

// String says what is listed.
func (l limits) String() string {
	var rates []string
	for _, r := range []struct {
		n    int64
		what string
	}{{l.requests, "requests of a client in a minute"}, {l.bytes, "bytes to a client in a minute"}, {l.request, "bytes at once"}} {
		if r.n > 0 {
			rates = append(rates, fmt.Sprintf("%d %s", r.n, r.what))
		}
	}
	if rates == nil {
		return "no rate is given"
	}
	return "from " + strings.Join(rates, ", ") + " on"
}

// busy reports whether a client is over a rate in a minute.
func (l limits) busy(v visits) bool { return l.over(int64(v.Facts), v.Value.Bytes.Value()) != "" }

// heavy reports whether a single request is.
func (l limits) heavy(h hit) bool { return l.request > 0 && h.size >= l.request }

// over says which rate of a minute is reached, "" if none is.
func (l limits) over(requests, bytes int64) string {
	many, much := l.requests > 0 && requests >= l.requests, l.bytes > 0 && bytes >= l.bytes
	switch {
	case many && much:
		return "requests and bytes"
	case many:
		return "requests"
	case much:
		return "bytes"
	}
	return ""
}

// Alert is a row of -alerts: a client in a minute, or a single request.
type Alert struct {
	At       watermark.Time `json:"timestamp"` // the beginning of the minute, or the time of the request
	Address  string         `json:"address"`
	Requests int64          `json:"requests"`
	Bytes    int64          `json:"bytes"`
	Over     string         `json:"over"`             // requests, bytes, both, or one request
	Line     int64          `json:"line,omitzero"`    // of one request
	Request  string         `json:"request,omitzero"` // as it stands in the log
}

func (s *system) newBusy(v visits) Alert {
	requests, bytes := int64(v.Facts), v.Value.Bytes.Value()
	return Alert{At: v.Start, Address: s.parse.names.text(v.Key), Requests: requests, Bytes: bytes, Over: s.limits.over(requests, bytes)}
}

func (s *system) newHeavy(h hit) Alert {
	var l line
	var p parser               // asks for nothing: the text is enough
	_ = p.parse(s.text(h), &l) // it was a line before
	return Alert{At: h.at, Address: s.parse.names.text(h.from), Requests: 1, Bytes: h.size, Over: "one request", Line: h.line, Request: string(l.request)}
}

// times tells how many times a rate a is at, the greater of both for a minute.
func (l limits) times(a Alert) float64 {
	if a.Line > 0 {
		return ratio(a.Bytes, l.request)
	}
	return max(ratio(a.Requests, l.requests), ratio(a.Bytes, l.bytes))
}

func ratio(n, limit int64) float64 {
	if limit == 0 {
		return 0
	}
	return float64(n) / float64(limit)
}
