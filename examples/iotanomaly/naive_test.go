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

	"github.com/tidemark-go/tidemark/anomaly"
	"github.com/tidemark-go/tidemark/examples/internal/clitest"
)

// scored gives facts, in order, to a forest for each key.
func scored[T any](t *testing.T, f anomaly.Forest, facts []T, key func(T) string, vector func(T, []float64) []float64) (all []anomaly.Scored[T]) {
	models := map[string]anomaly.Model{}
	for _, fact := range facts {
		x := vector(fact, nil)
		m := models[key(fact)]
		if m == nil {
			m, _ = f.New(len(x))
			models[key(fact)] = m
		}
		r, err := m.ScoreUpdate(x)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, anomaly.Scored[T]{Fact: fact, Result: r, Parts: m.(anomaly.Attributed).Parts(nil)})
	}
	return all
}

// ordered is the rows in order of second and score, as lines.
func ordered[T, R any](all []anomaly.Scored[T], second func(T) int64, row func(anomaly.Scored[T]) R) string {
	slices.SortStableFunc(all, func(a, b anomaly.Scored[T]) int {
		return cmp.Or(cmp.Compare(second(a.Fact), second(b.Fact)), cmp.Compare(b.Score, a.Score))
	})
	var b strings.Builder
	for _, s := range all {
		line, _ := json.Marshal(row(s))
		b.Write(append(line, '\n'))
	}
	return b.String()
}

func secondOf(r Reading) int64 { return int64(r.Created) / 1e9 }

func equal(t *testing.T, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Fatalf("has %d lines, want %d; line %d:\n%s\nwant\n%s", len(g)-1, len(w)-1, i+1, strings.Join(g[min(i, len(g)):min(i+1, len(g))], ""), strings.Join(w[min(i, len(w)):min(i+1, len(w))], ""))
		}
	}
}

// facts are the made readings, with the feed's own word which are odd.
func facts(seed uint64) (all []Reading, odd map[int]bool) {
	odd = map[int]bool{}
	for _, m := range madeReadings(seed) {
		var r Reading
		if decode([]byte(m.text), &r) != nil {
			continue
		}
		r.Created = arrival(steady(m.comes, 0))()
		odd[len(all)] = m.odd
		all = append(all, r)
	}
	return all, odd
}

// seeds is of how many feeds there is time for.
func seeds() uint64 {
	if testing.Short() {
		return 1
	}
	return 3
}

// TestOddReadingsAreFound: by the feed's own truth, of the readings that are scored.
func TestOddReadingsAreFound(t *testing.T) {
	for seed := range seeds() {
		all, truth := facts(seed)
		scores := scored(t, sensorForest, all, Reading.sensor, Reading.vector)
		odd, found, wrong, top := 0, 0, 0, 0
		var byScore []int
		for i, s := range scores {
			if truth[i] != (s.Fact.Value >= 100) {
				t.Fatalf("seed %d: %+v: the feed says odd: %v", seed, s.Fact, truth[i])
			}
			if !s.Ready {
				continue
			}
			byScore = append(byScore, i)
			switch {
			case truth[i] && s.Alarm:
				odd, found = odd+1, found+1
			case truth[i]:
				odd++
			case s.Alarm:
				wrong++
			}
		}
		slices.SortStableFunc(byScore, func(a, b int) int { return cmp.Compare(scores[b].Score, scores[a].Score) })
		for _, i := range byScore[:odd] {
			if truth[i] {
				top++
			}
		}
		t.Logf("seed %d: %d odd of %d: %d with an alarm, %d among as many top scores, %d usual ones with an alarm", seed, odd, len(byScore), found, top, wrong)
		if odd < len(byScore)/200 || odd > len(byScore)/50 {
			t.Errorf("seed %d: %d of %d readings are odd, want about 1 %%", seed, odd, len(byScore))
		}
		if 100*found < 97*odd || 100*top < 99*odd || wrong > 2 {
			t.Errorf("seed %d: found %d of %d, %d among the top, %d wrong", seed, found, odd, top, wrong)
		}
	}
}

