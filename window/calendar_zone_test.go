package window

import (
	"encoding/binary"
	"testing"
	"time"
	_ "time/tzdata" // so that no zone files of the machine are needed
)

// oddZones have histories that a calendar has to get over.
var oddZones = []string{
	"UTC",
	"America/New_York",
	"America/Sao_Paulo",   // goes forward at midnight
	"America/Havana",      // goes forward at midnight, and has it twice when it goes back
	"America/St_Johns",    // went back at 00:01, over midnight
	"America/Goose_Bay",   // the same
	"America/Asuncion",    // forward at midnight
	"America/Juneau",      // went over the date line in 1867, and had a day twice
	"America/Nuuk",        // changes its clocks the evening before
	"Africa/Cairo",        // forward at midnight
	"Africa/Monrovia",     // 44 minutes and 30 seconds behind UTC up to 1972
	"Africa/Casablanca",   // standard time in summer
	"Antarctica/Troll",    // two hours
	"Asia/Amman",          // forward at midnight, back at 01:00
	"Asia/Beirut",         // forward at midnight, back over midnight
	"Asia/Gaza",           // rules of its own
	"Asia/Kathmandu",      // 5 hours and 45 minutes
	"Asia/Manila",         // left a day out in 1844
	"Asia/Tehran",         // forward at midnight
	"Atlantic/Azores",     // went back over midnight
	"Australia/Lord_Howe", // half an hour
	"Europe/Dublin",       // winter time is the one that is saved
	"Europe/Paris",        // 9 minutes and 21 seconds before 1911
	"Pacific/Apia",        // left 2011-12-30 out
	"Pacific/Fakaofo",     // the same
	"Pacific/Kiritimati",  // left a day out at the turn of 1995
	"Pacific/Kwajalein",   // had 1969-09-30 for 47 hours, left 1993-08-21 out
}

func calendarZone(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// zoneChange is an offset from UTC and the second from which on it holds.
type zoneChange struct{ sec, offset int64 }

const (
	historyStart = leastSecond - 30*daySeconds // before all that any span can ask for
	historyEnd   = mostSecond + 30*daySeconds
)

// zoneChanges finds the changes of a place by looking once a day, and then closer:
// no place has changed its clocks twice in that time.
func zoneChanges(l *time.Location) []zoneChange {
	offset := func(sec int64) int64 {
		_, o := time.Unix(sec, 0).In(l).Zone()
		return int64(o)
	}
	all := []zoneChange{{historyStart, offset(historyStart)}}
	const step = daySeconds
	for sec := historyStart; sec < historyEnd; sec += step {
		was, is := all[len(all)-1].offset, offset(sec+step)
		if is == was {
			continue
		}
		lo, hi := sec, sec+step // the offset is still that at lo, and no more at hi
		for hi-lo > 1 {
			if mid := (lo + hi) / 2; offset(mid) == was {
				lo = mid
			} else {
				hi = mid
			}
		}
		all = append(all, zoneChange{hi, is})
	}
	return all
}

// madeZone returns a place with these changes, as zone data (RFC 8536), then by the rule, if any.
func madeZone(t testing.TB, changes []zoneChange, rule string) *time.Location {
	t.Helper()
	header := func(changes, zones, names int) []byte {
		b := append([]byte("TZif2"), make([]byte, 15)...)
		for _, n := range []int{0, 0, 0, changes, zones, names} {
			b = binary.BigEndian.AppendUint32(b, uint32(n))
		}
		return b
	}
	b := append(header(0, 0, 0), header(len(changes)-1, len(changes), 4)...)
	for _, c := range changes[1:] {
		b = binary.BigEndian.AppendUint64(b, uint64(c.sec))
	}
	for i := range changes[1:] {
		b = append(b, byte(i+1))
	}
	for _, c := range changes { // the first is what holds before all changes
		b = binary.BigEndian.AppendUint32(b, uint32(int32(c.offset)))
		b = append(b, 0, 0) // not daylight saving; name 0
	}
	b = append(b, "ODD\x00\n"+rule+"\n"...)
	l, err := time.LoadLocationFromTZData("odd", b)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
