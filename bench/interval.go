package bench

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tidemark-go/tidemark"
	"github.com/tidemark-go/tidemark/join"
	"github.com/tidemark-go/tidemark/watermark"
)

const within = 600_000 // milliseconds that a payment may come after its order

// The orders a second of event time: 60,000 and 300,000 within the interval.
const (
	busy    = 100
	busiest = 500
)

// makeOrders makes n orders, so many a second, each with a number of its own, and their payments: a
// tenth never comes, a tenth comes too late, a tenth comes twice; the others up to
// ten minutes later. Both are in the order of their times, each fact set back by
// up to 2 s.
func makeOrders(n, a int) (orders, pays []fact[uint64]) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		o := fact[uint64]{uint64(i), int64(r.IntN(1000)), 1_700_000_000_000 + int64(i)*1000/int64(a)}
		orders = append(orders, o)
		lag := func() int64 { return int64(r.IntN(within)) }
		switch r.IntN(10) {
		case 0:
			continue
		case 1:
			pays = append(pays, fact[uint64]{o.Key, 1, o.MS + within + 1 + lag()})
			continue
		case 2:
			pays = append(pays, fact[uint64]{o.Key, 1, o.MS + lag()})
		}
		pays = append(pays, fact[uint64]{o.Key, 1, o.MS + lag()})
	}
	slices.SortStableFunc(pays, func(a, b fact[uint64]) int { return int(a.MS - b.MS) })
	for _, side := range [][]fact[uint64]{orders, pays} {
		for i := range side {
			side[i].MS -= int64(r.IntN(jitter))
		}
	}
	return orders, pays
}

// shift moves orders or payments of n orders, so many a second, to where the next
// pass begins.
func shift(facts []fact[uint64], n, a int) {
	for i := range facts {
		facts[i].MS += int64(n)*1000/int64(a) + 4*within
	}
}

// turns feeds both sides as they would come: what is of one stretch of time
// together.
func turns(orders, pays []fact[uint64], n int, order, pay func([]fact[uint64])) {
	for len(orders) > 0 {
		c := orders[:min(n, len(orders))]
		orders = orders[len(c):]
		order(c)
		i := 0
		for i < len(pays) && pays[i].MS <= c[len(c)-1].MS {
			i++
		}
		if i > 0 {
			pay(pays[:i])
		}
		pays = pays[i:]
	}
	for c := range slices.Chunk(pays, n) {
		pay(c)
	}
}

// intervalPipe is the interval join in tidemark.
type intervalPipe struct {
	orders, pays  *tidemark.Input[fact[uint64]]
	pairs         *tidemark.Output[int64]
	unpaid, stray *tidemark.Output[tidemark.Missed[fact[uint64]]]
	p             *tidemark.Pipeline
	rows          int
	sum           int64
	alone         int
}

func newIntervalPipe() *intervalPipe {
	x := &intervalPipe{p: new(tidemark.Pipeline)}
	orders, os := tidemark.FromNanos(x.p, "orders", fact[uint64].nanos, watermark.Bounded{Delay: delay * time.Millisecond})
	pays, ps := tidemark.FromNanos(x.p, "pays", fact[uint64].nanos, watermark.Bounded{Delay: delay * time.Millisecond})
	pairs, unpaid, stray := tidemark.JoinWithin(tidemark.KeyBy(os, fact[uint64].key), tidemark.KeyBy(ps, fact[uint64].key),
		join.Interval{To: within * time.Millisecond}, func(o, p fact[uint64]) int64 { return o.Value * p.Value })
	x.orders, x.pays = orders, pays
	x.pairs, x.unpaid, x.stray = tidemark.Collect(pairs), tidemark.Collect(unpaid), tidemark.Collect(stray)
	return x
}

