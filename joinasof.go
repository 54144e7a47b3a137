package tidemark

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"time"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// JoinAsOf gives each left fact the version of its key as of its event time:
// the newest one that is not after it, of equal times the one fed last. A
// version that implements join.Tombstone and is Deleted ends those before it.
// What a fact waits for is told by how.Wait; the default is Within(0), until
// the facts' own W has reached it.
//
// Facts that waited come by event time, then as they were fed. A row has the
// event time of its left fact, and its stamp. A left fact behind its own W joins
// at once, but not under Strict, which waits for the dimension in any case; one
// whose version is pruned is missed, as late. A version is pruned as
// soon as a newer one of its key is at or before the least of both Ws and of
// the facts that wait; the newest never is.
func JoinAsOf[K comparable, L, D, R any](left Keyed[K, L], versions Keyed[K, D], how join.AsOf, row func(L, D) R) (rows Keyed[K, R], unmatched Stream[Missed[L]]) {
	st := newStage("join", left.port, versions.port)
	op := &joinAsOf[K, L, D, R]{st: st, left: left, right: versions, how: how, row: row, q: waiting.New[pending[K, L]](), x: newItems[R](), keys: new(keyColumn[K]), view: new(keyColumn[K])}
	op.l = arg[L]{port: left.port, w: watermark.Min}
	op.r = arg[D]{port: versions.port, w: watermark.Min}
	op.out = newPort[R](st, "", left.port.inherit())
	op.missed = newMisses[L](st, "unmatched")
	op.w = watermark.Min
	st.op = op
	if row == nil {
		st.mistakeNow(errNilFunc)
	}
	return Keyed[K, R]{Stream[R]{op.out}, nil}, Stream[Missed[L]]{op.missed.out}
}

// waits is what makes a fact wait.
type waits uint8

const (
	forNothing waits = iota
	forFacts         // until the facts' own W is at t + within
	forVersions
)

// pending is a left fact that waits.
type pending[K comparable, L any] struct {
	key  K
	fact L
	w    watermark.Time // when it came
	slot uint32         // of its stamp, if there is a column
	old  *replaced[L]   // that it takes the place of
}

type joinAsOf[K comparable, L, D, R any] struct {
	st    *stage
	left  Keyed[K, L]
	right Keyed[K, D]
	how   join.AsOf
	row   func(L, D) R

	wait   waits
	within time.Duration
	behind time.Duration // how far behind W left facts may be, and find their version
	zero   bool          // a missing version is the zero one
	none   D
	table  join.Versions[K, D]
	q      waiting.Queue[pending[K, L]]
	stamps slab[row.Stamp] // of what waits
	w      watermark.Time  // that is passed on

	l      arg[L]
	r      arg[D]
	lkeys  []K
	rkeys  []K
	hashes []uint64
	dead   func(*D) bool // nil: D has no tombstones

	x      items[R]
	keys   *keyColumn[K]
	whole  bool          // so far every left fact of the batch has its row
	view   *keyColumn[K] // the keys of the left batch, if that is so
	out    *port[R]
	missed misses[L]

	putFed, putLate uint64 // the ledger of the versions
}

func (op *joinAsOf[K, L, D, R]) open() error {
	op.wait = forFacts
	switch w := op.how.Wait.(type) {
	case join.Within:
		op.within = time.Duration(w)
	case join.Waiting:
		op.wait = map[join.Waiting]waits{join.Live: forNothing, join.Strict: forVersions}[w]
	}
	op.zero = op.how.Missing == join.Zero
	op.dead = tombstone[D]()
	op.out.inherits(op.left.port)
	op.out.rev.unsure = op.out.rev.unsure || op.wait != forVersions
	op.missed.out.inherits(op.left.port)
	op.behind = op.out.rev.behind
	return errors.Join(op.how.Check(), op.table.Check(), once(op.right.port, "a version is what it is from its time on"))
}

