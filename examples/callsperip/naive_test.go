package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/watermark"
)

// naive is the three windows as lists that are looked through from one end to the
// other, whenever a request comes.
type naive struct {
	w        watermark.Time
	accepted []Request // unique
	waits    []Request // of the stagger
	spans    []*naiveSpan
	tumble   []Request
	upto     watermark.Time // spans of the tumble that end here, or before, have fired
	silent   map[netip.Addr]int
	held     []Request // of the slide
	slid     []Request
	rows     []Row
	missed   []missedLine
}

type naiveSpan struct {
	source netip.Addr
	start  watermark.Time
	calls  int
	fired  bool
}

func (n *naive) miss(stage string, why tidemark.Reason, r Request) {
	n.missed = append(n.missed, missedLine{stage, why, n.w, json.RawMessage(r.Original)})
}

// take takes a request, then moves W.
func (n *naive) take(r Request, delay time.Duration) {
	if n.unique(r) {
		n.stagger(r)
		if n.w >= r.At.Floor(size, 0).Add(size) {
			n.miss("tumble", tidemark.Late, r)
		} else {
			n.tumble = append(n.tumble, r)
		}
		if r.At < n.w {
			n.miss("slide", tidemark.Late, r)
		} else {
			n.held = append(n.held, r)
		}
	}
	n.advance(max(n.w, r.At.Add(-delay)))
}

func (n *naive) unique(r Request) bool {
	if r.At.Add(horizon) < n.w {
		n.miss("unique", tidemark.Late, r)
		return false
	}
	for _, a := range n.accepted {
		if d := a.At.Sub(r.At); a.ID == r.ID && -horizon <= d && d <= horizon {
			n.miss("unique", tidemark.Duplicate, r)
			return false
		}
	}
	n.accepted = append(n.accepted, r)
	return true
}

// over returns a span of the stagger that overlaps [from, upto).
func (n *naive) over(source netip.Addr, from, upto watermark.Time) *naiveSpan {
	for _, x := range n.spans {
		if x.source == source && x.start < upto && from < x.start.Add(size) {
			return x
		}
	}
	return nil
}

func (n *naive) stagger(r Request) {
	end := r.At.Add(size)
	switch x := n.over(r.Source, r.At, r.At+1); {
	case x != nil && !x.fired:
		x.calls++
	case r.At >= n.w:
		n.waits = append(n.waits, r)
	case x != nil || n.w >= end || n.over(r.Source, r.At, end) != nil:
		n.miss("stagger", tidemark.Late, r)
	default:
		n.spans = append(n.spans, &naiveSpan{source: r.Source, start: r.At, calls: 1})
	}
}

func (n *naive) advance(w watermark.Time) {
	n.w = w
	// Stagger: by event time, what W has passed opens a span or is in one.
	slices.SortStableFunc(n.waits, func(a, b Request) int { return byTime(a.At, b.At) })
	waits := n.waits
	n.waits = nil
	for _, r := range waits {
		if x := n.over(r.Source, r.At, r.At+1); x != nil {
			x.calls++
		} else if r.At < w {
			n.spans = append(n.spans, &naiveSpan{source: r.Source, start: r.At, calls: 1})
		} else {
			n.waits = append(n.waits, r)
		}
	}
	var rows []Row
	for _, x := range n.spans {
		if !x.fired && w >= x.start.Add(size) {
			x.fired = true
			rows = append(rows, Row{"stagger", x.source, x.calls, x.start, x.start.Add(size)})
		}
	}
	slices.SortFunc(rows, func(a, b Row) int {
		if c := byTime(a.End, b.End); c != 0 {
			return c
		}
		return a.Source.Compare(b.Source)
	})
	n.rows = append(n.rows, rows...)
	n.fireTumble(w)
	// Slide: by event time, what W has passed.
	slices.SortStableFunc(n.held, func(a, b Request) int { return byTime(a.At, b.At) })
	for len(n.held) > 0 && n.held[0].At < w {
		r := n.held[0]
		n.slid, n.held = append(n.slid, r), n.held[1:]
		calls := 0
		for _, o := range append(slices.Clone(n.slid), n.held...) {
			if o.Source == r.Source && o.At > r.At.Add(-size) && o.At <= r.At {
				calls++
			}
		}
		n.rows = append(n.rows, Row{"slide", r.Source, calls, r.At.Add(-size) + 1, r.At + 1})
	}
}

