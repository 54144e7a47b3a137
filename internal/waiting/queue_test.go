package waiting

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/tidemark-go/tidemark/watermark"
)

// entry is a value of the reference, a sorted list.
type entry struct {
	t watermark.Time
	v int
}

func insert(list []entry, e entry) []entry {
	i, _ := slices.BinarySearchFunc(list, e.t, func(e entry, t watermark.Time) int {
		if e.t <= t { // after those of its time
			return -1
		}
		return 1
	})
	return slices.Insert(list, i, e)
}

// times gives times of some kind, that go on as they are asked for.
func times(r *rand.Rand) func() watermark.Time {
	spread := int64(1) << r.IntN(50)
	grain := int64(1) << r.IntN(20)
	if r.IntN(2) == 0 {
		grain = 1
	}
	back, far := r.IntN(3), 1000+r.IntN(4000)
	now := r.Int64N(1<<40) - 1<<39
	return func() watermark.Time {
		if r.IntN(3) == 0 {
			now += r.Int64N(spread)/1000 + 1
		}
		at := now
		switch back {
		case 0: // in order
		case 1: // as they like
			at += r.Int64N(spread)
		case 2: // most of them near, some not
			at += spread >> r.IntN(40)
		}
		switch r.IntN(far) {
		case 0:
			return watermark.Min + 1 + watermark.Time(r.IntN(3))
		case 1:
			return watermark.Max - 1 - watermark.Time(r.IntN(3))
		}
		return watermark.Time(at - at%grain)
	}
}

// noOf is the number that a value has in the tests.
func noOf(v int) uint32 { return uint32(v)*7 + 3 }

// TestWaitingIsASortedList: whatever comes, at any density of time.
func TestWaitingIsASortedList(t *testing.T) {
	seeds := uint64(300)
	if testing.Short() {
		seeds = 60
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 0))
		q := New[int]()
		var want []entry
		next := times(r)
		var ats []watermark.Time // to be put together
		var nos []uint32
		var vals []int
		for v := range 6000 {
			at := next()
			if seed%2 == 0 {
				q.Push(at, noOf(v), v)
			} else {
				ats, nos, vals = append(ats, at), append(nos, noOf(v)), append(vals, v)
			}
			want = insert(want, entry{at, v})
			if v < 5999 && r.IntN(200) > 0 {
				continue
			}
			q.PutAll(ats, nos, vals)
			ats, nos, vals = ats[:0], nos[:0], vals[:0]
			n := r.IntN(len(want) + 1)
			if v == 5999 {
				n = len(want)
			}
			if r.IntN(2) == 0 {
				for _, e := range want[:n] {
					if first := q.First(); first != e.t {
						t.Fatalf("seed %d: first is %d, want %d", seed, first, e.t)
					}
					if p, v := q.Pop(); p.Time != e.t || v != e.v || p.No != noOf(v) {
						t.Fatalf("seed %d: %d at %v, want %d at %d", seed, v, p, e.v, e.t)
					}
				}
				want = want[n:]
			} else {
				w := watermark.Max
				if n < len(want) {
					w = want[n].t
				}
				want = takes(t, seed, &q, want, w)
			}
			if q.Len() != len(want) {
				t.Fatalf("seed %d: %d held, want %d", seed, q.Len(), len(want))
			}
		}
		if q.First() != watermark.Max {
			t.Fatalf("seed %d: empty, and first is %d", seed, q.First())
		}
	}
}

// takes takes out what is before w, compares it with the list, and returns the rest.
func takes(t *testing.T, seed uint64, q *Queue[int], want []entry, w watermark.Time) []entry {
	t.Helper()
	last := watermark.Min
	for {
		run, vals := q.Take(w)
		if len(run) == 0 {
			break
		}
		if run[0].Time == last {
			t.Fatalf("seed %d: the values of %d are in two runs", seed, last)
		}
		for _, p := range run {
			if len(want) == 0 || p.Time >= w || p.Time != want[0].t || *vals.At(p.At) != want[0].v || p.No != noOf(want[0].v) {
				t.Fatalf("seed %d: W %d takes %d at %v, want %v", seed, w, *vals.At(p.At), p, want[:min(1, len(want))])
			}
			last, want = p.Time, want[1:]
		}
	}
	if len(want) > 0 && want[0].t < w {
		t.Fatalf("seed %d: W %d takes all but %v", seed, w, want[0])
	}
	return want
}

