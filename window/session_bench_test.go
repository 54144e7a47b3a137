package window

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidemark-go/tidemark/watermark"
)

// sessionEvent is a fact of the benchmark, and sessionFigures what is counted.
type sessionEvent struct{ value, at int64 }

type sessionFigures struct{ count, sum, least, greatest int64 }

func (a *sessionFigures) Add(e sessionEvent) {
	if a.count == 0 {
		a.least, a.greatest = e.value, e.value
	}
	a.count++
	a.sum += e.value
	a.least, a.greatest = min(a.least, e.value), max(a.greatest, e.value)
}

func (a *sessionFigures) Merge(o *sessionFigures) {
	switch {
	case o.count == 0:
	case a.count == 0:
		*a = *o
	default:
		a.count, a.sum, a.least, a.greatest = a.count+o.count, a.sum+o.sum, min(a.least, o.least), max(a.greatest, o.greatest)
	}
}

// sessionTraffic is facts of 100,000 keys whose times rise by 100,000 a second,
// each set back by up to 2 s; W is 4 s behind the greatest. It is played again
// and again, later each time.
type sessionTraffic struct {
	keys  []uint64
	times []watermark.Time
	facts []sessionEvent
}

const (
	sessionFacts = 500_000 // 5 s: a pass has its share of what is done once a window
	sessionChunk = 1_000
	sessionParts = 500 // of a pass: the best of each part counts, as others use the machine too
)

func newSessionTraffic() *sessionTraffic {
	r := rand.New(rand.NewPCG(1, 2))
	h := new(sessionTraffic)
	for i := range sessionFacts {
		t := (time.Duration(i)*10*time.Microsecond - time.Duration(r.Int64N(int64(2*time.Second)))).Truncate(time.Millisecond)
		h.keys = append(h.keys, uint64(r.IntN(100_000)))
		h.times = append(h.times, watermark.Time(t))
		h.facts = append(h.facts, sessionEvent{int64(r.IntN(1000)), int64(t)})
	}
	return h
}

type sessionPlayer struct {
	store     *Store[uint64, sessionFigures, sessionEvent, *sessionFigures]
	told      Told[uint64, sessionFigures]
	times     []watermark.Time
	shift     watermark.Time
	greatest  watermark.Time
	rows, sum int64
}

// play plays a part of the traffic, as a stage does: in chunks, parted where W
// moves to what makes a difference.
func (p *sessionPlayer) play(h *sessionTraffic, part int) {
	const n = sessionFacts / sessionParts
	for c := part * n; c < (part+1)*n; c += sessionChunk {
		keys, facts := h.keys[c:c+sessionChunk], h.facts[c:c+sessionChunk]
		for i, t := range h.times[c : c+sessionChunk] {
			p.times[i] = t + p.shift
		}
		pos, next := 0, p.store.Next()
		for i, t := range p.times {
			if t <= p.greatest {
				continue
			}
			p.greatest = t
			if w := t.Add(-4 * time.Second); w >= next {
				p.store.AddAll(keys[pos:i+1], p.times[pos:i+1], facts[pos:i+1], &p.told)
				p.store.Fire(w, false, &p.told)
				pos, next = i+1, p.store.Next()
			}
		}
		p.store.AddAll(keys[pos:], p.times[pos:], facts[pos:], &p.told)
		for i := range p.told.Panes {
			p.sum += p.told.Panes[i].Value.sum
		}
		p.rows += int64(len(p.told.Panes))
		p.told.Reset(false)
	}
	if part == sessionParts-1 {
		p.shift += watermark.Time(sessionFacts * 10 * time.Microsecond)
	}
}

// BenchmarkSession measures sessions beside a tumble over the same facts, in
// turn, and adds up the best times of all parts of a pass.
func BenchmarkSession(b *testing.B) {
	h := newSessionTraffic()
	var players [2]*sessionPlayer
	var best [2][sessionParts]time.Duration
	passes := 0
	for i, rule := range []Rule{Tumble{Size: 5 * time.Second}, Session{Gap: time.Second}} {
		s, err := NewStore[sessionFigures, sessionEvent, uint64](rule, Settings{})
		if err != nil {
			b.Fatal(err)
		}
		players[i] = &sessionPlayer{store: s, times: make([]watermark.Time, sessionChunk), greatest: watermark.Min}
		for part := range 3 * sessionParts {
			players[i].play(h, part%sessionParts)
		}
		players[i].rows = 0
	}
	for b.Loop() {
		passes++
		for i, p := range players {
			for part := range sessionParts {
				before := b.Elapsed()
				p.play(h, part)
				if d := b.Elapsed() - before; best[i][part] == 0 || d < best[i][part] {
					best[i][part] = d
				}
			}
		}
	}
	var sum [2]time.Duration
	for i := range best {
		for _, d := range best[i] {
			sum[i] += d
		}
	}
	b.ReportMetric(float64(sum[0])/sessionFacts, "tumble-ns/fact")
	b.ReportMetric(float64(sum[1])/sessionFacts, "session-ns/fact")
	b.ReportMetric(float64(sum[1])/float64(sum[0]), "ratio")
	b.ReportMetric(float64(players[1].rows)/float64(passes)/sessionFacts, "rows/fact")
}
