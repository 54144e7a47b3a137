package peers

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// versions turns the changes of the right side into versions and tombstones: +I
// and +U are a version, -D ends it. -U says what +U says again, unless the row
// goes to another key of the join: then it ends at the time of the +U.
func (t *temporal) versions() error {
	kafka := strings.HasPrefix(t.c.Source.System, "Kafka")
	var rights []int
	for i, e := range t.events {
		if e.side == right && e.fact != nil {
			rights = append(rights, i)
		}
	}
	drop := map[*fact]bool{}
	for n, i := range rights {
		f := t.events[i].fact
		f.dead = f.op == "-D" || kafka && f.valueless()
		if slices.ContainsFunc(t.on[right], func(get func(*fact) any) bool { return get(f) == nil }) {
			drop[f] = true // null is equal to nothing
		}
		if f.op != "-U" {
			continue
		}
		drop[f] = true
		if n+1 == len(rights) {
			continue
		}
		next := t.events[rights[n+1]].fact
		if next.op == "+U" && encodeOf(t.version, next) == encodeOf(t.version, f) && encodeOf(t.on[right], next) != encodeOf(t.on[right], f) {
			drop[f] = false
			f.dead, f.at = true, next.at
		}
	}
	if t.c.Query.FirstOnly {
		first := map[string]*fact{}
		for _, i := range rights {
			f := t.events[i].fact
			k := encodeOf(t.version, f)
			if was := first[k]; was == nil || f.at.Before(was.at) {
				first[k] = f
			}
		}
		for _, i := range rights {
			f := t.events[i].fact
			drop[f] = drop[f] || first[encodeOf(t.version, f)] != f
		}
	}
	t.events = slices.DeleteFunc(t.events, func(e event) bool { return e.fact != nil && drop[e.fact] })
	return nil
}

// order is the events of two inputs, interleaved in one way.
type order struct {
	name   string
	events []event
}

// interleavings returns some: what both inputs have is the same, and each has its
// own in the order of the case.
func interleavings(events []event) []order {
	var sides [2][]event
	for _, e := range events {
		sides[e.side] = append(sides[e.side], e)
	}
	both := func(first, second int) []event { return slices.Concat(sides[first], sides[second]) }
	orders := []order{
		{"as listed", events},
		{"left first", both(left, right)},
		{"right first", both(right, left)},
		{"in turn", merged(sides, func(a, b []event) bool { return len(a) >= len(b) })},
		{"by time", merged(sides, func(a, b []event) bool {
			return b[0].fact != nil && a[0].fact != nil && !b[0].fact.at.Before(a[0].fact.at) || a[0].fact == nil
		})},
	}
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 0))
		orders = append(orders, order{fmt.Sprintf("at random, seed %d", seed), merged(sides, func(a, b []event) bool { return random.IntN(len(a)+len(b)) < len(a) })})
	}
	return orders
}

// merged takes the next event from the left side if take says so, of the rest of
// both.
func merged(sides [2][]event, take func(a, b []event) bool) (all []event) {
	a, b := sides[left], sides[right]
	for len(a) > 0 && len(b) > 0 {
		if take(a, b) {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return slices.Concat(all, a, b)
}
