// Package tidemarktest asserts of a pipeline of your own what tidemark holds for
// its parts: the same facts give the same rows, however they are cut into calls,
// and in whatever order they come within the bound of disorder.
//
//	func build(p *tidemark.Pipeline) (feed func(...Call) error, rows []tidemarktest.Rows) {
//		in, calls := tidemark.From(p, "calls", Call.Time, watermark.Bounded{Delay: 4 * time.Second})
//		panes, late := tidemark.Window[load](tidemark.KeyBy(calls, Call.OrgID), window.Tumble{Size: 5 * time.Second})
//		return in.Feed, []tidemarktest.Rows{tidemarktest.Of(tidemark.Collect(panes)), tidemarktest.Of(tidemark.Collect(late))}
//	}
//
//	func TestLoadDependsOnItsFactsAlone(t *testing.T) {
//		tidemarktest.Cut(t, build, calls, tidemarktest.Options{})
//		tidemarktest.Permute(t, build, calls, Call.Time, 4*time.Second, tidemarktest.Options{})
//	}
//
// A pipeline whose rows depend on more than its facts has a function with a memory
// of its own or a walk over a map, an accumulator that breaks a law (windowtest
// tells which), a join that takes what is known now (join.Live), or keeps the
// first of what comes. A failure tells the first row that differs, the seed, and
// the smallest history that was found, by leaving out facts and joining calls.
//
// After each history the ledger of every stage must balance, before the pipeline
// is closed and after it.
//
// It is for tests: build is called some hundred times, each time with an empty
// pipeline, and must give the same stages each time.
package tidemarktest