// fireTumble fires span after span, those of silent addresses too.
func (n *naive) fireTumble(w watermark.Time) {
	for {
		next := watermark.Max
		for _, r := range n.tumble {
			if at := r.At.Floor(size, 0); at >= n.upto {
				next = min(next, at)
			}
		}
		if len(n.silent) > 0 && (w < watermark.Max || next < w) { // not beyond the last request
			next = n.upto
		}
		if next == watermark.Max || w < next.Add(size) {
			return
		}
		calls := map[netip.Addr]int{}
		for _, r := range n.tumble {
			if r.At.Floor(size, 0) == next {
				calls[r.Source]++
			}
		}
		silent := map[netip.Addr]int{}
		for a := range calls {
			silent[a] = 0
		}
		for a, spans := range n.silent {
			if calls[a] == 0 && spans < silence {
				calls[a], silent[a] = 0, spans+1
			}
		}
		var sources []netip.Addr
		for a := range calls {
			sources = append(sources, a)
		}
		slices.SortFunc(sources, netip.Addr.Compare)
		for _, a := range sources {
			n.rows = append(n.rows, Row{"tumble", a, calls[a], next, next.Add(size)})
		}
		n.silent, n.upto = silent, next.Add(size)
	}
}

func byTime(a, b watermark.Time) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// naively gives the files of a feed: rows, block list, missed requests.
func naively(lines []string, rate int, delay time.Duration) (out, block, missed string) {
	n := naive{w: watermark.Min, upto: watermark.Min}
	for _, line := range lines {
		var r Request
		if decode([]byte(line), &r) == nil {
			n.take(r, delay)
		}
	}
	n.advance(watermark.Max)
	var blocked []Row
	for _, r := range n.rows {
		listed := slices.ContainsFunc(blocked, func(b Row) bool {
			d := b.End.Sub(r.End)
			return b.Window == r.Window && b.Source == r.Source && -again <= d && d <= again
		})
		if r.Calls > rate && !listed {
			blocked = append(blocked, r)
		}
	}
	return clitest.NDJSON(n.rows), clitest.NDJSON(blocked), clitest.NDJSON(n.missed)
}

// compare runs the program on a feed, and compares its files.
func compare(t *testing.T, lines []string, rate int, delay time.Duration) {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	try(t, 0, "-facts", clitest.Write(t, dir, "facts", lines), "-rate", fmt.Sprint(rate), "-delay", delay.String(),
		"-out", path("out"), "-block", path("block"), "-missed", path("missed"))
	out, block, missed := naively(lines, rate, delay)
	for _, f := range []struct{ name, want string }{{"out", out}, {"block", block}, {"missed", missed}} {
		got := strings.SplitAfter(clitest.Read(t, path(f.name)), "\n")
		want := strings.SplitAfter(f.want, "\n")
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Fatalf("%s: has %d lines, want %d; line %d:\n%s\nwant\n%s", f.name, len(got)-1, len(want)-1, i+1,
					strings.Join(got[min(i, len(got)):min(i+1, len(got))], ""), strings.Join(want[min(i, len(want)):min(i+1, len(want))], ""))
			}
		}
	}
}

func TestRowsOfTheMadeFeedAreTheNaiveOnes(t *testing.T) {
	for seed := range uint64(3) {
		compare(t, strings.Split(strings.TrimSuffix(madeRequests(seed), "\n"), "\n"), 60, 5*time.Second)
	}
}

// TestRowsAreTheNaiveOnes: few addresses and identifiers, times on seconds and
// next to them, and pauses in which addresses fall silent.
func TestRowsAreTheNaiveOnes(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	sources := []string{"203.0.113.7", "192.0.2.9", "2001:db8::1", "::ffff:203.0.113.7", "10.0.0.1"}
	for range 30 {
		var lines []string
		at := begin
		disorder := time.Duration(1+r.IntN(120)) * time.Second
		for range r.IntN(200) {
			at = at.Add(time.Duration(r.IntN(8)) * time.Second)
			if r.IntN(80) == 0 {
				at = at.Add(time.Duration(r.IntN(20)) * time.Minute)
			}
			when := at.Add(-time.Duration(r.Int64N(int64(disorder)))).Truncate(time.Second)
			if r.IntN(4) == 0 {
				when = when.Add(time.Duration(r.IntN(3) - 1))
			}
			lines = append(lines, fmt.Sprintf(`{"source_ip_address":%q,"request_id":"%d","event_time":%q}`,
				sources[r.IntN(len(sources))], r.IntN(150), when.Format(time.RFC3339Nano)))
		}
		compare(t, lines, r.IntN(6), time.Duration(r.IntN(30))*time.Second)
	}
}
