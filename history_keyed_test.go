package tidemark_test

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// mechanism is the reference of a window whose spans depend on the facts of a key:
// lists that are looked through from one end to the other.
type mechanism interface {
	// add takes a fact as W finds it; late are the spans that it missed, refused is why
	// it was not let in.
	add(x refRow, w watermark.Time) (late []tidemark.Span, refused string)
	advance(before, w watermark.Time, forced bool)
}

// newMechanism returns that of a window, nil for those whose spans depend on time alone.
func newMechanism(s *refStage) mechanism {
	switch s.rules {
	case ruleSession:
		return &refSessions{refStage: s, final: map[int][]*refSession{}, early: map[refStart]*refSession{}}
	case ruleStagger:
		return &refStaggers{refStage: s}
	case ruleSlide:
		return &refSlides{refStage: s}
	case ruleCount:
		return &refCounts{refStage: s}
	}
	return nil
}

// byPane is the order of panes: by End, then Start, then by key if that is asked for.
func (s *step) byPane(a, b *refPane) int {
	if c := byEnd(a.Span, b.Span); c != 0 || !s.sorted {
		return c
	}
	return cmp.Compare(a.key, b.key)
}

// refSlides keeps all facts for good.
type refSlides struct {
	*refStage
	facts []refRow
	fired []bool
}

func (n *refSlides) add(x refRow, w watermark.Time) (late []tidemark.Span, refused string) {
	if x.time < w {
		return []tidemark.Span{n.span(x)}, ""
	}
	held := map[int]bool{}
	for _, f := range n.facts {
		if f.time.Add(time.Duration(n.size)) > w {
			held[f.key] = true
		}
	}
	if n.keys > 0 && !held[x.key] && len(held) >= n.keys {
		return nil, tooMany(len(held))
	}
	n.facts, n.fired = append(n.facts, x), append(n.fired, false)
	return nil, ""
}

func (n *refSlides) span(x refRow) tidemark.Span {
	return tidemark.Span{Start: x.time.Add(1 - time.Duration(n.size)), End: x.time + 1}
}

func (n *refSlides) advance(_, w watermark.Time, forced bool) {
	var panes []*refPane
	for i, x := range n.facts {
		if n.fired[i] || x.time >= w {
			continue
		}
		n.fired[i] = true
		p := &refPane{takings: takings{Span: n.span(x), Key: x.key}, id: row.ID{mix(-1, int64(i))}, key: x.key}
		p.Last = x.time
		for _, f := range n.facts {
			if f.key == x.key && p.Contains(f.time) {
				n.fold(p, f)
			}
		}
		panes = append(panes, p)
	}
	slices.SortStableFunc(panes, n.byPane)
	for _, p := range panes {
		n.send(p, row.Final, forced)
	}
}

// refCounts counts facts in the order of their times.
type refCounts struct {
	*refStage
	waits []refRow
	begun []*refPane // as they began
	panes int
}

func (n *refCounts) add(x refRow, w watermark.Time) (late []tidemark.Span, refused string) {
	if x.time < w {
		return []tidemark.Span{{Start: x.time, End: x.time + 1}}, ""
	}
	held := map[int]bool{}
	for _, f := range n.waits {
		held[f.key] = true
	}
	for _, p := range n.begun {
		held[p.key] = true
	}
	if n.keys > 0 && !n.evict && !held[x.key] && len(held) >= n.keys {
		return nil, tooMany(len(held))
	}
	n.waits = append(n.waits, x)
	return nil, ""
}

func (n *refCounts) advance(before, w watermark.Time, forced bool) {
	type shut struct {
		*refPane
		forced bool
	}
	var all []shut
	close := func(i int, at watermark.Time, forced bool) {
		p := n.begun[i]
		n.begun = slices.Delete(n.begun, i, i+1)
		p.End, p.at, p.timed = p.Last+1, max(p.Last, at), true
		all = append(all, shut{p, forced})
	}
	expire := func(t watermark.Time) {
		for n.most > 0 && len(n.begun) > 0 && n.begun[0].Start.Add(time.Duration(n.most)) <= t {
			close(0, n.begun[0].Start.Add(time.Duration(n.most)-1), forced)
		}
	}
	slices.SortStableFunc(n.waits, func(a, b refRow) int { return cmp.Compare(a.time, b.time) })
	for len(n.waits) > 0 && n.waits[0].time < w {
		x := n.waits[0]
		n.waits = n.waits[1:]
		expire(x.time)
		i := slices.IndexFunc(n.begun, func(p *refPane) bool { return p.key == x.key })
		if i < 0 {
			if n.evict && len(n.begun) >= n.keys {
				close(0, before, true)
			}
			i = len(n.begun)
			n.panes++
			p := &refPane{takings: takings{Key: x.key}, id: row.ID{mix(-2, int64(n.panes))}, key: x.key, number: n.panes}
			p.Start, p.Last = x.time, x.time
			n.begun = append(n.begun, p)
		}
		n.fold(n.begun[i], x)
		if n.begun[i].Facts == n.n {
			close(i, x.time, forced)
		}
	}
	expire(w)
	for w == watermark.Max && len(n.begun) > 0 {
		close(0, before, forced)
	}
	slices.SortStableFunc(all, func(a, b shut) int { return cmp.Compare(a.number, b.number) })
	slices.SortStableFunc(all, func(a, b shut) int { return n.byPane(a.refPane, b.refPane) })
	for _, x := range all {
		n.send(x.refPane, row.Final, x.forced)
	}
}

