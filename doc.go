// Package tidemark aggregates streams over event time, inside a Go program.
//
// A Pipeline is a value. From adds an input to it and gives a Stream; operators
// are functions from streams to streams; Collect and Into take the rows out.
// The program feeds facts in and drains rows out, on its own goroutine: when
// Feed returns, every row that the watermark allows is there.
//
//	var p tidemark.Pipeline
//	in, calls := tidemark.From(&p, "calls", Call.Time, watermark.Bounded{Delay: 4 * time.Second})
//	panes, late := tidemark.Window[load](tidemark.KeyBy(calls, Call.OrgID), window.Tumble{Size: 5 * time.Second})
//	out := tidemark.Collect(panes)
//	tidemark.Into(late, missed)
//
// # Time
//
// Every fact has an event time, and every stream a watermark W: no fact before
// W is expected any more. A window fires when W reaches its end. The same facts
// give the same rows, however the calls are cut: Feed(a, b, c) means Feed(a),
// Feed(b), Feed(c), in everything.
//
// # Nothing is lost in silence
//
// An operator that could lose a fact returns it in a second stream of Missed,
// with the reason and the spans it missed. Stats gives the ledger: what went
// into each stage is what it counted and what it tells that it did not.
//
// # Errors
//
// Operators return none. Mistakes in the settings are collected and returned,
// all of them and each naming its stage, by Check and by the first Feed.
//
// # Concurrency
//
// A pipeline has one lock and no goroutine. It is built by one goroutine; once
// that is done any goroutine may call anything, and rows come as if the calls had
// come one after another. Functions given to operators, and sinks, must not call
// the pipeline.
package tidemark
