package main

import (
	"encoding/json"
	"fmt"
	"maps"
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

// naively gives the files of the rows and of the late facts, from a feed and
// organisations that are right.
func naively(t *testing.T, calls, orgs []string) (rows, missed string) {
	type window struct {
		end watermark.Time
		org int64
	}
	var out, late strings.Builder
	var versions []Org
	for _, line := range orgs {
		var o Org
		if err := decodeOrg([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		versions = append(versions, o)
	}
	w := watermark.Min
	in := map[window][]Call{}
	for _, line := range calls {
		c, ok := slowly([]byte(line))
		if !ok {
			continue
		}
		end := c.At.Floor(size, 0).Add(size)
		if w >= end {
			fmt.Fprintf(&late, `{"window_start":"%v","window_end":"%v","watermark":"%v","fact":%s}`+"\n", end.Add(-size), end, w, c.Original)
		} else {
			in[window{end, c.Org}] = append(in[window{end, c.Org}], c)
		}
		w = max(w, c.At.Add(-delay))
	}
	all := slices.SortedFunc(maps.Keys(in), func(a, b window) int {
		if a.end != b.end {
			return int(max(-1, min(1, a.end-b.end)))
		}
		return int(max(-1, min(1, a.org-b.org)))
	})
	for _, k := range all {
		name, from := "", watermark.Min
		for _, o := range versions {
			if o.ID == k.org && o.From < k.end && o.From >= from {
				name, from = o.Name, o.From
			}
		}
		queued, agents := 0, map[int64]bool{}
		var handle, wait []float64
		for _, c := range in[k] {
			if c.Queued {
				queued++
			}
			if c.Agent.OK {
				agents[c.Agent.V] = true
			}
			if c.Handle.OK {
				handle = append(handle, c.Handle.V)
			}
			if c.Wait.OK {
				wait = append(wait, c.Wait.V)
			}
		}
		of := func(f func([]float64) float64, v []float64) string {
			if len(v) == 0 {
				return "null"
			}
			b, _ := json.Marshal(f(v))
			return string(b)
		}
		fmt.Fprintf(&out, `{"window_start":"%v","window_end":"%v","OrgID":%d,"OrgName":%q,"CallsInQueue":%d,"Agent_cnt":%d,"max_handle_time":%s,"min_handle_time":%s,"max_wait_time":%s,"min_wait_time":%s}`+"\n",
			k.end.Add(-size), k.end, k.org, name, queued, len(agents), of(slices.Max[[]float64], handle), of(slices.Min[[]float64], handle), of(slices.Max[[]float64], wait), of(slices.Min[[]float64], wait))
	}
	return out.String(), late.String()
}

// compare runs the program on calls and orgs, and compares its files.
func compare(t *testing.T, dir string, calls, orgs []string) {
	t.Helper()
	path := func(name string) string { return filepath.Join(dir, name) }
	try(t, 0, "-facts", clitest.Write(t, dir, "calls", calls), "-orgs", clitest.Write(t, dir, "orgs", orgs), "-out", path("out"), "-late", path("late"), "-bad", path("bad"))
	out, late := naively(t, calls, orgs)
	for _, f := range []struct{ name, want string }{{"out", out}, {"late", late}} {
		if got := clitest.Read(t, path(f.name)); got != f.want {
			a, b := strings.SplitAfter(got, "\n"), strings.SplitAfter(f.want, "\n")
			i := 0
			for i < len(a) && i < len(b) && a[i] == b[i] {
				i++
			}
			t.Fatalf("%s: has %d lines, want %d; line %d:\n%s\nwant\n%s", f.name, len(a), len(b), i+1, strings.Join(a[i:min(i+1, len(a))], ""), strings.Join(b[i:min(i+1, len(b))], ""))
		}
	}
}

func TestRowsAreThoseOfALoopOverAMap(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	at := func(spread int) string {
		d := time.Duration(r.IntN(spread)) * time.Second
		switch r.IntN(4) {
		case 0:
			d += time.Duration(r.IntN(1e9))
		case 1:
			d--
		}
		return begin.Add(d).Format("2006-01-02T15:04:05.999999999")
	}
	field := func(name string, from, n int) string {
		if r.IntN(8) == 0 {
			return ""
		}
		return fmt.Sprintf(`"%s":%d,`, name, from+r.IntN(n))
	}
	for range 20 {
		var calls, orgs []string
		for range r.IntN(12) {
			since := ""
			if r.IntN(4) > 0 {
				since = fmt.Sprintf(`,"update_time":"%s"`, at(120))
			}
			orgs = append(orgs, fmt.Sprintf(`{"OrgID":%d,"OrgName":"Hub %d"%s}`, r.IntN(5)-2, len(orgs), since))
		}
		disorder := 1 + r.IntN(20)
		for n := range r.IntN(400) {
			calls = append(calls, fmt.Sprintf(`{%s%s%s%s"OrgID":%d,"EventTime":"%s"}`, field("AgentId", 2001, 5), field("QueueId", 1, 5), field("HandleTime", 1, 150), field("WaitingTime", 10, 141),
				r.IntN(5)-2, begin.Add(time.Duration(n)*300*time.Millisecond).Add(-time.Duration(r.IntN(disorder*1000))*time.Millisecond).Format("2006-01-02T15:04:05.999999999")))
		}
		compare(t, dir, calls, orgs)
	}
}

func TestRowsOfTheMadeFeedAreThoseOfALoopOverAMap(t *testing.T) {
	for seed := range uint64(4) {
		calls := strings.Split(strings.TrimSuffix(madeCalls(seed), "\n"), "\n")
		compare(t, t.TempDir(), calls, strings.Split(strings.TrimSuffix(madeOrgs(true), "\n"), "\n"))
	}
}

// TestBatchesDoNotMix: the feed is many batches long, each read while the one
// before is counted.
func TestBatchesDoNotMix(t *testing.T) {
	var calls []string
	for seed := range uint64(30) { // each begins anew, so that most are late
		calls = append(calls, strings.Split(strings.TrimSuffix(madeCalls(seed), "\n"), "\n")...)
	}
	compare(t, t.TempDir(), calls, nil)
}

func TestLoadIsAnAccumulator(t *testing.T) {
	windowtest.Check[load](t, func(r *rand.Rand) (c Call) {
		for line := range strings.Lines(madeCall(r, begin)) {
			if err := decodeCall([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
		}
		c.Agent.OK, c.Handle.OK, c.Wait.OK = r.IntN(4) > 0, r.IntN(4) > 0, r.IntN(4) > 0
		return c
	})
}
