// Package cli is what the examples have in common as commands: their flags, the
// files that these name, and what the process ends with.
package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// errTold is a mistake that the flag package has told already, with the usage.
var errTold = errors.New("wrong flag")

// Flags returns the flags of a command, as yet none. It tells mistakes on stderr.
func Flags(name string, stderr io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(stderr)
	return f
}

// Parse sets the flags as args say. It refuses arguments that are none, and a flag
// that is given and empty. The error is for End.
func Parse(f *flag.FlagSet, args []string) (err error) {
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return errTold
	}
	if f.NArg() > 0 {
		return fmt.Errorf("argument %q: there must be flags alone", f.Arg(0))
	}
	f.Visit(func(given *flag.Flag) {
		if given.Value.String() == "" && err == nil { // a variable of the shell that is not set?
			err = fmt.Errorf("-%s is empty: must have a value, or be left out", given.Name)
		}
	})
	return err
}

// End tells err in one line, unless it has been told, and returns what the process
// ends with: 2, or 0 if there is no error, or one that asks for help.
func End(name string, err error, stderr io.Writer) int {
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return 0
	case !errors.Is(err, errTold):
		fmt.Fprintf(stderr, "%s: %s\n", name, strings.ReplaceAll(strings.Join(reasons(err), "; "), "\n", "; "))
	}
	return 2
}

// FlagError is what went wrong with the file of a flag.
type FlagError struct {
	Flag string
	Err  error
}

func (e *FlagError) Error() string { return e.Flag + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *FlagError) Unwrap() error { return e.Err }

// Of says which flag an error is about; nil stays nil.
func Of(flag string, err error) error {
	if err == nil {
		return nil
	}
	return &FlagError{flag, err}
}

// reasons tells each of the errors that err joins; of one with a file it leaves
// out the stage that met it.
func reasons(err error) (all []string) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			all = append(all, reasons(e)...)
		}
		return all
	}
	if e, ok := errors.AsType[*FlagError](err); ok {
		err = e
	}
	return []string{err.Error()}
}
