package tidemark

import (
	"errors"
	"fmt"
	"slices"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/internal/table"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// modelled gives facts, by event time once W is beyond them, each to the model
// of its key, and what that makes of it as a row. A model is made at the first
// fact of its key that it takes, and stays: so their number is bounded.
type modelled[K comparable, T, M, R any] struct {
	st     *stage
	in     Keyed[K, T]
	vector func([]float64, T) []float64
	kind   models[T, M, R]

	hash   func(K) uint64
	byKey  table.Table[K, M]
	w      watermark.Time
	q      holder[T]
	keys   []K
	point  []float64
	x      items[R]
	column *keyColumn[K]
	spare  M   // has taken nothing
	dims   int // of the spare; 0: there is none
	out    *port[R]
	missed misses[T]
}

// models is what there is to know of models of a kind.
type models[T, M, R any] struct {
	does   string // to rows that come twice
	text   string // for Explain
	check  func() error
	most   func() int // keys
	fresh  func(dims int) (M, error)
	take   func(m M, t watermark.Time, point []float64, r *R) error
	bytes  func(m M) int
	factOf func(r *R) *T
}

func newModelled[K comparable, T, M, R any](s Keyed[K, T], kind string, vector func([]float64, T) []float64, of models[T, M, R]) (Keyed[K, R], Stream[Missed[T]]) {
	st := newStage(kind, s.port)
	op := &modelled[K, T, M, R]{st: st, in: s, vector: vector, kind: of, w: watermark.Min, q: newHolder[T](), x: newItems[R](), column: new(keyColumn[K])}
	op.out = newPort[R](st, "", s.port.inherit())
	op.missed = newMisses[T](st, "missed")
	st.op = op
	if vector == nil {
		st.mistakeNow(errNilFunc)
	}
	return Keyed[K, R]{Stream[R]{op.out}, nil}, Stream[Missed[T]]{op.missed.out}
}

func (op *modelled[K, T, M, R]) open() error {
	plan, err := keys.Compile[K]()
	if err == nil {
		op.hash = plan.Hash1
	}
	return errors.Join(op.kind.check(), err, once(op.in.port, op.kind.does))
}

func (op *modelled[K, T, M, R]) detail() string { return op.kind.text }

// held tells of the keys, the facts that W has not passed, and of what the
// models own.
func (op *modelled[K, T, M, R]) held() (keys, rows, bytes int64) {
	_, rows, bytes = op.q.held()
	for i := range op.byKey.Entries {
		bytes += int64(op.kind.bytes(op.byKey.Entries[i].Value))
	}
	return int64(op.byKey.Len()), rows, bytes + int64(op.byKey.Slots())*4
}

func (op *modelled[K, T, M, R]) run() {
	op.out.begin()
	op.x.begin()
	op.column.reset()
	op.missed.begin()
	b := &op.in.port.batch
	if len(b.facts) > 0 {
		op.keys = op.in.keys(b, op.keys)
	}
	op.st.ledger.Fed += uint64(len(b.facts))
	came, pos := op.w, 0
	for _, m := range b.marks {
		end := b.until(pos, m.After)
		op.hold(b, pos, end, came)
		pos, op.w = end, m.W
		for op.q.First() < m.W {
			op.release(m.After)
		}
	}
	op.hold(b, pos, len(b.facts), came)
	op.x.marks = append(op.x.marks, b.marks...)
	op.x.keys = op.column
	op.x.give(op.out)
	op.out.moved(op.in.port.w, op.in.port.idle)
	op.missed.give(b.marks, op.in.port.w, op.in.port.idle)
	op.st.ledger.Held = uint64(op.q.Len())
}

// hold holds the items from pos to end until W has passed them; came is W before
// the batch.
func (op *modelled[K, T, M, R]) hold(b *batch[T], pos, end int, came watermark.Time) {
	for i := pos; i < end; i++ {
		if b.times[i] < op.w {
			op.st.ledger.Late++
			op.missed.add(b, i, came, Missed[T]{Reason: Late, Detail: "facts are taken in order of time, and W is beyond it"})
			continue
		}
		op.q.hold(b, i, op.out.mode)
	}
}

// release gives the first of what is held to its model.
func (op *modelled[K, T, M, R]) release(cause uint32) {
	p, fact := op.q.Pop()
	var stamp row.Stamp
	if op.out.mode == columned || op.q.keys != nil {
		stamp = op.q.stamps.take(p.No)
	}
	var key K
	if op.in.key != nil {
		key = op.in.key(fact)
	} else {
		key = op.q.keys.(*keyColumn[K]).keys[p.No]
	}
	x := &op.x
	x.facts = slices.Grow(x.facts, 1)[:len(x.facts)+1]
	r := &x.facts[len(x.facts)-1]
	var zero R
	*r = zero
	if reason, err := op.judge(key, p.Time, &fact, r); err != nil {
		x.facts = x.facts[:len(x.facts)-1]
		op.missed.tell(cause, Missed[T]{Fact: fact, Time: p.Time, Watermark: op.w, Reason: reason, Detail: err.Error()})
		return
	}
	*op.kind.factOf(r) = fact
	op.st.ledger.Counted++
	x.times = append(x.times, p.Time)
	x.cause = append(x.cause, cause)
	op.column.keys = append(op.column.keys, key)
	if op.out.mode == columned {
		x.stamps = append(x.stamps, stamp)
	}
}

// judge gives a fact to the model of its key, and tells why it is missed if it is.
func (op *modelled[K, T, M, R]) judge(key K, t watermark.Time, fact *T, r *R) (Reason, error) {
	op.point = op.vector(op.point[:0], *fact)
	hash := op.hash(key)
	n := op.byKey.Find(key, hash)
	if n >= 0 {
		return op.give(op.byKey.Entries[n].Value, t, r)
	}
	if most := op.kind.most(); op.byKey.Len() >= most {
		op.st.ledger.Refused++
		return Refused, fmt.Errorf("%d keys have a model: must be at most MaxKeys", most)
	}
	// A key of which nothing is ever taken has no model.
	if op.dims == 0 || op.dims != len(op.point) {
		m, err := op.kind.fresh(len(op.point))
		if err != nil {
			op.st.ledger.Invalid++
			return Invalid, err
		}
		op.spare, op.dims = m, len(op.point)
	}
	if reason, err := op.give(op.spare, t, r); err != nil {
		return reason, err
	}
	n = op.byKey.Slot(key, hash, op.hash)
	op.byKey.Entries[n].Value = op.spare
	var none M
	op.spare, op.dims = none, 0
	return 0, nil
}

// give gives the point at hand to a model.
func (op *modelled[K, T, M, R]) give(m M, t watermark.Time, r *R) (Reason, error) {
	if err := op.kind.take(m, t, op.point, r); err != nil {
		op.st.ledger.Invalid++
		return Invalid, err
	}
	return 0, nil
}
