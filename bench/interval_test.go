package bench

import (
	"testing"
)

func BenchmarkInterval(b *testing.B) {
	orders, pays := makeOrders(1_000_000, busiest)
	x, h := newIntervalPipe(), newHandInterval()
	for _, c := range []struct {
		name string
		feed func(orders, pays []fact[uint64], n int)
	}{{"tidemark", x.feed}, {"byhand", h.feed}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				c.feed(orders, pays, 1000)
				b.StopTimer()
				shift(orders, len(orders), busiest)
				shift(pays, len(orders), busiest)
				b.StartTimer()
				n += len(orders) + len(pays)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/fact")
		})
	}
}

// TestIntervalStateIsInProportionToTheInterval: what is kept is what lies within
// ten minutes, not what has come.
func TestIntervalStateIsInProportionToTheInterval(t *testing.T) {
	const n = 1_000_000
	if testing.Short() {
		t.Skip("a million orders")
	}
	orders, pays := makeOrders(n, busy)
	orders = orders[:n*4/5] // in the midst of it
	last := 0
	for last < len(pays) && pays[last].MS <= orders[len(orders)-1].MS {
		last++
	}
	x := newIntervalPipe()
	x.feed(orders, pays[:last], 1000)
	s := x.p.Stats().Stages[0]
	most := int64(busy) * within / 1000
	if s.Rows > most*11/10 {
		t.Errorf("%d facts are kept, of the %d orders and their payments within the interval", s.Rows, most)
	}
	if s.Bytes > most*160 {
		t.Errorf("%d bytes for %d facts", s.Bytes, most)
	}
	t.Logf("%d facts kept at the end, %.1f MB", s.Rows, float64(s.Bytes)/1e6)
}

func TestIntervalAllocatesNothingPerFact(t *testing.T) {
	orders, pays := makeOrders(200_000, busiest)
	x := newIntervalPipe()
	pass := func() {
		x.feed(orders, pays, 1000)
		shift(orders, len(orders), busiest)
		shift(pays, len(orders), busiest)
	}
	pass()
	pass()
	if per := testing.AllocsPerRun(1, pass) / float64(len(orders)+len(pays)); per > 0.02 {
		t.Errorf("%.4f allocations a fact, want none", per)
	}
}
