package tidemark

import (
	"errors"
	"fmt"

	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
)

// Dedup lets one fact of a key through in each stretch of time that how.Horizon
// spans: a fact that lies at most so far, on either side, from one of its key
// that was let through is missed, as a duplicate. KeyBy says what makes two
// facts the same. It is exact.
//
// The first that is fed is let through at once, so what is kept depends on the
// order of arrival; with Earliest it is the first by event time, given once W
// is beyond it, in that order. A fact behind W by more than the horizon is late.
// The state is the times of what was let through, for twice the horizon; with
// how.MaxKeys a fact of one key more is missed, as Refused, until W has let another go.
// With Earliest, facts that W has not passed wait as in InOrder, and are not counted by it.
func Dedup[K comparable, T any](s Keyed[K, T], how join.Dedup) (unique Keyed[K, T], missed Stream[Missed[T]]) {
	st := newStage("dedup", s.port)
	op := &dedup[K, T]{st: st, in: s, how: how, w: watermark.Min, q: newHolder[T](), picker: newPicker(s.port, st)}
	op.missed = newMisses[T](st, "missed")
	st.op = op
	return Keyed[K, T]{Stream[T]{op.out}, s.key}, Stream[Missed[T]]{op.missed.out}
}

type dedup[K comparable, T any] struct {
	picker[T]
	st     *stage
	in     Keyed[K, T]
	how    join.Dedup
	seen   *join.Seen[K]
	w      watermark.Time
	q      holder[T] // with Earliest: what W has not passed
	keys   []K
	missed misses[T]
}

func (op *dedup[K, T]) open() (err error) {
	if op.seen, err = join.NewSeen[K](max(0, op.how.Horizon)); err == nil {
		op.seen.MaxKeys = op.how.MaxKeys
	}
	return errors.Join(err, op.how.Check(), once(op.in.port, "Dedup lets a row through once"))
}

func (op *dedup[K, T]) detail() string {
	s := fmt.Sprintf("horizon %v", op.how.Horizon)
	if op.how.Earliest {
		s += ", the earliest"
	}
	if op.how.MaxKeys > 0 {
		s += fmt.Sprintf(", at most %d keys", op.how.MaxKeys)
	}
	return s
}

func (op *dedup[K, T]) held() (keys, rows, bytes int64) {
	keys, rows, bytes = op.seen.Held()
	_, n, more := op.q.held()
	return keys, rows + n, bytes + more
}

func (op *dedup[K, T]) run() {
	b := &op.in.port.batch
	op.start()
	op.missed.begin()
	if len(b.facts) > 0 {
		op.keys = op.in.keys(b, op.keys)
	}
	op.st.ledger.Fed += uint64(len(b.facts))
	came, pos := op.w, 0
	for _, m := range b.marks {
		end := b.until(pos, m.After)
		op.take(b, pos, end, came)
		for op.q.First() < m.W {
			op.release(m.After)
		}
		pos, op.w = end, m.W
		op.seen.Advance(m.W)
	}
	op.take(b, pos, len(b.facts), came)
	if op.how.Earliest {
		op.giveOwn(b, op.in.port.w, op.in.port.idle)
	} else {
		op.give(b, op.in.port.w, op.in.port.idle)
	}
	op.missed.give(b.marks, op.in.port.w, op.in.port.idle)
	op.st.ledger.Held = uint64(op.q.Len())
}

// take judges the items from pos to end, or holds them until W has passed them;
// came is W before the batch.
func (op *dedup[K, T]) take(b *batch[T], pos, end int, came watermark.Time) {
	for i := pos; i < end; i++ {
		if op.how.Earliest && b.times[i] >= op.w {
			op.q.hold(b, i, op.out.mode)
			continue
		}
		why, ok := op.judge(op.keys[i], b.times[i])
		switch {
		case !ok:
			op.missed.add(b, i, came, why)
		case op.how.Earliest:
			op.x.take(b, i, b.cause[i], op.out.mode)
		default:
			op.pick = append(op.pick, uint32(i))
		}
	}
}

// judge counts a fact, and tells why it is missed if it is.
func (op *dedup[K, T]) judge(key K, t watermark.Time) (why Missed[T], ok bool) {
	switch op.seen.Take(key, t) {
	case join.Duplicate:
		op.st.ledger.Duplicate++
		return Missed[T]{Reason: Duplicate, Detail: fmt.Sprintf("one of its key is at most %v away", op.how.Horizon)}, false
	case join.Late:
		op.st.ledger.Late++
		return Missed[T]{Reason: Late, Detail: fmt.Sprintf("it lies behind W by more than %v", op.how.Horizon)}, false
	case join.Full:
		op.st.ledger.Refused++
		return Missed[T]{Reason: Refused, Detail: fmt.Sprintf("%d keys are remembered: must be at most MaxKeys", op.how.MaxKeys)}, false
	}
	op.st.ledger.Counted++
	return why, true
}

// release gives the first of what is held, or tells why it is missed. What cannot
// be met at its time any more is forgotten before: whose room it takes must not
// depend on how far W went at once.
func (op *dedup[K, T]) release(cause uint32) {
	x := &op.x
	op.q.release(x, cause, op.out.mode)
	n := len(x.facts) - 1
	op.seen.Advance(x.times[n])
	var key K
	if op.in.key != nil {
		key = op.in.key(x.facts[n])
	} else {
		key = x.keys.(*keyColumn[K]).keys[n]
	}
	why, ok := op.judge(key, x.times[n])
	if ok {
		return
	}
	why.Fact, why.Time, why.Watermark = x.facts[n], x.times[n], op.w
	op.missed.tell(cause, why)
	x.cut(n)
}
