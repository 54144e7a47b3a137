// Iotanomaly scores the readings of sensors by a random cut forest, and says which
// are odd: in order of the second and then of the score, with a chart a minute. The
// same forest scores the flow logs of a network by interface.
//
//	go run ./examples/iotanomaly
//	go run ./examples/iotanomaly -html scores.html -out rows.ndjson
//	feed | go run ./examples/iotanomaly -facts - -out rows.ndjson -bad bad.ndjson
//	go run ./examples/iotanomaly -flowlogs flows.log.gz -out rows.ndjson -late late.ndjson
//
// Without -facts and -flowlogs it makes ten minutes of readings itself. It prints
// the last minutes, the highest scores and the ledger, in which every line has its
// place, and ends with 0; with 2 and a line of reason if something cannot be read
// or written, or a flag is wrong. README.md has the formats.
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
	facts, flowlogs      string // read
	out, late, bad, html string // written
	madeFlows            bool
	every                time.Duration // of the clock that is made for -facts; 0: the machine's
	delay                time.Duration
	seed                 uint64
	clock                func() time.Time // when a reading arrives
}

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr, time.Now))
}

// run is the program: it returns what the process ends with.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, clock func() time.Time) int {
	c, err := flags(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err == nil {
		if c.clock == nil {
			c.clock = clock
		}
		err = c.work(ctx, stdout)
	}
	if err != nil && !errors.Is(err, errTold) {
		fmt.Fprintln(stderr, "iotanomaly:", strings.ReplaceAll(strings.Join(reasons(err), "; "), "\n", "; "))
	}
	if err != nil {
		return 2
	}
	return 0
}

// errTold is a mistake that the flag package has told already, with the usage.
var errTold = errors.New("wrong flag")

func flags(args []string, stderr io.Writer) (c config, err error) {
	f := flag.NewFlagSet("iotanomaly", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&c.facts, "facts", "", "`FILE` of readings, - for standard input; without it they are made up")
	f.StringVar(&c.flowlogs, "flowlogs", "", "`FILE` of flow logs instead of readings, plain or gzip, - for standard input")
	f.BoolVar(&c.madeFlows, "madeflows", false, "flow logs that are made up instead of readings")
	f.StringVar(&c.out, "out", "", "`FILE` for the rows")
	f.StringVar(&c.late, "late", "", "`FILE` for what was not scored: late, a duplicate, or of too many sensors")
	f.StringVar(&c.bad, "bad", "", "`FILE` for the lines that are no readings, or no flow logs")
	f.StringVar(&c.html, "html", "", "`FILE` for a chart of the scores by minute, a page by itself")
	f.DurationVar(&c.every, "every", 0, "readings of -facts arrive so far from one another, by a made clock from 2026-11-20T10:00:00Z; 0: by the machine's clock")
	f.DurationVar(&c.delay, "delay", 10*time.Minute, "how far the end of a flow may lie before the newest one and still be on time")
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
	case c.every < 0:
		return c, fmt.Errorf("-every is %v: must not be negative", c.every)
	case c.delay < 0:
		return c, fmt.Errorf("-delay is %v: must not be negative", c.delay)
	case c.facts != "" && (c.flowlogs != "" || c.madeFlows):
		return c, errors.New("-facts and flow logs: give one of them, they are two programs")
	case c.flowlogs != "" && c.madeFlows:
		return c, errors.New("-flowlogs and -madeflows: give one of them")
	}
	if c.every > 0 {
		c.clock = steady(begin, c.every)
	}
	return c, c.check()
}

// check refuses files that stand in each other's way.
func (c config) check() error {
	type file struct{ flag, path string }
	files := []file{{"-facts", c.facts}, {"-flowlogs", c.flowlogs}, {"-out", c.out}, {"-late", c.late}, {"-bad", c.bad}, {"-html", c.html}}
	for i, a := range files[2:] {
		if a.path == "-" {
			return fmt.Errorf("%s is -: must be a file, standard output has the table", a.flag)
		}
		if a.path == "" {
			continue
		}
		for _, b := range files[:i+2] {
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
	if err := c.readable(); err != nil { // first: nothing is overwritten for want of facts
		return err
	}
	if c.flowlogs != "" || c.madeFlows {
		return work(ctx, c, stdout, newFlows, c.flowLines)
	}
	return work(ctx, c, stdout, newReadings, c.readingLines)
}

// work reads all facts of a type, and prints.
func work[T any](ctx context.Context, c config, stdout io.Writer, build func(*system[T], config), lines func(badFunc) reader[T]) error {
	s, err := newSystem(c, build)
	if err != nil {
		return err
	}
	page, err := openHTML(c.html)
	if err != nil {
		return err
	}
	if err := s.consume(ctx, lines(s.takeBad)); err != nil {
		return err
	}
	if err := s.close(ctx); err != nil {
		return err
	}
	if err := page.write(s.tally.page()); err != nil {
		return err
	}
	return s.print(stdout, c)
}
