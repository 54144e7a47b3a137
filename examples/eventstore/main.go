// Eventstore checks the events of customers against metadata: it keeps the raw
// lines, the standardised events, the good ones and the bad ones with the reason,
// and tells, by rules that are data, when too many of them are bad. The same
// program runs over a file and over a live feed, with the same rows.
//
//	go run ./examples/eventstore
//	go run ./examples/eventstore -facts events.ndjson -raw raw.ndjson -standard standard.ndjson -good good.ndjson -bad bad.ndjson -alarms alarms.ndjson
//	feed | go run ./examples/eventstore -facts - -good good.ndjson -bad bad.ndjson -alarms alarms.ndjson
//
// Without -facts it makes half an hour of events itself. It prints the last alarms
// and the ledger, in which every line has its place, and ends with 0; with 2 and a
// line of reason if something cannot be read or written, or a flag, the metadata
// or the rules are wrong. README.md has the formats.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// config is what the flags say.
type config struct {
	facts, meta, rules                     string // read
	raw, standard, good, bad, alarms, late string // written
	delay                                  time.Duration
	seed                                   uint64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt kills
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
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
		fmt.Fprintln(stderr, "eventstore:", strings.ReplaceAll(strings.Join(reasons(err), "; "), "\n", "; "))
	}
	if err != nil {
		return 2
	}
	return 0
}

// errTold is a mistake that the flag package has told already, with the usage.
var errTold = errors.New("wrong flag")

func flags(args []string, stderr io.Writer) (c config, err error) {
	f := flag.NewFlagSet("eventstore", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of events, - for standard input; without it they are made up")
	f.StringVar(&c.meta, "meta", "", "`FILE` of metadata; without it that of what is made up")
	f.StringVar(&c.rules, "rules", "", "`FILE` of rules for alarms; without it there are two")
	f.StringVar(&c.raw, "raw", "", "`FILE` for the lines as they came")
	f.StringVar(&c.standard, "standard", "", "`FILE` for the events in the form of the metadata")
	f.StringVar(&c.good, "good", "", "`FILE` for those that break no rule of it")
	f.StringVar(&c.bad, "bad", "", "`FILE` for all others, with the reason")
	f.StringVar(&c.alarms, "alarms", "", "`FILE` for the windows in which too many are bad")
	f.StringVar(&c.late, "late", "", "`FILE` for the events that were late for a rule of -rules")
	f.DurationVar(&c.delay, "delay", 30*time.Second, "how far an event may lie before the newest one and still be on time for the alarms")
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
	if err == nil && c.delay < 0 {
		err = fmt.Errorf("-delay is %v: must not be negative", c.delay)
	}
	if err != nil {
		return c, err
	}
	return c, c.check()
}

// check refuses files that stand in each other's way.
func (c config) check() error {
	type file struct{ flag, path string }
	files := []file{{"-facts", c.facts}, {"-meta", c.meta}, {"-rules", c.rules},
		{"-raw", c.raw}, {"-standard", c.standard}, {"-good", c.good}, {"-bad", c.bad}, {"-alarms", c.alarms}, {"-late", c.late}}
	for i, a := range files {
		if i >= 1 && a.path == "-" {
			return fmt.Errorf("%s is -: must be a file", a.flag)
		}
		if i < 3 || a.path == "" {
			continue
		}
		for _, b := range files[:i] {
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
	in, live, err := c.open() // first: nothing is overwritten for want of events
	if err != nil {
		return err
	}
	defer in.Close()
	s, err := newSystem(c)
	if err != nil {
		return err
	}
	if err := s.consume(ctx, in, live); err != nil {
		return err
	}
	if err := s.p.Close(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	return s.print(stdout, c)
}