func (x *intervalPipe) feed(orders, pays []fact[uint64], n int) {
	to := func(in *tidemark.Input[fact[uint64]]) func([]fact[uint64]) {
		return func(facts []fact[uint64]) {
			if err := in.Feed(facts...); err != nil {
				panic(err)
			}
			for v := range x.pairs.Drain() {
				x.rows++
				x.sum += v
			}
			for range x.unpaid.Drain() {
				x.alone++
			}
			for range x.stray.Drain() {
				x.alone++
			}
		}
	}
	turns(orders, pays, n, to(x.orders), to(x.pays))
}

// handInterval is the interval join by hand: a map of the orders and payments of a
// key, all looked through once a minute of event time.
type handInterval struct {
	keys     map[uint64]*handOrder
	greatest [2]int64
	swept    int64
	out      []int64
	rows     int
	sum      int64
	alone    int
}

type handOrder struct{ sides [2][]handFact }

type handFact struct {
	fact[uint64]
	met bool
}

func newHandInterval() *handInterval { return &handInterval{keys: map[uint64]*handOrder{}} }

func (h *handInterval) feed(orders, pays []fact[uint64], n int) {
	to := func(side int) func([]fact[uint64]) {
		return func(facts []fact[uint64]) {
			for _, f := range facts {
				h.add(side, f)
			}
			for _, v := range h.out {
				h.rows++
				h.sum += v
			}
			h.out = h.out[:0]
		}
	}
	turns(orders, pays, n, to(0), to(1))
}

func (h *handInterval) add(side int, f fact[uint64]) {
	k := h.keys[f.Key]
	if k == nil {
		k = &handOrder{}
		h.keys[f.Key] = k
	}
	own := handFact{fact: f}
	for i := range k.sides[1-side] {
		o := &k.sides[1-side][i]
		d := o.MS - f.MS
		if side == 1 {
			d = -d
		}
		if d >= 0 && d <= within {
			o.met, own.met = true, true
			h.out = append(h.out, o.Value*f.Value)
		}
	}
	k.sides[side] = append(k.sides[side], own)
	if f.MS > h.greatest[side] {
		h.greatest[side] = f.MS
		if w := min(h.greatest[0], h.greatest[1]) - delay; w > h.swept+60_000 {
			h.sweep()
			h.swept = w
		}
	}
}

// sweep lets go of what nobody can meet any more.
func (h *handInterval) sweep() {
	bound := [2]int64{h.greatest[1] - delay - within, h.greatest[0] - delay}
	for key, k := range h.keys {
		for side := range k.sides {
			k.sides[side] = slices.DeleteFunc(k.sides[side], func(f handFact) bool {
				if f.MS >= bound[side] {
					return false
				}
				if !f.met {
					h.alone++
				}
				return true
			})
		}
		if len(k.sides[0])+len(k.sides[1]) == 0 {
			delete(h.keys, key)
		}
	}
}

// intervals is a million orders and their payments, beside W1.
func intervals(add func(Result), n int) {
	for _, a := range []int{busy, busiest} {
		orders, pays := makeOrders(n, a)
		x, h, base := newIntervalPipe(), newHandInterval(), newPipe[plain[uint64], uint64]()
		side := func(feed func(orders, pays []fact[uint64], n int)) func() {
			orders, pays := slices.Clone(orders), slices.Clone(pays)
			return func() {
				feed(orders, pays, 1000)
				shift(orders, n, a)
				shift(pays, n, a)
			}
		}
		w1 := makeFacts(n, 1_000, number)
		ns := passes(w1, func() { base.feed(w1, 1000) }, side(x.feed), side(h.feed))
		same(h.rows, h.sum, x.rows, x.sum)
		all := len(orders) + len(pays)
		for i := 1; i < len(ns); i++ { // a pass has more facts than W1 has
			ns[i] *= float64(n) / float64(all)
		}
		size := fmt.Sprintf("within 10 min, %d kept", a*within/1000)
		add(Result{size + " / W1", all, ns[1], ns[0]})
		add(Result{size + " / by hand", all, ns[1], ns[2]})
	}
}
