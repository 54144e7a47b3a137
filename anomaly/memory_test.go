package anomaly

import (
	"runtime"
	"testing"
	"time"
)

func TestNothingIsAllocatedPerPoint(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures")
	}
	for _, f := range []Forest{{Trees: 50, Sample: 64}, {Trees: 20, Sample: 64, Shingle: 4, Attribution: true, Recent: 100}, {Trees: 20, Sample: 64, HalfLife: time.Hour, Missing: Previous}} {
		next := normal(1, 2)
		m := grow(t, f, 2, 5000, next)
		var parts []Part
		if n := testing.AllocsPerRun(2000, func() {
			x := next(0)
			update(t, m, x...)
			if _, err := m.Score(x); err != nil {
				t.Fatal(err)
			}
			parts = m.Explain(x, m.Parts(parts[:0]))
		}); n != 0 {
			t.Errorf("%+v: %v allocations a point", f, n)
		}
	}
}

func TestBytesAreThoseOfTheHeap(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures")
	}
	heap := func() int64 {
		runtime.GC()
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return int64(s.HeapAlloc)
	}
	for _, c := range []struct {
		f       Forest
		dims, n int
		most    int64
	}{
		{Forest{}, 1, 20_000, 1 << 20},
		{Forest{Decay: -1}, 1, 20_000, 1 << 20}, // nearly every point of every tree is another
		{Forest{}, 1, 20, 1 << 18},
		{Forest{Trees: 20}, 8, 5000, 1 << 20},
	} {
		before := heap()
		m := grow(t, c.f, c.dims, c.n, normal(1, c.dims))
		grown, told := heap()-before, int64(m.Bytes())
		t.Logf("%d dimensions, %d points: %d bytes, told as %d", c.dims, c.n, grown, told)
		if grown > c.most {
			t.Errorf("%d dimensions, %d points: %d bytes, at most %d", c.dims, c.n, grown, c.most)
		}
		if told < grown*3/4 || told > grown*5/4 {
			t.Errorf("%d dimensions, %d points: told %d bytes, the heap grew by %d", c.dims, c.n, told, grown)
		}
		runtime.KeepAlive(m)
	}
}

func BenchmarkState(b *testing.B) {
	m := grow(b, Forest{}, 1, 5000, normal(1, 1))
	var state []byte
	for b.Loop() {
		state, _ = m.AppendBinary(state[:0])
		if err := m.UnmarshalBinary(state); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(state)), "bytes")
}

func BenchmarkForest(b *testing.B) {
	next := normal(1, 1)
	m := grow(b, Forest{}, 1, 5000, next)
	b.ReportAllocs()
	for b.Loop() {
		update(b, m, next(0)...)
	}
}
