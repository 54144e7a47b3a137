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

// TestWhatIsToldAgainstTimeIsRememberedCheaply: versions of one key, the newest
// first or with little disorder, stay where they are, but for now and then.
func TestWhatIsToldAgainstTimeIsRememberedCheaply(t *testing.T) {
	const many = 50_000
	for name, at := range map[string]func(i int) int{ // order: each by itself
		"rising":   func(i int) int { return i },
		"falling":  func(i int) int { return -i },
		"jittered": func(i int) int { return -(i ^ 5) },
	} {
		var v Versions[int, int]
		v.Remember(many)
		moves, last := 0, new(int)
		for i := range many {
			v.Know(watermark.Time(i))
			v.Put(1, watermark.Time(at(i)), i)
			h := &v.known.byKey.Entries[0].Value
			place := &h.list()[h.after(watermark.Time(at(i/2)))-1].value // in the midst
			if i%2 == 1 && place != last {
				moves++
			}
			last = place
		}
		if moves > 60 {
			t.Errorf("%s: they were moved %d times", name, moves)
		}
		for i := range many {
			d, ok := v.AtKnown(1, watermark.Time(at(i)), many)
			if early, was := v.AtKnown(1, watermark.Time(at(i)), watermark.Time(i)); !ok || d != i || !was || early != i {
				t.Fatalf("%s: as of %d: %d %t, and when it was told %d %t; want %d", name, at(i), d, ok, early, was, i)
			}
		}
	}
}

// TestAKeyThatGoesOnIsLookedThroughNowAndThen: as many are forgotten as come, with
// the room for them nearly full, and each is looked at about twice.
func TestAKeyThatGoesOnIsLookedThroughNowAndThen(t *testing.T) {
	const keep = 1000
	for _, beyond := range []int{0, 1, 20, 300} {
		var v Versions[int, int]
		v.Remember(time.Duration(keep + beyond))
		looked := 0
		for i := range 50 * keep {
			v.Know(watermark.Time(i))
			v.Put(1, watermark.Time(i), i)
			v.Prune(watermark.Time(i))
			if h := &v.known.byKey.Entries[0].Value; h.more == 0 {
				looked += len(h.list())
			}
		}
		if most := 4 * 50 * keep; looked > most || v.known.count > 2*(keep+beyond) {
			t.Errorf("%d beyond: %d were looked at, %d are remembered", beyond, looked, v.known.count)
		}
		v.Remember(0)
		for i := range 2 * keep { // a peak is over
			v.Know(watermark.Time(50*keep + i))
			v.Put(1, watermark.Time(50*keep+i), i)
			v.Prune(watermark.Time(50*keep + i))
		}
		if h := &v.known.byKey.Entries[0].Value; cap(h.all) > 8*few {
			t.Errorf("%d beyond: room for %d of %d", beyond, cap(h.all), len(h.list()))
		}
	}
}