// TestUnevenTimesAreSorted: most of a leaf is of next to no time.
func TestUnevenTimesAreSorted(t *testing.T) {
	for _, n := range []int{100, 4000, 50_000} {
		r := rand.New(rand.NewPCG(uint64(n), 0))
		q := New[int]()
		var want []entry
		for v := range n {
			at := watermark.Time(r.Int64N(1 << r.IntN(50)))
			if n > 10_000 {
				at = watermark.Time(r.IntN(3)) // more than a leaf of one time
			}
			q.Push(at, noOf(v), v)
			want = append(want, entry{at, v})
		}
		slices.SortStableFunc(want, func(a, b entry) int { return int(a.t - b.t) })
		if rest := takes(t, uint64(n), &q, want, watermark.Max); len(rest) > 0 {
			t.Errorf("%d of %d values are left", len(rest), n)
		}
	}
}

func TestTakeIsStrictlyBefore(t *testing.T) {
	q := New[string]()
	for i, at := range []watermark.Time{10, 11, 10, 9} {
		q.Push(at, 0, fmt.Sprint(int64(at), i))
	}
	take := func(w watermark.Time) (got []string) {
		for {
			run, vals := q.Take(w)
			if len(run) == 0 {
				return got
			}
			for _, p := range run {
				got = append(got, *vals.At(p.At))
			}
		}
	}
	if got := take(10); !slices.Equal(got, []string{"9 3"}) {
		t.Error(got)
	}
	q.Push(10, 0, "10 4") // behind what has been sorted
	if got := take(11); !slices.Equal(got, []string{"10 0", "10 2", "10 4"}) {
		t.Error(got)
	}
	if got := take(12); !slices.Equal(got, []string{"11 1"}) || q.Len() != 0 {
		t.Error(got)
	}
}

func TestAllYieldsWhatIsHeld(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	q := New[int]()
	var want []entry
	next := times(r)
	for v := range 20_000 {
		at := next()
		q.Push(at, noOf(v), v)
		want = insert(want, entry{at, v})
	}
	want = takes(t, 1, &q, want, want[7000].t)
	for v := range 100 { // some behind
		at := want[v].t
		q.Push(at, noOf(-v), -v)
		want = insert(want, entry{at, -v})
	}
	var got []entry
	for p, v := range q.All {
		if p.No != noOf(*v) {
			t.Fatalf("%d has number %d", *v, p.No)
		}
		got = append(got, entry{p.Time, *v})
	}
	order := func(a, b entry) int { return a.v - b.v }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if !slices.Equal(got, want) {
		t.Errorf("%d values, want %d", len(got), len(want))
	}
	for range q.All { // it can be left
		break
	}
}

// TestValuesAreLetGo: what has been taken out is not kept from the collector,
// nor is what has been moved.
func TestValuesAreLetGo(t *testing.T) {
	q := New[*int]()
	kept := func() (n int) {
		all := [][]*chunk[*int]{q.freeChunks, q.vals}
		for _, l := range q.leaves {
			all = append(all, l.chunks)
		}
		for _, chunks := range all {
			for _, c := range chunks {
				for _, v := range c.vals {
					if v != nil {
						n++
					}
				}
			}
		}
		return n
	}
	for i := range 10_000 {
		*q.Put(watermark.Time(i*7%10_000), 0) = new(int)
		if i%500 == 0 && kept() != q.Len() {
			t.Fatalf("%d values are kept of %d that are held", kept(), q.Len())
		}
	}
	for range 1000 {
		q.Pop()
	}
	for {
		if run, _ := q.Take(9000); len(run) == 0 {
			break
		}
	}
	if q.Len() != 1000 || kept() != 1000 {
		t.Errorf("%d values are held, want 1000; %d are kept", q.Len(), kept())
	}
}

func TestNothingIsAllocatedOnceWarm(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	q := New[[3]int]()
	now := watermark.Time(0)
	step := func() {
		for range 1000 {
			now += 1000
			*q.Put(now-watermark.Time(r.IntN(10_000_000)), 0) = [3]int{}
		}
		for {
			if run, _ := q.Take(now - 5_000_000); len(run) == 0 {
				return
			}
		}
	}
	for range 500 {
		step()
	}
	if n := testing.AllocsPerRun(300, step); n > 0 {
		t.Errorf("1000 values cost %v allocations", n)
	}
}

func TestBytesIsWhatTheHeapHas(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := rand.New(rand.NewPCG(4, 0))
	q := New[[3]int]()
	for i := range 300_000 {
		q.Push(watermark.Time(i)*10_000-watermark.Time(r.Int64N(2e9)), 0, [3]int{})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	if got := q.Bytes(); got < grown*3/4 || got > grown*5/4 || got > 300_000*36*5/4 {
		t.Errorf("Bytes tells %d, the heap grew by %d, the values are %d", got, grown, 300_000*36)
	}
	runtime.KeepAlive(q)
}
