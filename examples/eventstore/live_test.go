package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/source"
)

// files makes the flags of all files in dir.
func files(dir string) config {
	path := func(name string) string { return filepath.Join(dir, name) }
	return config{raw: path("raw"), standard: path("standard"), good: path("good"), bad: path("bad"), alarms: path("alarms"), late: path("late"), delay: 30 * time.Second}
}

// TestLiveGivesTheSameFilesAsBatch: a feed that comes in pieces of any length, cut
// within lines too, with pauses, gives the files of one that is there at once, to
// the byte, and prints the same; and what has come is in the files by the clock's
// next second.
func TestLiveGivesTheSameFilesAsBatch(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 3 {
		feed := madeEvents(r.Uint64())
		batch, live := t.TempDir(), t.TempDir()
		b := files(batch)
		printed := try(t, 0, "-facts", clitest.Write(t, batch, "facts", []string{string(feed)}), "-raw", b.raw, "-standard", b.standard, "-good", b.good, "-bad", b.bad, "-alarms", b.alarms, "-late", b.late)
		synctest.Test(t, func(t *testing.T) {
			c := files(live)
			s, err := newSystem(c)
			if err != nil {
				t.Fatal(err)
			}
			in, out := io.Pipe()
			done := make(chan error)
			go func() { done <- s.consume(t.Context(), &source.NDJSON[line]{From: in}, true) }()
			for rest := feed; len(rest) > 0; {
				n := min(len(rest), 1+r.IntN(3000))
				if _, err := out.Write(rest[:n]); err != nil {
					t.Fatal(err)
				}
				rest = rest[n:]
				<-time.After(time.Duration(r.IntN(3000)) * time.Millisecond)
				synctest.Wait()
				lines := bytes.Count(feed[:len(feed)-len(rest)], []byte("\n"))
				if got := strings.Count(clitest.Read(t, c.raw), "\n"); got != lines {
					t.Errorf("%d lines have come, %d are kept", lines, got)
				}
				kept := strings.Count(clitest.Read(t, c.good), "\n") + strings.Count(clitest.Read(t, c.bad), "\n")
				if kept != lines {
					t.Errorf("%d lines have come, %d are good or bad", lines, kept)
				}
			}
			out.Close()
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if err := s.p.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := s.print(&b, c); err != nil || b.String() != printed {
				t.Errorf("%v; prints\n%s\nin a batch\n%s", err, b.String(), printed)
			}
		})
		for _, f := range all {
			was, is := clitest.Read(t, filepath.Join(batch, f)), clitest.Read(t, filepath.Join(live, f))
			if was != is {
				t.Errorf("%s: %d bytes live, %d in a batch, or others", f, len(is), len(was))
			}
			if was == "" {
				t.Errorf("%s is empty: the test shows nothing", f)
			}
		}
	}
}

// TestAlarmsAreThoseOfALoop: from the files, what goes where is counted again, and
// the alarms are computed window by window.
func TestAlarmsAreThoseOfALoop(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	feed := strings.Split(strings.TrimSuffix(string(madeEvents(seed)), "\n"), "\n")
	dir := t.TempDir()
	c := files(dir)
	// A broken line may have a time in another year: with this delay nothing is late behind it.
	try(t, 0, "-facts", clitest.Write(t, dir, "facts", feed), "-delay", "876000h", "-raw", c.raw, "-standard", c.standard, "-good", c.good, "-bad", c.bad, "-alarms", c.alarms, "-late", c.late)
	type fact struct {
		at    time.Time
		bad   bool
		order bool
		of    string
	}
	facts := map[int]*fact{}
	for n := range feed {
		facts[n+1] = new(fact)
	}
	for r := range decoded[storedLine](t, c.standard) {
		*facts[r.Line] = fact{at: r.Time.UTC(), order: r.Type == "order", of: r.Source}
	}
	goods := 0
	for range decoded[storedLine](t, c.good) {
		goods++
	}
	bads := 0
	for r := range decoded[badLine](t, c.bad) {
		bads++
		facts[r.Line].bad = true
	}
	if goods+bads != len(feed) {
		t.Errorf("%d lines are good and %d bad, of %d", goods, bads, len(feed))
	}
	// The time of a line that could not be standardised: its own, or the second
	// greatest before it.
	m, err := loadMeta("")
	if err != nil {
		t.Fatal(err)
	}
	var before []time.Time
	for n := 1; n <= len(feed); n++ {
		f := facts[n]
		if e := m.standardise([]byte(feed[n-1])); e.Timed {
			f.at = e.At.UTC()
			before = append(before, f.at)
		} else if k := len(before); k > 0 {
			slices.SortFunc(before, time.Time.Compare)
			f.at = before[max(0, k-2)]
		}
	}
	want := map[string]bool{}
	for end := begin.Add(-time.Hour); end.Before(begin.Add(2 * time.Hour)); end = end.Add(time.Minute) {
		for _, of := range []string{"", "shop", "app", "partner"} {
			size, share, least, name := 5*time.Minute, 0.12, 20, "all"
			if of != "" {
				size, share, least, name = 2*time.Minute, 0.3, 8, "orders of a source"
			}
			events, bad := 0, 0
			for _, f := range facts {
				if f.at.IsZero() || of != "" && (!f.order || f.of != of) || f.at.Before(end.Add(-size)) || !f.at.Before(end) {
					continue
				}
				events++
				if f.bad {
					bad++
				}
			}
			if events >= least && float64(bad) >= share*float64(events) {
				want[fmt.Sprint(name, of, end, events, bad)] = true
			}
		}
	}
	for a := range decoded[Alarm](t, c.alarms) {
		key := fmt.Sprint(a.Rule, a.Of, a.End.UTC(), a.Events, a.Bad)
		if !want[key] {
			t.Errorf("alarm %s was not to be", key)
		}
		delete(want, key)
	}
	for key := range want {
		t.Errorf("alarm %s is missing", key)
	}
}

// decoded gives the rows of a file.
func decoded[T any](t *testing.T, path string) iter.Seq[T] {
	return func(yield func(T) bool) {
		for line := range strings.Lines(clitest.Read(t, path)) {
			var v T
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Fatal(err)
			}
			if !yield(v) {
				return
			}
		}
	}
}
