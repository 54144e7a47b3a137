package agg

import "slices"

// sortWords sorts by digits of 8 bits, the least first. It passes over those
// that are the same in all words, which is most of them in what is dense.
func sortWords(words []uint64) {
	const worth = 512 // words from which on this takes less time than slices.Sort
	if len(words) < worth {
		slices.Sort(words)
		return
	}
	ones, zeros := uint64(0), uint64(0)
	for _, w := range words {
		ones |= w
		zeros |= ^w
	}
	from, to := words, make([]uint64, len(words))
	for shift := 0; shift < 64; shift += 8 {
		if ones&zeros>>shift&0xff == 0 {
			continue
		}
		var next [256]int
		for _, w := range from {
			next[w>>shift&0xff]++
		}
		sum := 0
		for i, n := range next {
			next[i] = sum
			sum += n
		}
		for _, w := range from {
			p := &next[w>>shift&0xff]
			to[*p] = w
			*p++
		}
		from, to = to, from
	}
	if &from[0] != &words[0] {
		copy(words, from)
	}
}
