package tidemark

import (
	"reflect"

	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
)

// takeVersions takes the versions of cause.
func (op *joinAsOf[K, L, D, R]) takeVersions(cause uint32) {
	if !op.r.fed() {
		return
	}
	b := &op.r.batch
	for ; op.r.at < len(b.cause) && b.cause[op.r.at] == cause; op.r.at++ {
		key, t := op.rkeys[op.r.at], b.times[op.r.at]
		op.putFed++
		switch {
		case !op.putVersion(key, t, &b.facts[op.r.at], cause):
			if _, found := op.table.Find(key, t); found == join.Unkept {
				op.putRefused++
			} else {
				op.putLate++
			}
		case op.stale(t):
			op.putStale++
		}
		if op.more {
			op.came(key, t, cause)
		}
	}
}

// putVersion puts a version, and sends the rows again that it changes. It reports
// false if the version is too old to be kept, or of one key more than MaxKeys.
func (op *joinAsOf[K, L, D, R]) putVersion(key K, t watermark.Time, d *D, cause uint32) bool {
	dead := op.dead != nil && op.dead(d)
	put := func() bool {
		if dead {
			return op.table.Delete(key, t)
		}
		return op.table.Put(key, t, *d)
	}
	if op.kept == nil {
		return put()
	}
	op.some = op.kept.Between(op.some[:0], key, t, op.table.After(key, t))
	if len(op.some) == 0 {
		return put()
	}
	was := versionOf[D]{}
	was.value, was.found = op.table.Find(key, t)
	if !put() {
		return false
	}
	is := versionOf[D]{found: join.None}
	if !dead {
		is = versionOf[D]{*d, join.Version}
	}
	if was.found == is.found && reflect.DeepEqual(was.value, is.value) {
		return true // it changes nothing
	}
	for _, slot := range op.some {
		op.renew(slot, &was, &is, cause)
	}
	return true
}

// stale reports whether a version at t, which has come now, is too late for facts
// of its time: no more of them are expected, those that came have been joined
// without it, and they are not kept for it either.
func (op *joinAsOf[K, L, D, R]) stale(t watermark.Time) bool {
	if op.l.w <= t || !op.due(t) || op.kept != nil && !op.kept.forgotten(op.w, t) {
		return false
	}
	if op.near != nil {
		if at, near := op.times.Near(t); near && !op.arrived(t, at) {
			return false
		}
	}
	return true
}

// versions is the ledger of the other side: a version too old to be kept is late, one
// of a key too many is refused.
func (op *joinAsOf[K, L, D, R]) versions() StageStats {
	return StageStats{Fed: op.putFed, Counted: op.putFed - op.putLate - op.putRefused, Late: op.putLate, Refused: op.putRefused, Stale: op.putStale}
}