// refStaggers has all spans that ever were.
type refStaggers struct {
	*refStage
	waits []refRow
	spans []*refSpan
	w     watermark.Time // as far as it is taken
}

type refSpan struct {
	refPane
	fired, gone bool // gone: fired by MaxKeys, and let go
	waits       bool // a correction of it
}

func (n *refStaggers) dead(x *refSpan) bool { return n.over(x.Span, n.w) }

// met returns the span of a key that overlaps one, nil if there is none.
func (n *refStaggers) met(key int, span tidemark.Span) *refSpan {
	for _, x := range n.spans {
		if x.key == key && !x.gone && x.Start < span.End && span.Start < x.End {
			return x
		}
	}
	return nil
}

func (n *refStaggers) tell(x *refSpan, kind row.Kind, forced bool) {
	n.send(&x.refPane, kind, forced)
	x.waits = false
}

// busy reports whether MaxKeys refuses a key, and how many are held.
func (n *refStaggers) busy(key int) (int, bool) {
	keys := map[int]bool{}
	for _, x := range n.waits {
		keys[x.key] = true
	}
	for _, x := range n.spans {
		if !x.gone && !n.dead(x) {
			keys[x.key] = true
		}
	}
	return len(keys), n.keys > 0 && !n.evict && !keys[key] && len(keys) >= n.keys
}

func (n *refStaggers) open(x refRow, fired bool) *refSpan {
	if n.evict && !fired {
		if open := n.ordered(func(x *refSpan) bool { return !x.fired }); len(open) >= n.keys {
			slices.SortFunc(open, func(a, b *refSpan) int { return cmp.Or(byEnd(a.Span, b.Span), cmp.Compare(a.number, b.number)) }) // whatever is Sorted
			n.tell(open[0], row.Final, true)
			open[0].fired, open[0].gone = true, true
		}
	}
	p := &refSpan{refPane: refPane{takings: takings{Key: x.key}, key: x.key, id: row.ID{mix(-3, int64(len(n.spans)))}, number: len(n.spans)}, fired: fired}
	p.Span = tidemark.Span{Start: x.time, End: x.time.Add(time.Duration(n.size))}
	p.Last = x.time
	n.fold(&p.refPane, x)
	n.spans = append(n.spans, p)
	return p
}

func (n *refStaggers) add(x refRow, w watermark.Time) (late []tidemark.Span, refused string) {
	n.w = w
	in := n.met(x.key, tidemark.Span{Start: x.time, End: x.time + 1})
	if in != nil && !in.fired && (x.time < w || !n.evict) {
		n.fold(&in.refPane, x)
		return nil, ""
	}
	if x.time >= w {
		if held, no := n.busy(x.key); no {
			return nil, tooMany(held)
		}
		n.waits = append(n.waits, x)
		return nil, ""
	}
	span := tidemark.Span{Start: x.time, End: x.time.Add(time.Duration(n.size))}
	switch {
	case n.over(span, w):
		return []tidemark.Span{span}, ""
	case in != nil && n.dead(in):
		return []tidemark.Span{in.Span}, ""
	case in != nil:
		n.fold(&in.refPane, x)
		if in.waits = true; n.coalesce == 0 {
			n.tell(in, row.Correction, false)
		}
		return nil, ""
	case n.met(x.key, span) != nil:
		return []tidemark.Span{span}, ""
	}
	if held, no := n.busy(x.key); no {
		return nil, tooMany(held)
	}
	p := n.open(x, w >= span.End)
	if p.fired {
		n.tell(p, row.Final, false)
	}
	return nil, ""
}

// ordered are the spans of which want holds, in the order of panes.
func (n *refStaggers) ordered(want func(*refSpan) bool) (spans []*refSpan) {
	for _, x := range n.spans {
		if want(x) {
			spans = append(spans, x)
		}
	}
	slices.SortStableFunc(spans, func(a, b *refSpan) int { return n.byPane(&a.refPane, &b.refPane) })
	return spans
}

func (n *refStaggers) advance(before, w watermark.Time, forced bool) {
	slices.SortStableFunc(n.waits, func(a, b refRow) int { return cmp.Compare(a.time, b.time) })
	for {
		open := n.ordered(func(x *refSpan) bool { return !x.fired && x.End <= w })
		if len(n.waits) > 0 && n.waits[0].time < w && (len(open) == 0 || n.waits[0].time < open[0].End) {
			x := n.waits[0]
			n.waits, n.w = n.waits[1:], x.time+1
			if in := n.met(x.key, tidemark.Span{Start: x.time, End: x.time + 1}); in != nil {
				n.fold(&in.refPane, x)
			} else {
				n.open(x, false)
			}
			continue
		}
		if len(open) == 0 {
			break
		}
		n.tell(open[0], row.Final, forced)
		open[0].fired = true
	}
	n.w = w
	for _, x := range n.ordered(func(x *refSpan) bool { return x.waits && (passed(before, w, n.coalesce) || n.dead(x)) }) {
		n.tell(x, row.Correction, false)
	}
	if passed(before, w, n.refStage.early) && w < watermark.Max {
		for _, x := range n.ordered(func(x *refSpan) bool { return !x.fired && (x.sent == 0 || x.facts != x.Facts) }) {
			n.tell(x, row.Early, false)
		}
	}
}
