package main

import "encoding/binary"

// clock reads the times of a log. It remembers the day and the zone of the time
// before, which nearly always are those of the next: what is left is to read
// hours, minutes and seconds.
type clock struct {
	day, year uint64 // "02/Jan/2" and "006:" of the last time
	zone      uint64 // " -0700"
	midnight  int64  // of that day in that zone, Unix seconds
	known     bool
}

// read returns b, a time like 02/Jan/2006:15:04:05 -0700, in Unix seconds, or
// the rule that it breaks.
func (c *clock) read(b *[stampSize]byte) (at int64, rule string) {
	day, year, zone := binary.LittleEndian.Uint64(b[:]), uint64(binary.LittleEndian.Uint32(b[8:])), binary.LittleEndian.Uint64(b[18:])>>16
	if day != c.day || year != c.year || zone != c.zone || !c.known {
		midnight, rule := beginsAt(b)
		if rule != "" {
			return 0, rule
		}
		*c = clock{day, year, zone, midnight, true}
	}
	// Eight bytes at once: less "00:00:00" a digit is at most 9, and a colon 0.
	x := binary.LittleEndian.Uint64(b[12:]) ^ 0x30303a30303a3030
	const high = 0xf0f0_f0f0_f0f0_f0f0
	if (x|(x+0x0606060606060606))&high|x&0x0000ff0000ff0000 != 0 {
		return 0, timeRule
	}
	hour, minute, second := x&15*10+x>>8&15, x>>24&15*10+x>>32&15, x>>48&15*10+x>>56
	if hour > 23 || minute > 59 || second > 59 {
		return 0, "the time of day must be 00:00:00 to 23:59:59"
	}
	return c.midnight + int64(hour*3600+minute*60+second), ""
}

// months has each month once, four bytes apart.
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec "

// beginsAt returns when the day of b begins in the zone of b, in Unix seconds.
func beginsAt(b *[stampSize]byte) (at int64, rule string) {
	day, ok1 := digits(b[0:2])
	year, ok2 := digits(b[7:11])
	hours, ok3 := digits(b[22:24])
	minutes, ok4 := digits(b[24:26])
	if !ok1 || !ok2 || !ok3 || !ok4 || b[2] != '/' || b[6] != '/' || b[11] != ':' || b[20] != ' ' || b[21] != '+' && b[21] != '-' {
		return 0, timeRule
	}
	month := 0
	for month < 12 && months[4*month:4*month+3] != string(b[3:6]) {
		month++
	}
	switch {
	case month == 12:
		return 0, "the month must be Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov or Dec"
	case year < 1678 || year > 2261:
		return 0, "the year must be 1678 to 2261"
	case day < 1 || day > length(year, month):
		return 0, "the month has no such day"
	case hours > 23 || minutes > 59:
		return 0, "the zone must be -2359 to +2359"
	}
	offset := int64(hours*3600 + minutes*60)
	if b[21] == '-' {
		offset = -offset
	}
	return int64(daysTo(year, month)+day-1)*86400 - offset, ""
}

func digits(b []byte) (n int, ok bool) {
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// lengths of the months, and how many days of a year lie before each.
var (
	lengths = [12]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	before  = [12]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}
)

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func length(year, month int) int {
	if month == 1 && leap(year) {
		return 29
	}
	return lengths[month]
}

// daysTo returns the days from 1970 to the first of a month, January being 0.
func daysTo(year, month int) int {
	days := before[month]
	if month > 1 && leap(year) {
		days++
	}
	y := year - 1 // whole years before, and their leap days
	return days + 365*(year-1970) + (y/4 - y/100 + y/400) - (1969/4 - 1969/100 + 1969/400)
}
