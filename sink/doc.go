// Package sink takes rows to where people look: a function, a stream, a file.
//
// A sink gets batches of rows in order, each row with its stamp: event time,
// kind, revision and ID. A batch that it refuses is offered again as it is, so
// a sink takes all of a batch or nothing of it. What it took has arrived when
// Flush returns.
//
//	late := &sink.NDJSON[Late]{Path: "late.ndjson"}
//	board := sink.Func[Row](func(b sink.Batch[Row]) error { … })
//	tidemark.Into(rows, board)
//
// # Once, or at least once
//
// Whoever feeds a pipeline again after a crash sends some rows again. Two ways
// lead to each row once. A sink that upserts by the ID in the stamp, and never
// goes back in revision, may get a row as often as it likes. A sink that only
// appends, as a file does, implements Rewinder: its position is kept with a
// snapshot of the pipeline, and what was written later is cut off when the
// pipeline goes back to the snapshot.
//
//	rows    a b c d | e f        snapshot at |, then a crash
//	file    a b c d | e f…       what was written until then
//	rewound a b c d |            and e f come again
package sink
