package tidemark

import (
	"cmp"
	"errors"
	"fmt"
	"sort"
	"unsafe"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/internal/waiting"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
	"github.com/tidemark-go/tidemark/window"
)

// Top ranks the rows of a key that share an event time, as the panes of a span
// do: the first n by compare, best first, which gives a negative number if a is
// better than b. Rows of which compare gives 0 are ranked by their IDs, which
// is no order that means anything, but one that does not depend on the order of
// arrival; facts, which have no ID, in the order in which they came.
// KeyBy another key gives the top by segment, one key for all that over all.
//
// A ranking is given when W has passed its time, in the order of times, then of
// the first row of its key. A row behind W is late. The state is at most n rows
// for each key and time that W has not passed; a row costs a search among n. The
// one option is window.MaxKeys, without Evict: it bounds the keys that have such
// rows, and a row of one key more is missed, as Refused, until W has let one go.
func Top[K comparable, T any](s Keyed[K, T], n int, compare func(a, b T) int, options ...window.Option) (Keyed[K, window.Ranking[K, T]], Stream[Missed[T]]) {
	st := newStage("top", s.port)
	op := &top[K, T]{st: st, in: s, n: n, compare: compare, options: options, w: watermark.Min, timers: waiting.New[struct{}](), x: newItems[window.Ranking[K, T]]()}
	op.out = newPort[window.Ranking[K, T]](st, "", columned)
	op.late = newMisses[T](st, "late")
	st.op = op
	if compare == nil {
		st.mistakeNow(errNilFunc)
	}
	if n < 1 {
		st.mistakeNow(fmt.Errorf("Top: n is %d: must be at least 1", n))
	}
	return Keyed[K, window.Ranking[K, T]]{Stream[window.Ranking[K, T]]{op.out}, func(r window.Ranking[K, T]) K { return r.Key }}, Stream[Missed[T]]{op.late.out}
}

// keyAt is a key at a time.
type keyAt[K comparable] struct {
	key K
	at  watermark.Time
}

type ranked[T any] struct {
	rows []T      // best first
	ids  []row.ID // of the rows
	of   int
}

type top[K comparable, T any] struct {
	st      *stage
	in      Keyed[K, T]
	n       int
	compare func(a, b T) int
	options []window.Option
	most    int // keys; 0: no bound
	plan    *keys.Plan[K]
	seed    [2]uint64
	w       watermark.Time

	groups table.Table[keyAt[K], ranked[T]]
	census table.Table[K, int] // rankings of a key, kept where their number is bounded
	timers waiting.Timers      // positions in groups
	keys   []K
	x      items[window.Ranking[K, T]]
	out    *port[window.Ranking[K, T]]
	late   misses[T]
}

func (op *top[K, T]) open() error {
	plan, err := keys.Compile[K]()
	op.plan, op.seed = plan, keys.Seed(op.st.p.Name+"/"+op.st.name)
	set, wrong := window.Apply(op.options...)
	op.most = set.MaxKeys.N
	switch most := set.MaxKeys; {
	case wrong != nil:
	case set != window.Settings{MaxKeys: most}:
		wrong = errors.New("Top: an option is not MaxKeys: it has no other; give it to the Window before")
	case most.Evict:
		wrong = fmt.Errorf("Top: %v: a ranking of part of the rows is none; leave Evict out", most)
	}
	return errors.Join(err, wrong, once(op.in.port, "Top ranks rows"))
}

func (op *top[K, T]) detail() string {
	s := fmt.Sprintf("n %d", op.n)
	for _, o := range op.options {
		s += fmt.Sprintf(", %v", o)
	}
	return s
}

func (op *top[K, T]) held() (keys, rows, bytes int64) {
	for i := range op.groups.Entries {
		g := &op.groups.Entries[i].Value
		rows += int64(len(g.rows))
		bytes += int64(cap(g.rows))*int64(unsafe.Sizeof(*new(T))) + int64(cap(g.ids))*int64(unsafe.Sizeof(row.ID{}))
	}
	bytes += op.groups.Bytes() + op.timers.Bytes() + op.census.Bytes()
	return int64(op.groups.Len()), rows, bytes
}

func (op *top[K, T]) hash(k keyAt[K]) uint64 {
	return keys.Fold([2]uint64{op.plan.Hash1(k.key)}, uint64(k.at))[0]
}

