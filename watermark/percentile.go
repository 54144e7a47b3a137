package watermark

import (
	"math"
	"time"
)

// Percentile learns the delay that keeps the share Keep of the facts on time,
// and puts the watermark that far behind the greatest time taken. It is for
// inputs of which nobody knows how late their facts come, or where that changes;
// a Bounded, with a delay that Input.Lateness suggests, is the steadier choice
// where it does not.
//
// What is learned from are the delays of Delays. No share can be told from too
// few facts: until Keep/(1-Keep) of them have come, 999 by default, W lies Most
// behind, or is not set if Most is 0. From then on the delay is the least that
// was enough for the share Keep of the last facts and of one more, which is what
// keeps that share of the facts to come as long as these are like them (the
// tolerance limits of Wilks, 1941). The last facts are 32/(1-Keep) to twice as
// many, 32,000 to 64,000 by default, in whole pieces of 1,024: older ones are
// forgotten. The delay rises with the fact that calls for it, falls once in
// 1,024 facts, and is too large by at most 1/32 of itself, never too small. W
// itself never moves back: while the delay rises, it waits.
//
// It all goes by the number of facts and never by a clock: the same facts in the
// same order give the same W after each of them, however the calls are cut. In
// another order they may give another W.
//
// Each partition learns by itself, and counts in the minimum as it does: what
// one is fed changes nothing of the others' W, but one that has too few facts to
// learn from holds W back. So set Most where some partitions are quiet.
//
// MaxAhead is as in Bounded: what W does not follow is not learned from either.
// A time that is ahead by less, or where there is no bound, makes all that come
// after it look late: set it as low as the clocks of those who send allow.
//
// It costs a few nanoseconds a fact, and 48 KB a partition.
type Percentile struct {
	Keep      float64       // share, above 0 and below 1 to nine decimals; 0: 0.999
	Least     time.Duration // the delay is never below it
	Most      time.Duration // nor above it, and this before it is learned; 0: no bound
	MaxAhead  time.Duration // as in Bounded
	IdleAfter time.Duration // as in Bounded
}

// usualKeep is the Keep that 0 stands for.
const usualKeep = 0.999

// Limits returns the settings as a Group takes them.
func (p Percentile) Limits() Limits {
	l := Limits{MaxAhead: p.MaxAhead, IdleAfter: p.IdleAfter, Learn: true, Keep: p.Keep, Least: p.Least, Most: p.Most}
	if p.Keep == 0 {
		l.Keep = usualKeep
	}
	return l
}

// billionths returns a share as parts of a billion, to the nearest.
func billionths(share float64) int64 {
	switch {
	case share >= 1:
		return billion
	case share > 0:
		return int64(math.Round(share * billion))
	}
	return 0 // no number, too
}

const (
	turn     = 1024                      // facts after which the delay may fall
	tail     = 32                        // facts beyond the delay in a block, as they are to be
	maxBlock = 4 * billion / turn * turn // 2*maxBlock*billion is an int64
)

// learner finds the delay of a Percentile. It counts the facts of a block, and
// those of the block before it, by how far behind they came.
type learner struct {
	keep        int64 // share in billionths
	least, most time.Duration
	enough      int64 // facts before which nothing can be told
	block       int64 // facts in a block, whole turns

	now, before *sketch // the block at hand, and the one before
	old         int64   // facts in the block before
	fresh       int64   // facts in the block at hand up to its last turn
	left        int64   // facts to come before its next
	at          int     // the bucket of the delay: the least for which surplus is not negative
	surplus     int64   // facts up to that bucket, in billionths, less keep*(window+1)

	known bool // there is a delay
	delay time.Duration
}

func newLearner(l Limits) *learner {
	keep := min(max(billionths(l.Keep), 1), billion-1)
	miss := billion - keep
	block := (tail*billion + miss - 1) / miss
	x := &learner{
		keep: keep, least: l.Least, most: l.Most, now: new(sketch), before: new(sketch), left: turn,
		enough: (keep + miss - 1) / miss,
		block:  min((block+turn-1)/turn*turn, maxBlock),
	}
	if x.most == 0 {
		x.most = math.MaxInt64
	} else {
		x.known, x.delay = true, x.most
	}
	x.begin()
	return x
}

// window is the number of facts that the delay is found from.
func (x *learner) window() int64 { return x.old + x.fresh + turn - x.left }

// begin leads to the delay anew, from below the least of them.
func (x *learner) begin() { x.at, x.surplus = -1, -x.keep*(x.window()+1) }

// count is the number of facts in bucket b, in billionths.
func (x *learner) count(b int) int64 { return int64(x.now[b]+x.before[b]) * billion }

// take counts a fact in bucket b, and reports whether the delay is another.
func (x *learner) take(b uint) bool {
	x.now[b%room]++
	x.surplus -= x.keep
	if int(b) <= x.at {
		x.surplus += billion
	}
	x.left--
	return (x.surplus < 0 || x.left == 0) && x.find()
}

// find finds the delay where it may be another, and reports whether it is.
func (x *learner) find() bool {
	was := x.at
	if x.left == 0 {
		x.fall()
	}
	if x.window() < x.enough { // never again once it is not: a block is longer
		return false
	}
	// All facts together are enough, so this ends at the last bucket that has any.
	for x.surplus < 0 {
		x.at++
		x.surplus += x.count(x.at)
	}
	if x.at == was && x.known {
		return false
	}
	x.known, x.delay = true, max(min(bucketEnd(x.at), x.most), x.least)
	return true
}

// fall ends a turn: it lets the delay be less, and forgets the block before if
// that at hand is full.
func (x *learner) fall() {
	x.fresh, x.left = x.fresh+turn, turn
	if x.fresh == x.block {
		x.now, x.before = x.before, x.now
		*x.now = sketch{}
		x.old, x.fresh = x.block, 0
		x.begin()
		return
	}
	for x.at >= 0 && x.surplus >= x.count(x.at) {
		x.surplus -= x.count(x.at)
		x.at--
	}
}
