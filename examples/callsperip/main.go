// Callsperip counts the requests of each source address in three kinds of window
// of one minute, side by side: a stagger, which begins with the first request of
// an address, a tumble, which begins with the minute, and a slide, which ends with
// each request. Addresses over a rate are listed.
//
//	go run ./examples/callsperip
//	go run ./examples/callsperip -facts requests.ndjson -out rows.ndjson -rate 100 -block block.ndjson
//	feed | go run ./examples/callsperip -facts - -block block.ndjson
//
// Without -facts it makes ten minutes of requests itself. It prints the last
// minutes of a few addresses, those over the rate, and the ledger, in which every
// line has its place, and ends with 0; with 2 and a line of reason if something
// cannot be read or written, or a flag is wrong. README.md has the formats.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// config is what the flags say.
type config struct {
	facts                   string // read
	out, block, missed, bad string // written
	rate                    int
	delay                   time.Duration
	seed                    uint64
}

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program: it returns what the process ends with.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := flags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err == nil {
		err = c.work(ctx, stdout)
	}
	if err != nil && !errors.Is(err, errTold) {
		fmt.Fprintln(stderr, "callsperip:", strings.ReplaceAll(strings.Join(reasons(err), "; "), "\n", "; "))
	}
	if err != nil {
		return 2
	}
	return 0
}

// errTold is a mistake that the flag package has told already, with the usage.
var errTold = errors.New("wrong flag")

func flags(args []string, stderr io.Writer) (c config, err error) {
	f := flag.NewFlagSet("callsperip", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of requests, - for standard input; without it they are made up")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows")
	f.StringVar(&c.block, "block", "", "`FILE` for the addresses over the rate")
	f.StringVar(&c.missed, "missed", "", "`FILE` for the requests that were late, or duplicates")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no requests")
	f.IntVar(&c.rate, "rate", 60, "an address with more than `N` requests in a window of one minute is listed")
	f.DurationVar(&c.delay, "delay", 5*time.Second, "how far a request may lie before the newest one and still be on time")
	f.Uint64Var(&c.seed, "seed", 1, "seed of what is made up")
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return c, err
	} else if err != nil {
		return c, errTold
	}
	if f.NArg() > 0 {
		return c, fmt.Errorf("argument %q: there must be flags alone", f.Arg(0))
	}
	f.Visit(func(given *flag.Flag) {
		if given.Value.String() == "" && err == nil { // a variable of the shell that is not set?
			err = fmt.Errorf("-%s is empty: must have a value, or be left out", given.Name)
		}
	})
	switch {
	case err != nil:
		return c, err
	case c.rate < 0:
		return c, fmt.Errorf("-rate is %d: must not be negative", c.rate)
	case c.delay < 0:
		return c, fmt.Errorf("-delay is %v: must not be negative", c.delay)
	}
	return c, c.check()
}

// check refuses files that stand in each other's way.
func (c config) check() error {
	type file struct{ flag, path string }
	files := []file{{"-facts", c.facts}, {"-out", c.out}, {"-block", c.block}, {"-missed", c.missed}, {"-bad", c.bad}}
	for i, a := range files[1:] {
		if a.path == "-" {
			return fmt.Errorf("%s is -: must be a file, standard output has the table", a.flag)
		}
		if a.path == "" {
			continue
		}
		for _, b := range files[:i+1] {
			if same(a.path, b.path) {
				return fmt.Errorf("%s and %s are the same file: %s would overwrite the other", b.flag, a.flag, a.flag)
			}
		}
	}
	return nil
}

// same reports whether two names are of one file.
func same(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return b != "" && filepath.Clean(a) == filepath.Clean(b)
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y) && x.Mode().IsRegular() // a device may take everything
}

// work reads everything, and prints.
func (c config) work(ctx context.Context, stdout io.Writer) error {
	if err := c.readable(); err != nil { // first: nothing is overwritten for want of requests
		return err
	}
	s, err := newSystem(c)
	if err != nil {
		return err
	}
	if err := s.consume(ctx, c); err != nil {
		return err
	}
	if err := s.close(ctx); err != nil {
		return err
	}
	return s.print(stdout, c)
}
