package window

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// A slide beside a tumble over the same facts: times rise by 100,000 facts a
// second, each set back by up to 2 s, and W is 4 s behind the greatest, so that
// some 400,000 facts are held at a time.
const (
	benchRate  = 100_000
	benchChunk = 1_000
	benchFacts = 50 * benchChunk // made once, and played again and again, later each time
)

// event is a fact of the benchmarks.
type event struct {
	key   uint64
	value int64
	at    int64
}

// figures is what the benchmarks count.
type figures struct{ count, sum, least, greatest int64 }

func (a *figures) Add(e event) {
	if a.count == 0 {
		a.least, a.greatest = e.value, e.value
	}
	a.count++
	a.sum += e.value
	a.least, a.greatest = min(a.least, e.value), max(a.greatest, e.value)
}

func (a *figures) Merge(o *figures) {
	switch {
	case o.count == 0:
	case a.count == 0:
		*a = *o
	default:
		a.count, a.sum, a.least, a.greatest = a.count+o.count, a.sum+o.sum, min(a.least, o.least), max(a.greatest, o.greatest)
	}
}

// history is the facts of a benchmark, in columns.
type history struct {
	keys  []uint64
	times []watermark.Time
	facts []event
}

func newHistory(keys int, grain, back time.Duration) history {
	r := rand.New(rand.NewPCG(1, 2))
	var h history
	for i := range benchFacts {
		t := watermark.Time(i)*watermark.Time(time.Second/benchRate) - watermark.Time(r.Int64N(int64(back)+1))
		t = t.Floor(grain, 0)
		e := event{uint64(r.IntN(keys)), int64(r.IntN(1000)), int64(t)}
		h.keys, h.times, h.facts = append(h.keys, e.key), append(h.times, t), append(h.facts, e)
	}
	return h
}

// player plays a history into a store, as a stage of a pipeline does: W rises
// with each fact, and the store is told where it would make a difference.
type player struct {
	store    *Store[uint64, figures, event, *figures]
	told     Told[uint64, figures]
	times    []watermark.Time
	shift    watermark.Time // of the round at hand
	greatest watermark.Time
	delay    time.Duration
	panes    int
	sum      int64
	took     []time.Duration // by the chunks of a pass
}

func newPlayer(b *testing.B, rule Rule, delay time.Duration) *player {
	s, err := NewStore[figures, event, uint64](rule, Settings{})
	if err != nil {
		b.Fatal(err)
	}
	return &player{store: s, times: make([]watermark.Time, benchChunk), greatest: watermark.Min, delay: delay}
}

// chunk plays the facts from c on.
func (p *player) chunk(h *history, c int) {
	keys, facts := h.keys[c:c+benchChunk], h.facts[c:c+benchChunk]
	for i, t := range h.times[c : c+benchChunk] {
		p.times[i] = t + p.shift
	}
	pos, next := 0, p.store.Next()
	for i, t := range p.times {
		if t <= p.greatest {
			continue
		}
		p.greatest = t
		if w := t.Add(-p.delay); w >= next {
			p.store.AddAll(keys[pos:i+1], p.times[pos:i+1], facts[pos:i+1], &p.told)
			p.store.Pass(w, false, &p.told)
			pos, next = i+1, p.store.Next()
		}
	}
	p.store.AddAll(keys[pos:], p.times[pos:], facts[pos:], &p.told)
	p.store.Settle(&p.told)
	for i := range p.told.Panes {
		p.sum += p.told.Panes[i].Value.sum
	}
	p.panes += len(p.told.Panes)
	p.told.Reset(false)
	if c+benchChunk == benchFacts {
		p.shift += watermark.Time(benchFacts * time.Second / benchRate)
	}
}

// pass plays the history so many times and returns the ns per fact: the mean
// over the chunks, without those in which the machine did something else, which
// take many times what the others do.
func (p *player) pass(b *testing.B, h *history, rounds int) float64 {
	p.took = p.took[:0]
	for range rounds {
		for c := 0; c < benchFacts; c += benchChunk {
			before := b.Elapsed()
			p.chunk(h, c)
			p.took = append(p.took, b.Elapsed()-before)
		}
	}
	slices.Sort(p.took)
	sum, n := time.Duration(0), 0
	for n < len(p.took) && p.took[n] <= 8*p.took[len(p.took)/2] {
		sum += p.took[n]
		n++
	}
	return float64(sum.Nanoseconds()) / float64(n*benchChunk)
}

// benchBeside measures rules in turn, in passes of so many rounds, and reports
// the best pass of each, in ns a fact, and the ratio of each to the first.
func benchBeside(b *testing.B, h history, delay time.Duration, rounds int, rules ...Rule) {
	players := make([]*player, len(rules))
	best := make([]float64, len(rules))
	for i, rule := range rules {
		players[i] = newPlayer(b, rule, delay)
		players[i].pass(b, &h, 2*rounds+20) // the first windows are full, and memory is there
	}
	for b.Loop() {
		for i, p := range players {
			if ns := p.pass(b, &h, rounds); best[i] == 0 || ns < best[i] {
				best[i] = ns
			}
		}
	}
	for i, ns := range best {
		name := fmt.Sprintf("%T", rules[i])[len("window."):]
		b.ReportMetric(ns, name+"-ns/fact")
		if i > 0 {
			b.ReportMetric(ns/best[0], name+"-ratio")
		}
		if p := players[i]; p.panes == 0 || p.sum == 0 {
			b.Errorf("%T gave no panes", rules[i])
		}
	}
}

// BenchmarkSlide: windows of 1,000 facts by key. A pass takes as long as a
// window, so that it has its share of what is done once a window.
func BenchmarkSlide(b *testing.B) {
	for _, c := range []struct {
		name        string
		grain, back time.Duration
		delay       time.Duration
	}{
		{"ns", 1, 2 * time.Second, 4 * time.Second},
		{"ms", time.Millisecond, 2 * time.Second, 4 * time.Second},
		{"ordered", 1, 0, 4 * time.Second},
		{"at once", 1, 0, 0},
	} {
		for _, keys := range []int{10, 100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", c.name, keys), func(b *testing.B) {
				h := newHistory(keys, c.grain, c.back)
				size := time.Duration(keys) * 1000 * time.Second / benchRate
				rounds := max(2, keys*1000/benchFacts)
				benchBeside(b, h, c.delay, rounds, Tumble{Size: 5 * time.Second}, Slide{Size: size})
			})
		}
	}
}
