// Package bench has the workloads that tidemark is measured by, each beside the
// loop that one would write by hand, over the same facts in the same process.
// The README has the commands and the figures.
package bench

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// fact is what all workloads are fed: 24 bytes, or 32 with a string key.
type fact[K comparable] struct {
	Key   K
	Value int64
	MS    int64 // event time in milliseconds
}

func (f fact[K]) nanos() int64 { return f.MS * int64(time.Millisecond) }

func (f fact[K]) key() K { return f.Key }

const (
	rate   = 100_000 // facts a second of event time
	jitter = 2_000   // milliseconds that a fact may lie behind its place
	delay  = 4_000   // milliseconds that W lies behind the greatest time
	span   = 5_000   // milliseconds
)

// make n facts over so many keys, and what gives the same facts a pass later.
func makeFacts[K comparable](n, keys int, name func(int) K) []fact[K] {
	r := rand.New(rand.NewPCG(1, 2))
	names := make([]K, keys)
	for i := range names {
		names[i] = name(i)
	}
	r.Shuffle(keys, func(i, j int) { names[i], names[j] = names[j], names[i] })
	facts := make([]fact[K], n)
	for i := range facts {
		facts[i] = fact[K]{names[r.IntN(keys)], int64(r.IntN(1000)), 1_700_000_000_000 + int64(i)*1000/rate - int64(r.IntN(jitter))}
	}
	return facts
}

// later moves facts to where the next pass begins.
func later[K comparable](facts []fact[K]) {
	by := int64(len(facts)) * 1000 / rate
	for i := range facts {
		facts[i].MS += by
	}
}

func number(i int) uint64 { return uint64(i) }

func text(i int) string { return "key-" + strconv.Itoa(1_000_000+i) }

// plain is the accumulator of W1 as one writes it by hand: what the rival has,
// and tidemark too where both are to do the same.
type plain[K comparable] struct{ Count, Sum, Min, Max int64 }

func (a *plain[K]) Add(f fact[K]) {
	if a.Count == 0 {
		a.Min, a.Max = f.Value, f.Value
	}
	a.Count++
	a.Sum += f.Value
	a.Min = min(a.Min, f.Value)
	a.Max = max(a.Max, f.Value)
}

func (a *plain[K]) Merge(o *plain[K]) {
	switch {
	case o.Count == 0:
	case a.Count == 0:
		*a = *o
	default:
		a.Count, a.Sum, a.Min, a.Max = a.Count+o.Count, a.Sum+o.Sum, min(a.Min, o.Min), max(a.Max, o.Max)
	}
}

func (a plain[K]) total() int64 { return a.Sum }
