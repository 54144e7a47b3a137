package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window/windowtest"
)

// naive keeps everything, and looks at all of it for every answer.
type naive struct {
	zone     *time.Location
	contacts map[string]Contact
	w        time.Time
	waiting  []Answer
	taken    []Answer
	days     map[string]*Row // by day and number
	missed   []string
}

func (n *naive) take(a Answer) {
	switch at := a.At.UTC(); {
	case !at.Before(n.w):
		n.waiting = append(n.waiting, a)
	case n.w.Sub(at) > 2*time.Second:
		n.miss("once", "late", a)
	default:
		n.judge(a)
	}
}

func (n *naive) advance(w time.Time) {
	if !w.After(n.w) {
		return
	}
	slices.SortStableFunc(n.waiting, func(a, b Answer) int { return cmp.Compare(a.At, b.At) })
	for len(n.waiting) > 0 && n.waiting[0].At.UTC().Before(w) {
		n.judge(n.waiting[0])
		n.waiting = n.waiting[1:]
	}
	n.w = w
}

func (n *naive) miss(stage, why string, a Answer) {
	n.missed = append(n.missed, stage+" "+why+" "+a.Original)
}

func (n *naive) judge(a Answer) {
	for _, b := range n.taken {
		if off := a.At.Sub(b.At); a.Contact == b.Contact && -2*time.Second <= off && off <= 2*time.Second {
			n.miss("once", "duplicate", a)
			return
		}
	}
	n.taken = append(n.taken, a)
	c, known := n.contacts[a.Contact]
	if !known {
		n.miss("met", "unmatched", a)
		return
	}
	if !c.Candidate {
		return
	}
	y, m, d := a.At.UTC().In(n.zone).Date()
	start, end := time.Date(y, m, d, 0, 0, 0, 0, n.zone), time.Date(y, m, d+1, 0, 0, 0, 0, n.zone)
	if !n.w.Before(end) {
		n.miss("days", "late", a)
		return
	}
	key := start.UTC().Format(time.RFC3339) + " " + c.Phone
	r := n.days[key]
	if r == nil {
		r = &Row{Phone: c.Phone}
		_ = r.Start.UnmarshalText([]byte(start.UTC().Format(time.RFC3339)))
		_ = r.End.UnmarshalText([]byte(end.UTC().Format(time.RFC3339)))
		n.days[key] = r
	}
	switch r.Answers++; a.Rating {
	case 5:
		r.Promoters++
	case 4:
		r.Passives++
	default:
		r.Detractors++
	}
	if a.Phone != c.Phone {
		r.Other++
	}
}

