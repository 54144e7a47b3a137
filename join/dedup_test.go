package join

import (
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// TestSeenIsTheReference: all that was accepted is remembered for good, and
// looked through.
func TestSeenIsTheReference(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		horizon := time.Duration(r.IntN(12))
		s, err := NewSeen[int](horizon)
		if err != nil {
			t.Fatal(err)
		}
		s.MaxKeys = int(seed % 5) // 0: no bound
		type fact struct {
			key int
			at  watermark.Time
		}
		var kept []fact
		w, now := watermark.Min, watermark.Time(r.IntN(100)-50)
		for range 800 {
			if keys, _, _ := s.Held(); s.MaxKeys > 0 && int(keys) > s.MaxKeys {
				t.Fatalf("seed %d: %d keys are held, MaxKeys is %d", seed, keys, s.MaxKeys)
			}
			f := fact{r.IntN(5), now + watermark.Time(r.IntN(40)-25)}
			want, held := Accepted, map[int]bool{}
			for _, k := range kept {
				held[k.key] = held[k.key] || k.at+2*watermark.Time(horizon) >= w
			}
			maps.DeleteFunc(held, func(_ int, is bool) bool { return !is })
			if s.MaxKeys > 0 && len(held) >= s.MaxKeys && !held[f.key] {
				want = Full
			}
			for _, k := range kept {
				if d := f.at - k.at; k.key == f.key && max(d, -d) <= watermark.Time(horizon) {
					want = Duplicate
				}
			}
			if w != watermark.Min && f.at < w-watermark.Time(horizon) {
				want = Late
			}
			if got := s.Take(f.key, f.at); got != want {
				t.Fatalf("seed %d: %v under W %d, horizon %d: verdict %d, want %d", seed, f, w, horizon, got, want)
			}
			if want == Accepted {
				kept = append(kept, f)
			}
			if now += watermark.Time(r.IntN(3)); r.IntN(3) == 0 && now-10 > w {
				w = now - 10
				s.Advance(w)
			}
		}
		s.Advance(watermark.Max)
		if keys, times, _ := s.Held(); keys != 0 || times != 0 {
			t.Errorf("seed %d: %d keys and %d times are left", seed, keys, times)
		}
	}
}

func TestTheHorizonIsInclusiveTo1ns(t *testing.T) {
	const h = 2 * time.Second
	for _, c := range []struct {
		at   watermark.Time
		want Verdict
	}{{0, Duplicate}, {watermark.Time(h), Duplicate}, {watermark.Time(h) + 1, Accepted}, {-watermark.Time(h), Duplicate}, {-watermark.Time(h) - 1, Accepted}} {
		s, _ := NewSeen[string](h)
		s.Take("a", 0)
		if got := s.Take("a", c.at); got != c.want {
			t.Errorf("%d ns after the first: verdict %d, want %d", c.at, got, c.want)
		}
		if got := s.Take("b", c.at); got != Accepted {
			t.Errorf("another key at %d: verdict %d", c.at, got)
		}
	}
	s, _ := NewSeen[string](h)
	s.Advance(watermark.Time(h))
	if got := s.Take("a", -1); got != Late {
		t.Errorf("1 ns behind W - horizon: verdict %d", got)
	}
	if got := s.Take("a", 0); got != Accepted {
		t.Errorf("at W - horizon: verdict %d", got)
	}
}

func TestSeenAtTheBoundsOfTime(t *testing.T) {
	s, _ := NewSeen[int](1<<63 - 1)
	for i, at := range []watermark.Time{watermark.Min + 1, watermark.Max - 1, 0, watermark.Min + 1} {
		if got, want := s.Take(1, at), []Verdict{Accepted, Accepted, Duplicate, Duplicate}[i]; got != want {
			t.Errorf("fact %d at %d: verdict %d, want %d", i, at, got, want)
		}
	}
}

func TestMistakesOfDedup(t *testing.T) {
	if _, err := NewSeen[float64](1); err == nil {
		t.Error("a float is taken for a key")
	}
	if _, err := NewSeen[int](-1); err == nil || err.Error() != "join: Dedup: Horizon is -1ns: must not be negative" {
		t.Error(err)
	}
}
