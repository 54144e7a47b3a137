package tidemark_test

import (
	"math/big"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// windowSpec is what a window has beside its size, offset and order. Without a
// kind and an every it tumbles.
type windowSpec struct {
	rules    string // one of the rules below, "" for those on a grid
	every    int64  // from one span to the next
	grows    bool   // a cumulate, else a hop
	changed  bool   // OnlyChanged
	most     int64  // MaxSpan of a session, MaxWait of a count
	lateness int64
	coalesce int64
	early    int64
	deadline int64
	fill     int
	keys     int // MaxKeys
	evict    bool
	apart    bool // ruleSpans: they do not overlap
}

const (
	ruleSpans   = "spans"   // of a function
	ruleArrival = "arrival" // Stagger, by the clock
	ruleSession = "session"
	ruleStagger = "stagger"
	ruleSlide   = "slide"
	ruleCount   = "count"
)

// perKey reports whether spans depend on the facts of a key.
func (s *step) perKey() bool { return s.rules != "" && s.rules != ruleSpans && s.rules != ruleArrival }

// loose reports whether the order in which facts are folded is not that in which
// they came: where spans share slices, or are put together later.
func (s *step) loose() bool { return s.every > 0 || s.rules == ruleSpans || s.perKey() }

func (s *step) rule() window.Rule {
	size, every, offset := time.Duration(s.size), time.Duration(s.every), time.Duration(s.offset)
	switch s.rules {
	case ruleSpans:
		return pairs{size, s.apart}
	case ruleArrival:
		return window.Stagger{Size: size, Arrival: true}
	case ruleSession:
		return window.Session{Gap: size, MaxSpan: time.Duration(s.most)}
	case ruleStagger:
		return window.Stagger{Size: size}
	case ruleSlide:
		return window.Slide{Size: size}
	case ruleCount:
		return window.Count{N: s.n, MaxWait: time.Duration(s.most)}
	}
	switch {
	case s.grows:
		return window.Cumulate{Size: size, Step: every, Offset: offset, OnlyChanged: s.changed}
	case s.loose():
		return window.Hop{Size: size, Every: every, Offset: offset}
	}
	return window.Tumble{Size: size, Offset: offset}
}

// pairs is a window of one's own: [10n, 10n+10) times its unit and, beside it,
// [10n+4, 10n+7). Where they are to lie apart, they are [10n, 10n+4) and [10n+4, 10n+10).
type pairs struct {
	unit  time.Duration
	apart bool
}

func (p pairs) Plan() (window.Plan, error) { return window.Spans(p.spans), nil }

func (p pairs) spans(dst []window.Span, t watermark.Time) []window.Span {
	ten := t.Floor(10*p.unit, 0)
	four := ten.Add(4 * p.unit)
	switch {
	case p.apart && t < four:
		return append(dst, window.Span{Start: ten, End: four})
	case p.apart:
		return append(dst, window.Span{Start: four, End: ten.Add(10 * p.unit)})
	}
	if in := (window.Span{Start: four, End: ten.Add(7 * p.unit)}); in.Contains(t) {
		dst = append(dst, in)
	}
	return append(dst, window.Span{Start: ten, End: ten.Add(10 * p.unit)})
}

func (s *step) options() (all []window.Option) {
	add := func(n int64, o window.Option) {
		if n > 0 {
			all = append(all, o)
		}
	}
	if s.sorted {
		all = append(all, window.Sorted)
	}
	add(s.lateness, window.Lateness(s.lateness))
	add(s.coalesce, window.Coalesce(s.coalesce))
	add(s.early, window.EarlyEvery(s.early))
	add(s.deadline, window.Deadline(s.deadline))
	add(int64(s.fill), window.Fill(s.fill))
	add(int64(s.keys), window.MaxKeys{N: s.keys, Evict: s.evict})
	return all
}

// spans are those that hold t, by End. Those of a tumbling window are cut off at
// the bounds of time; the others are not tried there.
func (s *step) spans(t watermark.Time) (spans []tidemark.Span) {
	size, every, offset := watermark.Time(s.size), watermark.Time(s.every), time.Duration(s.offset)
	switch {
	case s.rules == ruleSpans:
		return pairs{time.Duration(size), s.apart}.spans(nil, t)
	case s.perKey(): // where boundaries may be
		return []tidemark.Span{{Start: t - size, End: t + size}}
	case s.grows:
		start := t.Floor(time.Duration(size), offset)
		for end := start + every; end <= start+size; end += every {
			if t < end {
				spans = append(spans, tidemark.Span{Start: start, End: end})
			}
		}
		return spans
	case s.loose():
		for start := t.Floor(time.Duration(every), offset); start+size > t; start -= every {
			spans = append(spans, tidemark.Span{Start: start, End: start + size})
		}
		slices.Reverse(spans)
		return spans
	}
	width, from := big.NewInt(s.size), big.NewInt(s.offset)
	n := new(big.Int).Div(new(big.Int).Sub(big.NewInt(int64(t)), from), width) // floors, as the size is positive
	start := n.Mul(n, width).Add(n, from)
	end := new(big.Int).Add(start, width)
	return []tidemark.Span{{Start: clipped(start), End: clipped(end)}}
}

func clipped(x *big.Int) watermark.Time {
	switch {
	case x.IsInt64():
		return watermark.Time(x.Int64())
	case x.Sign() < 0:
		return watermark.Min
	}
	return watermark.Max
}

// after is the first span that ends after t.
func (s *step) after(t watermark.Time) tidemark.Span { return s.spans(t)[0] }
