package tidemark

import (
	"fmt"
	"time"

	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/row"
	"github.com/tidemark-go/tidemark/watermark"
)

// flank is one of the two sides of JoinWithin.
type flank[K comparable, T any] struct {
	arg[T]
	in     Keyed[K, T]
	keys   []K
	hashes []uint64
	stamps slab[side]     // of what is kept, where rows have stamps
	ties   ties[K]        // of facts without an ID, where rows have stamps
	reach  watermark.Time // W as the other side takes it: an idle side is where the other is
	passed watermark.Time // W of missed
	missed misses[T]
	ledger StageStats

	alone, full, crowded string // why a fact is missed
}

// flanked is a fact that is kept.
type flanked[T any] struct {
	fact T
	w    watermark.Time // of its side, when it came
	slot uint32         // of its stamp
}

func newFlank[K comparable, T any](in Keyed[K, T], st *stage, label string) flank[K, T] {
	return flank[K, T]{arg: arg[T]{port: in.port, w: watermark.Min}, in: in, missed: newMisses[T](st, label), ties: newTies[K](), reach: watermark.Min, passed: watermark.Min}
}

// why says why facts are missed: they meet facts of the other side from one
// distance behind them to another.
func (f *flank[K, T]) why(in join.Interval, other string, from, to time.Duration) {
	f.alone = fmt.Sprintf("no %s fact of its key lies within [%v, %v] of it", other, from, to)
	f.full = fmt.Sprintf("%d facts of its side are kept, MaxFacts", in.MaxFacts)
	f.crowded = fmt.Sprintf("facts of %d other keys are kept: must be at most MaxKeys", in.MaxKeys)
}

// read begins to read what the side was given: its keys and their hashes.
func (f *flank[K, T]) read(hash func([]uint64, []K)) {
	f.missed.begin()
	f.start()
	if !f.fed() {
		return
	}
	f.keys = f.in.keys(&f.batch, f.keys)
	if cap(f.hashes) < len(f.keys) {
		f.hashes = make([]uint64, max(chunk, len(f.keys)))
	}
	f.hashes = f.hashes[:len(f.keys)]
	hash(f.hashes, f.keys)
	f.ledger.Fed += uint64(len(f.keys))
}

// stamp puts the stamp of fact i, of key, aside, if pairs have stamps.
func (f *flank[K, T]) stamp(i int, key K, mode stampMode) uint32 {
	if mode != columned {
		return 0
	}
	s := side{Stamp: f.stampOf(i)}
	if s.ID == (row.ID{}) {
		s.no = f.ties.next(key, s.Time, f.w)
	}
	return f.stamps.put(s)
}

// upto returns the end of the facts of all causes up to one.
func (f *flank[K, T]) upto(cause uint32) int {
	if !f.fed() {
		return f.at
	}
	return f.until(f.at, cause)
}

// last returns the last cause in what the side was given, 0 if there is none.
func (f *flank[K, T]) last() (cause uint32) {
	if !f.fed() {
		return 0
	}
	if n := len(f.cause); n > 0 {
		cause = f.cause[n-1]
	}
	if n := len(f.marks); n > 0 {
		cause = max(cause, f.marks[n-1].After)
	}
	return cause
}

// active reports whether others wait for the side: it is neither idle nor at its end.
func (f *flank[K, T]) active() bool { return !f.idle && f.w < watermark.Max }

// judge takes note of what became of a fact, and returns what it brings into its
// pairs.
func (f *flank[K, T]) judge(mode stampMode, cause uint32, t watermark.Time, v flanked[T], fate join.Fate, met bool) (own side) {
	if mode == columned {
		own = f.stamps.vals[v.slot]
		if fate != join.Kept {
			f.stamps.take(v.slot)
		}
	}
	switch {
	case fate == join.Refused || fate == join.NoKey:
		why := f.full
		if fate == join.NoKey {
			why = f.crowded
		}
		f.ledger.Refused++
		f.missed.tell(cause, Missed[T]{Fact: v.fact, Time: t, Watermark: v.w, Reason: Refused, Detail: why})
	case fate == join.Passed && !met:
		f.tell(cause, t, v)
	}
	return own
}

// tell tells of a fact that nobody can meet any more.
func (f *flank[K, T]) tell(cause uint32, t watermark.Time, v flanked[T]) {
	f.ledger.Unmatched++
	f.missed.tell(cause, Missed[T]{Fact: v.fact, Time: t, Watermark: v.w, Reason: Unmatched, Detail: f.alone})
}

// forget lets go of facts that are kept no more, and tells of those that met nobody.
func (f *flank[K, T]) forget(past []join.Past[flanked[T]], cause uint32, mode stampMode) {
	for i := range past {
		p := &past[i]
		if !p.Met {
			f.tell(cause, p.Time, p.Fact)
		}
		if mode == columned {
			f.stamps.take(p.Fact.slot)
		}
	}
}

// pass moves the W of what is missed, which never goes back: no further than the
// first of what is kept.
func (f *flank[K, T]) pass(cause uint32, first watermark.Time) {
	f.ties.forget(f.w)
	w := min(f.reach, first)
	if w <= f.passed {
		return
	}
	f.passed = w
	if f.missed.out.reads > 0 {
		f.missed.x.mark(cause, w)
	}
}
