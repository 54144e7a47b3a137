package join

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
)

// naive keeps every version for good, and knows what has been pruned by rule.
type naive struct {
	most  int // MaxKeys
	full  bool
	all   []entry
	bound watermark.Time
}

type entry struct {
	key, value int
	from       watermark.Time
	deleted    bool
}

func (n *naive) find(key int, t watermark.Time) (value int, f Found) {
	best := -1
	for i, e := range n.all {
		if e.key == key && e.from <= t && (best < 0 || e.from >= n.all[best].from) {
			best = i
		}
	}
	for _, e := range n.all { // one that is newer than t, and that the bound has passed
		if e.key == key && e.from > t && e.from <= n.bound && n.older(e) {
			return 0, Gone
		}
	}
	if n.full && !n.knows(key) {
		return 0, Unkept
	}
	if best < 0 || n.all[best].deleted {
		return 0, None
	}
	return n.all[best].value, Version
}

func (n *naive) knows(key int) bool {
	return slices.ContainsFunc(n.all, func(e entry) bool { return e.key == key })
}

// refuses reports whether key is one too many.
func (n *naive) refuses(key int) bool {
	keys := map[int]bool{}
	for _, e := range n.all {
		keys[e.key] = true
	}
	return n.most > 0 && len(keys) >= n.most && !keys[key]
}

// older reports whether there is a version of the key before e, which e covers.
func (n *naive) older(e entry) bool {
	for _, o := range n.all {
		if o.key == e.key && o.from < e.from {
			return true
		}
	}
	return false
}

func TestVersionsAreTheReference(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		var v Versions[int, int]
		ref := &naive{bound: watermark.Min, most: int(seed % 4)}
		v.MaxKeys = ref.most
		size, kept := 50, 0
		if seed%10 == 0 {
			size = 400 // beyond what is scanned
		}
		for i := range size {
			key, at := r.IntN(3), watermark.Time(r.IntN(size))
			stale := false
			for _, e := range ref.all {
				stale = stale || e.key == key && e.from > at && e.from <= ref.bound
			}
			e := entry{key: key, value: i, from: at, deleted: r.IntN(5) == 0}
			ok := false
			if e.deleted {
				ok = v.Delete(key, at)
			} else {
				ok = v.Put(key, at, i)
			}
			if ref.refuses(key) {
				if ref.full = true; ok {
					t.Fatalf("seed %d: a version of %d is kept, and MaxKeys is %d", seed, key, ref.most)
				}
				continue
			}
			if ok == stale {
				t.Fatalf("seed %d: version of %d at %d under bound %d: kept %t", seed, key, at, ref.bound, ok)
			}
			ref.all = append(ref.all, e)
			if ok {
				kept++
			}
			if r.IntN(10) == 0 {
				ref.bound = max(ref.bound, watermark.Time(r.IntN(size)))
				v.Prune(ref.bound)
			}
			for range 10 {
				key, at := r.IntN(4), watermark.Time(r.IntN(size+2)-1)
				want, f := ref.find(key, at)
				got, g := v.Find(key, at)
				if got != want || g != f {
					t.Fatalf("seed %d: %d as of %d under bound %d: %d %d, want %d %d", seed, key, at, ref.bound, got, g, want, f)
				}
				if d, ok := v.At(key, at); ok != (f == Version) || d != want {
					t.Fatalf("seed %d: At differs from Find", seed)
				}
			}
			if v.Due() <= ref.bound {
				t.Fatalf("seed %d: Due is %d after Prune(%d)", seed, v.Due(), ref.bound)
			}
		}
		for k := range 3 { // the newest is never pruned
			v.Prune(watermark.Max)
			want, f := (&naive{all: ref.all, bound: watermark.Min, full: ref.full}).find(k, watermark.Max)
			if got, g := v.Find(k, watermark.Max); got != want || g != f {
				t.Fatalf("seed %d: newest of %d is %d %d, want %d %d", seed, k, got, g, want, f)
			}
		}
		if keys, versions, bytes := v.Held(); versions != keys || bytes <= 0 {
			t.Fatalf("seed %d: %d versions of %d keys in %d bytes when all is pruned", seed, versions, keys, bytes)
		}
	}
}

// TestPruningOneByOneIsCheap: W follows the versions of one key that has many,
// and each move forgets one of them. What is counted is what is moved: the
// versions that are kept stay where they are, but for now and then.
func TestPruningOneByOneIsCheap(t *testing.T) {
	const many, kept = 100_000, 20_000
	var v Versions[int, int64]
	moves := 0
	var last *version[int64]
	for i := range watermark.Time(many) {
		v.Put(1, i, int64(i))
		v.Prune(i - kept)
		h := v.byKey.Entries[0].Value.versions()
		if len(h) > 1 && &h[len(h)-2] != last {
			moves++
		}
		last = &h[len(h)-1]
		if d, ok := v.At(1, i); !ok || d != int64(i) {
			t.Fatalf("as of %d: %d %t", i, d, ok)
		}
		if d, f := v.Find(1, i-kept); i > kept && (f != Version || d != int64(i-kept)) {
			t.Fatalf("as of %d: %d %d", i-kept, d, f)
		}
		if _, f := v.Find(1, i-kept-1); i > kept && f != Gone {
			t.Fatalf("before %d there is %d", i-kept, f)
		}
	}
	if moves > 100 {
		t.Errorf("the versions were moved %d times", moves)
	}
	_, versions, bytes := v.Held()
	if most := int64(kept+1) * 24 * 5 / 2; versions != kept+1 || bytes < versions*24 || bytes > most+many*16*2 {
		t.Errorf("%d versions in %d bytes", versions, bytes)
	}
	v.Prune(watermark.Max)
	if _, versions, _ := v.Held(); versions != 1 {
		t.Errorf("%d versions when all is pruned", versions)
	}
}

