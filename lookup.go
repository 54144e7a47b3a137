package tidemark

import (
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// Lookup gives each fact what fetch knows of its key: for slowly changing values
// that are no stream, such as a table that is asked by key. Answers are kept as
// how says, those that there is nothing as well, so one key is asked for once as
// long as its answer holds. They grow old by Pipeline.Clock if it is set, else by
// event time: that of the latest fact.
//
// A key that fetch does not find (false) makes its fact missed, as Unmatched, or,
// with join.Zero, gives the row of the zero D; an error makes it missed, as
// Invalid, with the error as Detail. An error is not kept: the same key is asked
// again, but not for the facts of one Feed that go through together, up to 1,024.
// A row that is withdrawn is no fact that could be missed: it goes on, with the
// zero D then.
//
// The row that another takes the place of is made anew, with what fetch says of
// its key now, or with the zero D where that is nothing or an error, which is told
// nowhere as no fact is lost by it. So it may differ from the row that was sent. A
// Filter behind knows that, and withdraws by ID what it does not keep any more; a
// FlatMap behind that makes fewer rows of it than it did cannot withdraw the others.
//
// What fetch says depends on when it is asked, so the rows do not depend on the
// facts alone, as those of JoinAsOf do: not on event time, but on the calls. fetch
// runs inside Feed, which waits for it, under the lock of the pipeline; it must
// not call the pipeline. A fact whose answer is kept costs one probe.
func Lookup[K comparable, T, D, R any](s Keyed[K, T], fetch func(K) (D, bool, error), how join.Cache, row func(T, D) R) (rows Keyed[K, R], missed Stream[Missed[T]]) {
	st := newStage("lookup", s.port)
	op := &lookup[K, T, D, R]{st: st, in: s, fetch: fetch, how: how, row: row, x: newItems[R](), column: new(keyColumn[K]), came: watermark.Min, now: watermark.Min}
	op.out = newPort[R](st, "", s.port.inherit())
	op.missed = newMisses[T](st, "missed")
	st.op = op
	if fetch == nil || row == nil {
		st.mistakeNow(errNilFunc)
	}
	return Keyed[K, R]{Stream[R]{op.out}, nil}, Stream[Missed[T]]{op.missed.out}
}

type lookup[K comparable, T, D, R any] struct {
	st      *stage
	in      Keyed[K, T]
	fetch   func(K) (D, bool, error)
	how     join.Cache
	row     func(T, D) R
	answers *join.Answers[K, D]
	failed  map[K]error    // in the run at hand
	came    watermark.Time // W before the batch
	now     watermark.Time // by which answers grow old

	keys   []K
	x      items[R]
	column *keyColumn[K]
	out    *port[R]
	missed misses[T]
}

func (op *lookup[K, T, D, R]) open() (err error) {
	op.answers, err = join.NewAnswers[K, D](op.how)
	op.out.inherits(op.in.port)
	op.out.rev.unsure = true // what an earlier row met may have changed
	op.missed.out.inherits(op.in.port)
	return err
}

func (op *lookup[K, T, D, R]) detail() string {
	by := "event time"
	if op.st.p.Clock != nil {
		by = "the clock"
	}
	return "in a cache of " + op.how.String() + ", by " + by
}

func (op *lookup[K, T, D, R]) held() (keys, rows, bytes int64) {
	keys, bytes = op.answers.Held()
	return keys, keys, bytes
}

func (op *lookup[K, T, D, R]) run() {
	op.out.begin()
	op.x.begin()
	op.missed.begin()
	op.column.reset()
	clear(op.failed)
	b := &op.in.port.batch
	if len(b.facts) > 0 {
		op.keys = op.in.keys(b, op.keys)
	}
	for i := range b.facts {
		op.take(b, i)
	}
	op.came = op.in.port.w
	op.x.keys = op.column
	op.x.give(op.out)
	op.out.marks = b.marks
	op.out.moved(op.in.port.w, op.in.port.idle)
	op.missed.give(b.marks, op.in.port.w, op.in.port.idle)
}

// take looks up item i.
func (op *lookup[K, T, D, R]) take(b *batch[T], i int) {
	op.st.ledger.Fed++
	if op.st.p.Clock != nil {
		op.now = op.st.p.now
	} else {
		op.now = max(op.now, b.times[i])
	}
	old := b.replacedBy(i)
	d, found, err := op.ask(op.keys[i])
	why := Missed[T]{Reason: Unmatched, Detail: "nothing is found for its key"}
	stamp := b.stampOf(i)
	switch {
	case stamp.Kind == row.Withdrawn && (err != nil || !found): // no fact that could be missed: what was sent has to go
		op.st.ledger.Counted++
		op.give(b, i, op.row(b.facts[i], d), stamp)
		return
	case err != nil:
		op.st.ledger.Invalid++
		why = Missed[T]{Reason: Invalid, Detail: err.Error()}
	case !found && op.how.Missing != join.Zero:
		op.st.ledger.Unmatched++
	default:
		op.st.ledger.Counted++
		op.give(b, i, op.row(b.facts[i], d), stamp)
		if old != nil {
			before, _, _ := op.ask(op.key(old, i)) // the zero D on an error: as told above
			op.x.replace(op.row(old.fact, before), old.stamp)
		}
		return
	}
	op.missed.add(b, i, op.came, why)
	if old != nil { // a row was sent, or may have been
		stamp.Kind, stamp.ID = row.Withdrawn, old.stamp.ID
		op.give(b, i, op.row(old.fact, d), stamp)
		op.st.ledger.Out.Withdrawn++
	}
}

// key is that of the row that item i takes the place of.
func (op *lookup[K, T, D, R]) key(old *replaced[T], i int) K {
	if op.in.key != nil {
		return op.in.key(old.fact)
	}
	return op.keys[i]
}

// give appends a row as of item i.
func (op *lookup[K, T, D, R]) give(b *batch[T], i int, r R, stamp row.Stamp) {
	op.x.facts = append(op.x.facts, r)
	op.x.times = append(op.x.times, b.times[i])
	op.x.cause = append(op.x.cause, b.cause[i])
	op.column.keys = append(op.column.keys, op.keys[i])
	if op.out.mode == columned {
		op.x.stamps = append(op.x.stamps, stamp)
	}
}

// ask returns what is known of a key, from fetch if the cache has no answer that
// holds.
func (op *lookup[K, T, D, R]) ask(key K) (d D, found bool, err error) {
	if d, found, known := op.answers.Look(key, op.now); known {
		return d, found, nil
	}
	if err := op.failed[key]; err != nil {
		return d, false, err
	}
	d, found, err = op.fetch(key)
	if err != nil {
		if op.failed == nil {
			op.failed = map[K]error{}
		}
		op.failed[key] = err
		var none D
		return none, false, err
	}
	if !found { // what comes beside it is nothing
		var none D
		d = none
	}
	op.answers.Keep(key, op.now, d, found)
	return d, found, nil
}
