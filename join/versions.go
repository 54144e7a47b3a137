package join

import (
	"math/bits"
	"slices"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/watermark"
)

// Versions is the as-of table: the versions of each key, by time. Its zero
// value is ready. It works without a pipeline. Not safe for concurrent use.
//
// A look-up costs one probe, and no guess which it is of the versions near the
// one found last; another is bisected for.
type Versions[K comparable, D any] struct {
	// MaxKeys is how many keys have versions; that of one key more is not kept. A key
	// stays for good: its newest version is never forgotten, be it a tombstone.
	// 0: no bound. To be set before the first Put.
	MaxKeys int

	plan  *keys.Plan[K]
	byKey table.Table[K, history[D]]
	over  prunable // of versions that have a newer one, by the time of that
	count int
	bound watermark.Time // of the last Prune
	began bool
	full  bool         // versions of keys beyond MaxKeys were not kept
	known *known[K, D] // nil: Remember has not been called
}

// history is what is known of one key.
type history[D any] struct {
	all    []version[D] // by time, each time once, behind the room
	near   vicinity
	pruned bool   // there were others before the first
	room   uint32 // in front of the first: of those that were pruned, and for those to come
}

// versions are those there are.
func (h *history[D]) versions() []version[D] { return h.all[h.room:] }

type version[D any] struct {
	from    watermark.Time
	deleted bool
	value   D
}

// Found is what there is of a key as of a time.
type Found uint8

// The answers of Find.
const (
	None    Found = iota // no version is as old as that, or a tombstone ended it
	Version              // there is one
	Gone                 // there may have been one, and it was pruned
	Unkept               // the table has no version of the key, and did not keep some, beyond MaxKeys, which may have been of it
)

// Check returns an error if K cannot be a key: if it holds pointers,
// interfaces, channels or floats. Put, Delete and the look-ups panic on such a K.
func (v *Versions[K, D]) Check() error {
	if v.plan != nil {
		return nil
	}
	plan, err := keys.Compile[K]()
	if err == nil {
		v.plan = plan
	}
	return err
}

// hash returns the hash of key.
func (v *Versions[K, D]) hash(key K) uint64 {
	if v.plan == nil {
		if err := v.Check(); err != nil {
			panic(err) // bug: of who uses the table with a K that Check refuses; a pipeline has asked it
		}
	}
	return v.plan.Hash1(key)
}

// Hash gives the hashes of keys for FindHashed, which makes it cheaper for many.
func (v *Versions[K, D]) Hash(dst []uint64, key []K) {
	if v.plan == nil {
		v.hash(*new(K))
	}
	v.plan.Hash(dst, key)
}

// Put adds the version of key from t on. At equal times the later Put wins. It
// reports false if the version is not kept: it is too old, as there is a newer one
// that Prune has passed, or its key is one more than MaxKeys; Find tells Unkept then.
func (v *Versions[K, D]) Put(key K, t watermark.Time, d D) bool {
	return v.put(key, version[D]{from: t, value: d})
}

// Delete adds a tombstone: from t on there is no version until the next Put. It
// reports false as Put does.
func (v *Versions[K, D]) Delete(key K, t watermark.Time) bool {
	return v.put(key, version[D]{from: t, deleted: true})
}

func (v *Versions[K, D]) put(key K, n version[D]) bool {
	hash := v.hash(key)
	if v.MaxKeys > 0 && v.byKey.Len() >= v.MaxKeys && v.byKey.Find(key, hash) < 0 {
		v.full = true
		return false
	}
	slot := v.byKey.Slot(key, hash, v.hash)
	h := &v.byKey.Entries[slot].Value
	all := h.versions()
	i := len(all)
	if i > 0 && all[i-1].from > n.from {
		i = h.after(n.from)
	}
	switch {
	case i > 0 && all[i-1].from == n.from:
		all[i-1] = n
		v.note(key, n)
		return true
	case v.began && i < len(all) && all[i].from <= v.bound:
		h.pruned = true
		return false
	}
	h.insert(i, n)
	v.count++
	v.note(key, n)
	// What a newer version covers can go once the bound reaches the newer one.
	if i > 0 {
		v.over.push(n.from, uint32(slot))
	}
	if i < len(all) {
		v.over.push(h.versions()[i+1].from, uint32(slot))
	}
	if v.began {
		v.Prune(v.bound)
	}
	return true
}

