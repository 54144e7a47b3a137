package tidemark

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"time"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// JoinAsOf gives each left fact the version of its key as of its event time:
// the newest one that is not after it, of equal times the one fed last. A
// version that implements join.Tombstone and is Deleted ends those before it.
// The fields of join.AsOf tell what a fact waits for, what becomes of one without
// a version, and how long late versions change rows.
//
// The previews of a window (window.EarlyEvery) have the event time of the final
// row, and wait for it as any fact of that time: with Within they come right before
// the final row. A live view of previews needs join.Live.
//
// Facts that waited for a time come by event time, then as they were fed; those
// that waited for a version of their key come with it. A row has the event time
// of its left fact, and its stamp. Left rows may come again, versions may not.
//
// A left fact behind its own W joins at once, but not under Strict, which waits
// for the dimension in any case, nor near an announced time, nor before the
// dimension is complete where how.Bootstrap asks for that. One whose version is
// pruned is missed, as late.
//
// Versions are pruned, and their table has the newest of each key for good, a
// tombstone too: without it an older version that comes late would count again.
// A fact costs a look-up, and steps in the logarithm of what waits or is kept of
// its key.
//
// With how.MaxKeys the version of one key more is not kept: the ledger of the
// versions counts it as Refused, and as nobody knows which keys those were, each
// left fact of a key without versions is missed from then on, as Refused, whatever
// how.Missing says. A key that has a version stays, be that a tombstone.
func JoinAsOf[K comparable, L, D, R any](left Keyed[K, L], versions Keyed[K, D], how join.AsOf, row func(L, D) R) (rows Keyed[K, R], unmatched Stream[Missed[L]]) {
	st := newStage("join", left.port, versions.port)
	op := &joinAsOf[K, L, D, R]{st: st, left: left, right: versions, how: how, row: row, q: waiting.New[pending[K, L]](), x: newItems[R](), keys: new(keyColumn[K]), view: new(keyColumn[K])}
	op.l = arg[L]{port: left.port, w: watermark.Min}
	op.r = arg[D]{port: versions.port, w: watermark.Min}
	op.out = newPort[R](st, "", left.port.inherit())
	if how.History > 0 {
		op.out.mode = columned
	}
	op.missed = newMisses[L](st, "unmatched")
	op.w = watermark.Min
	st.op = op
	if row == nil {
		st.mistakeNow(errNilFunc)
	}
	return Keyed[K, R]{Stream[R]{op.out}, nil}, Stream[Missed[L]]{op.missed.out}
}

type joinAsOf[K comparable, L, D, R any] struct {
	st    *stage
	left  Keyed[K, L]
	right Keyed[K, D]
	how   join.AsOf
	row   func(L, D) R

	wait   waits
	within time.Duration
	then   waits         // what they wait for once the versions are declared complete
	behind time.Duration // how far behind W left facts may be, and find their version
	zero   bool          // a missing version is the zero one
	none   D
	table  join.Versions[K, D]
	q      waiting.Queue[pending[K, L]]
	stamps slab[row.Stamp] // of what waits
	w      watermark.Time  // that is passed on

	more      bool // facts do more than to wait for a time: one of the following
	near      *parked[K, L]
	times     *join.Timetable // those announced
	tolerance time.Duration
	holds     *parked[K, L]
	hold      time.Duration
	kept      *keptRows[K, L]
	lines     *queues[K, L]  // nil: no row takes the place of another
	sources   []*inputBase   // of the versions, if it is to be heard what they have been told
	beat      watermark.Time // how far they have been told
	some      []uint32

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

	putFed, putLate, putStale, putRefused uint64 // the ledger of the versions
}

