package tidemark

import (
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// side is what a fact brings into the stamp of its pairs.
type side struct {
	row.Stamp
	no uint64 // among those of its key and time, if it has no ID
}

// with is the stamp of the pair of a left fact and a right one.
func (l side) with(r side, seed [2]uint64) row.Stamp {
	s := row.Stamp{Time: max(l.Time, r.Time), Forced: l.Forced || r.Forced}
	if l.ID != (row.ID{}) || r.ID != (row.ID{}) {
		a, b := l.name(), r.name()
		s.ID = row.ID(keys.Fold(seed, a[0], a[1], b[0], b[1]))
	}
	return s
}

// name tells a fact from all others that the other one can meet.
func (s side) name() row.ID {
	if s.ID != (row.ID{}) {
		return s.ID
	}
	return row.ID{uint64(s.Time), s.no}
}

// ties numbers the facts of one key and time that have no ID, as they come. Those
// before W begin anew, beyond all others: what was there is forgotten.
type ties[K comparable] struct {
	seen map[tie[K]]uint64 // how many there have been
	due  waiting.Queue[tie[K]]
	late uint64
}

type tie[K comparable] struct {
	key K
	at  watermark.Time
}

func newTies[K comparable]() ties[K] { return ties[K]{due: waiting.New[tie[K]]()} }

// next returns the number of a fact.
func (t *ties[K]) next(key K, at, w watermark.Time) uint64 {
	if at < w {
		t.late++
		return 1<<63 | t.late
	}
	if t.seen == nil {
		t.seen = map[tie[K]]uint64{}
	}
	k := tie[K]{key, at}
	n := t.seen[k]
	if t.seen[k] = n + 1; n == 0 {
		t.due.Push(at, 0, k)
	}
	return n
}

// forget lets go of what is before W.
func (t *ties[K]) forget(w watermark.Time) {
	for t.due.Len() > 0 && t.due.First() < w {
		_, k := t.due.Pop()
		delete(t.seen, k)
	}
}

// bytes is the memory of the numbers: about two slots for each in the map.
func (t *ties[K]) bytes() int64 {
	if t.seen == nil {
		return 0
	}
	return int64(len(t.seen))*2*int64(unsafe.Sizeof(tie[K]{})+8) + t.due.Bytes()
}
