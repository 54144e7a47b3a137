package main

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/examples/internal/clitest"
	"github.com/tidemark-go/tidemark/watermark"
)

// decoded gives the facts among lines.
func decoded[T any](lines []string, decode func([]byte, *T) error) (facts []T) {
	for _, line := range lines {
		var fact T
		if decode([]byte(strings.TrimSuffix(line, "\n")), &fact) == nil {
			facts = append(facts, fact)
		}
	}
	return facts
}

// TestLiveAndBatchRowsAreEqual: a batch has all settings first, and one call for all
// readings. Live, readings come a few at a time, and a setting when it is made, or
// later, as long as W has not reached its time. All files are equal, to the byte.
func TestLiveAndBatchRowsAreEqual(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	m := made{devices: 60, rate: 0.03, days: 3, seed: seed}
	settings := decoded(slices.Collect(m.settings()), decodeSetting)
	readings := decoded(slices.Collect(m.readings()), decodeReading)
	slices.SortStableFunc(settings, func(a, b Setting) int { return a.From.UTC().Compare(b.From.UTC()) })
	const delay = 5 * time.Minute

	// outcome gives the files and the charts that feed leads to.
	outcome := func(feed func(s *system)) map[string]string {
		dir := t.TempDir()
		path := func(name string) string { return filepath.Join(dir, name) }
		s, err := newSystem(config{out: path("out"), live: path("live"), daily: path("daily"), days: path("fleet"), top: path("top"), missed: path("missed"),
			threshold: 0.03, delay: delay})
		if err != nil {
			t.Fatal(err)
		}
		feed(s)
		must(t, s.settings.Close())
		must(t, s.readings.Close())
		must(t, s.close(t.Context()))
		all := map[string]string{"charts": s.tally.page()}
		for _, name := range files {
			if name != "bad" {
				all[name] = clitest.Read(t, path(name))
			}
		}
		return all
	}
	want := outcome(func(s *system) {
		must(t, s.settings.Feed(settings...))
		must(t, s.settings.Close())
		must(t, s.readings.Feed(readings...))
	})
	for name, text := range want {
		if text == "" {
			t.Fatalf("%s is empty: the test shows nothing", name)
		}
	}
	for range 3 {
		lag := time.Duration(r.Int64N(int64(delay)))
		got := outcome(func(s *system) {
			newest, next := watermark.Min, 0
			for i := 0; i < len(readings); {
				n := min(1+r.IntN(7), len(readings)-i)
				for _, one := range readings[i : i+n] {
					newest = max(newest, one.At)
				}
				for next < len(settings) && settings[next].From.Add(lag) <= newest {
					must(t, s.settings.Feed(settings[next]))
					next++
				}
				must(t, s.readings.Feed(readings[i:i+n]...))
				i += n
			}
			must(t, s.settings.Feed(settings[next:]...))
		})
		for name, text := range want {
			if got[name] != text {
				i := 0
				for i < min(len(got[name]), len(text)) && got[name][i] == text[i] {
					i++
				}
				t.Errorf("%s: has %d bytes live, %d in a batch, the first other is %d: %.300q, want %.300q", name, len(got[name]), len(text), i, got[name][i:], text[i:])
			}
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
