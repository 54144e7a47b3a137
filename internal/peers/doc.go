// Package peers runs cases from the test suites of other stream systems: facts
// that were fed to them, and the rows that they gave.
//
// A case is one JSON file, the same form for all systems. Check reads it, builds
// the pipeline that the query means out of the public face of tidemark, feeds
// the inputs and compares the rows. Systems differ in when W moves, what is late
// and which rows leave; a case says so by switches, and they are mapped onto
// ours: nothing of ours is changed for a case.
//
//	watermark_delay        watermark.Bounded
//	stream_time_max        watermark.Bounded, with the grace as Delay
//	watermark_per_batch    Input.Advance between batches
//	none                   no watermark: what is open fires at Close
//	window_end_exclusive   their W is inclusive: ours is theirs + 1 ms
//
// Every case runs several times, its facts fed one by one, in threes and all at
// once: the rows must be the same in the same order. A temporal join is also run
// with its two inputs interleaved in several ways: the rows must be the same.
//
// The outcome is passed, failed or unsupported. Unsupported is what a case needs
// and tidemark does not have (see kinds), or what the runner cannot read out of
// the query; the reason is told. A file that is no case has failed.
//
// Where to add what: a kind is an entry in kinds.go, an aggregate one in
// aggregate.go, an operator of conditions one in condition.go.
package peers
