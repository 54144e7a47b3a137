package main

import (
	"math/rand/v2"
	"testing"
	"time"
)

const stampLayout = "02/Jan/2006:15:04:05 -0700"

// TestClockIsThatOfPackageTime, also when the next line is of another day or zone.
func TestClockIsThatOfPackageTime(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var c clock
	at := time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC)
	zone := time.UTC
	for range less(200_000) {
		switch r.IntN(8) {
		case 0:
			at = time.Date(1678+r.IntN(584), time.Month(1+r.IntN(12)), 1+r.IntN(31), r.IntN(24), r.IntN(60), r.IntN(60), 0, time.UTC)
		case 1:
			at = at.AddDate(0, 0, 1)
		case 2:
			zone = time.FixedZone("", 60*(r.IntN(2*1439+1)-1439))
		default:
			at = at.Add(time.Duration(r.IntN(7)-3) * time.Second)
		}
		text := at.In(zone).Format(stampLayout)
		got, rule := c.read((*[stampSize]byte)([]byte(text)))
		if y := at.In(zone).Year(); y < 1678 || y > 2261 {
			if rule == "" {
				t.Fatalf("%s: is taken", text)
			}
		} else if rule != "" || got != at.Unix() {
			t.Fatalf("%s: is %d, %s; want %d", text, got, rule, at.Unix())
		}
	}
}

func TestEveryDayIsThatOfPackageTime(t *testing.T) {
	for day := time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2262; day = day.AddDate(0, 0, 1) {
		if got, rule := beginsAt((*[stampSize]byte)([]byte(day.Format(stampLayout)))); rule != "" || got != day.Unix() {
			t.Fatalf("%v: is %d, %s; want %d", day, got, rule, day.Unix())
		}
	}
}

// TestEveryByteOfATimeCounts: changed at any place to any byte, it is what
// package time says, and what the clock remembers makes no difference.
func TestEveryByteOfATimeCounts(t *testing.T) {
	for _, text := range []string{"20/Nov/2026:10:00:03 +0130", "09/Feb/1999:23:59:59 -1200"} {
		for i := range text {
			for b := range 256 {
				changed := []byte(text)
				changed[i] = byte(b)
				var c clock
				c.read((*[stampSize]byte)([]byte(text)))
				got, rule := c.read((*[stampSize]byte)(changed))
				want, err := time.Parse(stampLayout, string(changed))
				ok := err == nil && stampForm.Match(changed) && want.Year() >= 1678 && want.Year() <= 2261
				if ok != (rule == "") || ok && got != want.Unix() {
					t.Fatalf("%q: is %d, %q; want %v, %v", changed, got, rule, want, err)
				}
			}
		}
	}
}