func (op *joinAsOf[K, L, D, R]) open() error {
	plan, err := keys.Compile[K]() // the table tells what is wrong
	op.wait = forFacts
	switch w := op.how.Wait.(type) {
	case join.Within:
		op.within = time.Duration(w)
	case join.Waiting:
		op.wait = map[join.Waiting]waits{join.Live: forNothing, join.Strict: forVersions}[w]
	case join.Schedule:
		op.wait = forNothing
		op.times, op.tolerance, op.near = join.NewTimetable(w), w.Tolerance, newParked[K, L](plan)
	}
	op.zero = op.how.Missing == join.Zero
	if h, ok := op.how.Missing.(join.Hold); ok {
		op.hold, op.holds = time.Duration(h), newParked[K, L](plan)
	}
	op.dead = tombstone[D]()
	op.out.inherits(op.left.port)
	op.out.rev.unsure = op.out.rev.unsure || op.wait != forVersions || op.holds != nil || op.how.MaxKeys > 0
	op.table.MaxKeys = op.how.MaxKeys
	op.missed.out.inherits(op.left.port)
	before := op.left.port.revised()
	if before.by != "" && (op.near != nil || op.holds != nil) {
		op.lines = new(queues[K, L])
	}
	op.behind = before.behind
	if op.how.History > 0 {
		op.openHistory(plan, before)
	}
	op.more = op.near != nil || op.holds != nil || op.kept != nil
	if op.how.Bootstrap {
		op.wait, op.then = forDeclaration, op.wait
	}
	if op.how.Bootstrap || op.near != nil {
		op.sources = op.right.port.stageOf().inputs()
	}
	wrong := errors.Join(op.how.Check(), op.table.Check(), once(op.right.port, "a version is what it is from its time on"))
	if err == nil || wrong != nil {
		err = wrong
	}
	return err
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
	if op.how.History != 0 {
		s += fmt.Sprintf(", history %v", op.how.History)
	}
	if op.how.Bootstrap {
		s += ", bootstrap"
	}
	if op.how.MaxKeys > 0 {
		s += fmt.Sprintf(", versions of at most %d keys", op.how.MaxKeys)
	}
	return s
}

func (op *joinAsOf[K, L, D, R]) held() (keys, rows, bytes int64) {
	keys, rows, bytes = op.table.Held()
	n, b := op.heldBack()
	m, c := op.kept.held()
	return keys, rows + n + m, bytes + b + c
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
	case op.l.fed() && !op.r.fed() && op.wait == forNothing && !op.more:
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
	op.shrink()
	op.st.ledger.Held = uint64(op.q.Len() + op.near.len() + op.holds.len() + op.lines.len())
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
				if old := b.replacedBy(i); old != nil && found != join.Gone {
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
	switch found {
	case join.Gone:
		op.st.ledger.Late++
		return Missed[L]{Reason: Late, Detail: "its version is pruned: a newer one lies before W"}
	case join.Unkept:
		op.st.ledger.Refused++
		return Missed[L]{Reason: Refused, Detail: fmt.Sprintf("versions of %d other keys are kept, MaxKeys, and of some keys they were refused", op.how.MaxKeys)}
	}
	op.st.ledger.Unmatched++
	return Missed[L]{Reason: Unmatched, Detail: "no version of its key is as old"}
}

// settle joins a fact that waits for nothing any more, or tells that it is missed.
func (op *joinAsOf[K, L, D, R]) settle(f *leftFact[K, L], cause uint32) {
	d, found := op.table.Find(f.key, f.at)
	if op.kept != nil {
		op.keep(f, cause, d, found)
		return
	}
	if found == join.Version || found == join.None && op.zero {
		op.give(f.key, f.at, cause, op.row(f.fact, d), f.stamp)
		op.again(f.key, f.at, f.old)
		return
	}
	if op.takesBack(f.key, f.at, cause, f.stamp, f.fact) {
		return
	}
	op.miss(f, cause, op.why(found))
	if f.old != nil && found != join.Gone {
		op.withdraw(f.key, f.at, cause, f.stamp, f.old)
	}
}

// give gives a row.
func (op *joinAsOf[K, L, D, R]) give(key K, t watermark.Time, cause uint32, r R, stamp row.Stamp) {
	op.x.facts = append(op.x.facts, r)
	op.x.times = append(op.x.times, t)
	op.x.cause = append(op.x.cause, cause)
	op.keys.keys = append(op.keys.keys, key)
	if op.out.mode == columned {
		op.x.stamps = append(op.x.stamps, stamp)
	}
}

// miss tells that a fact met no version.
func (op *joinAsOf[K, L, D, R]) miss(f *leftFact[K, L], cause uint32, m Missed[L]) {
	m.Fact, m.Time, m.Watermark = f.fact, f.at, f.came
	op.missed.tell(cause, m)
}

// pass moves the W that is passed on, which never goes back.
func (op *joinAsOf[K, L, D, R]) pass(cause uint32, w watermark.Time) {
	if w > op.w {
		op.w = w
		op.x.mark(cause, w)
	}
}
