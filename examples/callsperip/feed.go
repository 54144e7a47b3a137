package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// begin is when the feed begins.
var begin = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// burst is a number of requests of one address, spread over a piece of the feed.
type burst struct {
	source     string
	from, upto time.Duration
	requests   int
}

// bursts are what the windows differ in.
var bursts = []burst{
	// Over the rate within one minute of the clock: no window misses it.
	{"198.51.100.9", 70 * time.Second, 110 * time.Second, 90},
	// Over the rate, but half of it before a full minute and half after: a
	// tumble cuts it, a stagger begins with it.
	{"203.0.113.7", 210 * time.Second, 268 * time.Second, 90},
	// A lone request 40 s before the burst opens the stagger, which then cuts the
	// burst, as the tumble does elsewhere. A slide sees it whole.
	{"2001:db8::17", 362 * time.Second, 363 * time.Second, 1},
	{"2001:db8::17", 400 * time.Second, 440 * time.Second, 90},
}

// madeRequests gives ten minutes of requests as they come from several servers:
// up to 4 seconds old, and in no order; some come twice, under the request_id that
// they had; some are so late that a window has gone; some are broken. The same
// seed gives the same bytes.
func madeRequests(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 0))
	type line struct {
		comes time.Duration
		text  string
	}
	var lines []line
	add := func(source string, at time.Duration) {
		comes := at + time.Duration(r.IntN(4000))*time.Millisecond
		switch r.IntN(60) {
		case 0: // a server that was cut off for a while
			comes += time.Duration(5+r.IntN(90)) * time.Second
		case 1: // one that was cut off for longer than anything is remembered
			if r.IntN(4) == 0 {
				comes += horizon + time.Minute
			}
		}
		text := fmt.Sprintf(`{"source_ip_address":%q,"request_id":"%08x","event_time":%q}`+"\n",
			source, r.Uint32(), begin.Add(at).Format("2006-01-02T15:04:05.000Z"))
		lines = append(lines, line{comes, text})
		if r.IntN(50) == 0 {
			lines = append(lines, line{comes + time.Duration(r.IntN(3000))*time.Millisecond, text})
		}
		if r.IntN(100) == 0 {
			lines = append(lines, line{comes, madeBroken(r.IntN(6), text)})
		}
	}
	between := func(from, upto time.Duration) time.Duration {
		return (from + time.Duration(r.Int64N(int64(upto-from)))).Truncate(time.Millisecond)
	}
	for range 900 {
		add(fmt.Sprintf("192.0.2.%d", 1+r.IntN(30)), between(0, 10*time.Minute))
	}
	for _, b := range bursts {
		for range b.requests {
			add(b.source, between(b.from, b.upto))
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return int(a.comes - b.comes) })
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.text)
	}
	return b.String()
}

// madeBroken breaks a line, in one of several ways.
func madeBroken(way int, line string) string {
	switch way {
	case 0: // the connection broke
		return line[:len(line)/2] + "\n"
	case 1:
		return strings.Replace(line, `"source_ip_address"`, `"sourceIPAddress"`, 1)
	case 2:
		return `{"source_ip_address":"unknown"` + line[strings.Index(line, ","):]
	case 3:
		return strings.Replace(line, `"event_time":"2026-11-20T`, `"event_time":"20/Nov/2026:`, 1)
	case 4:
		return strings.Replace(line, `"request_id"`, `"request_id":null,"id"`, 1)
	}
	return "-- MARK --\n"
}
