// Package agg has the parts that accumulators are made of.
//
// An accumulator is a struct of parts whose Add and Merge call those of the
// parts; windowtest.Check asserts that no part was left out.
//
//	type load struct {
//		Calls  agg.Count
//		Agents agg.Distinct[int]
//		Handle agg.Extent[float64]
//	}
//
//	func (l *load) Add(c Call) {
//		l.Calls.Add()
//		l.Agents.Add(c.AgentID)
//		l.Handle.Add(c.HandleTime)
//	}
//
//	func (l *load) Merge(o *load) {
//		l.Calls.Merge(&o.Calls)
//		l.Agents.Merge(&o.Agents)
//		l.Handle.Merge(&o.Handle)
//	}
//
// Conditional counts, shares and ratios need no part of their own: they are Counts
// and Sums, and a method of the accumulator that divides (see the example Share).
//
// What the parts have in common:
//
//   - The zero value is ready, and stands for no facts.
//   - Merge(o) makes a part what it would be, had it been given the facts of o
//     too. It leaves o as it was and shares no memory with it: a zero part
//     merged with o is a copy. A copy made by assignment is good for Count,
//     Sum, Mean, Variance, NPS, Delta and, as far as it is for T, the others, but not
//     for a part that owns memory, and has a method Bytes to tell how much.
//   - The order in which facts come makes no difference, but to the last bits
//     of what is computed from floats, and where a type says otherwise.
//   - The same facts in the same order give the same bits on every machine.
//   - A NaN is not dropped in silence: Sum, Mean, Variance, Min, Max, Extent and
//     Counter become NaN, and so does a Delta that begins or ends with one.
//   - A setting, as the step of a Histogram, comes with each fact, as the zero value
//     has none. It should be a constant; if it differs, the part says which holds.
//   - No part is safe for concurrent use, but any number of goroutines may read
//     one that nobody changes. To be the argument of Merge is to be read.
//   - Adding allocates nothing, but for parts that own memory, while they grow.
//   - encoding/json writes a part as its result, as MarshalJSON of each says; none
//     is read back. Make a part an exported field with a name: an embedded one
//     would give its MarshalJSON to the accumulator, and hide the other parts.
package agg
