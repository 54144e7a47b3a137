package main

import (
	"cmp"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// made is what the program makes itself: the same for the same values.
type made struct {
	devices int
	rate    float64 // readings a second
	days    int
	seed    uint64
}

// begin is when the feed begins.
var begin = time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)

func madeDevice(n int) string { return fmt.Sprintf("d%04d", n+1) }

// settings gives what the devices are set to, 70 to 72 °F: each from the beginning,
// some to something else once a day. Two lines are broken.
func (m made) settings() iter.Seq[string] {
	return func(yield func(string) bool) {
		r := rand.New(rand.NewPCG(m.seed, 1))
		for n := range m.devices {
			if !yield(fmt.Sprintf(`{"deviceid":%q,"settemp":%d}`+"\n", madeDevice(n), 70+r.IntN(3))) {
				return
			}
		}
		for day := range m.days {
			for n := range m.devices {
				if r.IntN(10) > 0 {
					continue
				}
				at := begin.AddDate(0, 0, day).Add(time.Duration(r.IntN(24*3600)) * time.Second)
				if !yield(fmt.Sprintf(`{"deviceid":%q,"settemp":%d,"update_time":%q}`+"\n", madeDevice(n), 70+r.IntN(3), at.Format(time.RFC3339))) {
					return
				}
			}
		}
		_ = yield(`{"deviceid":"d0001","settemp":0}`+"\n") && yield(`{"deviceid":"d0001"`+"\n")
	}
}

// readings gives the readings as they come: up to four minutes old, and in no
// order; some come twice; some come hours late; some are of a device that nobody
// has set; some are broken. One device in seven heats poorly, more so day by day,
// some report more often than others, and all are worse in the cold of the night.
func (m made) readings() iter.Seq[string] {
	return func(yield func(string) bool) {
		type line struct {
			comes time.Duration
			text  string
		}
		r := rand.New(rand.NewPCG(m.seed, 2))
		var waiting []line
		send := func(until time.Duration) bool {
			slices.SortStableFunc(waiting, func(a, b line) int { return cmp.Compare(a.comes, b.comes) })
			n := 0
			for n < len(waiting) && waiting[n].comes < until {
				if !yield(waiting[n].text) {
					return false
				}
				n++
			}
			waiting = waiting[:copy(waiting, waiting[n:])]
			return true
		}
		length := time.Duration(m.days) * 24 * time.Hour
		readings := int64(m.rate * length.Seconds())
		step := 1024 + int64(m.rate*240) // of those that wait most go at once: they are sorted each time
		for n := range readings {
			at := time.Duration(float64(n)/m.rate*1e3) * time.Millisecond
			if n%step == 0 && !send(at) {
				return
			}
			comes := at + time.Duration(r.IntN(240))*time.Second
			if r.IntN(2000) == 0 { // a line that was down
				comes += time.Duration(1+r.IntN(20)) * time.Hour
			}
			text := m.reading(r, n, at)
			waiting = append(waiting, line{comes, text})
			switch r.IntN(300) {
			case 0:
				waiting = append(waiting, line{comes + time.Duration(r.IntN(30))*time.Second, text})
			case 1:
				if r.IntN(20) == 0 {
					waiting = append(waiting, line{comes, madeBroken(r.IntN(6), text)})
				}
			}
		}
		send(2*length + 48*time.Hour)
	}
}

// reading makes a line. Temperatures are in tenths of a degree, so that every
// machine makes the same.
func (m made) reading(r *rand.Rand, n int64, at time.Duration) string {
	device := min(r.IntN(m.devices), r.IntN(m.devices)) // the first ones more often
	hour := int(at / time.Hour)
	temp := 710 + r.IntN(31) - 15
	temp -= max(hour%24-12, 12-hour%24) // midnight is 12 away from noon
	if device%7 == 3 {
		temp -= 20 + device%40 + 4*(hour/24)
	}
	name := madeDevice(device)
	if r.IntN(4000) == 0 {
		name = madeDevice(m.devices + device)
	}
	return fmt.Sprintf(`{"uuid":"00000000-0000-4000-8000-%012x","deviceid":%q,"devicets":%q,"temp":%d.%d}`+"\n",
		n, name, begin.Add(at).Format("2006-01-02T15:04:05.000"), temp/10, temp%10)
}

// madeBroken breaks a line, in one of several ways.
func madeBroken(way int, line string) string {
	switch way {
	case 0: // the connection broke
		return line[:len(line)/2] + "\n"
	case 1:
		return strings.Replace(line, `"temp":`, `"temp":"warm","was":`, 1)
	case 2:
		return strings.Replace(line, `"deviceid"`, `"deviceId"`, 1)
	case 3:
		return strings.Replace(line, `"devicets":"`, `"devicets":"on `, 1)
	case 4:
		return strings.Replace(line, `"temp":`, `"temp":999`, 1)
	}
	return "-- MARK --\n"
}
