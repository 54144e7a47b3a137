package tidemarktest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/tidemark-go/tidemark"
)

// history is a way to feed the facts.
type history struct {
	order []int        // of the facts
	ends  map[int]bool // places in order after which a call ends
}

// whole is all facts in one call, in the order in which they are given.
func whole(n int) history {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return history{order: order}
}

// cut cuts it into calls, at random: into few or into many, or one by one.
func (h *history) cut(r *rand.Rand) {
	h.ends = map[int]bool{}
	most := 1 + r.IntN(max(1, len(h.order)))
	if r.IntN(4) == 0 {
		most = 1
	}
	h.cutAt(func() int { return 1 + r.IntN(most) })
}

// cutAt cuts it into calls of as many facts as size says.
func (h *history) cutAt(size func() int) {
	h.ends = map[int]bool{}
	for at := size() - 1; at < len(h.order)-1; at += size() {
		h.ends[at] = true
	}
}

// without leaves out n facts from place at on.
func (h history) without(at, n int) history {
	less := history{order: slices.Delete(slices.Clone(h.order), at, at+n), ends: map[int]bool{}}
	for k := range h.ends { // order: a set is made
		switch {
		case k < at:
			less.ends[k] = true
		case k >= at+n:
			less.ends[k-n] = true
		}
	}
	return less
}

// straight is the same facts in one call, in the order in which they are given.
func (h history) straight() history { return history{order: slices.Sorted(slices.Values(h.order))} }

// play feeds a new pipeline, and returns the rows of its outputs, or what went wrong.
func (c *checker[T]) play(h history) (outs [][]stamped, err error) {
	p := &tidemark.Pipeline{Limit: -1} // build may set another
	feed, rows := c.build(p)
	if feed == nil {
		return nil, errors.New("build returned no feed")
	}
	outs = make([][]stamped, len(rows))
	drain := func() {
		for i, r := range rows {
			if r.drain != nil {
				outs[i] = r.drain(outs[i])
			}
		}
	}
	var call []T
	for k, i := range h.order {
		call = append(call, c.facts[i])
		if !h.ends[k] && k+1 < len(h.order) {
			continue
		}
		if err := feed(call...); err != nil {
			return nil, fmt.Errorf("feed: %w", err)
		}
		call = call[:0]
		drain()
	}
	if err := balanced(p); err != nil {
		return nil, err
	}
	if err := p.Close(context.Background()); err != nil {
		return nil, fmt.Errorf("Close: %w", err)
	}
	drain()
	return outs, balanced(p)
}

// balanced tells of a stage whose ledger does not balance.
func balanced(p *tidemark.Pipeline) error {
	for _, s := range p.Stats().Stages {
		if s.Balance() != 0 {
			return fmt.Errorf("the ledger of %s does not balance: %+v", s.Stage, s)
		}
	}
	return nil
}

// told writes the facts of a history, and the calls that they are cut into.
func (c *checker[T]) told(h history) string {
	var b strings.Builder
	list := func(name string, order []int, ends map[int]bool) {
		fmt.Fprintf(&b, "%s:\n", name)
		for k, i := range order {
			if k == 40 {
				fmt.Fprintf(&b, "\t… %d more\n", len(order)-k)
				break
			}
			fmt.Fprintf(&b, "\tfact %d: %+v\n", i, c.facts[i])
			if ends[k] && k+1 < len(order) {
				b.WriteString("\t-- the next call\n")
			}
		}
	}
	plain := h.straight()
	switch {
	case !slices.Equal(plain.order, h.order):
		list("the facts in one call", plain.order, nil)
		list("and in this order", h.order, h.ends)
	case len(h.ends) > 0:
		list("the facts, cut into these calls, and in one", h.order, h.ends)
	default:
		list("the facts, in one call", h.order, nil)
	}
	return b.String()
}
