package tidemark

import (
	"errors"
	"fmt"
)

// What Feed returns before anything is taken; the call can be repeated as it is.
var (
	// ErrFull is returned by Feed when an output is over Pipeline.Limit; nothing was taken.
	ErrFull = errors.New("tidemark: output is full: drain it")

	// ErrClosed is returned by Feed after Close.
	ErrClosed = errors.New("tidemark: closed")
)

// StageError is a failure of one stage: a sink, or a mistake in its settings.
type StageError struct {
	Stage string
	Err   error
}

func (e *StageError) Error() string { return "tidemark: " + e.Stage + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *StageError) Unwrap() error { return e.Err }

// FactError is a fact that Feed could not take. The others were taken. Several
// are joined; errors.As gives the first.
type FactError struct {
	Input  string
	Index  int    // among the facts of this Feed, from 0
	Reason string // the value and the rule
}

func (e *FactError) Error() string {
	return fmt.Sprintf("tidemark: %s: fact %d: %s", e.Input, e.Index, e.Reason)
}