// after returns how many versions are at or before t.
func (h *history[D]) after(t watermark.Time) int {
	n, _ := slices.BinarySearchFunc(h.versions(), t, func(x version[D], t watermark.Time) int {
		if x.from <= t {
			return -1
		}
		return 1
	})
	return n
}

// insert makes n version number i. The fewer move, those before it or those after:
// versions that come in order of time, or against it, move none.
func (h *history[D]) insert(i int, n version[D]) {
	h.near = vicinity{}
	all := h.versions()
	if i >= len(all)-i || h.room == 0 && len(all) < few {
		if len(h.all) == cap(h.all) { // they move, without the room before them
			h.all, h.room = slices.Insert(slices.Clip(all), i, n), 0
		} else {
			h.all = slices.Insert(h.all, int(h.room)+i, n)
		}
		return
	}
	if h.room == 0 {
		room := 1 + len(all)/2
		h.all = append(make([]version[D], room, room+len(all)+len(all)/4), all...)
		h.room = uint32(room)
	}
	copy(h.all[h.room-1:], h.all[h.room:int(h.room)+i])
	h.room--
	h.all[int(h.room)+i] = n
}

// At returns the newest version of key that is not after t; ok is false if there
// is none, or if it was pruned.
func (v *Versions[K, D]) At(key K, t watermark.Time) (d D, ok bool) {
	d, f := v.Find(key, t)
	return d, f == Version
}

// Find is At, and tells no version from one that was pruned.
func (v *Versions[K, D]) Find(key K, t watermark.Time) (D, Found) {
	d, f := v.FindHashed(key, v.hash(key), t)
	if f != Version {
		var zero D
		return zero, f
	}
	return *d, f
}

// FindHashed is Find for a key whose hash is known. What it points to is valid
// until the table changes; it is nil unless a version was found.
func (v *Versions[K, D]) FindHashed(key K, hash uint64, t watermark.Time) (*D, Found) {
	slot := v.byKey.Guess(hash)
	if slot >= uint(len(v.byKey.Entries)) || v.byKey.Entries[slot].Key != key {
		n := v.byKey.Find(key, hash)
		if n < 0 {
			return nil, v.unknown()
		}
		slot = uint(n)
	}
	h := &v.byKey.Entries[slot].Value
	if t < h.near.from[0] || t >= h.near.from[nearby] {
		return h.find(t)
	}
	x := &h.all[h.near.at(t)]
	if x.deleted {
		return nil, None
	}
	return &x.value, Version
}

// unknown is what there is of a key that the table does not have.
func (v *Versions[K, D]) unknown() Found {
	if v.full {
		return Unkept
	}
	return None
}

// find bisects for the version as of t, and lays near around it.
func (h *history[D]) find(t watermark.Time) (*D, Found) {
	switch i := h.after(t) - 1; {
	case i < 0 && h.pruned:
		return nil, Gone
	case i < 0:
		return nil, None
	default:
		i += int(h.room)
		h.aim(i)
		if h.all[i].deleted {
			return nil, None
		}
		return &h.all[i].value, Version
	}
}

// Has reports whether key has, or had before it was pruned, a version at or
// before t, be it a tombstone.
func (v *Versions[K, D]) Has(key K, t watermark.Time) bool {
	n := v.byKey.Find(key, v.hash(key))
	if n < 0 {
		return false
	}
	h := &v.byKey.Entries[n].Value
	all := h.versions()
	return h.pruned || len(all) > 0 && all[0].from <= t
}

// Newest returns the time of the newest version of key, be it a tombstone; ok is
// false if there is none.
func (v *Versions[K, D]) Newest(key K) (t watermark.Time, ok bool) {
	n := v.byKey.Find(key, v.hash(key))
	if n < 0 || len(v.byKey.Entries[n].Value.versions()) == 0 {
		return watermark.Min, false
	}
	all := v.byKey.Entries[n].Value.all
	return all[len(all)-1].from, true
}

// After returns the time of the first version of key that is after t, be it a
// tombstone, and Max if there is none.
func (v *Versions[K, D]) After(key K, t watermark.Time) watermark.Time {
	n := v.byKey.Find(key, v.hash(key))
	if n < 0 {
		return watermark.Max
	}
	h := &v.byKey.Entries[n].Value
	if i := h.after(t); i < len(h.versions()) {
		return h.versions()[i].from
	}
	return watermark.Max
}

// nearby is how many versions in a row are found without a branch.
const nearby = 4

// vicinity has the times of versions in a row, from number first on, and that of the
// one after them; Max where there is none. Facts that come out of order want now
// this one, now that one, in a way that no branch predicts: those that are after a
// time are counted. The zero value holds no time.
type vicinity struct {
	from  [nearby + 1]watermark.Time
	first int // in all
}