// rows are those of all days, by day, then by number.
func (n *naive) rows() string {
	var keys []string
	for key := range n.days {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, key := range keys {
		r := n.days[key]
		r.NPS = 100 * float64(r.Promoters-r.Detractors) / float64(r.Answers)
		line, _ := json.Marshal(r)
		b.Write(append(line, '\n'))
	}
	return b.String()
}

// lead gives the time that W lies behind: the greatest, or the second greatest if
// the greatest is farther ahead of it than one may be alone.
func lead(times []watermark.Time) watermark.Time {
	slices.Sort(times)
	n := len(times)
	switch {
	case n < 2:
		return watermark.Min
	case times[n-1].Sub(times[n-2]) > ahead:
		return times[n-2]
	}
	return times[n-1]
}

// compare runs the program on files, and compares what it writes.
func compare(t *testing.T, contacts, answers []string, place string, delay time.Duration) *naive {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	try(t, 0, "-contacts", clitest.Write(t, dir, "contacts", contacts), "-facts", clitest.Write(t, dir, "facts", answers),
		"-zone", place, "-delay", delay.String(), "-out", path("out"), "-missed", path("missed"))
	zone, err := time.LoadLocation(place)
	if err != nil {
		t.Fatal(err)
	}
	ref := &naive{zone: zone, contacts: map[string]Contact{}, days: map[string]*Row{}}
	for _, line := range contacts {
		var c Contact
		if decodeContact([]byte(line), &c) == nil {
			ref.contacts[c.ID] = c
		}
	}
	var times []watermark.Time
	for _, line := range answers {
		var a Answer
		if (config{zone: zone}).decodeAnswer([]byte(line), &a) == nil {
			ref.take(a)
			times = append(times, a.At)
			if w := lead(times); w > watermark.Min {
				ref.advance(w.Add(-delay).UTC())
			}
		}
	}
	ref.advance(time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC))
	if got, want := clitest.Read(t, path("out")), ref.rows(); got != want {
		t.Fatalf("rows are\n%s\nwant\n%s", got, want)
	}
	var missed []string
	for line := range strings.Lines(clitest.Read(t, path("missed"))) {
		var m struct {
			Stage, Reason string
			Fact          json.RawMessage
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		missed = append(missed, m.Stage+" "+m.Reason+" "+string(m.Fact))
	}
	slices.Sort(missed)
	slices.Sort(ref.missed)
	if !slices.Equal(missed, ref.missed) {
		t.Fatalf("missed are\n%s\nwant\n%s", strings.Join(missed, "\n"), strings.Join(ref.missed, "\n"))
	}
	return ref
}

func split(text string) []string { return strings.Split(strings.TrimSuffix(text, "\n"), "\n") }

func TestRowsOfTheMadeFeedAreTheNaiveOnes(t *testing.T) {
	for seed := range uint64(3) {
		compare(t, split(madeContacts(seed)), split(madeAnswers(seed)), "Asia/Kolkata", 10*time.Minute)
	}
}

// TestRowsAreTheNaiveOnes: few contacts, answers around midnight and seconds apart,
// and gaps up to 35 days, on days of 23 and 25 hours too.
func TestRowsAreTheNaiveOnes(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	reasons := map[string]int{}
	for range 60 {
		place := []string{"UTC", "Europe/Berlin", "America/New_York"}[r.IntN(3)]
		zone, err := time.LoadLocation(place)
		if err != nil {
			t.Fatal(err)
		}
		var contacts, answers []string
		for id := range 6 {
			for range r.IntN(3) {
				contacts = append(contacts, fmt.Sprintf(`{"ContactId":"%d","CustomerEndpoint":{"Address":"+%d"},"Attributes":{"SurveyCandidate":%q}}`,
					id, r.IntN(3), []string{"True", "True", "False", "true"}[r.IntN(4)]))
			}
		}
		at := time.Date(2026, []time.Month{3, 10, 11}[r.IntN(3)], 1+r.IntN(28), 0, 0, 0, 0, zone)
		for range r.IntN(120) {
			if r.IntN(8) == 0 {
				at = at.AddDate(0, 0, []int{1, 1, 2, 35}[r.IntN(4)])
			}
			when := at.Add(time.Duration(r.IntN(13)-6) * time.Second)
			answers = append(answers, fmt.Sprintf(`{"PhoneNumber":"+%d","ContactID":"%d","Date":%q,"NPS_Rating":"%d"}`, r.IntN(3), r.IntN(7), when.Format(form), 1+r.IntN(5)))
		}
		for _, m := range compare(t, contacts, answers, place, time.Duration(r.IntN(4))*3*time.Second).missed {
			stage, rest, _ := strings.Cut(m, " ")
			why, _, _ := strings.Cut(rest, " ")
			reasons[stage+" "+why]++
		}
	}
	for _, why := range []string{"once late", "once duplicate", "met unmatched", "days late"} {
		if reasons[why] == 0 {
			t.Errorf("no answer was %s: the test shows less than it should", why)
		}
	}
}

// TestRowsDoNotDependOnTheOrderWithinTheDelay: the same answers, shuffled.
func TestRowsDoNotDependOnTheOrderWithinTheDelay(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	contacts := split(madeContacts(1))
	var answers []string
	for n := range 60 {
		answers = append(answers, fmt.Sprintf(`{"PhoneNumber":%q,"ContactID":%q,"Date":"2026-11-20 10:00:%02d","NPS_Rating":"%d"}`,
			madePhone(n%5), madeID(n%5), n, 1+r.IntN(5)))
	}
	want := compare(t, contacts, answers, "UTC", time.Minute).rows()
	for range 10 {
		r.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
		if got := compare(t, contacts, answers, "UTC", time.Minute).rows(); got != want {
			t.Fatalf("rows are\n%s\nin another order\n%s", got, want)
		}
	}
}

func TestDailyIsAnAccumulator(t *testing.T) {
	windowtest.Check[daily](t, func(r *rand.Rand) reply { return reply{rating: 1 + r.IntN(5), other: r.IntN(2) == 0} })
}
