package tidemark

import (
	"time"

	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// waits is what makes a fact wait.
type waits uint8

const (
	forNothing     waits = iota
	forFacts             // until the facts' own W is at t + within
	forVersions          // until the W of the versions is beyond it
	forDeclaration       // until the versions are declared complete
)

// pending is a left fact that waits for a time.
type pending[K comparable, L any] struct {
	key  K
	fact L
	w    watermark.Time // when it came
	slot uint32         // of its stamp, if there is a column
	old  *replaced[L]   // that it takes the place of
}

// runSteps goes by cause: left facts, then versions, then what W has made due.
func (op *joinAsOf[K, L, D, R]) runSteps() {
	for settle := true; ; settle = false { // idleness may have changed
		c, ok := op.l.next()
		if d, is := op.r.next(); is && (!ok || d < c) {
			c, ok = d, true
		}
		if !ok && !settle {
			return
		}
		if ok {
			op.takeLeft(c)
			op.takeVersions(c)
			op.l.advance(c)
			op.r.advance(c)
		}
		if settle && op.sources != nil { // as W, it moves after what came
			op.hear()
		}
		for op.q.Len() > 0 && op.due(op.q.First()) {
			op.release(c)
		}
		if op.more {
			op.releaseParked(c)
		}
		op.pass(c, min(op.l.w, op.waiting()))
		if op.kept != nil {
			op.kept.forget(op.w)
		}
		op.table.Prune(op.bound(op.l.w))
	}
}

// takeLeft takes the left facts of cause.
func (op *joinAsOf[K, L, D, R]) takeLeft(cause uint32) {
	if !op.l.fed() {
		return
	}
	b := &op.l.batch
	for ; op.l.at < len(b.cause) && b.cause[op.l.at] == cause; op.l.at++ {
		i := op.l.at
		t := b.times[i]
		if op.due(t) || op.wait == forFacts && t < op.l.w && op.left.port.rev.by == "" { // a row must not overtake one that it takes the place of
			if !op.more {
				op.joinAll(b, i, i+1, op.l.w)
				continue
			}
			f := leftFact[K, L]{key: op.lkeys[i], fact: b.facts[i], at: t, came: op.l.w, stamp: b.stampOf(i), old: b.replacedBy(i)}
			if f.old != nil {
				f.old = &replaced[L]{fact: f.old.fact, stamp: f.old.stamp}
			}
			op.proceed(f, cause)
			continue
		}
		p := pending[K, L]{key: op.lkeys[i], fact: b.facts[i], w: op.l.w}
		if op.out.mode == columned {
			p.slot = op.stamps.put(b.stampOf(i))
		}
		if old := b.replacedBy(i); old != nil {
			p.old = &replaced[L]{fact: old.fact, stamp: old.stamp}
		}
		op.q.Push(t, 0, p)
	}
}

// due reports whether a left fact at t need not wait any more.
func (op *joinAsOf[K, L, D, R]) due(t watermark.Time) bool {
	switch op.wait {
	case forFacts:
		return op.l.w != watermark.Min && op.l.w >= t.Add(op.within)
	case forVersions:
		w := op.r.w
		if op.r.idle { // others need not wait for it
			w = max(w, op.l.w)
		}
		return w > t
	case forDeclaration:
		return false
	}
	return true
}

// release joins the first of the facts that wait for a time. Where nothing else
// can hold it, that is settle without making a leftFact of it.
func (op *joinAsOf[K, L, D, R]) release(cause uint32) {
	at, p := op.q.Pop()
	t, stamp := at.Time, row.Stamp{}
	if op.out.mode == columned {
		stamp = op.stamps.take(p.slot)
	}
	if op.more {
		op.proceed(leftFact[K, L]{key: p.key, fact: p.fact, at: t, came: p.w, stamp: stamp, old: p.old}, cause)
		return
	}
	d, found := op.table.Find(p.key, t)
	if found == join.Version || found == join.None && op.zero {
		op.x.facts = append(op.x.facts, op.row(p.fact, d))
		op.x.times = append(op.x.times, t)
		op.x.cause = append(op.x.cause, cause)
		op.keys.keys = append(op.keys.keys, p.key)
		if op.out.mode == columned {
			op.x.stamps = append(op.x.stamps, stamp)
		}
		op.again(p.key, t, p.old)
		return
	}
	op.settle(&leftFact[K, L]{key: p.key, fact: p.fact, at: t, came: p.w, stamp: stamp, old: p.old}, cause)
}

// proceed is what a left fact does that waits for no time any more: it may wait
// for a version of its key, or for an earlier row of its ID that does.
func (op *joinAsOf[K, L, D, R]) proceed(f leftFact[K, L], cause uint32) {
	if !op.lines.enter(f) {
		op.pursue(f, cause)
	}
}

// pursue joins a fact, unless it has to wait for a version of its key, and then
// the rows of its ID that waited for it.
func (op *joinAsOf[K, L, D, R]) pursue(f leftFact[K, L], cause uint32) {
	for ok := true; ok; f, ok = op.lines.next(f.stamp.ID) {
		switch {
		case op.near != nil && op.awaited(&f):
			op.near.park(f)
		case op.holds != nil && !op.over(f.at) && !op.table.Has(f.key, f.at) && !op.unkept(&f):
			op.holds.park(f)
		default:
			op.settle(&f, cause)
			continue
		}
		op.lines.open(f.stamp.ID)
		return
	}
}

// awaited reports whether a version of f's key is awaited, at an announced time
// near f.
func (op *joinAsOf[K, L, D, R]) awaited(f *leftFact[K, L]) bool {
	at, near := op.times.Near(f.at)
	if !near || op.arrived(f.at, at) {
		return false
	}
	newest, ok := op.table.Newest(f.key)
	return (!ok || newest < at) && !op.unkept(f)
}

// unkept reports whether no version of f's key will ever be kept: MaxKeys.
func (op *joinAsOf[K, L, D, R]) unkept(f *leftFact[K, L]) bool {
	if op.how.MaxKeys == 0 {
		return false
	}
	_, found := op.table.Find(f.key, f.at)
	return found == join.Unkept
}

// arrived reports whether facts at t need not wait any more for what was
// announced for the time at, whatever their key.
func (op *joinAsOf[K, L, D, R]) arrived(t, at watermark.Time) bool {
	return min(op.beat, op.r.w) >= at || op.r.w > t || op.l.w != watermark.Min && op.l.w >= t.Add(op.tolerance)
}

// over reports whether a fact at t has waited for a first version as long as it may.
func (op *joinAsOf[K, L, D, R]) over(t watermark.Time) bool {
	return op.l.w != watermark.Min && op.l.w >= t.Add(op.hold)
}

// releaseParked joins those of the facts that wait for a version which have
// waited long enough. The later a fact, the later that is.
func (op *joinAsOf[K, L, D, R]) releaseParked(cause uint32) {
	for op.near.len() > 0 {
		t := op.near.first()
		if at, _ := op.times.Last(t); !op.arrived(t, at) {
			break
		}
		op.pursue(op.near.pop(), cause)
	}
	for op.holds.len() > 0 && op.over(op.holds.first()) {
		op.pursue(op.holds.pop(), cause)
	}
}

// came joins the facts that a version of their key at t lets go.
func (op *joinAsOf[K, L, D, R]) came(key K, t watermark.Time, cause uint32) {
	if op.holds.len() > 0 {
		op.some = op.holds.Between(op.some[:0], key, t, watermark.Max)
		for _, slot := range op.some {
			op.pursue(op.holds.leave(slot), cause)
		}
	}
	for op.near.len() > 0 { // the later a fact, the later the announced time that it waits for
		slot := op.near.First(key)
		if slot == 0 {
			return
		}
		if at, _ := op.times.Last(op.near.Time(slot)); t < at {
			return
		}
		op.pursue(op.near.leave(slot), cause)
	}
}

// waiting is the least time of what waits, Max if nothing does.
func (op *joinAsOf[K, L, D, R]) waiting() watermark.Time {
	if !op.more {
		return op.q.First()
	}
	return min(op.q.First(), op.near.first(), op.holds.first())
}

// hear finds out how far the inputs of the versions have been told by Advance,
// and Close. None of them can be told more in the run at hand.
func (op *joinAsOf[K, L, D, R]) hear() {
	beat, all := watermark.Max, true
	for _, in := range op.sources {
		t, told := in.group.Heartbeat()
		beat, all = min(beat, t), all && told
	}
	op.beat = beat
	if op.wait == forDeclaration && all {
		op.wait = op.then
	}
}

// bound is what versions are pruned by, if the left W is at w: nobody who is on
// time, or waits, or is kept, asks for what lies before it.
func (op *joinAsOf[K, L, D, R]) bound(w watermark.Time) watermark.Time {
	if op.kept != nil {
		w = op.w
	}
	if !op.r.idle {
		w = min(w, op.r.w)
	}
	return min(back(w, op.behind), op.waiting())
}

// back is w less d; the end of time stays what it is.
func back(w watermark.Time, d time.Duration) watermark.Time {
	if w == watermark.Max {
		return w
	}
	return w.Add(-d)
}

// waitsFor tells which side holds back the W that is passed on.
func (op *joinAsOf[K, L, D, R]) waitsFor() int {
	if op.wait != forFacts && op.waiting() < op.l.w || min(op.near.first(), op.holds.first()) < op.l.w {
		return 1
	}
	return 0
}

// shrink gives memory back when a peak of what is held is over.
func (op *joinAsOf[K, L, D, R]) shrink() {
	op.near.shrink()
	op.holds.shrink()
	op.kept.shrink()
	if op.stamps.sparse() {
		old := op.stamps.restart()
		for _, p := range op.q.All {
			p.slot = op.stamps.put(old[p.slot])
		}
	}
}

// heldBack tells the size of what waits.
func (op *joinAsOf[K, L, D, R]) heldBack() (rows, bytes int64) {
	n := op.q.Len() + op.near.len() + op.holds.len() + op.lines.len()
	bytes = op.q.Bytes() + op.near.bytes() + op.holds.bytes() + op.lines.bytes()
	return int64(n), bytes + op.stamps.bytes()
}
