package tidemark

import (
	"errors"

	"github.com/tidemark-go/tidemark/internal/keys"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
)

// JoinWithin pairs the facts of two streams that have one key and lie within an
// interval of one another: a left fact at t meets the right ones in [t+in.From,
// t+in.To], both inclusive, and may meet several, as they may. A pair comes when
// the later fed of the two does; its event time is the greater of theirs.
//
// A fact that met nobody comes in lefts or rights, as Unmatched, exactly when
// nobody can come any more whom it would meet: when the other side's W is beyond
// the last time that it could have. Merge and Map make left, right and full joins
// of the three streams; one of them is enough to be read. A fact whose whole interval the other side's W has passed
// when it comes still meets what is kept, and is else unmatched at once. An idle
// side counts as being where the other one is.
//
// What one fact gives comes by the time of the other, those of one time as they
// were fed. Pairs have an ID if one of the two has: it is made of both. The state
// is the facts of each side from the W of the other on, less the interval. A fact
// costs one probe for its key, and steps in the logarithm of what is kept of it.
func JoinWithin[K comparable, L, R, O any](left Keyed[K, L], right Keyed[K, R], in join.Interval, row func(L, R) O) (rows Keyed[K, O], lefts Stream[Missed[L]], rights Stream[Missed[R]]) {
	st := newStage("joinwithin", left.port, right.port)
	op := &joinWithin[K, L, R, O]{st: st, in: in, row: row, x: newItems[O](), keys: new(keyColumn[K]), w: watermark.Min}
	st.equal = true
	op.l = newFlank(left, st, "lefts")
	op.r = newFlank(right, st, "rights")
	mode := left.port.inherit()
	if mode == plain {
		mode = right.port.inherit()
	}
	op.out = newPort[O](st, "", mode)
	st.op = op
	if row == nil {
		st.mistakeNow(errNilFunc)
	}
	return Keyed[K, O]{Stream[O]{op.out}, nil}, Stream[Missed[L]]{op.l.missed.out}, Stream[Missed[R]]{op.r.missed.out}
}

type joinWithin[K comparable, L, R, O any] struct {
	st    *stage
	in    join.Interval
	row   func(L, R) O
	pairs *join.Pairs[K, flanked[L], flanked[R]]
	seed  [2]uint64 // of the IDs of pairs
	w     watermark.Time

	l flank[K, L]
	r flank[K, R]

	x    items[O]
	keys *keyColumn[K]
	out  *port[O]
}

func (op *joinWithin[K, L, R, O]) open() (err error) {
	op.pairs, err = join.NewPairs[K, flanked[L], flanked[R]](op.in)
	op.seed = keys.Seed(op.st.p.Name + "/" + op.st.name)
	op.out.inherits(op.l.port, op.r.port)
	op.l.missed.out.inherits(op.l.port)
	op.r.missed.out.inherits(op.r.port)
	const does = "JoinWithin pairs a row once with each that it meets"
	op.l.why(op.in, "right", op.in.From, op.in.To)
	op.r.why(op.in, "left", -op.in.To, -op.in.From)
	return errors.Join(err, once(op.l.port, does), once(op.r.port, does))
}

func (op *joinWithin[K, L, R, O]) detail() string { return "within " + op.in.String() }

func (op *joinWithin[K, L, R, O]) held() (keys, rows, bytes int64) {
	keys, rows, bytes = op.pairs.Held()
	return keys, rows, bytes + op.l.stamps.bytes() + op.r.stamps.bytes() + op.l.ties.bytes() + op.r.ties.bytes()
}

func (op *joinWithin[K, L, R, O]) run() {
	op.out.begin()
	op.x.begin()
	op.keys.reset()
	op.l.read(op.pairs.Hash)
	op.r.read(op.pairs.Hash)
	for {
		c, more := op.mark()
		op.take(c)
		if !more {
			break
		}
		op.l.advance(c)
		op.r.advance(c)
		op.turn(c)
	}
	op.turn(max(op.l.last(), op.r.last())) // idleness may have changed
	op.x.keys = op.keys
	op.x.give(op.out)
	idle := !op.l.active() && !op.r.active() && min(op.l.w, op.r.w) < watermark.Max
	op.out.moved(op.w, idle)
	op.l.missed.give(nil, op.l.passed, idle)
	op.r.missed.give(nil, op.r.passed, idle)
	op.count()
}

// mark returns the cause of the next move of W, or the end of the run.
func (op *joinWithin[K, L, R, O]) mark() (cause uint32, ok bool) {
	cause = ^uint32(0)
	if op.l.fed() && op.l.mark < len(op.l.marks) {
		cause, ok = op.l.marks[op.l.mark].After, true
	}
	if op.r.fed() && op.r.mark < len(op.r.marks) {
		cause, ok = min(cause, op.r.marks[op.r.mark].After), true
	}
	return cause, ok
}