// aim lays near around place i of all, most of it behind: time goes on, and it is
// what comes late that goes back.
func (h *history[D]) aim(i int) {
	h.near.first = max(int(h.room), i-nearby/2)
	for k := range h.near.from {
		h.near.from[k] = watermark.Max
		if n := h.near.first + k; n < len(h.all) {
			h.near.from[k] = h.all[n].from
		}
	}
}

// at returns the place of the version as of t, which is one of them.
func (n *vicinity) at(t watermark.Time) int {
	return n.first + nearby - 1 - later(n.from[1], t) - later(n.from[2], t) - later(n.from[3], t)
}

// later returns 1 if x is after t, else 0.
func later(x, t watermark.Time) int {
	const sign = 1 << 63
	_, less := bits.Sub64(uint64(t)^sign, uint64(x)^sign, 0)
	return int(less)
}

// Prune forgets what nobody at or after w can ask for: a version is gone once a
// newer one of its key is at or before w. The newest is never forgotten.
func (v *Versions[K, D]) Prune(w watermark.Time) {
	if v.began && w < v.bound {
		return
	}
	v.bound, v.began = w, true
	for len(v.over) > 0 && v.over[0].from <= w {
		from, slot := v.over.pop()
		h := &v.byKey.Entries[slot].Value
		all, n := h.versions(), 0
		for n < len(all) && all[n].from < from {
			n++
		}
		if n == 0 || n == len(all) { // gone already with a newer one
			continue
		}
		h.drop(n)
		v.count -= n
	}
}

// few versions are moved to the front when those before them are pruned, and to
// the back for one before them; more stay where they are, until there is as much
// room before them.
const few = 16

// drop forgets the first n versions, at a cost that does not depend on how many
// there are: one at a time from the front of many is what pruning does to a key
// that changes often.
func (h *history[D]) drop(n int) {
	h.near = vicinity{}
	h.pruned = true
	all := h.versions()
	left := len(all) - n
	clear(all[:n])
	h.room += uint32(n)
	switch {
	case left <= max(n, few):
		h.all, h.room = slices.Delete(h.all, 0, int(h.room)), 0
	case int(h.room) >= left:
		h.all, h.room = append(make([]version[D], 0, left+left/4), all[n:]...), 0
	}
}

// Due returns the least w at which Prune would forget something, Max if there
// is nothing to forget.
func (v *Versions[K, D]) Due() watermark.Time {
	if len(v.over) == 0 {
		return watermark.Max
	}
	return v.over[0].from
}

// Held tells the size of the table: keys, versions, and bytes without what the
// versions point to.
func (v *Versions[K, D]) Held() (keys, versions, bytes int64) {
	for i := range v.byKey.Entries {
		h := &v.byKey.Entries[i].Value
		bytes += int64(cap(h.all)) * int64(unsafe.Sizeof(version[D]{}))
	}
	bytes += int64(cap(v.byKey.Entries))*int64(unsafe.Sizeof(table.Entry[K, history[D]]{})) +
		int64(v.byKey.Slots())*4 + int64(cap(v.over))*int64(unsafe.Sizeof(covered{})) + v.known.bytes()
	return int64(v.byKey.Len()), int64(v.count), bytes
}

// covered is a version that has one of its key before it.
type covered struct {
	from watermark.Time
	slot uint32
}

// prunable is a heap of them, by time.
type prunable []covered

func (h *prunable) push(from watermark.Time, slot uint32) {
	*h = append(*h, covered{from, slot})
	s := *h
	for i := len(s) - 1; i > 0 && s[i].from < s[(i-1)/2].from; i = (i - 1) / 2 {
		s[i], s[(i-1)/2] = s[(i-1)/2], s[i]
	}
}

func (h *prunable) pop() (from watermark.Time, slot uint32) {
	s := *h
	top, n := s[0], len(s)-1
	s[0] = s[n]
	s = s[:n]
	if cap(s) > 64*few && n < cap(s)/4 { // a peak is over
		s = append(make(prunable, 0, cap(s)/2), s...)
	}
	*h = s
	for i := 0; ; {
		down := 2*i + 1
		if down >= n {
			break
		}
		if down+1 < n && s[down+1].from < s[down].from {
			down++
		}
		if s[i].from <= s[down].from {
			break
		}
		s[i], s[down] = s[down], s[i]
		i = down
	}
	return top.from, top.slot
}
