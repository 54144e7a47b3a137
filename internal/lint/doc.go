// Package lint holds the rules of this house as tests. It has no code of its
// own: go test ./internal/lint reads the module's source and fails with the
// place, what is wrong and the remedy.
//
//   - imports_test.go: imports run one way, and the core compiles three
//     dependencies and no more
//   - determinism_test.go: no clock, goroutine, unseeded randomness or map order
//     in the core; no test sleeps
//   - style_test.go: comments on all that is exported, short files, no panic
//     but for a bug, nothing unfinished
//   - text_test.go: nothing in a text file that is true on one machine alone
//   - size_test.go: a program with one window stays small
//
// Each rule is a function from source to findings, and is itself tested on a
// small bad sample, so that a rule that has gone blind is noticed. To change a
// rule, change it here, and say why in DESIGN.md.
//
// Core are all packages but examples, bench, packages over other libraries
// (window/sketch) and what serves tests alone (internal/lint, internal/script).
package lint
