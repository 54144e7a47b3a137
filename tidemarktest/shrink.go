package tidemarktest

import "maps"

// most is how often a history is played to make it smaller.
const most = 300

// shrink leaves facts out, the larger pieces first, and joins calls, for as long
// as the history fails.
func (c *checker[T]) shrink(h history) history {
	left := most
	try := func(less history) bool {
		if left--; left < 0 || c.fails(less) == "" {
			return false
		}
		h = less
		return true
	}
	for n := len(h.order) / 2; n > 0; n /= 2 {
		for at := 0; at+n <= len(h.order); {
			if !try(h.without(at, n)) {
				at += n
			}
		}
	}
	for at := range len(h.order) {
		if !h.ends[at] {
			continue
		}
		less := history{order: h.order, ends: maps.Clone(h.ends)}
		delete(less.ends, at)
		try(less)
	}
	return h
}
