package script

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// Day is the day of a clock time without a date, from midnight UTC.
const Day = "2026-11-20"

const (
	clock   = "15:04:05.999999999"
	date    = "2006-01-02"
	maxDays = 1_000_000
)

// ParseTime reads a time: 10:00:01 or 10:00:01.5 on Day, 10:00:01+2d and
// 10:00:01-1d so many days after and before, 2026-11-21 for its midnight UTC,
// RFC 3339 with up to nine decimals for anything else, years before 1970
// included, and min and max for the bounds.
func ParseTime(s string) (watermark.Time, error) {
	switch s {
	case "min":
		return watermark.Min, nil
	case "max":
		return watermark.Max, nil
	}
	t, err := ParseUTC(s)
	if err != nil {
		return 0, err
	}
	v, ok := watermark.Of(t)
	if !ok {
		return 0, fmt.Errorf("script: time %q: out of range: %s to %s", s, watermark.Min, watermark.Max)
	}
	return v, nil
}

// ParseUTC is ParseTime for any time.Time: also for those that a watermark.Time
// cannot have, which a script wants to see refused.
func ParseUTC(s string) (time.Time, error) {
	fail := func() (time.Time, error) {
		return time.Time{}, fmt.Errorf("script: time %q: must be like 10:00:01.5, 10:00:01+1d, %s, %[2]sT10:00:01Z, min or max", s, Day)
	}
	text, layout, days := s, time.RFC3339Nano, 0
	switch {
	case s == "min":
		return watermark.Min.UTC(), nil
	case s == "max":
		return watermark.Max.UTC(), nil
	case len(s) > 2 && s[2] == ':':
		layout = date + "T" + clock
		if rest, ok := strings.CutSuffix(s, "d"); ok {
			i := strings.LastIndexAny(rest, "+-")
			if i < 0 {
				return fail()
			}
			n, err := strconv.Atoi(rest[i:])
			if err != nil || n < -maxDays || n > maxDays {
				return fail()
			}
			text, days = rest[:i], n
		}
		text = Day + "T" + text
	case len(s) == len(date):
		layout = date
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		return fail()
	}
	return t.AddDate(0, 0, days).UTC(), nil
}

// FormatTime writes t as 10:00:01 or 10:00:04.999999999 if it lies on Day, and
// else as RFC 3339; the bounds are min and max. ParseTime reads what it writes.
func FormatTime(t watermark.Time) string {
	switch t {
	case watermark.Min:
		return "min"
	case watermark.Max:
		return "max"
	}
	u := t.UTC()
	if u.Format(date) == Day {
		return u.Format(clock)
	}
	return u.Format(time.RFC3339Nano)
}

// FormatSpan writes [start end) with both as FormatTime does.
func FormatSpan(start, end watermark.Time) string {
	return "[" + FormatTime(start) + " " + FormatTime(end) + ")"
}
