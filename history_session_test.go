package tidemark_test

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// refSessions keeps all facts that are open, and makes the sessions of them anew
// each time they are asked for; and all that were final.
type refSessions struct {
	*refStage
	w     watermark.Time
	facts []refFact
	final map[int][]*refSession
	early map[refStart]*refSession // as they were sent last
	fed   int
}

type refFact struct {
	refRow
	number int
}

type refStart struct {
	key   int
	start watermark.Time
}

type refSession struct {
	refPane
	first int       // the number of the first fact that was taken
	of    []refFact // in the order of their times
	waits bool      // a correction of it
}

func (n *refSessions) end(t watermark.Time) watermark.Time { return t.Add(time.Duration(n.size)) }

func (n *refSessions) newSession(f refFact) *refSession {
	x := &refSession{first: f.number}
	x.key, x.Key = f.key, f.key
	x.Span = tidemark.Span{Start: f.time, End: n.end(f.time)}
	x.Last = f.time
	x.id = row.ID{mix(-4, int64(f.key), int64(f.time))}
	if n.evict { // its key may have had another that started there
		x.id[1] = uint64(f.number) << 8
	}
	x.take(n, f)
	return x
}

func (x *refSession) take(n *refSessions, f refFact) {
	n.fold(&x.refPane, f.refRow)
	x.of = append(slices.Clip(x.of), f)
	if n.most == 0 { // else facts are taken in order of time
		x.first = min(x.first, f.number)
	}
}

// open makes the sessions that are open, in the order of panes.
func (n *refSessions) open() (all []*refSession) {
	facts := slices.Clone(n.facts)
	slices.SortStableFunc(facts, func(a, b refFact) int { return cmp.Compare(a.time, b.time) })
	last := map[int]*refSession{}
	for _, f := range facts {
		if n.most > 0 && f.time > n.w {
			break
		}
		x := last[f.key]
		if x == nil || f.time >= x.End || n.most > 0 && f.time >= x.Start.Add(time.Duration(n.most)) {
			if x != nil && f.time < x.End {
				x.End, x.at, x.timed = f.time, f.time, true
			}
			x = n.newSession(f)
			last[f.key] = x
			all = append(all, x)
			continue
		}
		x.End = max(x.End, n.end(f.time))
		x.take(n, f)
	}
	slices.SortStableFunc(all, n.order)
	return all
}

func (n *refSessions) order(a, b *refSession) int {
	return cmp.Or(n.byPane(&a.refPane, &b.refPane), cmp.Compare(a.first, b.first))
}

func (n *refSessions) add(row refRow, w watermark.Time) (late []tidemark.Span, refused string) {
	n.w = w
	f := refFact{row, n.fed}
	n.fed++
	span := tidemark.Span{Start: row.time, End: n.end(row.time)}
	if n.most > 0 {
		if row.time < w {
			return []tidemark.Span{span}, ""
		}
		if held, no := n.admit(row.key); no {
			return nil, tooMany(held)
		}
		n.facts = append(n.facts, f)
		n.fire(false)
		return nil, ""
	}
	if n.over(span, w) {
		return []tidemark.Span{span}, ""
	}
	for _, x := range n.final[row.key] {
		switch {
		case x.Start >= span.End || x.End <= row.time:
		case x.Start <= row.time && row.time <= x.Last && !n.over(x.Span, w):
			n.fold(&x.refPane, row)
			if x.waits = true; n.coalesce == 0 {
				n.correct(x)
			}
			return nil, ""
		default:
			late = append(late, x.Span)
		}
	}
	if len(late) > 0 {
		slices.SortFunc(late, byEnd)
		return late, ""
	}
	reaches := func(x *refSession) bool { return x.key == row.key && x.Start < span.End && row.time < x.End }
	if !slices.ContainsFunc(n.open(), reaches) {
		held, no := n.admit(row.key)
		if no && !n.evict {
			return nil, tooMany(held)
		}
		if no {
			n.letGo()
		}
	}
	n.facts = append(n.facts, f)
	n.withdraw(row.key)
	n.fire(false)
	return nil, ""
}

// letGo sends the session that is the first in the order of panes, and what else
// its key has.
func (n *refSessions) letGo() {
	open := n.open()
	key := open[0].key
	for _, x := range open {
		if x.key == key {
			n.send(&x.refPane, row.Final, true)
		}
	}
	n.facts = slices.DeleteFunc(n.facts, func(f refFact) bool { return f.key == key })
}

// withdraw takes previews of a key back whose Start is no more.
func (n *refSessions) withdraw(key int) {
	open := n.open()
	var gone []*refSession
	for at, x := range n.early { // order: sorted below
		if at.key == key && !slices.ContainsFunc(open, func(y *refSession) bool { return y.key == key && y.Start == at.start }) {
			gone = append(gone, x)
		}
	}
	slices.SortFunc(gone, func(a, b *refSession) int { return byEnd(a.Span, b.Span) })
	for _, x := range gone {
		delete(n.early, refStart{key, x.Start})
		n.send(&x.refPane, row.Withdrawn, false)
	}
}

func (n *refSessions) live(key int) bool {
	return slices.ContainsFunc(n.facts, func(f refFact) bool { return f.key == key }) ||
		slices.ContainsFunc(n.final[key], func(x *refSession) bool { return !n.over(x.Span, n.w) })
}

// admit reports whether MaxKeys refuses a key, and how many are held.
func (n *refSessions) admit(key int) (held int, refused bool) {
	keys := map[int]bool{}
	for _, f := range n.facts {
		keys[f.key] = true
	}
	for k := range n.final { // order: they are counted
		if n.live(k) {
			keys[k] = true
		}
	}
	return len(keys), n.keys > 0 && len(keys) >= n.keys && !keys[key]
}

func (n *refSessions) correct(x *refSession) {
	n.send(&x.refPane, row.Correction, false)
	x.waits = false
}

// fire sends what W has reached.
func (n *refSessions) fire(forced bool) {
	for _, x := range n.open() {
		if x.End > n.w {
			continue
		}
		n.facts = slices.DeleteFunc(n.facts, func(f refFact) bool {
			return slices.ContainsFunc(x.of, func(g refFact) bool { return g.number == f.number })
		})
		at := refStart{x.key, x.Start}
		if before, ok := n.early[at]; ok {
			x.sent = before.sent
			delete(n.early, at)
		}
		n.send(&x.refPane, row.Final, forced)
		if n.most == 0 {
			n.final[x.key] = append(n.final[x.key], x)
		}
	}
}

func (n *refSessions) advance(before, w watermark.Time, forced bool) {
	n.w = w
	n.fire(forced)
	var due []*refSession
	for _, key := range slices.Sorted(maps.Keys(n.final)) {
		for _, x := range n.final[key] {
			if x.waits && (passed(before, w, n.coalesce) || n.over(x.Span, w)) {
				due = append(due, x)
			}
		}
	}
	slices.SortStableFunc(due, n.order)
	for _, x := range due {
		n.correct(x)
	}
	if !passed(before, w, n.refStage.early) || w == watermark.Max {
		return
	}
	for _, x := range n.open() {
		at := refStart{x.key, x.Start}
		if before, ok := n.early[at]; ok {
			if before.Facts == x.Facts {
				continue
			}
			x.sent = before.sent
		}
		n.send(&x.refPane, row.Early, false)
		n.early[at] = x
	}
}