// take takes the facts of all causes up to one: of each cause the left ones, then
// the right ones.
func (op *joinWithin[K, L, R, O]) take(cause uint32) {
	lefts, rights := op.l.upto(cause), op.r.upto(cause)
	for op.l.at < lefts || op.r.at < rights {
		end := lefts
		if op.l.at < lefts && op.r.at < rights {
			end = op.l.until(op.l.at, op.r.cause[op.r.at])
		}
		for ; op.l.at < end; op.l.at++ {
			op.takeLeft(op.l.at)
		}
		end = rights
		if op.l.at < lefts && op.r.at < rights {
			end = op.r.until(op.r.at, op.l.cause[op.l.at]-1) // there is a right one before it
		}
		for ; op.r.at < end; op.r.at++ {
			op.takeRight(op.r.at)
		}
	}
}

// takeLeft pairs left fact i with the right ones that it meets.
func (op *joinWithin[K, L, R, O]) takeLeft(i int) {
	f := &op.l
	key, t := f.keys[i], f.times[i]
	v := flanked[L]{fact: f.facts[i], w: f.reach, slot: f.stamp(i, key, op.out.mode)}
	met, fate := op.pairs.LeftHashed(key, f.hashes[i], t, v)
	own := f.judge(op.out.mode, f.cause[i], t, v, fate, met.Len() > 0)
	for n := range op.wanted(met.Len()) {
		at, other := met.At(n)
		op.give(key, max(t, at), f.cause[i], op.row(v.fact, other.fact))
		if op.out.mode == columned {
			op.x.stamps = append(op.x.stamps, own.with(op.r.stamps.vals[other.slot], op.seed))
		}
	}
}

// takeRight pairs right fact i with the left ones that it meets.
func (op *joinWithin[K, L, R, O]) takeRight(i int) {
	f := &op.r
	key, t := f.keys[i], f.times[i]
	v := flanked[R]{fact: f.facts[i], w: f.reach, slot: f.stamp(i, key, op.out.mode)}
	met, fate := op.pairs.RightHashed(key, f.hashes[i], t, v)
	own := f.judge(op.out.mode, f.cause[i], t, v, fate, met.Len() > 0)
	for n := range op.wanted(met.Len()) {
		at, other := met.At(n)
		op.give(key, max(t, at), f.cause[i], op.row(other.fact, v.fact))
		if op.out.mode == columned {
			op.x.stamps = append(op.x.stamps, op.l.stamps.vals[other.slot].with(own, op.seed))
		}
	}
}

// give appends a row.
func (op *joinWithin[K, L, R, O]) give(key K, t watermark.Time, cause uint32, row O) {
	op.x.facts = append(op.x.facts, row)
	op.x.times = append(op.x.times, t)
	op.x.cause = append(op.x.cause, cause)
	op.keys.keys = append(op.keys.keys, key)
}

// wanted counts n pairs, and returns how many of them are to be made: what met
// nobody may be all that is read.
func (op *joinWithin[K, L, R, O]) wanted(n int) int {
	op.l.ledger.Out.Final += uint64(n)
	if op.out.reads == 0 {
		return 0
	}
	return n
}

// turn moves both Ws to where they have been read, tells of the facts that nobody
// can meet any more, and passes W on: to the rows, the least of both, as there is
// a fact still to come in every pair; to what met nobody, no further than what is
// kept of its side.
func (op *joinWithin[K, L, R, O]) turn(cause uint32) {
	l, r := op.l.w, op.r.w
	if op.l.idle && op.r.active() {
		l = max(l, op.r.w)
	}
	if op.r.idle && op.l.active() {
		r = max(r, op.l.w)
	}
	if l <= op.l.reach && r <= op.r.reach {
		return
	}
	op.l.reach, op.r.reach = max(l, op.l.reach), max(r, op.r.reach)
	lefts, rights := op.pairs.Advance(op.l.reach, op.r.reach)
	op.l.forget(lefts, cause, op.out.mode)
	op.r.forget(rights, cause, op.out.mode)
	if w := min(op.l.reach, op.r.reach); w > op.w {
		op.w = w
		op.x.mark(cause, w)
	}
	firstLeft, firstRight := op.pairs.First()
	op.l.pass(cause, firstLeft)
	op.r.pass(cause, firstRight)
}

// count brings the ledgers up to what the pairs know: a fact counts once it has
// met another.
func (op *joinWithin[K, L, R, O]) count() {
	l, r := &op.l.ledger, &op.r.ledger
	l.Counted, r.Counted = op.pairs.HaveMet()
	lefts, rights := op.pairs.Alone()
	l.Held, r.Held = uint64(lefts), uint64(rights)
	op.st.ledger = *l
}

// rights is the ledger of the other side.
func (op *joinWithin[K, L, R, O]) rights() StageStats { return op.r.ledger }
