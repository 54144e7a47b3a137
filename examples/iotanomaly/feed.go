package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// begin is when what is made up begins.
var begin = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// made is a line that is made up.
type made struct {
	text  string
	comes time.Time
	odd   bool // a reading of 100 to 120, or a flow that is none of the usual ones
}

const (
	minutes = 10 // of readings
	rate    = 20 // a second, on average
)

// madeReadings gives ten minutes of readings as they come: 10 to 20, of one in a
// hundred 100 to 120; some in bursts, some lines broken. The same seed gives the
// same bytes at the same times.
func madeReadings(seed uint64) (all []made) {
	r := rand.New(rand.NewPCG(seed, 0))
	for comes := begin; comes.Before(begin.Add(minutes * time.Minute)); {
		value, odd := 10+r.IntN(11), r.IntN(100) == 0
		if odd {
			value = 100 + r.IntN(21)
		}
		line := made{fmt.Sprintf(`{"iotName":"DemoSensor","iotValue":%d}`, value), comes, odd}
		if r.IntN(500) == 0 {
			all = append(all, made{madeBroken(r.IntN(5), line.text), comes, false})
		}
		all = append(all, line)
		if r.IntN(20) > 0 { // else at the same moment
			comes = comes.Add(time.Duration(r.IntN(2000/rate)) * time.Millisecond)
		}
	}
	return all
}

// madeBroken breaks a reading, in one of several ways.
func madeBroken(way int, line string) string {
	switch way {
	case 0: // the connection broke
		return line[:len(line)/2]
	case 1: // the sensor's converter did
		return line[:strings.LastIndex(line, ":")] + `:NaN}`
	case 2:
		return strings.Replace(line, `"iotValue":`, `"iotvalue":`, 1)
	case 3:
		return strings.Replace(line, `"DemoSensor"`, `null`, 1)
	}
	return line + line
}

const flowMinutes = 20

// madeFlows gives twenty minutes of flow logs of three interfaces: web requests,
// name look-ups and an hourly copy; among them, of one in 250, floods of small
// packets, transfers of some gigabytes and connections held open for a day. Records
// come up to five minutes late and some by hours, some twice, some broken.
func madeFlows(seed uint64) (all []made) {
	r := rand.New(rand.NewPCG(seed, 1))
	head := strings.Join(fields, " ")
	all = append(all, made{text: head})
	for i := range flowMinutes * 240 {
		at := begin.Unix() + int64(i/4) - int64(r.IntN(300))
		if r.IntN(1000) == 0 {
			at -= int64(3600 * (1 + r.IntN(5)))
		}
		card := fmt.Sprintf("eni-%04x", 0xa1+r.IntN(3))
		packets, size, lasts, port := 4+r.IntN(40), 60+r.IntN(900), 1+r.IntN(60), 443
		if r.IntN(3) == 0 {
			packets, size, lasts, port = 1+r.IntN(3), 60+r.IntN(60), r.IntN(2), 53
		}
		odd := i > 1500 && r.IntN(250) == 0 // by then the forests have learned
		if odd {
			switch r.IntN(3) {
			case 0:
				packets, size = 500_000+r.IntN(500_000), 40
			case 1:
				packets, size = 1_000_000+r.IntN(1_000_000), 1400
			default:
				packets, size, lasts = 1, 40, 86_400
			}
		}
		action := "ACCEPT"
		if r.IntN(50) == 0 {
			action = "REJECT"
		}
		line := made{text: fmt.Sprintf("2 123456789010 %s 10.0.%d.%d 198.51.100.%d %d %d %d %d %d %d %d %s OK",
			card, r.IntN(4), 1+r.IntN(250), 1+r.IntN(250), 1024+r.IntN(60_000), port, 6+11*(port/53%2), packets, packets*size, at-int64(lasts), at, action), odd: odd}
		all = append(all, line)
		switch r.IntN(300) {
		case 0:
			all = append(all, line)
			all[len(all)-1].odd = false // told once
		case 1:
			all = append(all, made{text: fmt.Sprintf("2 123456789010 %s - - - - - - - %d %d - NODATA", card, at-60, at)})
		case 2:
			all = append(all, made{text: fmt.Sprintf("2 123456789010 %s - - - - - - - %d %d - SKIPDATA", card, at-60, at)})
		case 3:
			all = append(all, made{text: strings.Replace(line.text, " OK", "", 1)})
		case 4:
			all = append(all, made{text: strings.Replace(line.text, "2 123456789010", "2 123456789010 -", 1)})
		}
	}
	return all
}

// text is made lines as a file.
func text(all []made) string {
	var b strings.Builder
	for _, m := range all {
		b.WriteString(m.text + "\n")
	}
	return b.String()
}
