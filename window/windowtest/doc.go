// Package windowtest asserts the laws of accumulators, those of your own and
// those of package agg alike:
//
//	func TestLoadKeepsTheLaws(t *testing.T) {
//		windowtest.Check[load](t, func(r *rand.Rand) Call {
//			return Call{AgentID: r.IntN(100), HandleTime: r.ExpFloat64()}
//		})
//	}
//
// The laws are those of window.Accumulator, and whoever breaks one gets rows
// that depend on how the facts were cut into slices and batches:
//
//   - The zero value is ready: it can be read, merged, and added to.
//   - Add then Merge equals all Adds: facts that are parted among accumulators,
//     in any way, give what all of them give in one.
//   - Merge is associative.
//   - Merge is commutative.
//   - Merge leaves its argument as it was.
//   - Merge shares nothing with its argument: what is added to or merged into
//     one of the two later does not change the other.
//
// # What is equal
//
// Two accumulators are equal if they cannot be told apart by who reads them.
// From the outermost type inwards:
//
//   - A type with a method Equal, for its own type or a pointer to it, that
//     returns a bool, is judged by that.
//   - A type other than a plain number, string or bool that has readings is
//     judged by these, and by its exported fields. A reading is an exported
//     method that takes nothing and returns something, and by that changes
//     nothing that can be observed; not Bytes, Clone, String, GoString, Error and
//     what begins with Marshal or GobEncode, which tell of the representation, nor
//     a method that returns its own type. An iterator is read to its end; what a
//     reading returns is judged in the same way, down to the fourth reading.
//   - Any other struct is judged by its fields, unexported ones too; slices,
//     arrays, maps, pointers and interfaces by what is in them. An empty slice or map
//     equals one that is nil.
//   - Floats are equal within a billionth of the greater, or 1e-12: what is
//     computed from floats may depend on the order in its last bits. NaN equals NaN.
//   - Functions and channels are equal if both are nil or neither is.
package windowtest
