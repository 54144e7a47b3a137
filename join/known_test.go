package join

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// TestAtKnownIsATableThatWasToldLess: reading the table as known at a time gives
// what a table gives that was told nothing after it.
func TestAtKnownIsATableThatWasToldLess(t *testing.T) {
	type told struct {
		key, value  int
		from, known watermark.Time
		deleted     bool
	}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 5))
		var v Versions[int, int]
		keep := watermark.Time(r.IntN(60))
		v.Remember(time.Duration(keep))
		var all []told
		now, bound := watermark.Time(0), watermark.Min
		v.Know(now)
		for i := range 120 {
			x := told{r.IntN(3), i, watermark.Time(r.IntN(100)), now, r.IntN(5) == 0}
			kept := false
			if x.deleted {
				kept = v.Delete(x.key, x.from)
			} else {
				kept = v.Put(x.key, x.from, x.value)
			}
			if kept {
				all = append(all, x)
			}
			if r.IntN(3) == 0 {
				now += watermark.Time(r.IntN(8))
				v.Know(now)
			}
			if r.IntN(15) == 0 {
				bound = max(bound, watermark.Time(r.IntN(80)))
				v.Prune(bound)
			}
			for range 10 {
				key, at, known := r.IntN(4), watermark.Time(r.IntN(110)-5), now-watermark.Time(r.IntN(80))
				var best *told
				covered := watermark.Min // what the table may forget, of what was known at the horizon
				for i := range all {
					x := &all[i]
					if x.key == key && x.known <= known && x.from <= at && (best == nil || x.from >= best.from) {
						best = x
					}
					if x.key == key && x.known <= now-keep && x.from <= bound {
						covered = max(covered, x.from)
					}
				}
				d, ok := v.AtKnown(key, at, known)
				switch want := best != nil && !best.deleted; {
				case known < now-keep:
					if ok {
						t.Fatalf("seed %d: %d as of %d known at %d is found, which is forgotten", seed, key, at, known)
					}
				case at < covered && !ok: // forgotten with what Prune forgets
				case ok != want || ok && d != best.value:
					t.Fatalf("seed %d: %d as of %d known at %d: %d %t, want %+v", seed, key, at, known, d, ok, best)
				}
			}
		}
	}
}

func TestWithoutRememberNothingIsKnown(t *testing.T) {
	var v Versions[string, int]
	v.Know(5)
	v.Put("a", 1, 1)
	if _, ok := v.AtKnown("a", 1, 5); ok || v.known != nil {
		t.Error("it is remembered")
	}
	_, _, before := v.Held()
	v.Remember(time.Hour)
	if d, ok := v.AtKnown("a", 1, watermark.Min); !ok || d != 1 {
		t.Error("what was there before is not known from the beginning")
	}
	if _, _, after := v.Held(); after <= before {
		t.Error("Held does not tell the memory for it")
	}
}

// TestWhatIsRememberedIsBounded: a version that is put again and again, and time
// that passes under a dimension that is pruned, need the memory of what can be
// asked for, which Held tells within a quarter.
func TestWhatIsRememberedIsBounded(t *testing.T) {
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	var v Versions[int, [4]int64]
	v.Remember(100)
	for i := range watermark.Time(400) {
		v.Know(i)
		for k := range 500 {
			v.Put(k, i/2, [4]int64{int64(i)})
		}
		v.Prune(i / 2)
	}
	grown := heap() - before
	_, versions, bytes := v.Held()
	if versions != 500 || v.known.count > 500*260 || bytes < grown*3/4 || bytes > grown*5/4 {
		t.Errorf("%d versions, %d tellings; Held tells %d bytes, the heap grew by %d", versions, v.known.count, bytes, grown)
	}
	if d, ok := v.AtKnown(7, 199, 390); !ok || d[0] != 390 {
		t.Errorf("as known at 390: %v %t", d, ok)
	}
	runtime.KeepAlive(&v)
}