// tombstone returns what tells a deleted version, nil if D has no such method.
func tombstone[D any]() func(*D) bool {
	t := reflect.TypeFor[D]()
	if reflect.PointerTo(t).Implements(reflect.TypeFor[join.Tombstone]()) { // on D, or on *D
		return func(d *D) bool { return any(d).(join.Tombstone).Deleted() }
	}
	if t.Kind() == reflect.Interface || t.Implements(reflect.TypeFor[join.Tombstone]()) { // D is a pointer, or may be anything
		return func(d *D) bool { t, ok := any(*d).(join.Tombstone); return ok && t.Deleted() }
	}
	return nil
}

func (op *joinAsOf[K, L, D, R]) detail() string {
	wait := op.how.Wait
	if wait == nil {
		wait = join.Within(0)
	}
	s := fmt.Sprintf("as of, wait %v", wait)
	if op.how.Missing != nil {
		s += fmt.Sprintf(", missing %v", op.how.Missing)
	}
	return s
}

func (op *joinAsOf[K, L, D, R]) held() (keys, rows, bytes int64) {
	keys, rows, bytes = op.table.Held()
	n := int64(op.q.Len())
	return keys, rows + n, bytes + int64(op.q.Size())*int64(unsafe.Sizeof(pending[K, L]{})+8)
}

func (op *joinAsOf[K, L, D, R]) run() {
	op.out.begin()
	op.x.begin()
	op.missed.begin()
	op.keys.reset()
	op.l.start()
	op.r.start()
	if op.l.fed() {
		op.readLeft()
	}
	if op.r.fed() {
		op.rkeys = op.right.keys(&op.r.batch, op.rkeys)
	}
	switch {
	case op.l.fed() && !op.r.fed() && op.wait == forNothing:
		op.runLive()
	default:
		op.runSteps()
	}
	op.st.ledger.Counted += uint64(len(op.x.facts))
	op.x.keys = op.keys
	op.x.give(op.out)
	if op.whole { // a row for each fact: what they have beside them is the same
		op.view.keys = op.lkeys
		op.out.times, op.out.cause, op.out.keys = op.l.times, op.l.cause, op.view
		op.whole = false
	}
	op.out.moved(op.w, op.l.idle)
	op.missed.give(op.x.marks, op.w, op.l.idle)
	op.st.ledger.Held = uint64(op.q.Len())
}

// readLeft finds the keys of the left batch and their hashes.
func (op *joinAsOf[K, L, D, R]) readLeft() {
	b := &op.l.batch
	op.lkeys = op.left.keys(b, op.lkeys)
	if cap(op.hashes) < len(op.lkeys) {
		op.hashes = make([]uint64, max(chunk, len(op.lkeys)))
	}
	op.hashes = op.hashes[:len(op.lkeys)]
	op.table.Hash(op.hashes, op.lkeys)
	op.st.ledger.Fed += uint64(len(b.facts))
}

// runLive joins left facts that wait for nothing while the versions stay as
// they are: only marks at which a version is pruned part the batch.
func (op *joinAsOf[K, L, D, R]) runLive() {
	b, pos := &op.l.batch, 0
	came := op.l.w
	op.whole = true
	for marks := b.marks; len(marks) > 0 && op.bound(marks[len(marks)-1].W) >= op.table.Due(); {
		due := op.table.Due()
		i := sort.Search(len(marks), func(i int) bool { return op.bound(marks[i].W) >= due })
		m := marks[i]
		end := b.until(pos, m.After)
		op.joinAll(b, pos, end, came)
		pos, marks = end, marks[i+1:]
		op.l.w = m.W
		op.table.Prune(op.bound(m.W))
	}
	op.joinAll(b, pos, len(b.facts), came)
	for _, m := range b.marks {
		op.pass(m.After, m.W)
	}
	op.l.w = op.l.port.w
	op.table.Prune(op.bound(op.l.w))
}

