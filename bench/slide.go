package bench

import (
	"time"

	"github.com/tidemark-go/tidemark/window"
)

const reach = 1_000 // milliseconds that a slide looks back

// slides has a row a fact over the 1,000 facts of its key before it.
func slides(add func(Result), facts []fact[uint64]) {
	base, x, h := newPipe[plain[uint64], uint64](), newPipeOf[plain[uint64], uint64](window.Slide{Size: reach * time.Millisecond}), newHandSlide()
	ns := passes(facts, func() { base.feed(facts, 1000) }, func() { x.feed(facts, 1000) }, func() { h.feed(facts, 1000) })
	same(h.rows, h.sum, x.rows, x.sum)
	add(Result{"Slide of 1000 facts / W1 at 100 keys", len(facts), ns[1], ns[0]})
	add(Result{"Slide of 1000 facts / by hand", len(facts), ns[1], ns[2]})
}

// handSlide is a slide by hand: the facts that wait by their millisecond, and for
// each key those within reach, with what is least and greatest of them in queues
// of their own.
type handSlide struct {
	waits    map[int64][]fact[uint64]
	keys     map[uint64]*handReach
	greatest int64
	next     int64 // the first millisecond that waits
	out      []row[uint64]
	rows     int
	sum      int64
}

type handReach struct {
	facts, least, most queue
	sum                int64
}

// queue is facts in the order of their times, from head on.
type queue struct {
	facts []fact[uint64]
	head  int
}

func (q *queue) empty() bool { return q.head == len(q.facts) }

func (q *queue) first() fact[uint64] { return q.facts[q.head] }

func (q *queue) last() fact[uint64] { return q.facts[len(q.facts)-1] }

func (q *queue) push(f fact[uint64]) {
	if q.head > 64 && q.head > len(q.facts)/2 {
		q.facts, q.head = q.facts[:copy(q.facts, q.facts[q.head:])], 0
	}
	q.facts = append(q.facts, f)
}

// pass lets go of what is at cut or before.
func (q *queue) pass(cut int64) (sum int64) {
	for !q.empty() && q.first().MS <= cut {
		sum += q.first().Value
		q.head++
	}
	return sum
}

func newHandSlide() *handSlide {
	return &handSlide{waits: map[int64][]fact[uint64]{}, keys: map[uint64]*handReach{}}
}

func (h *handSlide) feed(facts []fact[uint64], n int) {
	if h.next == 0 {
		h.next = facts[0].MS - delay
	}
	for len(facts) > 0 {
		c := facts[:min(n, len(facts))]
		facts = facts[len(c):]
		for _, f := range c {
			h.greatest = max(h.greatest, f.MS)
			h.waits[f.MS] = append(h.waits[f.MS], f)
		}
		for ; h.next < h.greatest-delay; h.next++ {
			if at := h.waits[h.next]; len(at) > 0 {
				h.fire(at)
				delete(h.waits, h.next)
			}
		}
		for i := range h.out {
			h.rows++
			h.sum += h.out[i].Sum
		}
		h.out = h.out[:0]
	}
}

// fire gives the rows of the facts of a millisecond, which see one another.
func (h *handSlide) fire(facts []fact[uint64]) {
	for _, f := range facts {
		r := h.keys[f.Key]
		if r == nil {
			r = &handReach{}
			h.keys[f.Key] = r
		}
		cut := f.MS - reach
		r.sum += f.Value - r.facts.pass(cut)
		r.least.pass(cut)
		r.most.pass(cut)
		r.facts.push(f)
		for !r.least.empty() && r.least.last().Value >= f.Value {
			r.least.facts = r.least.facts[:len(r.least.facts)-1]
		}
		r.least.push(f)
		for !r.most.empty() && r.most.last().Value <= f.Value {
			r.most.facts = r.most.facts[:len(r.most.facts)-1]
		}
		r.most.push(f)
	}
	for _, f := range facts {
		r := h.keys[f.Key]
		n := int64(len(r.facts.facts) - r.facts.head)
		h.out = append(h.out, row[uint64]{f.MS - reach + 1, f.MS + 1, f.Key, plain[uint64]{n, r.sum, r.least.first().Value, r.most.first().Value}})
	}
}
