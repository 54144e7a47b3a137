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
	all  []telling[D]   // by the time of the version, those of one time as they were told; behind the room
	cut  watermark.Time // what is before it has been forgotten
	room uint32         // in front of the first, for versions told newest first
	more uint32         // told since all of them were looked through
}

// list are those that are remembered.
func (h *tellings[D]) list() []telling[D] { return h.all[h.room:] }

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
		if x := &h.list()[i]; x.at <= known {
			return x.value, !x.deleted
		}
	}
	return d, false
}

// after returns the place behind what is told of times up to t.
func (h *tellings[D]) after(t watermark.Time) int {
	list := h.list()
	return sort.Search(len(list), func(i int) bool { return list[i].from > t })
}

// insert makes x number i. The fewer move, those before it or those after, as in
// history.
func (h *tellings[D]) insert(i int, x telling[D]) {
	list := h.list()
	if i >= len(list)-i || h.room == 0 && len(list) < few {
		h.all = slices.Insert(h.all, int(h.room)+i, x)
		return
	}
	if h.room == 0 {
		room := 1 + len(list)/2
		h.all = append(make([]telling[D], room, room+len(list)+len(list)/4), list...)
		h.room = uint32(room)
	}
	copy(h.all[h.room-1:], h.all[h.room:int(h.room)+i])
	h.room--
	h.all[int(h.room)+i] = x
}

// note remembers that a version was put.
func (v *Versions[K, D]) note(key K, n version[D]) {
	k := v.known
	if k == nil {
		return
	}
	slot := k.byKey.Slot(key, v.hash(key), v.hash)
	h := &k.byKey.Entries[slot].Value
	if len(h.list()) == 0 {
		h.cut = watermark.Min
	}
	if h.more++; int(h.more) > few+len(h.list())/2 { // so each is looked at about twice
		v.forget(h)
	}
	h.insert(h.after(n.from), telling[D]{k.now, n})
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
	h.more = 0
	list := h.list()
	for _, x := range list {
		if v.began && x.from <= v.bound && x.at <= horizon {
			h.cut = max(h.cut, x.from)
		}
	}
	kept := list[:0]
	for i, x := range list {
		replaced := i+1 < len(list) && list[i+1].from == x.from && list[i+1].at <= horizon
		if x.from >= h.cut && !replaced {
			kept = append(kept, x)
		}
	}
	gone := len(list) - len(kept)
	k.count -= gone
	clear(list[len(kept):])
	if h.all = h.all[:len(h.all)-gone]; cap(h.all) > 4*(len(kept)+few) { // a peak is over
		h.all, h.room = slices.Clone(kept), 0
	}
}

// bytes is the memory, without what versions point to.
func (k *known[K, D]) bytes() (n int64) {
	if k == nil {
		return 0
	}
	for i := range k.byKey.Entries {
		n += int64(cap(k.byKey.Entries[i].Value.all)) * int64(unsafe.Sizeof(telling[D]{}))
	}
	return n + int64(cap(k.byKey.Entries))*int64(unsafe.Sizeof(table.Entry[K, tellings[D]]{})) + int64(k.byKey.Slots())*4
}