func TestRowsOfTheMadeFeedAreTheNaiveOnes(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	try(t, 0, "-out", out, "-seed", "5")
	all, _ := facts(5)
	equal(t, clitest.Read(t, out), ordered(scored(t, sensorForest, all, Reading.sensor, Reading.vector), secondOf, newRow))
}

// TestRowsAreTheNaiveOnes: several sensors, with a clock that is injected, and goes
// back at times, which the arrival does not.
func TestRowsAreTheNaiveOnes(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 5 {
		var lines []string
		var all []Reading
		var times []time.Time
		now, last := begin, begin.Add(-time.Hour)
		for range r.IntN(2000) {
			now = now.Add(time.Duration(r.IntN(200_000_000) - 50_000_000))
			times = append(times, now)
			f := Reading{Name: fmt.Sprint("s", r.IntN(3)), Value: int64(r.IntN(7))}
			if last.Before(now.Truncate(time.Millisecond)) {
				last = now.Truncate(time.Millisecond)
			}
			f.Created = arrival(steady(last, 0))()
			all = append(all, f)
			lines = append(lines, fmt.Sprintf(`{"iotName":%q,"iotValue":%d}`, f.Name, f.Value))
		}
		dir := t.TempDir()
		out := filepath.Join(dir, "out")
		next := 0
		clock := func() time.Time { next++; return times[next-1] }
		var b, e strings.Builder
		if code := run(t.Context(), []string{"-facts", clitest.Write(t, dir, "facts", lines), "-out", out}, &b, &e, clock); code != 0 {
			t.Fatal(e.String())
		}
		equal(t, clitest.Read(t, out), ordered(scored(t, sensorForest, all, Reading.sensor, Reading.vector), secondOf, newRow))
	}
}

// TestFlowsAreTheNaiveOnes, and the odd ones are found.
func TestFlowsAreTheNaiveOnes(t *testing.T) {
	for seed := range (seeds() + 1) / 2 {
		w := int64(0)
		seen, truth := map[flowID]bool{}, map[flowID]bool{}
		var flows []Flow
		for _, m := range madeFlows(seed) {
			var f Flow
			if decodeFlow([]byte(m.text), &f) != nil {
				continue
			}
			if f.End >= w && !seen[f.id()] {
				seen[f.id()], truth[f.id()] = true, m.odd
				flows = append(flows, f)
			}
			w = max(w, f.End-300)
		}
		slices.SortStableFunc(flows, func(a, b Flow) int { return cmp.Compare(a.End, b.End) })
		scores := scored(t, flowForest, flows, Flow.through, Flow.vector)
		odd, found, wrong := 0, 0, 0
		for _, s := range scores {
			switch is := truth[s.Fact.id()]; {
			case is && s.Alarm:
				odd, found = odd+1, found+1
			case is:
				odd++
			case s.Alarm:
				wrong++
			}
		}
		t.Logf("seed %d: %d of %d odd flows are found, %d wrong", seed, found, odd, wrong)
		if odd < 5 || 10*found < 9*odd || wrong > 1 {
			t.Errorf("seed %d: %d of %d odd flows are found, %d wrong", seed, found, odd, wrong)
		}
		out := filepath.Join(t.TempDir(), "out")
		try(t, 0, "-madeflows", "-delay", "5m", "-out", out, "-seed", fmt.Sprint(seed))
		equal(t, clitest.Read(t, out), ordered(scores, func(f Flow) int64 { return f.End }, newFlowRow))
	}
}

func TestLog2IsNearlyTheLogarithm(t *testing.T) {
	last := -1.0
	for n := range uint64(100_000) {
		if v := log2(n); v <= last {
			t.Fatalf("of %d is %v, of the one before %v", n, v, last)
		} else {
			last = v
		}
	}
	for power := range 63 {
		if got := log2(1<<power - 1); got != float64(power) {
			t.Errorf("of 1<<%d - 1 is %v", power, got)
		}
	}
	if got := log2(1<<64 - 1); got != 64 {
		t.Errorf("of the greatest is %v", got)
	}
}