// joinAll joins the left facts from pos to end with what is known; came is W
// before the batch.
func (op *joinAsOf[K, L, D, R]) joinAll(b *batch[L], pos, end int, came watermark.Time) {
	op.x.facts = slices.Grow(op.x.facts, end-pos)
	for i := pos; i < end; i++ {
		d, found := op.table.FindHashed(op.lkeys[i], op.hashes[i], b.times[i])
		if found != join.Version {
			if found != join.None || !op.zero {
				op.part(b, i)
				if op.out.rev.by != "" && op.takesBack(op.lkeys[i], b.times[i], b.cause[i], b.stampOf(i), b.facts[i]) {
					continue
				}
				op.missed.add(b, i, came, op.why(found))
				if old := b.replacedBy(i); old != nil && found == join.None {
					op.withdraw(op.lkeys[i], b.times[i], b.cause[i], b.stampOf(i), old)
				}
				continue
			}
			d = &op.none
		}
		op.x.facts = append(op.x.facts, op.row(b.facts[i], *d))
		if op.out.mode == columned {
			op.x.stamps = append(op.x.stamps, b.stampOf(i))
		}
		if len(b.olds) > 0 {
			op.again(op.lkeys[i], b.times[i], b.replacedBy(i))
		}
		if !op.whole {
			op.x.times = append(op.x.times, b.times[i])
			op.x.cause = append(op.x.cause, b.cause[i])
			op.keys.keys = append(op.keys.keys, op.lkeys[i])
		}
	}
}

// again joins the row that the row at hand takes the place of.
func (op *joinAsOf[K, L, D, R]) again(key K, t watermark.Time, old *replaced[L]) {
	if old == nil {
		return
	}
	if op.left.key != nil {
		key = op.left.key(old.fact)
	}
	if d, found := op.table.Find(key, old.stamp.Time); found == join.Version || found == join.None && op.zero {
		op.x.replace(op.row(old.fact, d), old.stamp)
	} else if op.out.rev.unsure { // it may have had one when it was sent
		op.x.replace(op.row(old.fact, op.none), old.stamp)
	}
}

// withdraw takes the place of a row whose successor, of key at t, meets no
// version: what was sent does not hold any more.
func (op *joinAsOf[K, L, D, R]) withdraw(key K, t watermark.Time, cause uint32, stamp row.Stamp, old *replaced[L]) {
	d, found := op.table.Find(key, old.stamp.Time)
	if found != join.Version && !op.out.rev.unsure {
		return // nothing was sent
	}
	stamp.Kind, stamp.ID = row.Withdrawn, old.stamp.ID
	op.x.facts, op.x.times, op.x.cause = append(op.x.facts, op.row(old.fact, d)), append(op.x.times, t), append(op.x.cause, cause)
	op.x.stamps = append(op.x.stamps, stamp)
	op.keys.keys = append(op.keys.keys, key)
	op.st.ledger.Out.Withdrawn++
	op.st.ledger.Counted-- // the rows are counted as they leave; its fact is told as missed
}

// takesBack reports whether a left row that meets no version is itself withdrawn:
// it is no fact that could be missed. Where nobody can know whether the row that it
// takes back had a version, it goes on.
func (op *joinAsOf[K, L, D, R]) takesBack(key K, t watermark.Time, cause uint32, stamp row.Stamp, fact L) bool {
	if stamp.Kind != row.Withdrawn {
		return false
	}
	if !op.out.rev.unsure {
		op.st.ledger.Filtered++
		return true
	}
	op.x.facts, op.x.times, op.x.cause = append(op.x.facts, op.row(fact, op.none)), append(op.x.times, t), append(op.x.cause, cause)
	op.x.stamps = append(op.x.stamps, stamp)
	op.keys.keys = append(op.keys.keys, key)
	return true
}

// part ends that the rows of a batch have the times, causes and keys of its
// facts, of which there are n with a row each.
func (op *joinAsOf[K, L, D, R]) part(b *batch[L], n int) {
	if op.whole {
		op.whole = false
		op.x.times = append(op.x.times, b.times[:n]...)
		op.x.cause = append(op.x.cause, b.cause[:n]...)
		op.keys.keys = append(op.keys.keys, op.lkeys[:n]...)
	}
}