func TestAVersionHoldsFromItsTimeOn(t *testing.T) {
	var v Versions[string, string]
	v.Put("k", 10, "a")
	v.Delete("k", 20)
	v.Put("k", 30, "b")
	v.Put("k", 30, "c")
	for _, c := range []struct {
		at   watermark.Time
		want string
		ok   bool
	}{{9, "", false}, {10, "a", true}, {19, "a", true}, {20, "", false}, {29, "", false}, {30, "c", true}, {watermark.Max, "c", true}} {
		if d, ok := v.At("k", c.at); d != c.want || ok != c.ok {
			t.Errorf("as of %d: %q %t, want %q %t", c.at, d, ok, c.want, c.ok)
		}
	}
}

func TestPruneKeepsWhatCanBeAskedFor(t *testing.T) {
	var v Versions[int, string]
	v.Put(1, 10, "a")
	v.Put(1, 20, "b")
	v.Prune(19)
	if d, f := v.Find(1, 19); f != Version || d != "a" {
		t.Errorf("1 ns before the newer one: %q %d", d, f)
	}
	v.Prune(20)
	if _, f := v.Find(1, 19); f != Gone {
		t.Errorf("pruned: %d", f)
	}
	if d, f := v.Find(1, 20); f != Version || d != "b" {
		t.Errorf("the newest: %q %d", d, f)
	}
}

func TestKeysThatCannotBeAreRefused(t *testing.T) {
	var v Versions[float64, int]
	if err := v.Check(); err == nil {
		t.Error("a float is taken for a key")
	}
	for _, how := range []AsOf{{Wait: Within(-1)}, {Wait: Waiting(9)}, {Missing: Absent(3)}} {
		if err := how.Check(); err == nil {
			t.Errorf("%+v is taken", how)
		}
	}
	both := AsOf{Wait: Within(-1), Missing: Absent(3), History: -1}
	if err, want := both.Check(), "join: Within is -1ns: must not be negative\njoin: Missing is 3: must be Zero, a Hold or nil\njoin: History is -1ns: must not be negative"; err == nil || err.Error() != want {
		t.Errorf("%v, want\n%s", err, want)
	}
	for _, how := range []AsOf{{}, {Wait: Live}, {Wait: Strict}, {Wait: Within(0)}, {Missing: Zero}} {
		if err := how.Check(); err != nil {
			t.Errorf("%+v: %v", how, err)
		}
	}
}

// TestVersionsFedAgainstTimeAreCheap: those of one key, the newest first or with
// little disorder, stay where they are, but for now and then.
func TestVersionsFedAgainstTimeAreCheap(t *testing.T) {
	const many = 50_000
	for name, at := range map[string]func(i int) int{ // order: each by itself
		"rising":   func(i int) int { return i },
		"falling":  func(i int) int { return -i },
		"jittered": func(i int) int { return -(i ^ 5) },
	} {
		var v Versions[int, int]
		moves, last := 0, new(int)
		for i := range many {
			v.Put(1, watermark.Time(at(i)), i)
			place, _ := v.FindHashed(1, v.hash(1), watermark.Time(at(i/2))) // in the midst
			if i%2 == 1 && place != last {
				moves++
			}
			last = place
		}
		if moves > 60 {
			t.Errorf("%s: the versions were moved %d times", name, moves)
		}
		for i := range many {
			if d, ok := v.At(1, watermark.Time(at(i))); !ok || d != i {
				t.Fatalf("%s: as of %d: %d %t, want %d", name, at(i), d, ok, i)
			}
		}
		if _, _, bytes := v.Held(); bytes > many*(24*2+2*16) {
			t.Errorf("%s: %d bytes", name, bytes)
		}
	}
}

// TestAPeakOfVersionsIsGivenBack: a key that had many versions, and a table that
// had many to prune.
func TestAPeakOfVersionsIsGivenBack(t *testing.T) {
	for _, keys := range []int{1, 50_000} {
		var v Versions[int, int64]
		for i := range 100_000 {
			v.Put(i%keys, watermark.Time(i), 0)
		}
		v.Prune(watermark.Max)
		if _, versions, _ := v.Held(); versions != int64(keys) {
			t.Errorf("%d versions of %d keys", versions, keys)
		}
		if _, _, bytes := v.Held(); bytes-v.byKey.Bytes() > int64(keys)*24*2+64*few*16 || cap(v.over) > 64*few {
			t.Errorf("%d bytes beside the table of %d keys, room for %d that are to be pruned", bytes-v.byKey.Bytes(), keys, cap(v.over))
		}
	}
}

// TestATombstoneIsNeverForgotten: it is the newest version of its key, and tells
// what the table cannot know without it. A version that is older and comes late
// must not bring the key back to life; and who asks for a time at which the key had
// a version, which is pruned, must not be told that there was none.
func TestATombstoneIsNeverForgotten(t *testing.T) {
	var v Versions[int, string]
	v.Put(1, 10, "a")
	v.Delete(1, 20)
	v.Delete(2, 20)
	v.Prune(1000)
	if v.Put(1, 15, "late") || v.Put(2, 15, "late") {
		t.Error("a version that a tombstone covers is taken")
	}
	for _, key := range []int{1, 2} {
		if d, f := v.Find(key, 2000); f != None {
			t.Errorf("key %d has %q after its tombstone", key, d)
		}
	}
	if _, f := v.Find(1, 15); f != Gone {
		t.Errorf("what was before the tombstone is %d, want that it is gone", f)
	}
}
