package tidemark

import (
	"time"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/ordered"
	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// keptRows are the left facts whose rows late versions may change. What the row
// of one was is not kept: the table still has the version, as none is pruned
// that a kept fact could ask for, and each that is put renews all rows it changes.
type keptRows[K comparable, L any] struct {
	ordered.Shelf[K, keptRow[L]]
	plan   *keys.Plan[K]
	byTime waiting.Queue[keptAt] // what is to be forgotten, and when
	byID   *table.Table[row.ID, uint32]
	keep   time.Duration
	seed   [2]uint64 // of the IDs of rows whose facts have none
	far    uint64    // rows of facts that were too old to be kept
	gen    uint32
}

type keptRow[L any] struct {
	fact  L
	stamp row.Stamp // of the row sent last, or of the fact
	sent  uint32    // rows under its ID
	gen   uint32    // tells it from others that had the slot
	out   bool      // the last of them holds
	off   bool      // the fact was withdrawn: versions do not bring it back
}

type keptAt struct{ slot, gen uint32 }

// versionOf is what a look at the table has found.
type versionOf[D any] struct {
	value D
	found join.Found
}

// openHistory makes the state for History, under which rows are sent again; before
// is what the left stream tells of its own.
func (op *joinAsOf[K, L, D, R]) openHistory(plan *keys.Plan[K], before revision) {
	op.behind = time.Duration(watermark.Time(op.behind).Add(op.how.History)) // for good, if it says so
	k := &keptRows[K, L]{Shelf: ordered.NewShelf[K, keptRow[L]](plan), plan: plan, byTime: waiting.New[keptAt](), keep: op.behind}
	k.seed = keys.Seed(op.st.p.Name + "/" + op.st.name)
	if before.by != "" {
		k.byID = new(table.Table[row.ID, uint32])
	} else {
		op.out.rev.by, op.out.rev.kept = op.st.name, true
	}
	op.out.rev.behind, op.out.rev.unsure = op.behind, false
	op.kept = k
}

// held tells the size of what is kept.
func (k *keptRows[K, L]) held() (rows, bytes int64) {
	if k == nil {
		return 0, 0
	}
	bytes = k.Shelf.Bytes() + k.byTime.Bytes()
	if k.byID != nil {
		bytes += k.byID.Bytes()
	}
	return int64(k.Len()), bytes
}

// forgotten reports whether facts at t are not kept any more when the W that is
// passed on is w. It does not pass what waits, which may be to take the place of
// a row that was sent.
func (k *keptRows[K, L]) forgotten(w, t watermark.Time) bool {
	return w != watermark.Min && w >= t.Add(k.keep)
}

// forget lets go what W has reached.
func (k *keptRows[K, L]) forget(w watermark.Time) {
	for k.byTime.Len() > 0 && k.forgotten(w, k.byTime.First()) {
		if _, at := k.byTime.Pop(); k.Value(at.slot).gen == at.gen {
			k.drop(at.slot)
		}
	}
}

// drop lets a fact go.
func (k *keptRows[K, L]) drop(slot uint32) keptRow[L] {
	r := k.Take(slot)
	if k.byID != nil {
		if i := k.byID.Find(r.stamp.ID, hashID(r.stamp.ID)); i >= 0 && k.byID.Entries[i].Value == slot {
			k.byID.Remove(i, hashID(r.stamp.ID), hashID)
		}
	}
	return r
}

// of returns the slot of the fact whose rows have an ID.
func (k *keptRows[K, L]) of(id row.ID) (slot uint32, ok bool) {
	if k.byID == nil || id == (row.ID{}) {
		return 0, false
	}
	i := k.byID.Find(id, hashID(id))
	if i < 0 {
		return 0, false
	}
	return k.byID.Entries[i].Value, true
}

// add keeps a fact, and gives its rows an ID if they have none.
func (k *keptRows[K, L]) add(f *leftFact[K, L], r keptRow[L]) uint32 {
	k.gen++
	r.gen = k.gen
	slot, nth := k.Put(f.key, f.at, r)
	if f.stamp.ID == (row.ID{}) {
		f.stamp.ID = k.id(f, uint64(nth))
	}
	k.Value(slot).stamp.ID = f.stamp.ID
	k.byTime.Push(f.at, 0, keptAt{slot, r.gen})
	if k.byID != nil {
		i := k.byID.Slot(f.stamp.ID, hashID(f.stamp.ID), hashID)
		k.byID.Entries[i].Value = slot
	}
	return slot
}

// shrink gives memory back when a peak is over.
func (k *keptRows[K, L]) shrink() {
	if k == nil {
		return
	}
	moved := k.Shrink()
	if moved == nil {
		return
	}
	for _, at := range k.byTime.All {
		if at.slot = moved[at.slot]; k.Value(at.slot).gen != at.gen { // of a fact that is gone
			at.slot = 0
		}
	}
	if k.byID != nil {
		old := k.byID.Entries
		k.byID = new(table.Table[row.ID, uint32])
		for _, e := range old {
			if slot := moved[e.Value]; slot != 0 {
				k.byID.Entries[k.byID.Slot(e.Key, hashID(e.Key), hashID)].Value = slot
			}
		}
	}
}

// id makes the ID of a row out of a fact that no window made: over its key and
// time, and its number among those.
func (k *keptRows[K, L]) id(f *leftFact[K, L], n ...uint64) row.ID {
	return row.ID(keys.Fold(keys.Fold(k.plan.ID(k.seed, f.key), uint64(f.at), uint64(f.at)+1), n...))
}

// met reports whether a left fact has a row with such a version.
func (op *joinAsOf[K, L, D, R]) met(found join.Found) bool {
	return found == join.Version || found == join.None && op.zero
}

// lastRow returns the row that a kept fact sent last, which holds.
func (op *joinAsOf[K, L, D, R]) lastRow(slot uint32) R {
	k := op.kept
	d, _ := op.table.Find(k.Key(slot), k.Time(slot))
	return op.row(k.Value(slot).fact, d)
}

// keep is settle where rows are kept.
func (op *joinAsOf[K, L, D, R]) keep(f *leftFact[K, L], cause uint32, d D, found join.Found) {
	k := op.kept
	slot, known := k.of(f.stamp.ID)
	over := k.forgotten(op.w, f.at)
	again := f.old != nil || f.stamp.Kind == row.Correction || f.stamp.Kind == row.Withdrawn
	switch {
	case found == join.Gone:
		op.miss(f, cause, op.why(found))
		return
	case !known && over && again:
		op.st.ledger.Late++
		op.miss(f, cause, Missed[L]{Reason: Late, Detail: "the row whose place it takes is forgotten: W has reached its time plus History and Lateness"})
		return
	case !known && over:
		op.keepNot(f, cause, d, found)
		return
	case !known && f.stamp.Kind == row.Withdrawn: // nothing was sent
		op.st.ledger.Filtered++
		return
	case !known:
		slot = k.add(f, keptRow[L]{fact: f.fact, stamp: f.stamp})
	}
	r := k.Value(slot)
	wasOut, was, wasStamp := r.out, *new(R), r.stamp
	if wasOut {
		was = op.lastRow(slot)
	}
	if f.stamp.Kind == row.Withdrawn {
		if wasOut {
			op.takeBack(slot, was, cause, row.Withdrawn)
		} else {
			op.st.ledger.Filtered++ // no row of it is out
		}
		r.off = true
		return
	}
	if known && (k.Key(slot) != f.key || k.Time(slot) != f.at) {
		moved := k.drop(slot)
		slot = k.add(f, keptRow[L]{stamp: moved.stamp, sent: moved.sent, out: moved.out})
		r = k.Value(slot)
	}
	r.fact, r.off = f.fact, false
	if !op.met(found) {
		op.miss(f, cause, op.why(found))
		if wasOut {
			op.takeBack(slot, was, cause, row.Withdrawn)
			op.st.ledger.Out.Withdrawn++
			op.st.ledger.Counted-- // rows are counted as they leave, its fact as missed
		}
		r.stamp.Kind, r.stamp.Forced = f.stamp.Kind, f.stamp.Forced
		return
	}
	op.send(slot, op.row(f.fact, d), f.stamp.Kind, f.stamp.Forced, cause)
	if wasOut {
		op.x.replace(was, wasStamp)
	}
}

// keepNot joins a fact that is too old to be kept.
func (op *joinAsOf[K, L, D, R]) keepNot(f *leftFact[K, L], cause uint32, d D, found join.Found) {
	if !op.met(found) {
		op.miss(f, cause, op.why(found))
		return
	}
	if f.stamp.ID == (row.ID{}) {
		op.kept.far++
		f.stamp.ID = op.kept.id(f, op.kept.far, 1)
	}
	f.stamp.Revision = 0
	op.give(f.key, f.at, cause, op.row(f.fact, d), f.stamp)
}

// send gives a row of a kept fact. The first under its ID is no Correction.
func (op *joinAsOf[K, L, D, R]) send(slot uint32, r R, kind row.Kind, forced bool, cause uint32) {
	k := op.kept
	x := k.Value(slot)
	if x.sent == 0 && kind == row.Correction {
		kind = row.Final
	}
	s := &x.stamp
	s.Time, s.Kind, s.Forced, s.Revision = k.Time(slot), kind, forced, x.sent
	x.sent++
	x.out = true
	op.give(k.Key(slot), s.Time, cause, r, *s)
}

// takeBack gives the row that a kept fact sent last as one that does not hold
// any more.
func (op *joinAsOf[K, L, D, R]) takeBack(slot uint32, was R, cause uint32, kind row.Kind) {
	k := op.kept
	x := k.Value(slot)
	s := x.stamp
	s.Kind, s.Revision = kind, x.sent
	x.sent++
	x.out = false
	op.give(k.Key(slot), k.Time(slot), cause, was, s)
}

// renew sends the row of a kept fact again, whose version was another.
func (op *joinAsOf[K, L, D, R]) renew(slot uint32, was, is *versionOf[D], cause uint32) {
	r := op.kept.Value(slot)
	if r.off {
		return
	}
	before, wasOut := r.stamp, r.out
	switch {
	case op.met(is.found):
		kind := r.stamp.Kind
		if kind != row.Early && r.sent > 0 {
			kind = row.Correction
		}
		op.send(slot, op.row(r.fact, is.value), kind, r.stamp.Forced, cause)
		if wasOut {
			op.x.replace(op.row(r.fact, was.value), before)
		}
		op.st.ledger.Out.add(r.stamp.Kind)
	case wasOut:
		op.takeBack(slot, op.row(r.fact, was.value), cause, row.Withdrawn)
		op.st.ledger.Out.Withdrawn++
	default:
		return
	}
	op.st.ledger.Counted-- // rows are counted as they leave, its fact has been
}
