package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

const (
	bursts = 40 // in ten minutes
	every  = 15 * time.Second
)

// begin is when the feed begins.
var begin = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// names of the organisations, from 101 on.
var names = []struct{ name, region string }{
	{"Care Hub", "APAC"}, {"Prem Hub", "AMER"}, {"IT Hub", "EMEA"}, {"Help Hub", "EMEA"}, {"Allied Hub", "LATAM"},
}

// madeOrgs gives the organisations as they are from the beginning, and, beside
// calls that are made up as well, as two refreshes find them. The first finds
// that 105 has another name.
func madeOrgs(refreshed bool) string {
	var b strings.Builder
	refresh := func(at string) {
		for i, o := range names {
			if at != "" && i == 4 {
				o.name = "Allied Care Hub"
			}
			fmt.Fprintf(&b, `{"OrgID":%d,"OrgName":%q,"Region":%q%s}`+"\n", 101+i, o.name, o.region, at)
		}
	}
	refresh("")
	if refreshed {
		refresh(`,"update_time":"2026-11-20T10:03:20"`)
		refresh(`,"update_time":"2026-11-20T10:06:40"`)
	}
	return b.String()
}

// madeCalls gives ten minutes of calls as they come over a bad line: a burst
// each 15 seconds, its calls up to 4 seconds old and in no order; some come
// twice, and count twice, as there is nothing to tell them from two calls; some
// come so late that their window has gone; some are broken. The same seed gives
// the same bytes.
func madeCalls(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 0))
	var b strings.Builder
	for n := range bursts {
		at := begin.Add(time.Duration(n)*every + 6*time.Second)
		for range 8 + r.IntN(5) {
			line := madeCall(r, at.Add(-time.Duration(r.IntN(5))*time.Second))
			b.WriteString(line)
			if r.IntN(40) == 0 {
				b.WriteString(line)
			}
		}
		if n%6 == 5 {
			b.WriteString(madeCall(r, at.Add(-time.Duration(30+r.IntN(31))*time.Second)))
		}
		if n%5 == 2 {
			b.WriteString(madeBroken(n/5, madeCall(r, at)))
		}
	}
	return b.String()
}

func madeCall(r *rand.Rand, at time.Time) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	queue := ""
	if r.IntN(10) > 0 { // else the call is in no queue
		queue = fmt.Sprintf(`"QueueId":%d,`, 1+r.IntN(5))
	}
	return fmt.Sprintf(`{"AgentId":%d,"OrgID":%d,%s"WorkMode":%q,"WorkSkill":%q,"HandleTime":%d,"ServiceLevel":%q,"WorkSates":%q,"WaitingTime":%d,"EventTime":%q}`+"\n",
		2001+r.IntN(5), 101+r.IntN(5), queue, pick("TACW", "ACW", "AUX"),
		pick("Problem Solving", "Bilingualism", "Channel experience", "Aptitude with data"), 1+r.IntN(150),
		pick("Sev1", "Sev2", "Sev3"), pick("Unavailable", "Available", "On a call"), 10+r.IntN(141), at.Format("2006-01-02T15:04:05"))
}

// madeBroken breaks a line, in one of several ways.
func madeBroken(way int, line string) string {
	switch way % 8 {
	case 0: // the connection broke
		return line[:len(line)/2] + "\n"
	case 1:
		return strings.Replace(line, `"OrgID":`, `"OrgId":`, 1)
	case 2:
		return strings.Replace(line, `"HandleTime":`, `"HandleTime":"soon","Was":`, 1)
	case 3:
		return "[" + strings.TrimSpace(line) + "]\n"
	case 4:
		return strings.Replace(line, "T10:", " 10:", 1)
	case 5:
		return "-- MARK --\n"
	case 6:
		return strings.Replace(line, `,"EventTime":`, `,"Time":`, 1)
	}
	return strings.Replace(line, `"AgentId":2`, `"AgentId":2.`, 1)
}
