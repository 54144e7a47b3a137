package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// made is how many days of hits are made up.
const made = 5

// begin is when the feed begins.
var begin = time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)

// madeHits gives five days of hits as they come: most at once; some hours later,
// some up to three days, when a phone was off; a few on the last day that are
// too late for the first. Some come twice, at once or up to a day later; some
// lines are broken. The same seed gives the same bytes.
func madeHits(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 0))
	var b strings.Builder
	var again []string // what is sent again some time
	n := 0
	for minute := 0; minute < made*24*60; minute += 1 + r.IntN(4) {
		now := begin.Add(time.Duration(minute)*time.Minute + time.Duration(r.IntN(60_000))*time.Millisecond)
		n++
		line := madeHit(r, n, now.Add(-age(r, now.Sub(begin))))
		b.WriteString(line)
		switch r.IntN(40) {
		case 0:
			b.WriteString(line)
		case 1:
			again = append(again, line)
		case 2:
			for _, line := range again {
				b.WriteString(line)
			}
			again = again[:0]
		}
		if r.IntN(120) == 0 {
			b.WriteString(madeBroken(r.IntN(8), line))
		}
	}
	return b.String()
}

// age is how long a hit has waited in the phone, which is there since.
func age(r *rand.Rand, since time.Duration) time.Duration {
	upto := 20 * time.Second
	switch n := r.IntN(100); {
	case n < 4 && since > (made-1)*24*time.Hour:
		return since - time.Duration(r.Int64N(int64(12*time.Hour))) // in the first half of the first day
	case n < 10:
		upto = lateness
	case n < 25:
		upto = 6 * time.Hour
	}
	return time.Duration(r.Int64N(1 + int64(min(upto, since))))
}

func madeHit(r *rand.Rand, n int, at time.Time) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	id := ""
	if r.IntN(10) > 0 { // else it is an old version of the app
		id = fmt.Sprintf(`"hit_id":"%06x",`, n)
	}
	return fmt.Sprintf(`{"app":%q,"user":"u%d","event":%q,%s"event_time":%q}`+"\n",
		pick("shop", "shop", "shop", "maps", "maps", "chat"), 1+r.IntN(90), pick("open", "view", "view", "tap", "buy"), id,
		at.Format("2006-01-02T15:04:05.000Z07:00"))
}

// madeBroken breaks a line, in one of several ways.
func madeBroken(way int, line string) string {
	switch way {
	case 0: // the connection broke
		return line[:len(line)/2] + "\n"
	case 1:
		return strings.Replace(line, `"app":`, `"was":`, 1)
	case 2:
		return strings.Replace(line, `"user":"u`, `"user":1,"was":"u`, 1)
	case 3:
		return "[" + strings.TrimSpace(line) + "]\n"
	case 4:
		return strings.Replace(line, "T", " ", 1)
	case 5:
		return "-- MARK --\n"
	case 6:
		return strings.Replace(line, `,"event_time":`, `,"time":`, 1)
	}
	return strings.Replace(line, `"event":"`, "\"event\":\"\xff", 1)
}