// why notes and tells why a left fact met no version.
func (op *joinAsOf[K, L, D, R]) why(found join.Found) Missed[L] {
	if found == join.Gone {
		op.st.ledger.Late++
		return Missed[L]{Reason: Late, Detail: "its version is pruned: a newer one lies before W"}
	}
	op.st.ledger.Unmatched++
	return Missed[L]{Reason: Unmatched, Detail: "no version of its key is as old"}
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
		for op.q.Len() > 0 && op.due(op.q.First()) {
			op.release(c)
		}
		op.pass(c, min(op.l.w, op.q.First()))
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
		if op.due(t) || op.wait == forFacts && t < op.l.w && op.out.rev.by == "" { // a row must not overtake one that it takes the place of
			op.joinAll(b, i, i+1, op.l.w)
			continue
		}
		p := pending[K, L]{key: op.lkeys[i], fact: b.facts[i], w: op.l.w}
		if op.out.mode == columned {
			p.slot = op.stamps.put(b.stampOf(i))
		}
		if old := b.replacedBy(i); old != nil {
			p.old = &replaced[L]{fact: old.fact, stamp: old.stamp}
		}
		op.q.Push(t, p)
	}
}

// takeVersions takes the versions of cause.
func (op *joinAsOf[K, L, D, R]) takeVersions(cause uint32) {
	if !op.r.fed() {
		return
	}
	b := &op.r.batch
	for ; op.r.at < len(b.cause) && b.cause[op.r.at] == cause; op.r.at++ {
		i := op.r.at
		ok := false
		if op.dead != nil && op.dead(&b.facts[i]) {
			ok = op.table.Delete(op.rkeys[i], b.times[i])
		} else {
			ok = op.table.Put(op.rkeys[i], b.times[i], b.facts[i])
		}
		op.putFed++
		if !ok {
			op.putLate++
		}
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
	}
	return true
}

// release joins the first of the facts that wait.
func (op *joinAsOf[K, L, D, R]) release(cause uint32) {
	t, p := op.q.Pop()
	stamp := row.Stamp{}
	if op.out.mode == columned {
		stamp = op.stamps.take(p.slot)
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
	if op.takesBack(p.key, t, cause, stamp, p.fact) {
		return
	}
	m := op.why(found)
	m.Fact, m.Time, m.Watermark = p.fact, t, p.w
	op.missed.tell(cause, m)
	if p.old != nil && found == join.None {
		op.withdraw(p.key, t, cause, stamp, p.old)
	}
}

// pass moves the W that is passed on, which never goes back.
func (op *joinAsOf[K, L, D, R]) pass(cause uint32, w watermark.Time) {
	if w > op.w {
		op.w = w
		op.x.mark(cause, w)
	}
}

// bound is what versions are pruned by, if the left W is at w: nobody who is on
// time, or waits, asks for what lies before it.
func (op *joinAsOf[K, L, D, R]) bound(w watermark.Time) watermark.Time {
	if !op.r.idle {
		w = min(w, op.r.w)
	}
	return min(back(w, op.behind), op.q.First())
}

// back is w less d; the end of time stays what it is.
func back(w watermark.Time, d time.Duration) watermark.Time {
	if w == watermark.Max {
		return w
	}
	return w.Add(-d)
}

// versions is the ledger of the other side: a version too old to be kept is late.
func (op *joinAsOf[K, L, D, R]) versions() StageStats {
	return StageStats{Fed: op.putFed, Counted: op.putFed - op.putLate, Late: op.putLate}
}

// waitsFor tells which side holds back the W that is passed on.
func (op *joinAsOf[K, L, D, R]) waitsFor() int {
	if op.wait == forVersions && op.q.First() < op.l.w {
		return 1
	}
	return 0
}
