package tidemark_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
	"github.com/tidemark-go/tidemark/window/agg"
)

type hit struct {
	user int
	size int64
	at   int64
}

func (h hit) nanos() int64 { return h.at }
func (h hit) who() int     { return h.user }

type traffic struct {
	hits  agg.Count
	bytes agg.Sum[int64]
}

func (t *traffic) Add(h hit)        { t.hits.Add(); t.bytes.Add(h.size) }
func (t *traffic) Merge(o *traffic) { t.hits.Merge(&o.hits); t.bytes.Merge(&o.bytes) }

// TestThreeDaysOfLatenessStayWithinWhatStatsTells: daily panes of 100,000 keys,
// kept for 72 hours, with a correction for a tenth of them.
func TestThreeDaysOfLatenessStayWithinWhatStatsTells(t *testing.T) {
	if testing.Short() {
		t.Skip("measures memory")
	}
	const users, day = 100_000, int64(24 * time.Hour)
	var p tidemark.Pipeline
	in, hits := tidemark.FromNanos(&p, "hits", hit.nanos, watermark.Bounded{})
	panes, late := tidemark.Window[traffic](tidemark.KeyBy(hits, hit.who), window.Tumble{Size: 24 * time.Hour}, window.Lateness(72*time.Hour))
	out, lost := tidemark.Collect(panes), tidemark.Collect(late)
	rows := map[string]int{}
	feed := func(facts []hit) {
		t.Helper()
		for len(facts) > 0 {
			n := min(1000, len(facts))
			if err := in.Feed(facts[:n]...); err != nil {
				t.Fatal(err)
			}
			facts = facts[n:]
			for s := range out.DrainStamped() {
				rows[s.Kind.String()]++
			}
		}
	}
	facts := make([]hit, 0, users)
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	days := int64(0)
	for ; days < 6; days++ {
		facts = facts[:0]
		for u := range users {
			facts = append(facts, hit{u, 10, days*day + int64(u)*int64(time.Millisecond)})
		}
		feed(facts)
		facts = facts[:0]
		for u := 0; u < users && days > 2; u += 10 { // two days late
			facts = append(facts, hit{u, 1, (days-2)*day + int64(u)*int64(time.Millisecond)})
		}
		feed(facts)
	}
	grown := heap() - before
	stages := p.Stats().Stages
	s := stages[0]
	for _, other := range stages[1:] { // the rows that wait to be drained
		s.Bytes += other.Bytes
	}
	if s.Balance() != 0 || s.Late != 0 || lost.Len() != 0 {
		t.Errorf("%d facts are late, the ledger is out by %d", s.Late, s.Balance())
	}
	if rows["final"] != 5*users || rows["correction"] != 3*users/10 {
		t.Errorf("rows %v", rows)
	}
	if s.Bytes < grown*3/4 || s.Bytes > grown*5/4 {
		t.Errorf("Stats tells %d bytes, the heap grew by %d", s.Bytes, grown)
	}
	t.Logf("%d panes of %d keys in %.1f MB, the heap grew by %.1f MB", s.Rows, s.Keys, float64(s.Bytes)/1e6, float64(grown)/1e6)
	runtime.KeepAlive(in)
}