func (op *top[K, T]) run() {
	op.out.begin()
	op.x.begin()
	op.late.begin()
	b := &op.in.port.batch
	if len(b.facts) > 0 {
		op.keys = op.in.keys(b, op.keys)
	}
	came, pos := op.w, 0
	for _, m := range b.marks {
		end := b.until(pos, m.After)
		op.take(b, pos, end, came)
		pos, op.w = end, m.W
		for op.timers.First() < m.W {
			op.give(m.After)
		}
	}
	op.take(b, pos, len(b.facts), came)
	op.x.marks = append(op.x.marks, b.marks...)
	op.x.give(op.out)
	op.out.moved(op.in.port.w, op.in.port.idle)
	op.late.give(b.marks, op.in.port.w, op.in.port.idle)
}

// take ranks the rows from pos to end; came is W before the batch.
func (op *top[K, T]) take(b *batch[T], pos, end int, came watermark.Time) {
	op.st.ledger.Fed += uint64(end - pos)
	for i := pos; i < end; i++ {
		if b.times[i] < op.w {
			op.st.ledger.Late++
			op.late.add(b, i, came, Missed[T]{Reason: Late})
			continue
		}
		k := keyAt[K]{op.keys[i], b.times[i]}
		h := op.hash(k)
		at := op.groups.Find(k, h)
		if at < 0 && op.most > 0 && !op.admit(k.key) {
			op.st.ledger.Refused++
			op.late.add(b, i, came, Missed[T]{Reason: Refused, Detail: fmt.Sprintf("%d keys are held: must be at most MaxKeys", op.most)})
			continue
		}
		op.st.ledger.Counted++
		if at < 0 {
			at = op.groups.Slot(k, h, op.hash)
			op.timers.Put(k.at, uint32(at))
		}
		op.rank(&op.groups.Entries[at].Value, b.facts[i], b.stampOf(i).ID)
	}
}

// admit counts one more ranking of key, unless it is one key too many.
func (op *top[K, T]) admit(key K) bool {
	h := op.plan.Hash1(key)
	at := op.census.Find(key, h)
	if at < 0 {
		if op.census.Len() >= op.most {
			return false
		}
		at = op.census.Slot(key, h, op.plan.Hash1)
	}
	op.census.Entries[at].Value++
	return true
}

// leave is the end of a ranking of key.
func (op *top[K, T]) leave(key K) {
	h := op.plan.Hash1(key)
	at := op.census.Find(key, h)
	if op.census.Entries[at].Value--; op.census.Entries[at].Value == 0 {
		op.census.Remove(at, h, op.plan.Hash1)
	}
}

// rank puts a row in its place: behind those that are as good and have the
// lesser ID, or none.
func (op *top[K, T]) rank(g *ranked[T], fact T, id row.ID) {
	g.of++
	at := sort.Search(len(g.rows), func(i int) bool {
		return cmp.Or(op.compare(fact, g.rows[i]), cmp.Compare(id[0], g.ids[i][0]), cmp.Compare(id[1], g.ids[i][1])) < 0
	})
	if at == op.n {
		return
	}
	if len(g.rows) < op.n {
		g.rows, g.ids = append(g.rows, fact), append(g.ids, id)
	}
	copy(g.rows[at+1:], g.rows[at:])
	copy(g.ids[at+1:], g.ids[at:])
	g.rows[at], g.ids[at] = fact, id
}

// give gives the ranking that is the first in time.
func (op *top[K, T]) give(cause uint32) {
	p, _ := op.timers.Pop()
	t, e := p.Time, op.groups.Entries[p.No]
	op.groups.Remove(int(p.No), op.hash(e.Key), op.hash)
	if op.most > 0 {
		op.leave(e.Key.key)
	}
	x := &op.x
	x.facts = append(x.facts, window.Ranking[K, T]{Key: e.Key.key, Time: t, Rows: e.Value.rows, Of: e.Value.of})
	x.times, x.cause = append(x.times, t), append(x.cause, cause)
	s := row.Stamp{Time: t, Forced: op.st.p.forced}
	seed := keys.Fold(op.seed, uint64(t))
	s.ID[0], s.ID[1] = op.plan.Lanes(seed[0], seed[1], &e.Key.key)
	x.stamps = append(x.stamps, s)
	op.st.ledger.Out.Final++
}
