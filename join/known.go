package join

import (
	"slices"
	"sort"
	"time"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/watermark"
)

// known is what a table was told, in the order of the telling: with it the table
// can be read as it was known at an earlier time. It is a second axis of time
// beside that of the versions (Snodgrass and Ahn, "A Taxonomy of Time in
// Databases", SIGMOD 1985).
type known[K comparable, D any] struct {
	keep  time.Duration
	now   watermark.Time
	byKey table.Table[K, tellings[D]]
	count int
	swept int // tellings when all keys were looked through last
}

// tellings are those of one key.
type tellings[D any] struct {
	list []telling[D]   // by the time of the version, those of one time as they were told
	cut  watermark.Time // what is before it has been forgotten
}

// telling is a version, and when it was put.
type telling[D any] struct {
	at watermark.Time
	version[D]
}

// Remember makes the table keep for so long what it was told and when, so that
// AtKnown can read it as it was. It needs the memory of what was put within that
// time, pruned and replaced versions too, and of the versions that the table has.
// Without it nothing is kept. What was put before Remember counts as known from
// the beginning. A second call changes the time alone.
func (v *Versions[K, D]) Remember(keep time.Duration) {
	if v.known != nil {
		v.known.keep = keep
		return
	}
	v.known = &known[K, D]{keep: keep, now: watermark.Min}
	for i := range v.byKey.Entries {
		e := &v.byKey.Entries[i]
		for _, n := range e.Value.versions() {
			v.note(e.Key, n)
		}
	}
}

// Know says that it is now: what is put from here on becomes known then. It
// never goes back. What is before now by more than Remember keeps can no longer
// be told apart.
func (v *Versions[K, D]) Know(now watermark.Time) {
	if k := v.known; k != nil && now > k.now {
		k.now = now
		if k.count > 2*k.swept+64 { // so each telling is looked at about once
			for i := range k.byKey.Entries {
				v.forget(&k.byKey.Entries[i].Value)
			}
			k.swept = k.count
		}
	}
}

// AtKnown is At by what was known at the time known: as if nothing had been put
// after it. Versions that Prune has forgotten are found for as long as they are
// remembered. ok is false if there was no version, if it is forgotten, if known
// is before what Remember keeps, and without Remember.
func (v *Versions[K, D]) AtKnown(key K, t, known watermark.Time) (d D, ok bool) {
	k := v.known
	if k == nil || known < k.horizon() {
		return d, false
	}
	n := k.byKey.Find(key, v.hash(key))
	if n < 0 {
		return d, false
	}
	h := &k.byKey.Entries[n].Value
	if t < h.cut {
		return d, false
	}
	for i := h.after(t) - 1; i >= 0; i-- {
		if x := &h.list[i]; x.at <= known {
			return x.value, !x.deleted
		}
	}
	return d, false
}

// after returns the place behind what is told of times up to t.
func (h *tellings[D]) after(t watermark.Time) int {
	return sort.Search(len(h.list), func(i int) bool { return h.list[i].from > t })
}

// note remembers that a version was put.
func (v *Versions[K, D]) note(key K, n version[D]) {
	k := v.known
	if k == nil {
		return
	}
	slot := k.byKey.Slot(key, v.hash(key), v.hash)
	h := &k.byKey.Entries[slot].Value
	if len(h.list) == 0 {
		h.cut = watermark.Min
	}
	if len(h.list) == cap(h.list) {
		v.forget(h)
	}
	h.list = slices.Insert(h.list, h.after(n.from), telling[D]{k.now, n})
	k.count++
}

// horizon is the least time of which is known what was known then.
func (k *known[K, D]) horizon() watermark.Time {
	if k.keep >= 0 && k.now != watermark.Min {
		return k.now.Add(-k.keep)
	}
	return k.now
}

// forget drops what nobody can ask for any more: of versions of one time, those
// that another had replaced by the horizon; and those that Prune may forget, if
// what covers them was known by then.
func (v *Versions[K, D]) forget(h *tellings[D]) {
	k, horizon := v.known, v.known.horizon()
	for _, x := range h.list {
		if v.began && x.from <= v.bound && x.at <= horizon {
			h.cut = max(h.cut, x.from)
		}
	}
	kept := h.list[:0]
	for i, x := range h.list {
		replaced := i+1 < len(h.list) && h.list[i+1].from == x.from && h.list[i+1].at <= horizon
		if x.from >= h.cut && !replaced {
			kept = append(kept, x)
		}
	}
	k.count -= len(h.list) - len(kept)
	clear(h.list[len(kept):])
	h.list = kept
}

// bytes is the memory, without what versions point to.
func (k *known[K, D]) bytes() (n int64) {
	if k == nil {
		return 0
	}
	for i := range k.byKey.Entries {
		n += int64(cap(k.byKey.Entries[i].Value.list)) * int64(unsafe.Sizeof(telling[D]{}))
	}
	return n + int64(cap(k.byKey.Entries))*int64(unsafe.Sizeof(table.Entry[K, tellings[D]]{})) + int64(k.byKey.Slots())*4
}
