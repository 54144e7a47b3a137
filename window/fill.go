package window

import (
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/row"
)

// known are the keys that get panes without facts, with the number of spans in
// a row that have had none.
type known[K comparable] struct {
	keys, next table.Table[K, int]
}

func (k *known[K]) len() int { return k.keys.Len() }

func (k *known[K]) bytes() int64 {
	return int64(cap(k.keys.Entries)+cap(k.next.Entries))*int64(unsafe.Sizeof(table.Entry[K, int]{})) + int64(k.keys.Slots()+k.next.Slots())*4
}

// fill appends a pane without facts for each known key that the span, whose
// panes begin at position n, has no fact of. Where late facts can come, the
// span remembers that these rows were sent.
func (s *sliced[K, A, T, P]) fill(span Span, n int, forced bool, x *sentSpan[K, A], told *Told[K, A]) *sentSpan[K, A] {
	k := &s.known
	k.next.Reset(s.wipe)
	for i := n; i < len(told.Panes); i++ {
		k.next.Slot(told.Panes[i].Key, s.hash(told.Panes[i].Key), s.hash)
	}
	for i := range k.keys.Entries {
		e := &k.keys.Entries[i]
		hash := s.hash(e.Key)
		if e.Value >= s.set.Fill || k.next.Find(e.Key, hash) >= 0 {
			continue
		}
		k.next.Entries[k.next.Slot(e.Key, hash, s.hash)].Value = e.Value + 1
		told.Panes = append(told.Panes, s.pane(span, e.Key, &cell[A]{}, row.Final, forced, 0))
		if s.keeps() {
			x = s.sentOf(span, true)
			s.row(x, e.Key, hash, false)
		}
	}
	k.keys, k.next = k.next, k.keys
	return x
}
