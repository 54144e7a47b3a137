// Package window assigns facts to spans and keeps one accumulator per key and span.
//
// A span is [Start, End): a fact at Start is in it, one at End is in the next.
// It fires when the watermark W reaches its End, and a fact that comes for it
// then is late. Times are event times; a clock is never asked.
//
//	facts        0  1  2  3  4  5  6  7
//	Tumble 2    [0  1][2  3][4  5][6  7]
//
// A Rule says how times become spans. A Store is the mechanism by itself, for
// those who have no use for a pipeline: Add facts, Advance W, take panes.
//
// A store keeps slices: pieces of time that all spans share. A slice has a
// small index and a dense array of keys and accumulators, which are used again
// from slice to slice, so that a fact costs one probe and nothing is allocated.
package window
