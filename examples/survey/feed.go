package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

const (
	customers = 6
	contacts  = 400
)

// begin is when the feed begins.
var begin = time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)

func madeID(n int) string    { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
func madePhone(n int) string { return fmt.Sprintf("+49305550%03d", 100+n%customers) }

// madeContacts gives the records of all contacts. Of eight one is not to be asked,
// of some that is decided by a second record, and some lines are broken.
func madeContacts(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for n := range contacts {
		record := func(attributes string) string {
			return fmt.Sprintf(`{"ContactId":%q,"CustomerEndpoint":{"Address":%q},"Attributes":{%s}}`+"\n", madeID(n), madePhone(n), attributes)
		}
		switch r.IntN(16) {
		case 0:
			b.WriteString(record(`"SurveyCandidate":"False"`))
		case 1:
			b.WriteString(record(``))
		case 2:
			b.WriteString(record(``) + record(`"SurveyCandidate":"True"`))
		default:
			b.WriteString(record(`"SurveyCandidate":"True"`))
		}
		if n%100 == 70 { // broken
			b.WriteString(strings.Replace(record(``), `"Address"`, `"address"`, 1))
		}
	}
	return b.String()
}

// madeAnswers gives answers of half a year as they come: between two of them lie
// minutes, hours or days, and now and then 35 days. They are up to eight minutes
// old, and in no order; some come again two seconds later, which is once too often,
// and some after three, which is another answer; some come days late; some are of a
// contact that nobody knows, or give another number than it has; some are broken.
// The same seed gives the same bytes.
func madeAnswers(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 2))
	type line struct {
		comes time.Time
		text  string
	}
	var lines []line
	add := func(id, phone string, rating int, at time.Time, old time.Duration) {
		text := fmt.Sprintf(`{"PhoneNumber":%q,"ContactID":%q,"Date":%q,"NPS_Rating":"%d"}`+"\n", phone, id, at.Format(form), rating)
		lines = append(lines, line{at.Add(old), text})
	}
	at := begin
	for n := range contacts {
		at = at.Add(madeGap(n, r))
		id, phone, rating := madeID(n), madePhone(n), 1+r.IntN(5)
		if n%customers < 2 { // these are content
			rating = max(rating, 1+r.IntN(5))
		}
		switch r.IntN(40) {
		case 0:
			id = madeID(contacts + n)
		case 1:
			phone = madePhone(n + 1)
		}
		old := time.Duration(r.IntN(480)) * time.Second
		if r.IntN(60) == 0 { // a telephone that was switched off
			old += time.Duration(2+r.IntN(5)) * 24 * time.Hour
		}
		add(id, phone, rating, at, old)
		switch r.IntN(12) {
		case 0:
			add(id, phone, rating, at.Add(2*time.Second), old-time.Duration(r.IntN(20))*time.Second)
		case 1:
			add(id, phone, rating, at.Add(3*time.Second), old)
		}
		if n%50 == 20 {
			last := &lines[len(lines)-1]
			lines = append(lines, line{last.comes, madeBroken(n/50, last.text)})
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.comes.Unix(), b.comes.Unix()) })
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.text)
	}
	return b.String()
}

// madeGap is the time between two answers.
func madeGap(n int, r *rand.Rand) time.Duration {
	switch {
	case n%130 == 129:
		return 35 * 24 * time.Hour
	case r.IntN(20) == 0:
		return time.Duration(1+r.IntN(72)) * time.Hour
	}
	return time.Duration(60+r.IntN(7200)) * time.Second
}

// madeBroken breaks a line, in one of several ways.
func madeBroken(way int, line string) string {
	switch way % 6 {
	case 0: // the connection broke
		return line[:len(line)/2] + "\n"
	case 1:
		return strings.Replace(line, `"NPS_Rating":"`, `"NPS_Rating":"1`, 1)
	case 2:
		return strings.Replace(line, `"ContactID"`, `"ContactId"`, 1)
	case 3:
		return strings.Replace(line, ` `, `T`, 1)
	case 4:
		return strings.Replace(line, `"Date":"2026-`, `"Date":"2026-2`, 1)
	}
	return "-- MARK --\n"
}
