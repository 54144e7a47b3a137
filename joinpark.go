package tidemark

import (
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/ordered"
	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// leftFact is a left fact of a join, with all that it has beside it.
type leftFact[K comparable, L any] struct {
	key   K
	fact  L
	at    watermark.Time
	came  watermark.Time // W when it came
	stamp row.Stamp
	old   *replaced[L] // that it takes the place of
}

// parked are the facts that wait for a version of their key, and no longer than
// until a time: they leave by key or by time.
type parked[K comparable, L any] struct {
	ordered.Shelf[K, waitsByKey[K, L]]
	order []moment // a heap, by time, then as they came
	seq   uint64
}

type waitsByKey[K comparable, L any] struct {
	leftFact[K, L]
	place int // in order
}

type moment struct {
	at   watermark.Time
	seq  uint64
	slot uint32
}

func newParked[K comparable, L any](plan *keys.Plan[K]) *parked[K, L] {
	return &parked[K, L]{Shelf: ordered.NewShelf[K, waitsByKey[K, L]](plan)}
}

// first is the time of the earliest, Max if there is none.
func (p *parked[K, L]) first() watermark.Time {
	if p == nil || len(p.order) == 0 {
		return watermark.Max
	}
	return p.order[0].at
}

func (p *parked[K, L]) len() int {
	if p == nil {
		return 0
	}
	return len(p.order)
}

func (p *parked[K, L]) bytes() int64 {
	if p == nil {
		return 0
	}
	return p.Shelf.Bytes() + int64(cap(p.order))*int64(unsafe.Sizeof(moment{}))
}

func (p *parked[K, L]) park(f leftFact[K, L]) {
	slot, _ := p.Put(f.key, f.at, waitsByKey[K, L]{leftFact: f})
	p.seq++
	p.order = append(p.order, moment{})
	p.up(len(p.order)-1, moment{f.at, p.seq, slot})
}

// pop takes the earliest out.
func (p *parked[K, L]) pop() leftFact[K, L] { return p.leave(p.order[0].slot) }

// leave takes the fact of a slot out.
func (p *parked[K, L]) leave(slot uint32) leftFact[K, L] {
	x := p.Take(slot)
	n := len(p.order) - 1
	last := p.order[n]
	p.order = p.order[:n]
	if x.place < n {
		p.down(x.place, last)
	}
	return x.leftFact
}

// shrink gives memory back when a peak is over.
func (p *parked[K, L]) shrink() {
	if p == nil {
		return
	}
	if moved := p.Shrink(); moved != nil {
		p.order = append(make([]moment, 0, len(p.order)+len(p.order)/4), p.order...)
		for i := range p.order {
			p.order[i].slot = moved[p.order[i].slot]
		}
	}
}

func (m moment) before(o moment) bool { return m.at < o.at || m.at == o.at && m.seq < o.seq }

func (p *parked[K, L]) set(i int, m moment) {
	p.order[i] = m
	p.Value(m.slot).place = i
}

// up puts m at i or above.
func (p *parked[K, L]) up(i int, m moment) {
	for ; i > 0 && m.before(p.order[(i-1)/2]); i = (i - 1) / 2 {
		p.set(i, p.order[(i-1)/2])
	}
	p.set(i, m)
}

// down puts m at i, below or above.
func (p *parked[K, L]) down(i int, m moment) {
	for {
		c := 2*i + 1
		if c+1 < len(p.order) && p.order[c+1].before(p.order[c]) {
			c++
		}
		if c >= len(p.order) || !p.order[c].before(m) {
			break
		}
		p.set(i, p.order[c])
		i = c
	}
	p.up(i, m)
}

// queues are rows that wait for an earlier one of their ID, which waits for a
// version: no row overtakes the one that it takes the place of.
type queues[K comparable, L any] struct {
	byID table.Table[row.ID, line[K, L]]
	n    int
}

// line are those of one ID, from head on.
type line[K comparable, L any] struct {
	rows []leftFact[K, L]
	head int
}

func hashID(id row.ID) uint64 { return id[0] ^ id[1] }

// enter lets f wait, and reports true, if one of its ID does.
func (q *queues[K, L]) enter(f leftFact[K, L]) bool {
	if q == nil || f.stamp.ID == (row.ID{}) {
		return false
	}
	i := q.byID.Find(f.stamp.ID, hashID(f.stamp.ID))
	if i < 0 {
		return false
	}
	e := &q.byID.Entries[i].Value
	e.rows = append(e.rows, f)
	q.n++
	return true
}

// open begins a queue behind a row that waits.
func (q *queues[K, L]) open(id row.ID) {
	if q != nil && id != (row.ID{}) {
		q.byID.Slot(id, hashID(id), hashID)
	}
}

// next returns the next row of the ID, when the one before has been dealt with;
// the queue ends if there is none.
func (q *queues[K, L]) next(id row.ID) (f leftFact[K, L], ok bool) {
	if q == nil || id == (row.ID{}) {
		return f, false
	}
	i := q.byID.Find(id, hashID(id))
	if i < 0 {
		return f, false
	}
	e := &q.byID.Entries[i].Value
	if e.head == len(e.rows) {
		q.byID.Remove(i, hashID(id), hashID)
		return f, false
	}
	f = e.rows[e.head]
	e.rows[e.head] = leftFact[K, L]{}
	q.n--
	if e.head++; e.head > len(e.rows)/2 { // as many have left as move up
		n := copy(e.rows, e.rows[e.head:])
		clear(e.rows[n:])
		e.rows, e.head = e.rows[:n], 0
	}
	return f, true
}

func (q *queues[K, L]) len() int {
	if q == nil {
		return 0
	}
	return q.n
}

func (q *queues[K, L]) bytes() (n int64) {
	if q == nil {
		return 0
	}
	for i := range q.byID.Entries {
		n += int64(cap(q.byID.Entries[i].Value.rows)) * int64(unsafe.Sizeof(leftFact[K, L]{}))
	}
	return n + q.byID.Bytes()
}
