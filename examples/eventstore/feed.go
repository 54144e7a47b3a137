package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// begin is when the feed begins.
var begin = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// madeEvents gives half an hour of events from three sources, which write them in
// their own ways: up to 20 seconds old, and in no order; some come twice, some
// minutes late, some are broken. From 10:12 to 10:15 the shop sends orders without
// amounts. One clock is wrong by years. The same seed gives the same bytes.
func madeEvents(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	var b bytes.Buffer
	for n := range 1800 {
		at := begin.Add(time.Duration(n) * time.Second)
		text := madeEvent(r, at.Add(-time.Duration(r.IntN(20000))*time.Millisecond), n)
		if n == 900 {
			text = strings.Replace(text, "2026", "2062", 1)
		}
		if r.IntN(100) == 0 {
			text = madeEvent(r, at.Add(-time.Duration(5+r.IntN(10))*time.Minute), n)
		}
		if r.IntN(60) == 0 {
			text = broken(r.IntN(8), text)
		}
		b.WriteString(text)
		if r.IntN(60) == 0 {
			b.WriteString(text)
		}
	}
	return b.Bytes()
}

func madeEvent(r *rand.Rand, at time.Time, n int) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	source := pick("Shop", "app", "Partner")
	customer := fmt.Sprintf("c%d", 1+r.IntN(900))
	if r.IntN(3) == 0 {
		country := pick("de", "FR", " US ")
		if r.IntN(12) == 0 {
			country = "X" + country
		}
		who := fmt.Sprintf(`"customer_id":%q,"email":"%s@Example.org","country":%q`, customer, customer, country)
		switch source {
		case "app":
			return fmt.Sprintf(`{"event_type":"signup","ts":%d,"channel":"app",%s,"newsletter":%q,"version":"1.%d"}`+"\n", at.UnixMilli(), who, pick("yes", "no"), r.IntN(9))
		case "Partner":
			return fmt.Sprintf(`{"type":"SIGNUP","time":%q,"source":"Partner",%s}`+"\n", at.Format("2006-01-02T15:04:05"), who)
		}
		return fmt.Sprintf(`{"type":"Signup","time":%q,"source":"Shop",%s,"newsletter":%t}`+"\n", at.Format(time.RFC3339Nano), who, r.IntN(2) == 0)
	}
	amount := fmt.Sprintf("%d.%02d", r.IntN(400), r.IntN(100))
	if r.IntN(50) == 0 {
		amount = pick("-1", "10000.01", "1e9")
	}
	switch source {
	case "app":
		return fmt.Sprintf(`{"event_type":"order","ts":%d,"channel":"app","customerId":%q,"total":%q,"currency":"eur","items":"%d"}`+"\n", at.UnixMilli(), customer, amount, 1+r.IntN(5))
	case "Partner":
		return fmt.Sprintf(`{"type":"order","time":%q,"source":"Partner","customer_id":%q,"amount":%s,"currency":%q,"deliver_by":%q}`+"\n",
			at.Format("2006-01-02T15:04:05"), customer, amount, pick("USD", "usd", "EUR"), at.Add(72*time.Hour).Format(time.RFC3339))
	}
	if n >= 720 && n < 900 {
		amount = "null"
	}
	return fmt.Sprintf(`{"type":"Order","time":%q,"source":"Shop","customer_id":%q,"amount":%s,"currency":"EUR","items":%d}`+"\n", at.Format(time.RFC3339Nano), customer, amount, 1+r.IntN(5))
}

// broken breaks a line, in one of several ways.
func broken(way int, text string) string {
	switch way {
	case 0: // the connection broke
		return text[:len(text)/2] + "\n"
	case 1:
		return strings.NewReplacer(`"type"`, `"kind"`, `"event_type"`, `"kind"`).Replace(text)
	case 2:
		return strings.NewReplacer(`"time":"2026-`, `"time":"26-`, `"ts":1`, `"ts":"soon","at":1`).Replace(text)
	case 3:
		return strings.NewReplacer(`rder"`, `rdr"`, `ignup"`, `ign-up"`, `IGNUP"`, `IGN-UP"`).Replace(text)
	case 4:
		return strings.NewReplacer(`"customer_id":"c`, `"customer_id":"C-`, `"customerId":"c`, `"customerId":"C-`).Replace(text)
	case 5:
		return "-- MARK --\n"
	case 6:
		return strings.Replace(text, "o", "\xf6", 1) // Latin 1
	}
	return "[" + strings.TrimSpace(text) + "]\n"
}
