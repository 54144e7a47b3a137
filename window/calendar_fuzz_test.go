package window

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

func FuzzCalendarSpansPartitionTime(f *testing.F) {
	f.Add(uint8(0), uint8(1), 1, uint8(0), int64(0))
	f.Add(uint8(1), uint8(2), 2, uint8(1), int64(-1))
	f.Add(uint8(2), uint8(1), 0, uint8(6), int64(1541300400e9))
	f.Add(uint8(3), uint8(5), math.MaxInt, uint8(3), int64(watermark.Max))
	f.Add(uint8(23), uint8(3), 12, uint8(3), int64(watermark.Min))
	f.Fuzz(func(t *testing.T, place, unit uint8, n int, weekStart uint8, at int64) {
		c := Calendar{Unit: Unit(unit), N: n, WeekStart: time.Weekday(weekStart), Location: calendarZone(t, oddZones[int(place)%len(oddZones)])}
		if err := c.check(); err != nil {
			if c.Unit >= Day && c.Unit <= Year && n >= 0 && weekStart <= 6 {
				t.Fatal(err)
			}
			return
		}
		cursor := newCalendarCursor(c)
		if err := holdCalendar(c, &cursor, watermark.Time(at)); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzCalendarOfAnyPlace makes up a place whose clocks are changed when and by
// what data says, by up to 163 hours from UTC, and walks through its history.
func FuzzCalendarOfAnyPlace(f *testing.F) {
	f.Add([]byte{}, uint8(1), uint8(1), uint8(0))
	f.Add([]byte{0, 40, 0, 200, 0, 30, 255, 56}, uint8(1), uint8(1), uint8(0)) // an hour forward, an hour back
	f.Add([]byte{0, 9, 10, 0, 0, 9, 245, 0, 0, 9, 127, 255, 0, 9, 128, 0}, uint8(1), uint8(3), uint8(0))
	f.Add([]byte{0, 1, 0, 1, 0, 1, 0, 0, 20, 20, 18, 210}, uint8(2), uint8(1), uint8(4))
	f.Fuzz(func(t *testing.T, data []byte, unit, n, weekStart uint8) {
		sec := int64(946684800 + 40*daySeconds) // from 2000 on
		changes := []zoneChange{{946684800, 0}}
		for ; len(data) >= 4 && len(changes) < 60; data = data[4:] {
			sec += int64(binary.BigEndian.Uint16(data))*60 + 1
			changes = append(changes, zoneChange{sec, int64(int16(binary.BigEndian.Uint16(data[2:]))) * 18})
		}
		c := Calendar{Unit: Unit(unit%5) + Day, N: int(n), WeekStart: time.Weekday(weekStart % 7), Location: madeZone(t, changes, "")}
		if err := c.check(); err != nil {
			t.Fatal(err)
		}
		bounds := calendarBounds(c, changes, sec+40*daySeconds)
		if !slices.IsSorted(bounds) {
			t.Fatalf("the reference is wrong: %v", bounds)
		}
		cursor := newCalendarCursor(c)
		for i := range max(len(bounds)-1, 0) {
			if err := holdCalendarSpan(c, &cursor, Span{bounds[i], bounds[i+1]}); err != nil {
				t.Fatalf("%v\nchanges %v", err, changes)
			}
		}
		for _, change := range changes[1:] {
			if err := holdCalendar(c, &cursor, watermark.Time(change.sec*1e9)); err != nil {
				t.Fatalf("%v\nchanges %v", err, changes)
			}
		}
	})
}
